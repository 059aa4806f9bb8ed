//! What faults do to an ID token: its payload here, its signature and its shape in the submodules. Each returns whether
//! it changed anything.

mod shape;
mod signature;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::issuer::{foreign, near};
use crate::jose::TokenDraft;
use crate::protocol::logout::LOGOUT_EVENT;

/// What a fault needs to know about the sign-in and the realm.
pub(crate) struct Around<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) client_secret: Option<&'a str>,
    /// Another client of this provider.
    pub(crate) other_client: &'a str,
    /// An ID token handed out to the same person and client before.
    pub(crate) earlier: Option<&'a str>,
    /// It is given for a refresh token.
    pub(crate) refreshed: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn token(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    claims(id, around, draft)
        || issuer(id, around, draft)
        || audience(id, around, draft)
        || times(id, around, draft)
        || subject(id, around, draft)
        || another_kind(id, draft)
        || signature::token(id, around, draft)
        || shape::token(id, draft)
}

fn set(draft: &mut TokenDraft, name: &str, value: Value) -> bool {
    draft.payload.insert(name.to_owned(), value.clone()) != Some(value)
}

fn append(draft: &mut TokenDraft, name: &str, suffix: &str) -> bool {
    match draft.payload.get(name).and_then(Value::as_str).map(|text| format!("{text}{suffix}")) {
        Some(text) => set(draft, name, json!(text)),
        None => false,
    }
}

fn claims(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    match id {
        "idt-nonce-wrong" => append(draft, "nonce", "1"),
        "idt-nonce-missing" => draft.payload.remove("nonce").is_some(),
        "idt-replay" => {
            draft.instead = around.earlier.map(str::to_owned);
            draft.instead.is_some()
        }
        "idt-hash-at" => {
            let wrong = crate::protocol::claims::half_hash(draft.hash_alg(), "another token");
            set(draft, "at_hash", json!(wrong))
        }
        "idt-hash-c" => {
            let wrong = crate::protocol::claims::half_hash(draft.hash_alg(), "another code");
            set(draft, "c_hash", json!(wrong))
        }
        "idt-acr-low" => set(draft, "acr", json!("0")) | set(draft, "amr", json!(["pwd"])),
        "ok-no-athash" => draft.payload.remove("at_hash").is_some(),
        "ok-extra" => {
            draft.header.insert("x_number".to_owned(), json!(7));
            set(draft, "x_unknown", json!({"list": [1, "two", null]}))
        }
        "ok-sloppy-profile" | "claim-amr-string" => set(draft, "amr", json!("pwd")),
        "claim-name-userinfo-only" => {
            let names = ["name", "given_name", "family_name"];
            // Every one of them goes, so this must not stop at the first.
            names.iter().filter(|name| draft.payload.remove(**name).is_some()).count() > 0
        }
        "claim-all-userinfo-only" => {
            let before = draft.payload.len();
            draft.payload.retain(|name, _| PROTOCOL.contains(&name.as_str()));
            draft.payload.len() != before
        }
        _ => false,
    }
}

/// Claims without which it would be no ID token.
const PROTOCOL: [&str; 11] =
    ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "acr", "amr", "sid"];

fn issuer(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    let Some(issuer) = draft.payload.get("iss").and_then(Value::as_str).map(str::to_owned) else {
        return false;
    };
    match id {
        "idt-iss-wrong" => set(draft, "iss", json!(foreign(&issuer))),
        "tok-refresh-iss" if around.refreshed => set(draft, "iss", json!(foreign(&issuer))),
        "idt-iss-missing" => draft.payload.remove("iss").is_some(),
        "idt-iss-array" => set(draft, "iss", json!(["https://evil.example", issuer])),
        "idt-iss-number" => set(draft, "iss", json!(1)),
        "idt-iss-near" => set(draft, "iss", json!(near("slash", &issuer))),
        _ => match id.strip_prefix("idt-iss-near-").and_then(|how| near(how, &issuer)) {
            Some(near) => set(draft, "iss", json!(near)),
            None => false,
        },
    }
}

fn audience(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    let (client, other) = (around.client_id, around.other_client);
    match id {
        "idt-aud-wrong" => set(draft, "aud", json!(other)),
        "idt-aud-missing" => draft.payload.remove("aud").is_some(),
        "idt-aud-null" => set(draft, "aud", Value::Null),
        "idt-aud-number" => set(draft, "aud", json!(1)),
        "idt-aud-object" => set(draft, "aud", json!({ client: true })),
        // The same token; which of the two it is depends on whom the relying party trusts.
        "idt-aud-extra" | "ok-aud-azp" => {
            set(draft, "aud", json!([client, other])) && set(draft, "azp", json!(client))
        }
        "idt-azp-wrong" => set(draft, "azp", json!(other)),
        "idt-azp-missing-multi" => set(draft, "aud", json!([client, other])),
        "ok-aud-array" | "claim-aud-array" => set(draft, "aud", json!([client])),
        _ => false,
    }
}

/// Genuine tokens of another kind (RFC 8725 3.11).
fn another_kind(id: &str, draft: &mut TokenDraft) -> bool {
    let typ = match id {
        "idt-wrong-kind-access" => {
            // RFC 9068 2.2, and beside it all that makes an ID token: only the type tells.
            let client = draft.payload.get("aud").cloned().unwrap_or_default();
            set(draft, "client_id", client);
            set(draft, "scope", json!("openid profile email"));
            set(draft, "jti", json!("an-access-token"));
            "at+jwt"
        }
        "idt-wrong-kind-logout" | "idt-wrong-kind-logout-untyped" => {
            set(draft, "events", json!({ LOGOUT_EVENT: {} }));
            set(draft, "jti", json!("a-logout-token"));
            draft.payload.remove("nonce");
            if id == "idt-wrong-kind-logout" { "logout+jwt" } else { "JWT" }
        }
        _ => return false,
    };
    draft.header.insert("typ".to_owned(), json!(typ));
    true
}

fn times(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    let now = around.now.as_second();
    let both =
        |draft: &mut TokenDraft, value: Value| set(draft, "iat", value.clone()) | set(draft, "exp", value);
    match id {
        "idt-exp-past" => set(draft, "iat", json!(now - 660)) | set(draft, "exp", json!(now - 360)),
        "idt-exp-missing" => draft.payload.remove("exp").is_some(),
        "idt-exp-absurd" => set(draft, "exp", json!(now + 315_360_000)),
        "idt-time-type-string" => {
            set(draft, "iat", json!(now.to_string())) | set(draft, "exp", json!("tomorrow"))
        }
        "idt-time-type-1e300" => both(draft, json!(1e300)),
        "idt-time-type-u64max" => both(draft, json!(u64::MAX)),
        "idt-time-type-neg" => both(draft, json!(-1)),
        "idt-iat-missing" => draft.payload.remove("iat").is_some(),
        "idt-iat-stale" => set(draft, "iat", json!(now - 604_800)),
        "idt-iat-future" => set(draft, "iat", json!(now + 600)) | set(draft, "exp", json!(now + 900)),
        "idt-nbf-future" => set(draft, "nbf", json!(now + 600)),
        "net-skew-30s" => shift(draft, 30),
        "net-skew-10m" => shift(draft, 600),
        "idt-authtime-missing" => draft.payload.remove("auth_time").is_some(),
        "idt-authtime-stale" => set(draft, "auth_time", json!(now - 2_592_000)),
        "idt-authtime-future" => set(draft, "auth_time", json!(now + 600)),
        "ok-skew" => set(draft, "iat", json!(now + 30)) | set(draft, "nbf", json!(now + 30)),
        "ok-skew-behind" => set(draft, "iat", json!(now - 330)) | set(draft, "exp", json!(now - 30)),
        "ok-token-floats" => ["iat", "exp", "auth_time"].iter().fold(false, |changed, name| {
            let seconds = draft.payload.get(*name).and_then(Value::as_i64).unwrap_or(now);
            // Seconds of this century are exact in a double.
            let text = format!("{seconds}.5").parse::<f64>().unwrap_or_default();
            set(draft, name, json!(text)) | changed
        }),
        _ => false,
    }
}

/// All times as a clock tells them that is ahead.
fn shift(draft: &mut TokenDraft, seconds: i64) -> bool {
    ["iat", "exp", "auth_time"].iter().fold(false, |changed, name| {
        let time = draft.payload.get(*name).and_then(Value::as_i64);
        time.is_some_and(|time| set(draft, name, json!(time + seconds))) || changed
    })
}

fn subject(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    match id {
        "tok-refresh-sub" if around.refreshed => append(draft, "sub", "1"),
        "idt-sub-missing" => draft.payload.remove("sub").is_some(),
        "idt-sub-empty" => set(draft, "sub", json!("")),
        "idt-sub-too-long" => set(draft, "sub", json!("x".repeat(300))),
        "idt-sub-nonascii" => append(draft, "sub", "-ü"),
        "idt-sub-nul" => append(draft, "sub", "\0"),
        "idt-sub-number" => set(draft, "sub", json!(1)),
        "idt-sub-space" => set(draft, "sub", json!(" ")),
        "idt-dup-member" => {
            draft.more_members.push_str(",\"sub\":\"somebody-else\"");
            true
        }
        _ => false,
    }
}
