//! What an ID token and userinfo say about a person. Builds claims; signs nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fixtures::{Company, PROTOCOL_CLAIMS, Person, SigningAlgorithm};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::switches::Switches;

/// The authentication context every login here has: password and one-time code. Where nothing is as KaseyaOne says it, the
/// name is one that IANA registered for more than one factor and that belongs to no product (RFC 6711, REFEDS MFA Profile).
pub(crate) fn acr(switches: Switches) -> &'static str {
    if switches.kaseya_claims { "urn:kaseyaone:mfa" } else { "https://refeds.org/profile/mfa" }
}

/// Life of an ID token, seconds.
pub(crate) const ID_TOKEN_LIFE: u32 = 300;

/// Names of KaseyaOne's own claims. They are not publicly documented, so they are configuration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ClaimNames {
    /// Id of the company; default `company_id`.
    pub company_id: String,
    /// Name of the company; default `company_name`.
    pub company_name: String,
    /// KaseyaOne user name; default `preferred_username`.
    pub username: String,
    /// KaseyaOne role; default `role`.
    pub role: String,
    /// Modules assigned to the person; default `modules`.
    pub modules: String,
}

impl ClaimNames {
    /// Renames one claim by its default name, as in `role=kaseya_role`: once, and to no name that another claim has. An error
    /// names the ones there are.
    ///
    /// ```
    /// let mut names = mock_idp::ClaimNames::default();
    /// names.rename("company_id=tenant").unwrap();
    /// assert_eq!(names.company_id, "tenant");
    /// assert!(names.rename("compny=tenant").unwrap_err().contains("company_id"));
    /// assert!(names.rename("role=tenant").unwrap_err().contains("the claim of company_id already"));
    /// assert!(names.rename("role=email").unwrap_err().contains("a standard claim"));
    /// ```
    pub fn rename(&mut self, assignment: &str) -> Result<(), String> {
        let (name, claim) = assignment.split_once('=').unwrap_or((assignment, ""));
        let before = self.of(name).map(str::to_owned);
        if let Some(before) =
            before.filter(|before| before != claim && Self::default().of(name) != Some(before))
        {
            return Err(format!("{name} is called {before:?} already; give it one name"));
        }
        self.rename_again(assignment)
    }

    /// The same, whatever it was called before.
    pub(crate) fn rename_again(&mut self, assignment: &str) -> Result<(), String> {
        let (name, claim) = assignment.split_once('=').unwrap_or((assignment, ""));
        if let Some(flaw) = self.flaw(name, claim).filter(|_| self.of(name).is_some()) {
            return Err(format!("{flaw}; write the name of another claim"));
        }
        let slot = match name {
            "company_id" => &mut self.company_id,
            "company_name" => &mut self.company_name,
            "username" => &mut self.username,
            "role" => &mut self.role,
            "modules" => &mut self.modules,
            _ => {
                return Err(format!("{name:?} is none of company_id, company_name, username, role, modules"));
            }
        };
        claim.clone_into(slot);
        Ok(())
    }

    /// Why a claim with the default name `name` cannot be called like this beside the others.
    pub(crate) fn flaw(&self, name: &str, claim: &str) -> Option<String> {
        if claim.is_empty() {
            return Some(format!("\"{name}=\" is not of the form {name}=CLAIM"));
        }
        if PROTOCOL_CLAIMS.contains(&claim) {
            return Some(format!(
                "{claim:?} is a claim of the protocol (OIDC Core 2), and says nothing about {name}"
            ));
        }
        let is_usual = name == "username" && claim == "preferred_username";
        if scope_of(claim).is_some() && !is_usual {
            return Some(format!(
                "{claim:?} is a standard claim (OIDC Core 5.1), and says something else than {name}"
            ));
        }
        let taken = self.all().into_iter().find(|(other, of_other)| *other != name && *of_other == claim);
        taken.map(|(other, _)| format!("{claim:?} is the claim of {other} already"))
    }

    /// What a claim is called, by its default name.
    fn of(&self, name: &str) -> Option<&str> {
        self.all().into_iter().find(|(known, _)| *known == name).map(|(_, claim)| claim)
    }

    /// What each is called in a configuration, and in tokens.
    fn all(&self) -> [(&'static str, &str); 5] {
        [
            ("company_id", &self.company_id),
            ("company_name", &self.company_name),
            ("username", &self.username),
            ("role", &self.role),
            ("modules", &self.modules),
        ]
    }
}

impl Default for ClaimNames {
    fn default() -> Self {
        let [company_id, company_name, username, role, modules] =
            ["company_id", "company_name", "preferred_username", "role", "modules"].map(str::to_owned);
        Self { company_id, company_name, username, role, modules }
    }
}

/// What tells of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    IdToken,
    Userinfo,
}

/// Claims about the person, by scope (OIDC Core 5.4). KaseyaOne's own come always, unless they are switched off.
pub(crate) fn person_claims(
    person: &Person,
    telling: Telling,
    subject: &str,
    company: Option<&Company>,
    scope: &[String],
    names: &ClaimNames,
    switches: Switches,
) -> Map<String, Value> {
    let has = |wanted: &str| scope.iter().any(|value| value == wanted);
    // Room for those of the protocol too: growing costs more than anything else here.
    let mut claims = Map::with_capacity(32);
    claims.insert("sub".to_owned(), json!(subject));
    if has("profile") {
        // OIDC Core 5.3.2: what is empty is left out.
        let parts = [("given_name", &person.given_name), ("family_name", &person.family_name)];
        claims.insert("name".to_owned(), json!(person.full_name()));
        for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
            claims.insert(name.to_owned(), json!(value));
        }
        claims.insert(names.username.clone(), json!(person.username));
    }
    if has("email")
        && let Some(email) = &person.email
    {
        claims.insert("email".to_owned(), json!(email));
        if let Some(verified) = person.email_verified {
            claims.insert("email_verified".to_owned(), json!(verified));
        }
    }
    if has("phone")
        && let Some(number) = &person.phone_number
    {
        claims.insert("phone_number".to_owned(), json!(number));
    }
    if has("address")
        && let Some(address) = &person.address
    {
        claims.insert("address".to_owned(), json!(address));
    }
    if switches.kaseya_claims {
        if let Some(company) = company {
            claims.insert(names.company_id.clone(), json!(company.id));
            claims.insert(names.company_name.clone(), json!(company.name));
        }
        claims.insert(names.role.clone(), json!(person.role));
        claims.insert(names.modules.clone(), json!(person.modules));
    }
    let own = match telling {
        Telling::IdToken => &person.id_token_claims,
        Telling::Userinfo => &person.userinfo_claims,
    };
    let granted = person.claims.iter().filter(|(name, _)| scope_of(name).is_none_or(has));
    add_claims(&mut claims, granted);
    add_claims(&mut claims, own);
    claims.retain(|name, _| name == "sub" || !person.withheld_claims.contains(name));
    claims
}

/// The scope that a claim comes with (OIDC Core 5.4); none for those that nobody has to ask for.
fn scope_of(claim: &str) -> Option<&'static str> {
    Some(match claim {
        "name" | "family_name" | "given_name" | "middle_name" | "nickname" | "preferred_username"
        | "profile" | "picture" | "website" | "gender" | "birthdate" | "zoneinfo" | "locale"
        | "updated_at" => "profile",
        "email" | "email_verified" => "email",
        "phone_number" | "phone_number_verified" => "phone",
        "address" => "address",
        _ => return None,
    })
}

/// Adds claims as a file says them, instead of what is there; who the person is stays.
pub(crate) fn add_claims<'a>(
    claims: &mut Map<String, Value>,
    more: impl IntoIterator<Item = (&'a String, &'a toml::Value)>,
) {
    for (name, value) in more.into_iter().filter(|(name, _)| *name != "sub") {
        // TOML values always have a JSON form.
        claims.insert(name.clone(), serde_json::to_value(value).unwrap_or(Value::Null));
    }
}

/// What an ID token says beside the claims about the person.
pub(crate) struct IdTokenFacts<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) sid: &'a str,
    pub(crate) auth_time: Timestamp,
    /// Whether an access token comes along.
    pub(crate) access_token: bool,
    /// Hash of the code that comes along (OIDC Core 3.3.2.11).
    pub(crate) c_hash: Option<String>,
    pub(crate) acr: &'a str,
    /// How long it lives, seconds.
    pub(crate) life: u32,
    pub(crate) now: Timestamp,
}

/// The payload of an ID token (OIDC Core 2).
pub(crate) fn id_token_payload(
    facts: &IdTokenFacts<'_>,
    person_claims: Map<String, Value>,
) -> Map<String, Value> {
    let now = facts.now.as_second();
    let mut payload = person_claims;
    let protocol = [
        ("iss", json!(facts.issuer)),
        ("aud", json!(facts.client_id)),
        ("iat", json!(now)),
        ("exp", json!(now + i64::from(facts.life))),
        ("auth_time", json!(facts.auth_time.as_second())),
        ("sid", json!(facts.sid)),
        ("amr", json!(["pwd", "otp"])),
        ("acr", json!(facts.acr)),
    ];
    payload.extend(protocol.map(|(name, value)| (name.to_owned(), value)));
    if facts.access_token {
        // Filled in when the access token is made: see `TokenDraft::bind_access_token`.
        payload.insert("at_hash".to_owned(), Value::Null);
    }
    if let Some(hash) = &facts.c_hash {
        payload.insert("c_hash".to_owned(), json!(hash));
    }
    if let Some(nonce) = facts.nonce {
        payload.insert("nonce".to_owned(), json!(nonce));
    }
    payload
}

/// `at_hash` and `c_hash`: the left half of a hash of the token, base64url, by the hash of the algorithm that signs the ID
/// token (OIDC Core 3.1.3.6). Ed25519 hashes with SHA-512 (RFC 8032 5.1).
pub(crate) fn half_hash(alg: SigningAlgorithm, token: &str) -> String {
    use SigningAlgorithm::{ES256, EdDsa, PS256, PS384, PS512, RS256, RS384, RS512};
    let hash = match alg {
        RS256 | PS256 | ES256 => Sha256::digest(token).to_vec(),
        RS384 | PS384 => Sha384::digest(token).to_vec(),
        RS512 | PS512 | EdDsa => Sha512::digest(token).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

/// The subject of a person at a sector, so that no two sectors can compare notes (OIDC Core 8.1).
pub(crate) fn pairwise_subject(sector: &str, subject: &str, salt: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{sector}\n{subject}\n{salt}")))
}
