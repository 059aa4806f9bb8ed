//! What faults do to the discovery document. Each returns whether it changed anything.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::issuer::{elsewhere, near};
use crate::protocol::base::Base;
use crate::protocol::endpoints::Endpoint;
use crate::rule::Then;

/// A document on its way out.
#[derive(Debug, Clone)]
pub(crate) struct DocumentDraft {
    pub(crate) status: StatusCode,
    pub(crate) body: Map<String, Value>,
    /// Served instead of the body.
    pub(crate) html: Option<&'static str>,
    /// Where a redirect instead of the body leads.
    pub(crate) location: Option<String>,
    /// What happens to the answer on its way.
    pub(crate) then: Option<Then>,
}

impl DocumentDraft {
    pub(crate) fn new(body: Map<String, Value>) -> Self {
        Self { status: StatusCode::OK, body, html: None, location: None, then: None }
    }

    /// Changes a member; whether that changed anything.
    fn set(&mut self, name: &str, value: Value) -> bool {
        self.body.insert(name.to_owned(), value.clone()) != Some(value)
    }
}

/// The prefix under which every endpoint also answers, for relying parties that must read discovery.
pub(crate) const MOVED: &str = "/moved";

/// The folder of key sets that moved.
pub(crate) const KEYS_MOVED: &str = "/keys/";

/// A page where JSON is due.
pub(crate) const MAINTENANCE: &str = "<!doctype html><title>maintenance</title><p>We will be back.</p>";

/// A name that no resolver knows (RFC 6761 6.4).
const NOWHERE: &str = "http://provider.invalid";

pub(crate) fn discovery(id: &str, base: &Base, random: &str, draft: &mut DocumentDraft) -> bool {
    issuers(id, &base.issuer, draft)
        || addresses(id, base, random, draft)
        || abilities(id, draft)
        || outage(id, base, draft)
}

fn issuers(id: &str, issuer: &str, draft: &mut DocumentDraft) -> bool {
    let other = match id {
        "disc-issuer-mismatch" => format!("{issuer}INVALID"),
        "disc-issuer-template" => format!("{issuer}/{{tenantid}}"),
        _ => match id.strip_prefix("disc-issuer-near-").and_then(|how| near(how, issuer)) {
            Some(near) => near,
            None => return false,
        },
    };
    draft.set("issuer", json!(other))
}

fn addresses(id: &str, base: &Base, random: &str, draft: &mut DocumentDraft) -> bool {
    let foreign = |endpoint| json!(format!("{}{}", elsewhere(&base.front), base.endpoints.path(endpoint)));
    match id {
        "disc-scheme-http" => draft.set("token_endpoint", json!("http://one.example/connect/token")),
        "disc-scheme-file" => draft.set("jwks_uri", json!("file:///etc/hosts")),
        "disc-scheme-js" => draft.set("authorization_endpoint", json!("javascript:alert(1)")),
        "disc-endpoint-foreign-token" => draft.set("token_endpoint", foreign(Endpoint::Token)),
        "disc-endpoint-foreign-jwks" => draft.set("jwks_uri", foreign(Endpoint::Jwks)),
        "disc-endpoint-foreign-userinfo" => draft.set("userinfo_endpoint", foreign(Endpoint::Userinfo)),
        "disc-endpoint-foreign-meta" => {
            draft.set("token_endpoint", json!("http://169.254.169.254/latest/meta-data/"))
        }
        "net-dns-jwks" => draft.set("jwks_uri", json!(format!("{NOWHERE}/jwks"))),
        "net-dns-token" => draft.set("token_endpoint", json!(format!("{NOWHERE}/token"))),
        "net-dns-userinfo" => draft.set("userinfo_endpoint", json!(format!("{NOWHERE}/userinfo"))),
        "jwks-uri-random" => draft.set("jwks_uri", json!(format!("{}{KEYS_MOVED}{random}", base.back))),
        "ok-discovery" | "disc-endpoint-moved" => move_endpoints(base, &mut draft.body),
        _ => false,
    }
}

fn move_endpoints(base: &Base, body: &mut Map<String, Value>) -> bool {
    let mut changed = false;
    for (name, value) in body.iter_mut() {
        let endpoint = name.ends_with("_endpoint") || name == "jwks_uri";
        let Some(address) = value.as_str().filter(|_| endpoint) else { continue };
        let moved = [&base.front, &base.back].into_iter().find_map(|base| {
            let path = address.strip_prefix(&**base).filter(|path| path.starts_with('/'))?;
            Some(format!("{base}{MOVED}{path}"))
        });
        if let Some(moved) = moved {
            *value = json!(moved);
            changed = true;
        }
    }
    changed
}

fn abilities(id: &str, draft: &mut DocumentDraft) -> bool {
    const ALGORITHMS: &str = "id_token_signing_alg_values_supported";
    const NAMES_ISSUER: &str = "authorization_response_iss_parameter_supported";
    match id {
        "disc-alg-downgrade" => draft.set(ALGORITHMS, json!(["RS256", "HS256", "none"])),
        "disc-field-missing" => draft.body.remove("jwks_uri").is_some(),
        "disc-field-missing-token" => draft.body.remove("token_endpoint").is_some(),
        "disc-field-missing-algs" => draft.body.remove(ALGORITHMS).is_some(),
        "disc-field-wrongtype" => draft.set(NAMES_ISSUER, json!("true")),
        "disc-field-wrongtype-unused" => draft.set("claims_parameter_supported", json!("true")),
        "disc-pkce-absent" => draft.body.remove("code_challenge_methods_supported").is_some(),
        "disc-pkce-plain" => draft.set("code_challenge_methods_supported", json!(["plain"])),
        "out-op-dead-absent" => draft.body.remove("end_session_endpoint").is_some(),
        "tok-basic-only" => {
            draft.set("token_endpoint_auth_methods_supported", json!(["client_secret_basic"]))
        }
        "ok-extra" => {
            draft.set("x_unknown_object", json!({"nested": [1, null]}));
            draft.set("service_documentation", json!("https://docs.example/"));
            let grants = json!(["authorization_code", "refresh_token", "urn:example:unknown"]);
            draft.set("grant_types_supported", grants)
        }
        "ok-iss-param" => draft.body.remove(NAMES_ISSUER).is_some(),
        _ => false,
    }
}

fn outage(id: &str, base: &Base, draft: &mut DocumentDraft) -> bool {
    match id {
        "disc-flap" => draft.status = StatusCode::SERVICE_UNAVAILABLE,
        "disc-flap-html" => draft.html = Some(MAINTENANCE),
        "disc-flap-redirect" => {
            draft.location = Some(format!("{}{}", elsewhere(&base.front), base.discovery_path()));
        }
        "disc-flap-timeout" | "net-hang-discovery" => draft.then = Some(Then::Hang),
        "net-refused-discovery" => draft.then = Some(Then::Close),
        "net-reset-discovery" => draft.then = Some(Then::Reset),
        "net-truncated-discovery" => draft.then = Some(Then::Truncate),
        _ => return false,
    }
    true
}
