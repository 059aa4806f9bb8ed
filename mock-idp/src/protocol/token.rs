//! The token endpoint's rules: client authentication, what a code and a refresh token are bound to (RFC 6749, RFC 9700).
//!
//! It judges; it stores nothing and makes no token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixtures::{AuthMethod, Client};
use jiff::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::protocol::authorize::shorten;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::pkce;

/// What a client presented to authenticate itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) method: AuthMethod,
    pub(crate) client_id: String,
    pub(crate) secret: Option<String>,
}

fn invalid_client(check: &str, reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, check, reason)
}

fn invalid_request(check: &str, reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, check, reason)
}

fn invalid_grant(check: &str, reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, check, reason)
}

/// Reads the credentials of a request. One method only (RFC 6749 2.3).
pub(crate) fn read_credentials(
    authorization: Option<&str>,
    form: &Params,
) -> Result<Credentials, OAuthError> {
    let repeated = |refusal: crate::protocol::error::Refusal| refusal.code(ErrorCode::InvalidRequest);
    let body_id = form.one("client_id").map_err(repeated)?;
    let body_secret = form.one("client_secret").map_err(repeated)?;
    let Some(header) = authorization else {
        let id = body_id
            .ok_or_else(|| invalid_client("client_authentication", "no client authentication was sent"))?;
        let method = if body_secret.is_some() { AuthMethod::ClientSecretPost } else { AuthMethod::None };
        return Ok(Credentials { method, client_id: id.to_owned(), secret: body_secret.map(str::to_owned) });
    };
    if body_secret.is_some() {
        return Err(invalid_request(
            "client_authentication",
            "two methods of client authentication were used at once",
        ));
    }
    let (client_id, secret) = read_basic(header).ok_or_else(|| {
        invalid_client("client_authentication", "the Authorization header is not HTTP Basic")
    })?;
    if body_id.is_some_and(|id| id != client_id) {
        return Err(invalid_request(
            "client_authentication",
            "client_id in the body is not the one in the header",
        ));
    }
    Ok(Credentials { method: AuthMethod::ClientSecretBasic, client_id, secret: Some(secret) })
}

/// RFC 6749 2.3.1: id and secret are form-encoded before they are joined for HTTP Basic.
fn read_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decode(id)?, form_decode(secret)?))
}

fn form_decode(text: &str) -> Option<String> {
    let plain = text.replace('+', " ");
    percent_encoding::percent_decode_str(&plain).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Checks credentials against the registered client.
pub(crate) fn check_client(client: Option<&Client>, credentials: &Credentials) -> Result<(), OAuthError> {
    let Some(client) = client else {
        let reason = format!("there is no client {:?}", shorten(&credentials.client_id));
        return Err(invalid_client("client_known", reason));
    };
    if !client.auth_methods.contains(&credentials.method) {
        let registered: Vec<_> = client.auth_methods.iter().map(|method| method.as_str()).collect();
        let reason = format!(
            "{} authenticated by {}, registered is {}",
            client.id,
            credentials.method.as_str(),
            registered.join(" or ")
        );
        return Err(invalid_client("client_auth_method", reason));
    }
    match (&client.secret, &credentials.secret) {
        (None, None) => Ok(()),
        (Some(right), Some(given)) if same_secret(right, given) => Ok(()),
        _ => Err(invalid_client("client_secret", format!("the secret of {} is wrong", client.id))),
    }
}

/// Compares without telling by time where the difference is.
pub(crate) fn same_secret(right: &str, given: &str) -> bool {
    right.as_bytes().ct_eq(given.as_bytes()).into()
}

/// What a code is bound to (RFC 6749 4.1.3).
pub(crate) struct CodeBinding<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) code_challenge: Option<&'a str>,
    pub(crate) expires_at: Timestamp,
}

/// Checks a token request against what its code is bound to. Single use is the caller's business: it must come first.
pub(crate) fn check_code(
    code: &CodeBinding<'_>,
    client_id: &str,
    form: &Params,
    now: Timestamp,
) -> Result<(), OAuthError> {
    if code.client_id != client_id {
        let reason = format!("the code was given to {}, {client_id} tried to redeem it", code.client_id);
        return Err(invalid_grant("code_client", reason));
    }
    if now >= code.expires_at {
        return Err(invalid_grant("code_expired", format!("the code expired at {}", code.expires_at)));
    }
    match form.first("redirect_uri") {
        Some(uri) if uri == code.redirect_uri => {}
        Some(uri) => {
            let reason =
                format!("redirect_uri is {:?}, the code was sent to {:?}", shorten(uri), code.redirect_uri);
            return Err(invalid_grant("code_redirect_uri", reason));
        }
        None => return Err(invalid_request("code_redirect_uri", "redirect_uri is missing")),
    }
    let verifier = form.first("code_verifier").filter(|verifier| !verifier.is_empty());
    pkce::check(code.code_challenge, verifier).map_err(|refusal| refusal.code(ErrorCode::InvalidGrant))
}

/// Narrows the scope on refresh: never more than was granted (RFC 6749 6).
pub(crate) fn refreshed_scope(granted: &[String], asked: Option<&str>) -> Result<Vec<String>, OAuthError> {
    let Some(asked) = asked else { return Ok(granted.to_vec()) };
    let asked: Vec<_> = asked.split_ascii_whitespace().map(str::to_owned).collect();
    match asked.iter().find(|value| !granted.contains(value)) {
        None => Ok(asked),
        Some(more) => Err(OAuthError::new(
            ErrorCode::InvalidScope,
            "refresh_scope",
            format!("scope {:?} was not granted", shorten(more)),
        )),
    }
}
