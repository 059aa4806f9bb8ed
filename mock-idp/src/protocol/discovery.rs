//! Provider metadata (OIDC Discovery 3, RFC 8414, RFC 9207). Everything in it works; everything that works is in it.

use serde_json::{Map, Value, json};

use crate::protocol::claims::ClaimNames;

/// Paths of the endpoints, relative to the issuer.
pub(crate) mod path {
    pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";
    pub(crate) const JWKS: &str = "/.well-known/openid-configuration/jwks";
    pub(crate) const AUTHORIZE: &str = "/connect/authorize";
    pub(crate) const TOKEN: &str = "/connect/token";
    pub(crate) const USERINFO: &str = "/connect/userinfo";
    pub(crate) const END_SESSION: &str = "/connect/endsession";
}

/// Scopes that are understood.
pub(crate) const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// The document for an issuer.
pub(crate) fn metadata(issuer: &str, names: &ClaimNames) -> Map<String, Value> {
    let at = |path: &str| format!("{issuer}{path}");
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": at(path::AUTHORIZE),
        "token_endpoint": at(path::TOKEN),
        "userinfo_endpoint": at(path::USERINFO),
        "jwks_uri": at(path::JWKS),
        "end_session_endpoint": at(path::END_SESSION),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "at_hash", "amr", "acr",
            "name", "given_name", "family_name", "email", "email_verified",
            names.username, names.company_id, names.company_name, names.role, names.modules,
        ],
        "acr_values_supported": [super::claims::ACR],
        "prompt_values_supported": ["none", "login", "select_account"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
    });
    match document {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
