//! One step of a story: an entry of the journal in words, with its secrets masked.

use jiff::Timestamp;
use serde_json::Value;

use crate::fault::{Binds, Verdict, catalogue};
use crate::journal::{Channel, Entry, Params};

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// Number of the journal entry.
    pub(crate) seq: u64,
    pub(crate) at: String,
    /// How long after the beginning.
    pub(crate) after: String,
    /// Who acts: `browser`, `application` or `provider`.
    pub(crate) who: &'static str,
    pub(crate) title: &'static str,
    /// Method and path.
    pub(crate) asked: String,
    pub(crate) sent: Vec<(String, String)>,
    /// Status, and where it led.
    pub(crate) answer: String,
    pub(crate) answered: Vec<(String, String)>,
    /// Documents that were sent, pretty: what they are, and their text.
    pub(crate) documents: Vec<(&'static str, String)>,
    /// The check that said no, and why.
    pub(crate) refusal: Option<(String, String)>,
    pub(crate) faults: Vec<Struck>,
}

/// A fault that struck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Struck {
    pub(crate) id: &'static str,
    pub(crate) sentence: &'static str,
    /// What a correct relying party does about it.
    pub(crate) right: &'static str,
    pub(crate) reference: &'static str,
}

impl Step {
    pub(crate) fn of(entry: &Entry, began: Timestamp) -> Self {
        let entry = &entry.masked();
        let mut sent = pairs(&entry.query);
        sent.extend(pairs(&entry.form));
        if let Some(method) = entry.client_authentication {
            sent.push(("(authentication)".to_owned(), method.to_owned()));
        }
        Self {
            seq: entry.seq,
            at: moment(entry.at),
            after: elapsed(began, entry.at),
            who: who(entry),
            title: title(entry),
            asked: format!("{} {}", entry.method, entry.path),
            sent,
            answer: answer(entry),
            answered: pairs(&entry.response.params),
            documents: documents(entry),
            refusal: entry.refusal.as_ref().map(|refusal| (refusal.check.clone(), refusal.reason.clone())),
            faults: entry.faults.iter().map(|id| Struck::of(id)).collect(),
        }
    }

    /// `refused`, `struck` or `plain`: how it is drawn.
    pub(crate) fn kind(&self) -> &'static str {
        match (&self.refusal, self.faults.is_empty()) {
            (_, false) => "struck",
            (Some(_), true) => "refused",
            (None, true) => "plain",
        }
    }
}

impl Struck {
    pub(super) fn of(id: &'static str) -> Self {
        let Ok(fault) = catalogue::find(id) else {
            return Self { id, sentence: "a rule of the test struck this request", right: "", reference: "" };
        };
        let right = match fault.verdict {
            _ if fault.binds == Binds::Signature => {
                "A relying party that checks signatures refuses; TLS may stand in for one at the token endpoint."
            }
            _ if fault.binds != Binds::Everyone => {
                "Whether a relying party has to refuse depends on what it asked for."
            }
            Verdict::Refuse => "A correct relying party refuses.",
            Verdict::Accept => "A correct relying party accepts.",
            Verdict::Reauthenticate => "A correct relying party asks once more, then refuses.",
            Verdict::Either => "A relying party may accept or refuse, but always the same.",
        };
        Self { id, sentence: fault.sentence, right, reference: fault.reference }
    }
}

fn pairs(params: &Params) -> Vec<(String, String)> {
    params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A moment, to the millisecond.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn elapsed(began: Timestamp, at: Timestamp) -> String {
    let millis = at.duration_since(began).as_millis();
    match millis {
        0 => "+0 s".to_owned(),
        1..10_000 => format!("+{}.{:03} s", millis / 1_000, millis % 1_000),
        10_000..7_200_000 => format!("+{} s", millis / 1_000),
        _ if millis < 0 => format!("\u{2212}{} s", -millis / 1_000),
        _ => format!("+{} min", millis / 60_000),
    }
}

fn who(entry: &Entry) -> &'static str {
    match (entry.operation, entry.channel) {
        ("backchannel_logout", _) => "provider",
        (_, Channel::Front) => "browser",
        _ => "application",
    }
}

fn title(entry: &Entry) -> &'static str {
    let posts = entry.method == "POST";
    let says_no = ["deny", "cancel"].iter().any(|name| entry.form.first(name).is_some());
    match entry.operation {
        _ if says_no => "The person says no",
        "authorize" => "The application sends the browser to sign in",
        "launch" | "portal" if entry.asks_to_begin() => "The portal asks the application to begin",
        "launch" | "portal" => "The portal answers, although nobody asked",
        "pushed_authorization" => "The application pushes its request",
        "login" if posts => "A user name is typed",
        "login" => "The login form is shown",
        "password" if posts => "A password is typed",
        "password" => "The password form is shown",
        "one_time_code" if posts => "A one-time code is typed",
        "one_time_code" => "The form for the one-time code is shown",
        "people" if posts => "A person is chosen",
        "people" => "The people are shown",
        "consent" if posts => "The person allows it",
        "consent" => "The person is asked for consent",
        "token" if entry.form.first("grant_type") == Some("refresh_token") => "The application refreshes",
        "token" => "The application redeems the code",
        "userinfo" => "The application asks who that is",
        "introspection" => "The application looks into a token",
        "revocation" => "The application takes a token back",
        "end_session" if entry.asks_to_sign_out() => "The person is asked whether to sign out",
        "logout" if entry.stays_signed_in() => "The person stays signed in",
        "end_session" | "logout" => "The person signs out",
        "backchannel_logout" => "The provider tells the application of the logout",
        "discovery" => "Somebody fetches the discovery document",
        "jwks" => "Somebody fetches the key set",
        other => other,
    }
}

fn answer(entry: &Entry) -> String {
    let status = match (entry.status, entry.delivery) {
        (0, None) => "no answer".to_owned(),
        (0, Some(delivery)) => return delivery.words().to_owned(),
        (status, Some(delivery)) => format!("{status}, {}", delivery.words()),
        (status, None) => status.to_string(),
    };
    match (&entry.response.location, entry.response.page) {
        (Some(location), _) if entry.response.params.is_empty() => format!("{status}, on to {location}"),
        (Some(location), _) => format!("{status}, back to {location}"),
        (None, Some(page)) => format!("{status}, the page {page}"),
        (None, None) => status,
    }
}

fn documents(entry: &Entry) -> Vec<(&'static str, String)> {
    // The key set and the metadata are long, the same for everybody, and one click away.
    let is_document = matches!(entry.operation, "discovery" | "jwks");
    let token = if entry.operation == "backchannel_logout" { "logout token" } else { "ID token" };
    let (header, claims) = match token {
        "ID token" => ("ID token: header", "ID token: claims"),
        _ => ("logout token: header", "logout token: claims"),
    };
    let found = [
        ("answer", entry.response.body.as_ref().filter(|_| !is_document || !entry.faults.is_empty())),
        (header, entry.response.id_token_header.as_ref()),
        (claims, entry.response.id_token_claims.as_ref()),
    ];
    found.into_iter().filter_map(|(what, document)| Some((what, pretty(document?)))).collect()
}

fn pretty(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}
