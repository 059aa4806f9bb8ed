//! The userinfo endpoint (OpenID Connect Core, 5.3): asked for what the ID token left out, never for who it is.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;

use super::http::{HttpClient, HttpError, name};
use super::jose::{SignedToken, StrictObject, TokenType};
use super::keys::KeySet;
use super::verify::{TokenCheck, VerifyError, check_audience, check_issuer, check_signature};
use crate::config::KaseyaOne;

/// Why the userinfo answer is not used.
#[derive(Debug)]
pub(crate) enum UserinfoError {
    /// It did not come; another sign-in may have more luck.
    Unavailable(HttpError),
    /// It is about somebody else or forged; the sign-in must not go on.
    Refused(VerifyError),
}

/// Asks for the claims of one person.
pub(crate) async fn fetch(
    http: &HttpClient,
    url: &Url,
    config: &KaseyaOne,
    keys: &KeySet,
    access_token: &str,
    subject: &str,
) -> Result<StrictObject, UserinfoError> {
    let not_sendable = |_| UserinfoError::Unavailable(HttpError::NotConnected(name(url)));
    let mut bearer = HeaderValue::try_from(format!("Bearer {access_token}")).map_err(not_sendable)?;
    bearer.set_sensitive(true);
    let answer = http
        .get(url, HeaderMap::from_iter([(AUTHORIZATION, bearer)]))
        .await
        .map_err(UserinfoError::Unavailable)?;
    if answer.status != 200 {
        return Err(UserinfoError::Unavailable(HttpError::Status(name(url), answer.status)));
    }
    let is_signed = answer
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/jwt"));
    let claims =
        if is_signed { read_signed(&answer.body, config, keys)? } else { read_plain(&answer.body, url)? };
    // OIDC Core 5.3.2: the `sub` must be that of the ID token, or nothing of the answer may be used.
    if claims.text("sub") == Some(subject) { Ok(claims) } else { Err(refused(TokenCheck::Userinfo)) }
}

fn read_plain(body: &[u8], url: &Url) -> Result<StrictObject, UserinfoError> {
    StrictObject::read(body).map_err(|_| UserinfoError::Unavailable(HttpError::NotJson(name(url))))
}

fn read_signed(body: &[u8], config: &KaseyaOne, keys: &KeySet) -> Result<StrictObject, UserinfoError> {
    let text = std::str::from_utf8(body).map_err(|_| refused(TokenCheck::Userinfo))?;
    let token = SignedToken::read(text, TokenType::Jwt).map_err(|_| refused(TokenCheck::Userinfo))?;
    check_signature(&token, keys, &config.algorithms)
        .and_then(|()| check_issuer(&token.payload, &config.issuer))
        .and_then(|()| check_audience(&token.payload, config))
        .map_err(|_| refused(TokenCheck::Userinfo))?;
    Ok(token.payload)
}

fn refused(check: TokenCheck) -> UserinfoError {
    UserinfoError::Refused(VerifyError::Check(check))
}
