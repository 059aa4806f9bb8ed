//! Client metadata as clients write and read it themselves (OpenID Connect Dynamic Client Registration 1.0 section 2,
//! RFC 7591 section 2). What is not understood is ignored, as both ask.

use fixtures::{
    AccessTokenFormat, AuthMethod, CLIENT_ALGORITHMS, Client, Grant, ResponseType, SigningAlgorithm,
    SubjectType,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::protocol::error::{ErrorCode, OAuthError};

/// Why the client exists, for whoever lists clients.
const WHY: &str = "registered itself";

/// Metadata under their registered names.
#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    response_types: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<AuthMethod>,
    #[serde(default)]
    application_type: Option<String>,
    #[serde(default)]
    contacts: Vec<String>,
    logo_uri: Option<String>,
    client_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    jwks_uri: Option<String>,
    jwks: Option<Value>,
    sector_identifier_uri: Option<String>,
    #[serde(default)]
    subject_type: SubjectType,
    #[serde(default)]
    id_token_signed_response_alg: SigningAlgorithm,
    userinfo_signed_response_alg: Option<SigningAlgorithm>,
    request_object_signing_alg: Option<String>,
    #[serde(default)]
    request_uris: Vec<String>,
    default_max_age: Option<u32>,
    initiate_login_uri: Option<String>,
    #[serde(default)]
    post_logout_redirect_uris: Vec<String>,
    backchannel_logout_uri: Option<String>,
    frontchannel_logout_uri: Option<String>,
    #[serde(default)]
    require_pushed_authorization_requests: bool,
    #[serde(default)]
    dpop_bound_access_tokens: bool,
    #[serde(default)]
    scope: String,
}

fn wrong(field: &str, reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, field, reason)
}

/// Reads the metadata of a client that is to have this id; it has no secret yet.
pub(crate) fn read(id: &str, document: &[u8]) -> Result<Client, OAuthError> {
    let value: Value = serde_json::from_slice(document)
        .map_err(|error| wrong("metadata", format!("the metadata are not JSON: {error}")))?;
    if !value.is_object() {
        return Err(wrong("metadata", "the metadata are not a JSON object"));
    }
    let read: Document = serde_json::from_value(without_nulls(value))
        .map_err(|error| wrong("metadata", format!("the metadata cannot be read: {error}")))?;
    if read.jwks.is_some() && read.jwks_uri.is_some() {
        return Err(wrong("jwks", "jwks and jwks_uri must not both be sent"));
    }
    let grants = named::<Grant>(read.grant_types.as_deref(), "grant_types", &[Grant::AuthorizationCode])?;
    let response_types = response_types(read.response_types.as_deref(), &grants)?;
    check_redirect_uris(&read, &response_types)?;
    check_addresses(&read)?;
    let method = read.token_endpoint_auth_method.unwrap_or(AuthMethod::ClientSecretBasic);
    if method == AuthMethod::PrivateKeyJwt && read.jwks.is_none() && read.jwks_uri.is_none() {
        return Err(wrong("token_endpoint_auth_method", "private_key_jwt takes jwks or jwks_uri"));
    }
    if let Some(alg) = read.request_object_signing_alg.as_deref()
        && alg != "none"
        && !CLIENT_ALGORITHMS.contains(&alg)
    {
        return Err(wrong("request_object_signing_alg", format!("{alg:?} is not supported")));
    }
    Ok(Client {
        id: id.to_owned(),
        why: WHY.to_owned(),
        name: read.client_name.unwrap_or_else(|| id.to_owned()),
        secret: None,
        auth_methods: vec![method],
        grants,
        response_types,
        redirect_uris: read.redirect_uris,
        post_logout_redirect_uris: read.post_logout_redirect_uris,
        backchannel_logout_uri: read.backchannel_logout_uri,
        frontchannel_logout_uri: read.frontchannel_logout_uri,
        initiate_login_uri: read.initiate_login_uri,
        user_claims_in_id_token: true,
        id_token_signed_response_alg: read.id_token_signed_response_alg,
        userinfo_signed_response_alg: read.userinfo_signed_response_alg,
        access_token_format: AccessTokenFormat::Opaque,
        access_token_signing_alg: SigningAlgorithm::default(),
        access_token_seconds: None,
        rotate_refresh_tokens: true,
        id_token_seconds: None,
        jwks: read.jwks,
        jwks_uri: read.jwks_uri,
        request_object_signing_alg: read.request_object_signing_alg,
        request_uris: read.request_uris,
        subject_type: read.subject_type,
        sector_identifier_uri: read.sector_identifier_uri,
        default_max_age: read.default_max_age,
        require_pushed_authorization_requests: read.require_pushed_authorization_requests,
        dpop_bound_access_tokens: read.dpop_bound_access_tokens,
        dpop_nonces: false,
        audience: Vec::new(),
        scope: read.scope,
        access_token_claims: Map::new(),
        logo_uri: read.logo_uri,
        client_uri: read.client_uri,
        policy_uri: read.policy_uri,
        tos_uri: read.tos_uri,
        contacts: read.contacts,
    })
}

/// RFC 7591 2: a member that is null is the same as one that is not there.
fn without_nulls(document: Value) -> Value {
    match document {
        Value::Object(members) => {
            Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
        }
        other => other,
    }
}

fn named<T: DeserializeOwned + Copy>(
    names: Option<&[String]>,
    field: &str,
    default: &[T],
) -> Result<Vec<T>, OAuthError> {
    let Some(names) = names else { return Ok(default.to_vec()) };
    let one = |name: &String| {
        serde_json::from_value(json!(name)).map_err(|_| wrong(field, format!("{name:?} is not supported")))
    };
    names.iter().map(one).collect()
}

/// The words of a response type stand in any order (RFC 6749 3.1.1).
fn response_types(names: Option<&[String]>, grants: &[Grant]) -> Result<Vec<ResponseType>, OAuthError> {
    let Some(names) = names else {
        let coded = grants.contains(&Grant::AuthorizationCode);
        return Ok(if coded { vec![ResponseType::Code] } else { Vec::new() });
    };
    let words = |text: &str| {
        let mut words: Vec<_> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    let one = |name: &String| {
        let found = ResponseType::ALL.into_iter().find(|known| words(known.as_str()) == words(name));
        let known = found.ok_or_else(|| wrong("response_types", format!("{name:?} is not supported")))?;
        let needs = [
            (Grant::AuthorizationCode, known.has_code()),
            (Grant::Implicit, known.has_id_token() || known.has_token()),
        ];
        // OIDC Registration 2: response types and grant types correspond.
        match needs.into_iter().find(|(grant, needed)| *needed && !grants.contains(grant)) {
            None => Ok(known),
            Some((grant, _)) => {
                let reason = format!("response type {name:?} takes the grant type {}", grant.as_str());
                Err(wrong("grant_types", reason))
            }
        }
    };
    names.iter().map(one).collect()
}

fn check_redirect_uris(read: &Document, response_types: &[ResponseType]) -> Result<(), OAuthError> {
    let wrong = |reason: String| OAuthError::new(ErrorCode::InvalidRedirectUri, "redirect_uris", reason);
    if read.redirect_uris.is_empty() && !response_types.is_empty() {
        return Err(wrong("redirect_uris is missing".to_owned()));
    }
    let native = read.application_type.as_deref() == Some("native");
    for uri in &read.redirect_uris {
        let url = url::Url::parse(uri).map_err(|error| wrong(format!("{uri:?} is no address: {error}")))?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        // RFC 8252 7.1: an application of its own may have a scheme of its own.
        let own = native && url.scheme().contains('.');
        if !(web || own) || url.fragment().is_some() || uri.contains('*') || !is_visible(uri) {
            return Err(wrong(format!(
                "{uri:?} is no redirect URI: http or https, without fragment or wildcard"
            )));
        }
    }
    Ok(())
}

/// RFC 3986 2: a URI is visible ASCII. What parses it drops line breaks; the header that sends a browser there cannot.
fn is_visible(uri: &str) -> bool {
    uri.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check_addresses(read: &Document) -> Result<(), OAuthError> {
    let single = [
        ("logo_uri", &read.logo_uri),
        ("client_uri", &read.client_uri),
        ("policy_uri", &read.policy_uri),
        ("tos_uri", &read.tos_uri),
        ("jwks_uri", &read.jwks_uri),
        ("sector_identifier_uri", &read.sector_identifier_uri),
        ("initiate_login_uri", &read.initiate_login_uri),
        ("backchannel_logout_uri", &read.backchannel_logout_uri),
        ("frontchannel_logout_uri", &read.frontchannel_logout_uri),
    ];
    let single = single.into_iter().filter_map(|(field, uri)| uri.as_ref().map(|uri| (field, uri)));
    let several = read.post_logout_redirect_uris.iter().map(|uri| ("post_logout_redirect_uris", uri));
    for (field, uri) in single.chain(several).chain(read.request_uris.iter().map(|uri| ("request_uris", uri)))
    {
        let web = url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !web || !is_visible(uri) {
            return Err(wrong(field, format!("{uri:?} in {field} is no http or https address")));
        }
    }
    match &read.initiate_login_uri {
        Some(uri) if in_the_clear(uri) => {
            let reason =
                format!("initiate_login_uri {uri:?} must be https, or on this machine (OIDC Core 4)");
            Err(wrong("initiate_login_uri", reason))
        }
        _ => Ok(()),
    }
}

/// Whether whoever listens on the way hears what is sent there.
fn in_the_clear(uri: &str) -> bool {
    let Ok(url) = url::Url::parse(uri) else { return false };
    let here = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "http" && !here
}

/// What every client has to be, however it came to be registered.
pub(crate) fn check(client: &Client) -> Result<(), OAuthError> {
    fixtures::check_client(client).map_err(|complaint| {
        let reason = complaint.to_string();
        match complaint.field {
            "redirect_uris" => OAuthError::new(ErrorCode::InvalidRedirectUri, "redirect_uris", reason),
            field => wrong(field, reason),
        }
    })
}

/// Writes the metadata of a client, secret included: only the client itself gets to read them.
pub(crate) fn write(client: &Client) -> Map<String, Value> {
    let mut document = Map::new();
    let mut put = |name: &str, value: Value| {
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value == json!("");
        if !empty {
            document.insert(name.to_owned(), value);
        }
    };
    put("client_id", json!(client.id));
    put("client_secret", json!(client.secret));
    if client.secret.is_some() {
        // RFC 7591 3.2.1: it does not expire.
        put("client_secret_expires_at", json!(0));
    }
    put("client_name", json!(client.name));
    put("redirect_uris", json!(client.redirect_uris));
    put("response_types", json!(client.response_types));
    put("grant_types", json!(client.grants));
    put("token_endpoint_auth_method", json!(client.auth_methods.first()));
    put("contacts", json!(client.contacts));
    put("logo_uri", json!(client.logo_uri));
    put("client_uri", json!(client.client_uri));
    put("policy_uri", json!(client.policy_uri));
    put("tos_uri", json!(client.tos_uri));
    put("jwks_uri", json!(client.jwks_uri));
    put("jwks", json!(client.jwks));
    put("sector_identifier_uri", json!(client.sector_identifier_uri));
    put("subject_type", json!(client.subject_type));
    put("id_token_signed_response_alg", json!(client.id_token_signed_response_alg));
    put("userinfo_signed_response_alg", json!(client.userinfo_signed_response_alg));
    put("request_object_signing_alg", json!(client.request_object_signing_alg));
    put("request_uris", json!(client.request_uris));
    put("default_max_age", json!(client.default_max_age));
    put("initiate_login_uri", json!(client.initiate_login_uri));
    put("post_logout_redirect_uris", json!(client.post_logout_redirect_uris));
    put("backchannel_logout_uri", json!(client.backchannel_logout_uri));
    put("frontchannel_logout_uri", json!(client.frontchannel_logout_uri));
    put("scope", json!(client.scope));
    put("require_pushed_authorization_requests", json!(client.require_pushed_authorization_requests));
    put("dpop_bound_access_tokens", json!(client.dpop_bound_access_tokens));
    document
}
