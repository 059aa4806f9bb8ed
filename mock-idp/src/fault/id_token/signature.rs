//! What faults do to the header and the signature of an ID token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixtures::SigningAlgorithm;
use serde_json::{Value, json};

use super::Around;
use crate::fault::key_set::{PUBLISHED_SECRET, guest, guest_kid};
use crate::jose::{Signing, TokenDraft};
use crate::keys::KeyRing;
use crate::keys::strangers::{self, Stranger};

pub(super) fn token(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    if let Some(guest) = guest(id) {
        signed_by(guest, &guest_kid(id, &draft.ring), draft);
        return true;
    }
    genuine_keys(id, draft)
        || wrong_keys(id, around, draft)
        || keys_brought_along(id, draft)
        || names(id, draft)
        || critical(id, draft)
}

/// Other names or types over a genuine signature.
fn genuine_keys(id: &str, draft: &mut TokenDraft) -> bool {
    match id {
        "jwks-kid-absent-single" | "jwks-kid-absent-multi" => return draft.header.remove("kid").is_some(),
        "ok-typ" => return draft.header.remove("typ").is_some(),
        "ok-typ-lower" => {
            draft.header.insert("typ".to_owned(), json!("jwt"));
        }
        "sig-alg-alternate" => sign_by(draft, SigningAlgorithm::ES256),
        _ => return false,
    }
    true
}

fn wrong_keys(id: &str, around: &Around<'_>, draft: &mut TokenDraft) -> bool {
    match id {
        "jwks-kid-unknown" => {
            name(draft, json!("never-published"));
            draft.signing = Signing::ByOtherKey;
        }
        "jwks-misuse-oct" => {
            name(draft, json!(guest_kid(id, &draft.ring)));
            hmac(draft, PUBLISHED_SECRET.to_vec());
        }
        "sig-cross-issuer" => draft.signing = Signing::ByStranger(Stranger::Attacker),
        "sig-ecdsa-zero" => {
            sign_by(draft, SigningAlgorithm::ES256);
            draft.signing = Signing::Bytes(vec![0; 64]);
        }
        "sig-ecdsa-zero-der" => {
            sign_by(draft, SigningAlgorithm::ES256);
            draft.signing = Signing::Der;
        }
        "sig-ecdsa-zero-curve" => {
            sign_by(draft, SigningAlgorithm::EdDsa);
            draft.header.insert("alg".to_owned(), json!("ES256"));
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
        "sig-hs-pubkey" => hmac(draft, public_pem(&draft.ring)),
        "sig-hs-secret" => hmac(draft, around.client_secret.unwrap_or_default().as_bytes().to_vec()),
        "sig-hs-empty" => hmac(draft, Vec::new()),
        _ => return false,
    }
    true
}

/// An attacker's key that the token brings along, or says where to find (OIDC Core 2 forbids following it).
fn keys_brought_along(id: &str, draft: &mut TokenDraft) -> bool {
    let issuer = draft.payload.get("iss").and_then(Value::as_str).unwrap_or_default();
    let address = |name: &str| json!(format!("{}/strangers/{name}", issuer.trim_end_matches('/')));
    let (member, value) = match id {
        "sig-header-jwk" => ("jwk", Value::Object(Stranger::Attacker.jwk(strangers::KID))),
        "sig-header-jku" => ("jku", address(strangers::KID)),
        "sig-header-x5u" => ("x5u", address("certificate.pem")),
        _ => return false,
    };
    draft.header.insert(member.to_owned(), value);
    signed_by(Stranger::Attacker, strangers::KID, draft);
    true
}

/// Names of keys that do harm where somebody looks them up carelessly (RFC 8725 3.10). The signature is no better.
fn names(id: &str, draft: &mut TokenDraft) -> bool {
    let kid = match id {
        "sig-kid-evil" => json!("../../../../../../dev/null"),
        "sig-kid-evil-sql" => json!("' UNION SELECT 'c2VjcmV0' --"),
        "sig-kid-evil-long" => json!("k".repeat(10_000)),
        "sig-kid-evil-number" => json!(7),
        _ => return false,
    };
    name(draft, kid);
    draft.signing = Signing::ByOtherKey;
    true
}

/// Extensions that must be understood, over a genuine signature (RFC 7515 4.1.11).
fn critical(id: &str, draft: &mut TokenDraft) -> bool {
    let (extension, value) = match id {
        "sig-crit-unknown" => ("x-unknown", json!(true)),
        "sig-crit-b64" => ("b64", json!(false)),
        _ => return false,
    };
    draft.header.insert("crit".to_owned(), json!([extension]));
    draft.header.insert(extension.to_owned(), value);
    true
}

fn name(draft: &mut TokenDraft, kid: Value) {
    draft.header.insert("kid".to_owned(), kid);
}

fn signed_by(stranger: Stranger, kid: &str, draft: &mut TokenDraft) {
    draft.header.insert("alg".to_owned(), json!("RS256"));
    name(draft, json!(kid));
    draft.signing = Signing::ByStranger(stranger);
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
