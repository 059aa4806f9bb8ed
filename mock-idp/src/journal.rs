//! The record of what was asked, what was answered, which check said no and which faults struck.
//!
//! Enough to write a transcript from: parameters decoded and in order, ID tokens decoded. Secrets are kept as they
//! came and masked wherever an entry is shown.

mod delivery;
mod newest;
mod query;
mod secrets;
#[cfg(test)]
mod tests;
mod written;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::newest::Journal;
use self::secrets::{MASK, is_secret, mask};
pub(crate) use self::written::{Journals, Unread, Written};

pub use self::delivery::Delivery;
pub use self::query::{JournalQuery, NearMiss, NotSeen};
pub use crate::protocol::error::Refusal;
use crate::protocol::on_the_spot::person::names_somebody;
pub use crate::protocol::params::Params;

/// Who talks to the provider on this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A browser.
    Front,
    /// A relying party's server.
    Back,
    /// A test.
    Control,
}

impl Channel {
    /// The name as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
            Self::Control => "control",
        }
    }
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// Number of the entry, counted from 1, never reused.
    pub seq: u64,
    /// When, by the provider's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who asked.
    pub channel: Channel,
    /// Name of the operation: `authorize`, `token`, `discovery`, …
    pub operation: &'static str,
    /// HTTP method.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// Parameters of the query.
    #[schema(value_type = Vec<(String, String)>)]
    pub query: Params,
    /// Parameters of the form in the body.
    #[schema(value_type = Vec<(String, String)>)]
    pub form: Params,
    /// How the client authenticated: `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt`,
    /// `none`; or `bearer`, by the token of its registration.
    pub client_authentication: Option<&'static str>,
    /// Key of the person, once known.
    pub person: Option<String>,
    /// Id of the client, once known.
    pub client: Option<String>,
    /// The `state` of the sign-in, once known.
    pub state: Option<String>,
    /// HTTP status of the answer; 0 when none was sent, and when a client that was called did not answer.
    pub status: u16,
    /// How the answer went out, when it did not go out whole at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// What the answer said.
    pub response: ResponseSummary,
    /// Which check failed and why.
    pub refusal: Option<Refusal>,
    /// Ids of the faults that changed the answer.
    pub faults: Vec<&'static str>,
    /// The request as bytes: first line, headers (names in lower case) and body. In JSON what is not UTF-8 is `base64:…`.
    #[serde(serialize_with = "as_text", skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<String>)]
    pub raw_request: Vec<u8>,
    /// The answer as bytes, as far as it was sent, but for what belongs to the connection (`connection`, chunks).
    #[serde(serialize_with = "as_text", skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<String>)]
    pub raw_response: Vec<u8>,
}

/// JSON knows no bytes: what is not UTF-8 stands in base64, behind its name.
fn as_text<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serializer.serialize_str(text),
        Err(_) => serializer.collect_str(&format_args!("base64:{}", STANDARD.encode(bytes))),
    }
}

/// What an answer said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ResponseSummary {
    /// Where a redirect went, without the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Parameters of the redirect or of the form that is posted back.
    #[serde(skip_serializing_if = "Params::is_empty")]
    #[schema(value_type = Option<Vec<(String, String)>>)]
    pub params: Params,
    /// The JSON that was sent; that a client answered, where the provider called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Header of the ID token or logout token that was sent, decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_header: Option<Value>,
    /// Claims of the ID token or logout token that was sent, decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_claims: Option<Value>,
    /// `data-page` of the page that was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<&'static str>,
    /// The answer is JSON, and stays in its bytes until somebody wants to see the entry: most are never seen.
    #[serde(skip)]
    pub(crate) unread: bool,
}

impl ResponseSummary {
    fn read_id_token(&mut self) {
        let sent = self.body.as_ref().and_then(|body| body.get("id_token")?.as_str());
        if let Some((header, claims)) = sent.and_then(crate::jose::decode) {
            self.id_token_header = Some(header);
            self.id_token_claims = Some(claims);
        }
    }
}

/// The page that asks a person whether they want to sign out.
pub(crate) const LOGOUT_PAGE: &str = "kaseyaone-logout";
/// The page that says that they did not.
pub(crate) const STILL_SIGNED_IN_PAGE: &str = "kaseyaone-still-signed-in";

impl Entry {
    /// Whether it brought an ID token that no TLS vouches for, as far as its issuer tells.
    pub(crate) fn has_id_token_without_tls(&self) -> bool {
        let claims = self.response.id_token_claims.as_ref();
        let issuer = claims.and_then(|claims| claims["iss"].as_str());
        self.response.id_token_header.is_some()
            && !issuer.is_some_and(|issuer| issuer.starts_with("https://"))
    }

    /// The parameters of an authorization request as they were sent. A form beside a request in the address says who signs in.
    pub(crate) fn authorization_request(&self) -> &Params {
        let is_form = self.method == "POST" && !names_somebody(&self.query, &self.form);
        if is_form { &self.form } else { &self.query }
    }

    /// Whether the provider sent a browser to an application on its own, from the portal.
    pub(crate) fn is_launch(&self) -> bool {
        matches!(self.operation, "launch" | "portal")
            && self.client.is_some()
            && !self.response.params.is_empty()
    }

    /// Whether a browser was here to sign out.
    pub(crate) fn is_logout(&self) -> bool {
        matches!(self.operation, "end_session" | "logout")
    }

    /// Whether somebody signed out: asked for it, and was neither refused nor asked whether they mean it.
    pub(crate) fn signs_out(&self) -> bool {
        self.is_logout()
            && self.refusal.is_none()
            && !self.asks_to_sign_out()
            && !self.stays_signed_in()
            && self.response.location.as_ref() != Some(&self.path)
    }

    /// Whether a person was asked if they want to sign out.
    pub(crate) fn asks_to_sign_out(&self) -> bool {
        self.response.page == Some(LOGOUT_PAGE)
    }

    /// … and answered that they do not.
    pub(crate) fn stays_signed_in(&self) -> bool {
        self.response.page == Some(STILL_SIGNED_IN_PAGE)
    }

    /// Whether the answer was sent whole, at once or not.
    pub(crate) fn is_sent(&self) -> bool {
        self.delivery.is_none_or(Delivery::is_whole)
    }

    /// A launch that asks the application to begin a sign-in (OIDC Core 4), and brings no answer.
    pub(crate) fn asks_to_begin(&self) -> bool {
        self.is_launch() && self.response.params.first("code").is_none()
    }

    /// An entry that says what an operation found out, and nothing about the request yet.
    pub(crate) fn of(at: Timestamp, note: Note) -> Self {
        Self {
            seq: 0,
            at,
            channel: Channel::Back,
            operation: "",
            method: String::new(),
            path: String::new(),
            query: Params::default(),
            form: Params::default(),
            client_authentication: note.client_authentication,
            person: note.person,
            client: note.client,
            state: note.state,
            status: 0,
            delivery: None,
            response: note.response,
            refusal: note.refusal,
            faults: note.faults,
            raw_request: Vec::new(),
            raw_response: Vec::new(),
        }
    }

    /// One line that says what it is.
    pub fn line(&self) -> String {
        let mut words = vec![self.operation.to_owned(), self.method.clone(), self.path.clone()];
        for (name, value) in [("person", &self.person), ("client", &self.client), ("state", &self.state)] {
            words.extend(value.as_ref().map(|value| format!("{name} {value}")));
        }
        words.push(format!("-> {}", self.status));
        words.extend(self.delivery.map(|delivery| delivery.words().to_owned()));
        words.extend(self.refusal.as_ref().map(|refusal| format!("refused by {}", refusal.check)));
        words.join(" ")
    }

    /// Bytes it takes, roughly.
    fn size(&self) -> usize {
        let params = [&self.query, &self.form, &self.response.params];
        let params: usize = params.into_iter().map(Params::size).sum();
        let token = self.response.id_token_claims.is_some() || self.response.body.is_some();
        self.raw_request.len()
            + self.raw_response.len()
            + self.path.len()
            + params
            + 500
            + if token { 3_000 } else { 0 }
    }

    /// The entry with the JSON that its answer sent, and the ID token in it.
    fn read(&self) -> Self {
        let mut entry = self.clone();
        if std::mem::take(&mut entry.response.unread) {
            let body = entry.raw_response.windows(4).position(|four| four == b"\r\n\r\n");
            let body = body.and_then(|at| entry.raw_response.get(at + 4..));
            entry.response.body = body.and_then(|body| serde_json::from_slice(body).ok());
        }
        if entry.operation == "token" {
            entry.response.read_id_token();
        }
        entry
    }

    /// The entry as it may be shown: secrets masked, the bytes left out, everything else as it was.
    #[must_use]
    pub fn masked(&self) -> Self {
        let mut entry = Self { raw_request: Vec::new(), raw_response: Vec::new(), ..self.clone() };
        for params in [&mut entry.query, &mut entry.form, &mut entry.response.params] {
            let shown = |(name, value): (_, _)| {
                let is_secret = is_secret(name) && !str::is_empty(value);
                (name, if is_secret { MASK } else { value })
            };
            *params = params.iter().map(shown).collect();
        }
        if let Some(body) = &mut entry.response.body {
            mask(body);
        }
        entry
    }
}

/// What an operation finds out about a request on the way: what the journal says of it, and what the answer needs beside its
/// body.
#[derive(Debug, Default)]
pub(crate) struct Note {
    pub(crate) person: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) client_authentication: Option<&'static str>,
    pub(crate) needs: Needs,
    /// The nonce that the next proof is to carry (RFC 9449 8.2).
    pub(crate) dpop_nonce: Option<String>,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) faults: Vec<&'static str>,
    pub(crate) response: ResponseSummary,
}

/// What has to be fetched before a request can be answered. Then it is answered anew, as if nothing had happened.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// An address that a client registered: what lies there is needed for an answer. Until it is there nothing is done.
    pub(crate) wants: Option<String>,
    /// Addresses that were asked for this request, whatever came of it.
    pub(crate) tried: Vec<String>,
    /// Addresses of fetched documents that are good for this answer only.
    pub(crate) spent: Vec<String>,
    /// What this request used that is good once.
    pub(crate) once: Vec<String>,
}

impl Needs {
    /// What lies at this address is needed, unless it was asked already.
    pub(crate) fn want(&mut self, address: &str) {
        if self.tried.iter().all(|tried| tried != address) {
            self.wants = Some(address.to_owned());
        }
    }
}
