//! The catalogue: every fault with its id, what it does, where it strikes, who stages it, and what a correct relying
//! party does about it. Data and look-up; no effect is here.

mod authz_rows;
mod claim_rows;
mod disc_rows;
mod handshake_rows;
mod id_rows;
mod idt_rows;
mod jwks_rows;
mod net_rows;
mod ok_rows;
mod out_rows;
mod sess_rows;
mod sig_rows;
mod tok_rows;
mod ui_rows;

use serde::Serialize;

use super::UnknownFault;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CatalogueEntry {
    /// The id.
    pub id: &'static str,
    /// What happens, in one sentence.
    pub sentence: &'static str,
    /// Where it strikes and is counted.
    pub strikes: &'static [Point],
    /// Where it changes something too, in the same sign-in, uncounted.
    pub accompanies: &'static [Point],
    /// Who stages it.
    pub staged_by: StagedBy,
    /// The clause or the official test behind it.
    pub reference: &'static str,
    /// What a correct relying party does.
    pub verdict: Verdict,
    /// Whom the verdict binds.
    pub binds: Binds,
    /// Whether only one that knows the person from an earlier sign-in can tell.
    pub returning: bool,
    /// Products that got it wrong: CVE identifiers, and issues as project#number.
    pub seen_in: &'static [&'static str],
}

impl CatalogueEntry {
    /// The family: what stands before the first dash of the id.
    pub fn family(&self) -> &'static str {
        self.id.split_once('-').map_or(self.id, |(family, _)| family)
    }

    /// What the faults of the family are about.
    pub fn family_title(&self) -> &'static str {
        match self.family() {
            "disc" => "The discovery document",
            "jwks" => "The key set",
            "authz" => "The authorization response",
            "tok" => "The token endpoint",
            "idt" => "The claims of the ID token",
            "sig" => "The signature and the shape of the ID token",
            "ui" => "Userinfo",
            "sess" => "Sessions and the callback",
            "out" => "Logout",
            "net" => "Connections, size and clocks",
            "id" => "Identities and accounts",
            "ok" => "What a strict relying party must accept",
            "claim" => "Claims that are legal and awkward",
            other => other,
        }
    }

    /// Whether every one of these words, in small letters, is in what is said of it.
    fn says(&self, words: &[String]) -> bool {
        let seen_in = self.seen_in.join(" ");
        let text = format!("{} {} {} {seen_in}", self.id, self.sentence, self.reference).to_lowercase();
        words.iter().all(|word| text.contains(word))
    }

    /// What is right to do with the sign-in, and for whom.
    pub(crate) fn right_in_words(&self) -> String {
        let right = self.verdict.in_words();
        match self.binds {
            Binds::Everyone => right.to_owned(),
            binds => format!("{right} by {}", binds.whom()),
        }
    }

    const fn with(mut self, accompanies: &'static [Point]) -> Self {
        self.accompanies = accompanies;
        self
    }

    const fn binding(mut self, whom: Binds) -> Self {
        self.binds = whom;
        self
    }

    const fn of_returning(mut self) -> Self {
        self.returning = true;
        self
    }

    const fn seen(mut self, seen_in: &'static [&'static str]) -> Self {
        self.seen_in = seen_in;
        self
    }
}

/// A place where a fault can strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// The TLS handshake, whoever connects: no realm is known yet, so the root's faults strike.
    Handshake,
    /// The discovery document, whoever fetches it.
    Discovery,
    /// The key set, whoever fetches it.
    Jwks,
    /// The decision whether a session answers or the person is asked.
    Session,
    /// The making of the authorization code.
    Issue,
    /// The parameters of the authorization response.
    Authorization,
    /// The judgement of a token request.
    Redeem,
    /// The claims about the person, in ID token and userinfo alike.
    Identity,
    /// The ID token: header, payload, signature.
    IdToken,
    /// The token response around it.
    TokenResponse,
    /// The userinfo response.
    Userinfo,
    /// A launch from the portal.
    Launch,
    /// The redirect after logout.
    Logout,
    /// The logout token that a client is sent.
    LogoutToken,
    /// The address of a client that the browser loads in a frame at logout.
    LogoutFrame,
}

impl Point {
    /// Documents are fetched by nobody in particular.
    pub(crate) fn is_document(self) -> bool {
        matches!(self, Self::Handshake | Self::Discovery | Self::Jwks)
    }
}

/// Who brings a fault about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StagedBy {
    /// The provider, when armed.
    Provider,
    /// People: which person signs in, and when.
    Person,
    /// The browser: what it sends again, late, or elsewhere.
    Browser,
    /// The settings of the relying party.
    RelyingParty,
}

impl StagedBy {
    /// The name as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Person => "person",
            Self::Browser => "browser",
            Self::RelyingParty => "relying_party",
        }
    }
}

/// What a correct relying party does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No account, no link, no session; one audited code; a page for the person.
    Refuse,
    /// The sign-in succeeds.
    Accept,
    /// One interactive restart, then refuse.
    Reauthenticate,
    /// The specifications allow both; it must be the same every time.
    Either,
}

impl Verdict {
    /// The name as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Accept => "accept",
            Self::Reauthenticate => "reauthenticate",
            Self::Either => "either",
        }
    }

    /// The same, said of the sign-in.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Refuse => "should be refused",
            Self::Accept => "must be accepted",
            Self::Reauthenticate => "should be tried once more, then refused",
            Self::Either => "may be accepted or refused, but always the same",
        }
    }
}

/// Whom a verdict binds; whoever it does not bind may sign the person in, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Binds {
    /// Every relying party.
    Everyone,
    /// Those that have it as a rule of their own: no specification demands it of everyone.
    OwnRule,
    /// Those that asked for an age of the login by `max_age` (OIDC Core 3.1.3.7 (13)).
    MaxAge,
    /// Those that said by `id_token_hint` whom they expect (OIDC Core 3.1.2.1).
    IdTokenHint,
    /// Those that got the ID token through the browser (OIDC Core 3.2.2.9, 3.3.2.10).
    FrontChannel,
    /// Those that ask userinfo (OIDC Core 5.3.2).
    Userinfo,
    /// Those that sent a nonce (OIDC Core 3.1.3.7 (11)).
    Nonce,
    /// Those that have to check signatures, or do: TLS may stand in for the signature of an ID token that comes from the
    /// token endpoint (OIDC Core 3.1.3.7 (6)).
    Signature,
}

impl Binds {
    /// The name as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::OwnRule => "own_rule",
            Self::MaxAge => "max_age",
            Self::IdTokenHint => "id_token_hint",
            Self::FrontChannel => "front_channel",
            Self::Userinfo => "userinfo",
            Self::Nonce => "nonce",
            Self::Signature => "signature",
        }
    }

    /// Which relying parties these are.
    pub fn whom(self) -> &'static str {
        match self {
            Self::Everyone => "every one",
            Self::OwnRule => "one that has this rule",
            Self::MaxAge => "one that sent max_age",
            Self::IdTokenHint => "one that sent id_token_hint",
            Self::FrontChannel => "one that got the ID token through the browser",
            Self::Userinfo => "one that asks userinfo",
            Self::Nonce => "one that sent a nonce",
            Self::Signature => {
                "one that fetches keys, or got the ID token without TLS or through the browser"
            }
        }
    }
}

/// What the provider stages.
const fn staged(
    id: &'static str,
    sentence: &'static str,
    strikes: &'static [Point],
    reference: &'static str,
    verdict: Verdict,
) -> CatalogueEntry {
    CatalogueEntry {
        id,
        sentence,
        strikes,
        accompanies: &[],
        staged_by: StagedBy::Provider,
        reference,
        verdict,
        binds: Binds::Everyone,
        returning: false,
        seen_in: &[],
    }
}

/// What somebody else stages.
const fn told(
    id: &'static str,
    sentence: &'static str,
    staged_by: StagedBy,
    reference: &'static str,
    verdict: Verdict,
) -> CatalogueEntry {
    let mut entry = staged(id, sentence, &[], reference, verdict);
    entry.staged_by = staged_by;
    entry
}

/// Every fault there is, family by family.
pub(crate) fn all() -> impl Iterator<Item = &'static CatalogueEntry> {
    let families = [
        disc_rows::ROWS,
        jwks_rows::ROWS,
        authz_rows::ROWS,
        tok_rows::ROWS,
        idt_rows::ROWS,
        sig_rows::ROWS,
        ui_rows::ROWS,
        sess_rows::ROWS,
        out_rows::ROWS,
        net_rows::ROWS,
        handshake_rows::ROWS,
        id_rows::ROWS,
        ok_rows::ROWS,
        claim_rows::ROWS,
    ];
    families.into_iter().flatten()
}

/// The faults that are looked for: those of which every word is said. All of them, when no word is given.
pub(crate) fn searched(wanted: &str) -> impl Iterator<Item = &'static CatalogueEntry> {
    let words: Vec<String> = wanted.to_lowercase().split_whitespace().map(str::to_owned).collect();
    all().filter(move |fault| fault.says(&words))
}

/// The fault with this id, or the nearest one in the error.
pub(crate) fn find(id: &str) -> Result<&'static CatalogueEntry, UnknownFault> {
    all().find(|entry| entry.id == id).ok_or_else(|| {
        let nearest = fixtures::nearest(id, all().map(|entry| entry.id)).unwrap_or_default().to_owned();
        UnknownFault { id: id.to_owned(), nearest }
    })
}
