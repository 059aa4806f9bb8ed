//! What faults do when a session ends: to the logout token, to the address in a frame, to the redirect afterwards.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::issuer::foreign;
use crate::jose::{Signing, TokenDraft};
use crate::protocol::logout::LOGOUT_EVENT;
use crate::protocol::params::Params;

/// What a fault needs to know about the logout and the realm.
pub(crate) struct Around<'a> {
    pub(crate) client_secret: Option<&'a str>,
    /// Another client of this provider.
    pub(crate) other_client: &'a str,
    /// A logout token sent to the same client about the same person before.
    pub(crate) earlier_logout_token: Option<&'a str>,
    /// An ID token handed out to the same person and client before.
    pub(crate) earlier_id_token: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// Edits a logout token (Back-Channel Logout 2.4); whether it changed anything.
pub(crate) fn token(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    claims(id, around, draft) || header(id, around, draft) || instead(id, around, draft)
}

fn claims(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    let now = around.now.as_second();
    let mut set =
        |name: &str, value: Value| draft.payload.insert(name.to_owned(), value.clone()) != Some(value);
    match id {
        "out-bcl-ok" => set("x_unknown", json!({"list": [1, "two", null]})),
        "out-bcl-wrong-iss" => {
            let issuer = foreign(draft.payload.get("iss").and_then(Value::as_str).unwrap_or_default());
            draft.payload.insert("iss".to_owned(), json!(issuer)).is_some()
        }
        "out-bcl-wrong-aud" => set("aud", json!(around.other_client)),
        "out-bcl-no-event" => draft.payload.remove("events").is_some(),
        "out-bcl-wrong-event" => set("events", json!({ format!("{LOGOUT_EVENT}INVALID"): {} })),
        "out-bcl-with-nonce" => set("nonce", json!("a-nonce")),
        "out-bcl-expired" => set("iat", json!(now - 660)) | set("exp", json!(now - 540)),
        "out-bcl-no-sub-sid" => draft.payload.remove("sub").is_some() | draft.payload.remove("sid").is_some(),
        "out-bcl-unknown-sid" => {
            set("sid", json!("a-session-nobody-has")) | draft.payload.remove("sub").is_some()
        }
        "out-bcl-sub-only" => draft.payload.remove("sid").is_some(),
        _ => false,
    }
}

fn header(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    let mut set = |name: &str, value: &str| draft.header.insert(name.to_owned(), json!(value));
    match id {
        "out-bcl-alg-none" => {
            set("alg", "none");
            draft.signing = Signing::Nothing;
        }
        "out-bcl-wrong-alg" => {
            set("alg", "HS256");
            draft.signing = Signing::Hmac(around.client_secret.unwrap_or_default().as_bytes().to_vec());
        }
        "out-bcl-typ" => {
            set("typ", "at+jwt");
        }
        _ => return false,
    }
    true
}

fn instead(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    draft.instead = match id {
        "out-bcl-replay-jti" => around.earlier_logout_token,
        "out-bcl-id-token" => around.earlier_id_token,
        _ => None,
    }
    .map(str::to_owned);
    draft.instead.is_some()
}

/// How many logout tokens about sessions that nobody has come along.
pub(crate) fn storm(id: &str) -> Option<usize> {
    (id == "out-bcl-storm").then_some(100)
}

/// Edits the parameters of a frame (Front-Channel Logout 2).
pub(crate) fn frame(id: &str, params: &mut Params) -> bool {
    match id {
        "out-fc-wrong-sid" => params.set("sid", "a-session-nobody-has"),
        "out-fc-wrong-iss" => match params.first("iss").map(foreign) {
            Some(issuer) => params.set("iss", issuer),
            None => false,
        },
        _ => false,
    }
}

/// Edits the redirect afterwards (RP-Initiated Logout 3).
pub(crate) fn redirect(id: &str, params: &mut Params) -> bool {
    match id {
        "out-rp-no-state" => params.remove("state"),
        "out-rp-other-state" => append("state", params),
        _ => false,
    }
}

fn append(name: &str, params: &mut Params) -> bool {
    match params.first(name).map(|value| format!("{value}1")) {
        Some(value) => params.set(name, value),
        None => false,
    }
}
