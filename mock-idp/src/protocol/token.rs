//! The token endpoint's rules: client authentication, what a code and a refresh token are bound to (RFC 6749, RFC 9700).
//!
//! It judges; it stores nothing and makes no token.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fixtures::{AuthMethod, Client};
use jiff::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::on_the_spot::client as on_the_spot;
use crate::protocol::params::Params;
use crate::protocol::pkce;
use crate::protocol::text::shorten;

/// What a client presented to authenticate itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) proof: Proof,
}

/// How a client proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Not at all.
    None,
    /// By its secret, in the header (`client_secret_basic`).
    Basic(String),
    /// By its secret, in the body (`client_secret_post`).
    Post(String),
    /// By a JWT (`client_secret_jwt` or `private_key_jwt`, RFC 7523 2.2).
    Assertion(String),
}

/// The only type of `client_assertion` (RFC 7523 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

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
    let assertion = form.one("client_assertion").map_err(repeated)?;
    let used = [authorization.is_some(), body_secret.is_some(), assertion.is_some()];
    if used.into_iter().filter(|used| *used).count() > 1 {
        return Err(invalid_request(
            "client_authentication",
            "two methods of client authentication were used at once",
        ));
    }
    if let Some(assertion) = assertion {
        return read_assertion(assertion, body_id, form);
    }
    let Some(header) = authorization else {
        let id = body_id.ok_or_else(|| {
            let reason = if form.is_empty() {
                "no client authentication was sent: the body is no form (Content-Type: application/x-www-form-urlencoded)"
            } else {
                "no client authentication was sent"
            };
            invalid_client("client_authentication", reason)
        })?;
        let proof = body_secret.map_or(Proof::None, |secret| Proof::Post(secret.to_owned()));
        return Ok(Credentials { client_id: id.to_owned(), proof });
    };
    let (client_id, secret) = read_basic(header).ok_or_else(|| {
        invalid_client("client_authentication", "the Authorization header is not HTTP Basic")
    })?;
    if body_id.is_some_and(|id| id != client_id) {
        return Err(invalid_request(
            "client_authentication",
            "client_id in the body is not the one in the header",
        ));
    }
    Ok(Credentials { client_id, proof: Proof::Basic(secret) })
}

/// RFC 7523 3: the client is whom the assertion is about; `client_id` may be left out.
fn read_assertion(
    assertion: &str,
    client_id: Option<&str>,
    form: &Params,
) -> Result<Credentials, OAuthError> {
    if form.first("client_assertion_type") != Some(ASSERTION_TYPE) {
        let reason = format!("client_assertion_type must be {ASSERTION_TYPE}");
        return Err(invalid_request("client_assertion_type", reason));
    }
    let subject = assertion_subject(assertion)
        .ok_or_else(|| invalid_client("client_assertion", "the client_assertion is not a JWT with a sub"))?;
    if client_id.is_some_and(|id| id != subject) {
        let reason = "client_id in the body is not the one in the client_assertion";
        return Err(invalid_request("client_authentication", reason));
    }
    Ok(Credentials { client_id: subject, proof: Proof::Assertion(assertion.to_owned()) })
}

/// Whom an assertion claims to be about, unverified.
fn assertion_subject(assertion: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
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

/// The registered client, if it may authenticate in this way.
pub(crate) fn check_method<'a>(
    client: Option<&'a Arc<Client>>,
    client_id: &str,
    method: AuthMethod,
) -> Result<&'a Arc<Client>, OAuthError> {
    let Some(client) = client else {
        return Err(invalid_client("client_known", on_the_spot::unknown(client_id)));
    };
    if client.auth_methods.contains(&method) {
        return Ok(client);
    }
    let registered: Vec<_> = client.auth_methods.iter().map(|method| method.as_str()).collect();
    let reason = format!(
        "{} authenticated by {}, registered is {}",
        client.id,
        method.as_str(),
        registered.join(" or ")
    );
    Err(invalid_client("client_auth_method", reason))
}

/// Compares a secret with the registered one.
pub(crate) fn check_secret(client: &Client, given: &str) -> Result<(), OAuthError> {
    if client.secret.as_deref().is_some_and(|right| same_secret(right, given)) {
        return Ok(());
    }
    Err(invalid_client("client_secret", format!("the secret of {} is wrong", client.id)))
}

/// Compares without telling by time where the difference is.
pub(crate) fn same_secret(right: &str, given: &str) -> bool {
    right.as_bytes().ct_eq(given.as_bytes()).into()
}

/// What a code is bound to (RFC 6749 4.1.3).
pub(crate) struct CodeBinding<'a> {
    pub(crate) redirect_uri: &'a str,
    pub(crate) code_challenge: Option<&'a str>,
    pub(crate) expires_at: Timestamp,
}

/// A code is for the client that it was given to (RFC 6749 4.1.3).
pub(crate) fn check_code_client(given_to: &str, client_id: &str) -> Result<(), OAuthError> {
    if given_to == client_id {
        return Ok(());
    }
    let reason = format!("the code was given to {given_to}, {client_id} tried to redeem it");
    Err(invalid_grant("code_client", reason))
}

/// Checks a token request of its client against what a code is bound to. Single use is the caller's business: it must
/// come first.
pub(crate) fn check_code(code: &CodeBinding<'_>, form: &Params, now: Timestamp) -> Result<(), OAuthError> {
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
