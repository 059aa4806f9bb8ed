//! Provider metadata (OIDC Discovery 3, RFC 8414, RFC 9207). Everything in it works; everything that works is in it:
//! what is switched on is what some client is registered for.

use std::collections::BTreeSet;

use fixtures::{AuthMethod, CLIENT_ALGORITHMS, Client, Grant, ResponseType, SigningAlgorithm, SubjectType};
use serde_json::{Map, Value, json};

use crate::protocol::base::Base;
use crate::protocol::claims::ClaimNames;
use crate::protocol::endpoints::Endpoint;
use crate::protocol::on_the_spot::client as on_the_spot;
use crate::protocol::scope::SCOPES;
use crate::switches::Switches;

/// Algorithms that proofs of possession may have. Ed25519 is EdDSA by the name that says the curve (RFC 9864).
pub(crate) const PROOF_ALGORITHMS: [&str; 6] = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"];

/// What is switched on in a realm.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switched {
    pub(crate) grants: BTreeSet<Grant>,
    pub(crate) response_types: BTreeSet<ResponseType>,
    pub(crate) auth_methods: BTreeSet<AuthMethod>,
    pub(crate) id_token_algorithms: BTreeSet<SigningAlgorithm>,
    pub(crate) userinfo_algorithms: BTreeSet<SigningAlgorithm>,
    pub(crate) pairwise: bool,
    pub(crate) request_uris: bool,
    pub(crate) unsigned_request_objects: bool,
    pub(crate) switches: Switches,
}

impl Switched {
    /// What these clients are registered for. Where clients register themselves, that is everything.
    pub(crate) fn by<'a>(clients: impl Iterator<Item = &'a Client>, switches: Switches) -> Self {
        let mut on = Self { switches, ..Self::default() };
        on.id_token_algorithms.insert(SigningAlgorithm::default());
        for client in clients {
            on.grants.extend(&client.grants);
            on.response_types.extend(&client.response_types);
            on.auth_methods.extend(&client.auth_methods);
            on.id_token_algorithms.insert(client.id_token_signed_response_alg);
            on.userinfo_algorithms.extend(client.userinfo_signed_response_alg);
            on.pairwise |= client.subject_type == SubjectType::Pairwise;
            on.request_uris |= !client.request_uris.is_empty();
            on.unsigned_request_objects |= client.request_object_signing_alg.as_deref() == Some("none");
        }
        if switches.any_client {
            on.grants.extend([Grant::AuthorizationCode, Grant::RefreshToken]);
            on.grants.extend(on_the_spot::BY_SECRET);
            on.response_types.insert(ResponseType::Code);
            on.auth_methods.extend(on_the_spot::METHODS);
        }
        if switches.registration {
            on.grants.extend(Grant::ALL);
            on.response_types.extend(ResponseType::ALL);
            on.auth_methods.extend(AuthMethod::ALL);
            on.id_token_algorithms.extend(SigningAlgorithm::ALL);
            on.userinfo_algorithms.extend(SigningAlgorithm::ALL);
            (on.pairwise, on.request_uris, on.unsigned_request_objects) = (true, true, true);
        }
        on
    }
}

/// The document of a realm.
pub(crate) fn metadata(base: &Base, names: &ClaimNames, on: &Switched) -> Map<String, Value> {
    let mut document = endpoints(base, on);
    document.extend(abilities(on));
    document.extend(people(names, on));
    document.extend(logout());
    document
}

fn members(document: Value) -> Map<String, Value> {
    if let Value::Object(members) = document { members } else { Map::new() }
}

fn endpoints(base: &Base, on: &Switched) -> Map<String, Value> {
    let at = |endpoint| base.endpoint(endpoint);
    let mut document = members(json!({
        "issuer": &*base.issuer,
        "authorization_endpoint": at(Endpoint::Authorization),
        "token_endpoint": at(Endpoint::Token),
        "userinfo_endpoint": at(Endpoint::Userinfo),
        "jwks_uri": at(Endpoint::Jwks),
        "end_session_endpoint": at(Endpoint::EndSession),
        "pushed_authorization_request_endpoint": at(Endpoint::PushedAuthorization),
        "introspection_endpoint": at(Endpoint::Introspection),
        "revocation_endpoint": at(Endpoint::Revocation),
    }));
    if on.grants.contains(&Grant::DeviceCode) {
        document.insert("device_authorization_endpoint".to_owned(), json!(at(Endpoint::DeviceAuthorization)));
    }
    if on.switches.registration {
        document.insert("registration_endpoint".to_owned(), json!(at(Endpoint::Registration)));
    }
    document
}

fn abilities(on: &Switched) -> Map<String, Value> {
    let names = |algorithms: &BTreeSet<SigningAlgorithm>| -> Vec<&str> {
        algorithms.iter().map(|alg| alg.as_str()).collect()
    };
    let methods: Vec<_> = on.auth_methods.iter().map(|method| method.as_str()).collect();
    let proving: Vec<_> = methods.iter().filter(|method| **method != "none").collect();
    let by_jwt = [AuthMethod::ClientSecretJwt, AuthMethod::PrivateKeyJwt];
    let by_jwt = by_jwt.iter().any(|method| on.auth_methods.contains(method));
    let mut objects = CLIENT_ALGORITHMS.to_vec();
    if on.unsigned_request_objects {
        objects.push("none");
    }
    let subjects = if on.pairwise { vec!["public", "pairwise"] } else { vec!["public"] };
    let mut document = members(json!({
        "scopes_supported": SCOPES,
        "response_types_supported": on.response_types.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": on.grants.iter().map(|grant| grant.as_str()).collect::<Vec<_>>(),
        "subject_types_supported": subjects,
        "id_token_signing_alg_values_supported": names(&on.id_token_algorithms),
        "token_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": proving,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "request_parameter_supported": true,
        "request_uri_parameter_supported": on.request_uris,
        "require_request_uri_registration": on.request_uris,
        "request_object_signing_alg_values_supported": objects,
        "require_pushed_authorization_requests": false,
        "authorization_response_iss_parameter_supported": true,
        "dpop_signing_alg_values_supported": PROOF_ALGORITHMS,
    }));
    if by_jwt {
        let name = "token_endpoint_auth_signing_alg_values_supported";
        document.insert(name.to_owned(), json!(CLIENT_ALGORITHMS));
    }
    if !on.userinfo_algorithms.is_empty() {
        let name = "userinfo_signing_alg_values_supported";
        document.insert(name.to_owned(), json!(names(&on.userinfo_algorithms)));
    }
    document
}

fn people(names: &ClaimNames, on: &Switched) -> Map<String, Value> {
    let mut claims = vec![
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "sid",
        "at_hash",
        "amr",
        "acr",
        "name",
        "given_name",
        "family_name",
        "email",
        "email_verified",
        "phone_number",
        "address",
    ];
    claims.retain(|claim| on.switches.auth_time || *claim != "auth_time");
    claims.push(&names.username);
    if on.switches.kaseya_claims {
        claims.extend([names.company_id.as_str(), &names.company_name, &names.role, &names.modules]);
    }
    members(json!({
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "acr_values_supported": [super::claims::acr(on.switches)],
        "prompt_values_supported": ["none", "login", "select_account", "consent"],
        "display_values_supported": ["page"],
        "ui_locales_supported": ["en"],
    }))
}

fn logout() -> Map<String, Value> {
    members(json!({
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
    }))
}
