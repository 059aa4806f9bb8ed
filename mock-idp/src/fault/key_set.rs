//! What faults do to the key set. Each returns whether it changed anything.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::documents::{DocumentDraft, MAINTENANCE};
use crate::keys::KeyRing;
use crate::keys::strangers::Stranger;
use crate::rule::{MOST_PADDING, Then};

/// The shared secret that `jwks-misuse-oct` publishes.
pub(crate) const PUBLISHED_SECRET: &[u8] = b"a secret that everybody reads in the key set";

/// The stranger whose key a fault puts beside the honest ones, and signs with.
pub(crate) fn guest(id: &str) -> Option<Stranger> {
    match id {
        "jwks-weak-1024" => Some(Stranger::Weak),
        "jwks-weak-e1" => Some(Stranger::ExponentOne),
        "jwks-weak-16k" => Some(Stranger::Huge),
        _ => None,
    }
}

/// The name of a key that a fault puts beside the honest ones.
pub(crate) fn guest_kid(id: &str, ring: &KeyRing) -> String {
    format!("{}-{}", ring.signing().kid, id.rsplit('-').next().unwrap_or_default())
}

/// `at_standard_path`: whether the key set was asked for where it always is.
pub(crate) fn jwks(id: &str, ring: &KeyRing, at_standard_path: bool, draft: &mut DocumentDraft) -> bool {
    if outage(id, at_standard_path, draft) {
        return true;
    }
    let published = draft.body.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(keys) = keys(id, ring, published) else { return false };
    let before = draft.body.insert("keys".to_owned(), Value::Array(keys));
    before.as_ref() != draft.body.get("keys")
}

fn outage(id: &str, at_standard_path: bool, draft: &mut DocumentDraft) -> bool {
    match id {
        "jwks-outage-500" => draft.status = StatusCode::INTERNAL_SERVER_ERROR,
        "jwks-outage-html" => draft.html = Some(MAINTENANCE),
        "jwks-outage-huge" => draft.then = Some(Then::Padding(MOST_PADDING / 2)),
        "jwks-uri-random" if at_standard_path => draft.status = StatusCode::NOT_FOUND,
        "net-hang-jwks" => draft.then = Some(Then::Hang),
        "net-refused-jwks" => draft.then = Some(Then::Close),
        "net-reset-jwks" => draft.then = Some(Then::Reset),
        "net-truncated-jwks" => draft.then = Some(Then::Truncate),
        _ => return false,
    }
    true
}

/// What is published instead of the honest keys.
fn keys(id: &str, ring: &KeyRing, mut published: Vec<Value>) -> Option<Vec<Value>> {
    let signing = ring.signing().jwk();
    let without_kid = |mut key: Map<String, Value>| {
        key.remove("kid");
        Value::Object(key)
    };
    let with = |name: &str, value: Value| {
        let mut key = signing.clone();
        key.insert(name.to_owned(), value);
        vec![Value::Object(key)]
    };
    Some(match id {
        "jwks-kid-absent-single" => vec![without_kid(signing)],
        "jwks-kid-absent-multi" => {
            let mut all = ring.jwks(&BTreeSet::new());
            all.push(ring.other().jwk());
            all.into_iter().map(without_kid).collect()
        }
        "ok-rs256" => vec![Value::Object(signing)],
        "jwks-outage-empty" => Vec::new(),
        "jwks-kid-dup" => {
            published.insert(0, Value::Object(Stranger::Attacker.jwk(&ring.signing().kid)));
            published
        }
        "jwks-key-withdrawn" => {
            published.retain(|key| key.get("n") != signing.get("n") || key.get("x") != signing.get("x"));
            published
        }
        "jwks-foreign-entries" => foreign_entries().into_iter().chain(published).collect(),
        "jwks-misuse-enc" => with("use", json!("enc")),
        "jwks-misuse-alg" => with("alg", json!("RSA-OAEP-256")),
        "jwks-misuse-private" => with("d", json!(URL_SAFE_NO_PAD.encode([7; 256]))),
        "jwks-misuse-oct" => {
            let k = URL_SAFE_NO_PAD.encode(PUBLISHED_SECRET);
            let kid = guest_kid(id, ring);
            published.push(json!({"kty": "oct", "k": k, "alg": "HS256", "use": "sig", "kid": kid}));
            published
        }
        _ => {
            let guest = guest(id)?;
            published.push(Value::Object(guest.jwk(&guest_kid(id, ring))));
            published
        }
    })
}

/// Entries that a reader of today passes over (RFC 7517 5): new key types, other curves, broken ones.
fn foreign_entries() -> Vec<Value> {
    let point = URL_SAFE_NO_PAD.encode([7; 32]);
    vec![
        json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "foreign-1", "pub": URL_SAFE_NO_PAD.encode([7; 1312])}),
        json!({"kty": "EC", "crv": "secp256k1", "alg": "ES256K", "kid": "foreign-2", "x": point, "y": point}),
        json!({"kty": "OKP", "crv": "X25519", "use": "enc", "kid": "foreign-3", "x": point}),
        json!({"kty": "RSA", "use": "sig", "kid": "foreign-4", "n": "%%%", "e": 3}),
    ]
}
