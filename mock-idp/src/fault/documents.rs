//! What faults do to the discovery document and to the key set. Each returns whether it changed anything.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::keys::KeyRing;

/// A document on its way out.
#[derive(Debug, Clone)]
pub(crate) struct DocumentDraft {
    pub(crate) status: StatusCode,
    pub(crate) body: Map<String, Value>,
    /// Served instead of the body.
    pub(crate) html: Option<&'static str>,
}

impl DocumentDraft {
    pub(crate) fn new(body: Map<String, Value>) -> Self {
        Self { status: StatusCode::OK, body, html: None }
    }
}

/// The prefix under which every endpoint also answers, for relying parties that must read discovery.
pub(crate) const MOVED: &str = "/moved";

/// The folder of key sets that moved.
pub(crate) const KEYS_MOVED: &str = "/keys/";

pub(crate) fn discovery(id: &str, issuer: &str, random: &str, draft: &mut DocumentDraft) -> bool {
    let body = &mut draft.body;
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value.clone()) != Some(value);
    match id {
        "disc-issuer-mismatch" => set("issuer", json!(format!("{issuer}INVALID"))),
        "disc-alg-downgrade" => {
            set("id_token_signing_alg_values_supported", json!(["RS256", "HS256", "none"]))
        }
        "disc-flap" => {
            draft.status = StatusCode::SERVICE_UNAVAILABLE;
            true
        }
        "jwks-uri-random" => set("jwks_uri", json!(format!("{issuer}{KEYS_MOVED}{random}"))),
        "tok-basic-only" => set("token_endpoint_auth_methods_supported", json!(["client_secret_basic"])),
        "ok-discovery" => move_endpoints(issuer, body),
        "ok-extra" => {
            set("x_unknown_object", json!({"nested": [1, null]}));
            set("service_documentation", json!("https://docs.example/"));
            set(
                "grant_types_supported",
                json!(["authorization_code", "refresh_token", "urn:example:unknown"]),
            )
        }
        "ok-iss-param" => body.remove("authorization_response_iss_parameter_supported").is_some(),
        _ => false,
    }
}

fn move_endpoints(issuer: &str, body: &mut Map<String, Value>) -> bool {
    let mut changed = false;
    for (name, value) in body.iter_mut() {
        let endpoint = name.ends_with("_endpoint") || name == "jwks_uri";
        if let Some(path) = value.as_str().filter(|_| endpoint).and_then(|text| text.strip_prefix(issuer)) {
            *value = json!(format!("{issuer}{MOVED}{path}"));
            changed = true;
        }
    }
    changed
}

/// `at_standard_path`: whether the key set was asked for where it always is.
pub(crate) fn jwks(id: &str, ring: &KeyRing, at_standard_path: bool, draft: &mut DocumentDraft) -> bool {
    let without_kid = |mut key: Map<String, Value>| {
        key.remove("kid");
        Value::Object(key)
    };
    let keys = match id {
        "jwks-kid-absent-single" => json!([without_kid(ring.signing().jwk())]),
        "jwks-kid-absent-multi" => {
            let mut published = ring.jwks(&BTreeSet::new());
            published.push(ring.other().jwk());
            Value::Array(published.into_iter().map(without_kid).collect())
        }
        "ok-rs256" => json!([ring.signing().jwk()]),
        "jwks-outage-empty" => json!([]),
        "jwks-outage-500" => {
            draft.status = StatusCode::INTERNAL_SERVER_ERROR;
            return true;
        }
        "jwks-outage-html" => {
            draft.html = Some("<!doctype html><title>maintenance</title><p>We will be back.</p>");
            return true;
        }
        "jwks-uri-random" if at_standard_path => {
            draft.status = StatusCode::NOT_FOUND;
            return true;
        }
        _ => return false,
    };
    let before = draft.body.insert("keys".to_owned(), keys);
    before.as_ref() != draft.body.get("keys")
}
