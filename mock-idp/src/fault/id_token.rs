//! What faults do to an ID token: its payload, its header, its signature. Each returns whether it changed anything.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixtures::SigningAlgorithm;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::jose::{Signing, TokenDraft};
use crate::keys::KeyRing;

/// What a fault needs to know about the sign-in and the realm.
pub(crate) struct Around<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) client_secret: Option<&'a str>,
    /// Another client of this provider.
    pub(crate) other_client: &'a str,
    /// An ID token handed out to the same person and client before.
    pub(crate) earlier: Option<&'a str>,
    pub(crate) now: Timestamp,
}

pub(crate) fn token(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    claims(id, around, draft)
        || times(id, around, draft)
        || subject(id, draft)
        || signature(id, around, draft)
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
    let issuer = draft.payload.get("iss").cloned().unwrap_or_default();
    let (client, other) = (around.client_id, around.other_client);
    match id {
        "idt-iss-wrong" => append(draft, "iss", "1"),
        "idt-iss-missing" => draft.payload.remove("iss").is_some(),
        "idt-iss-near" => append(draft, "iss", "/"),
        "idt-iss-array" => set(draft, "iss", json!(["https://evil.example", issuer])),
        "idt-iss-number" => set(draft, "iss", json!(1)),
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
        "idt-acr-low" => set(draft, "acr", json!("0")) | set(draft, "amr", json!(["pwd"])),
        "ok-aud-array" => set(draft, "aud", json!([client])),
        "ok-no-athash" => draft.payload.remove("at_hash").is_some(),
        "ok-extra" => {
            draft.header.insert("x_number".to_owned(), json!(7));
            set(draft, "x_unknown", json!({"list": [1, "two", null]}))
        }
        "ok-sloppy-profile" => set(draft, "amr", json!("pwd")),
        _ => false,
    }
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

fn subject(id: &str, draft: &mut TokenDraft) -> bool {
    match id {
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

fn signature(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    match id {
        "jwks-kid-unknown" => {
            draft.header.insert("kid".to_owned(), json!("never-published"));
            draft.signing = Signing::ByOtherKey;
        }
        "jwks-kid-absent-single" | "jwks-kid-absent-multi" => return draft.header.remove("kid").is_some(),
        "ok-typ" => return draft.header.remove("typ").is_some(),
        "ok-typ-lower" => {
            draft.header.insert("typ".to_owned(), json!("jwt"));
        }
        "sig-bad-rs256" => draft.corrupt = true,
        "sig-bad-rs256-other-key" => draft.signing = Signing::ByOtherKey,
        "sig-bad-rs256-swapped" => {
            draft.swapped.insert("sub".to_owned(), json!("k1-somebody-else"));
        }
        "sig-bad-es256" => {
            sign_by(draft, SigningAlgorithm::ES256);
            draft.corrupt = true;
        }
        "sig-bad-hs256" => {
            hmac(draft, around.client_secret.unwrap_or("no secret").as_bytes().to_vec());
            draft.corrupt = true;
        }
        "sig-none-lower" => unsigned(draft, "none"),
        "sig-none-mixed-case" => unsigned(draft, "nOnE"),
        "sig-none-stripped" => draft.signing = Signing::Nothing,
        "sig-alg-alternate" => sign_by(draft, SigningAlgorithm::ES256),
        "sig-hs-pubkey" => hmac(draft, public_pem(&draft.ring)),
        "sig-hs-secret" => hmac(draft, around.client_secret.unwrap_or_default().as_bytes().to_vec()),
        "sig-hs-empty" => hmac(draft, Vec::new()),
        _ => return false,
    }
    true
}

fn sign_by(draft: &mut TokenDraft, alg: SigningAlgorithm) {
    draft.header.insert("alg".to_owned(), json!(alg.as_str()));
    draft.header.insert("kid".to_owned(), json!(draft.ring.by_alg(alg).kid_for(alg)));
    draft.signing = Signing::By(alg);
}

fn hmac(draft: &mut TokenDraft, key: Vec<u8>) {
    draft.header.insert("alg".to_owned(), json!("HS256"));
    draft.signing = Signing::Hmac(key);
}

fn unsigned(draft: &mut TokenDraft, alg: &str) {
    draft.header.insert("alg".to_owned(), json!(alg));
    draft.header.remove("kid");
    draft.signing = Signing::Nothing;
}

/// The public key as the PEM file an attacker downloads (RFC 8017 A.1.1).
fn public_pem(ring: &KeyRing) -> Vec<u8> {
    let body = STANDARD.encode(&ring.signing().key.public_der);
    format!("-----BEGIN RSA PUBLIC KEY-----\n{body}\n-----END RSA PUBLIC KEY-----\n").into_bytes()
}
