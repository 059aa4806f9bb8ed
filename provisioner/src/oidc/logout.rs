//! Every check of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). Pure: keys and time are arguments.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::jose::{SignedToken, TokenType};
use super::keys::KeySet;
use super::verify::{
    TokenCheck, VerifyError, check_audience, check_issuer, check_signature, check_subject, date, ensure,
};
use crate::config::KaseyaOne;
use crate::domain::identity::Subject;

/// The member of `events` that makes a token a logout token.
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Longest life of a logout token that is believed; two minutes are recommended (Back-Channel Logout 1.0, 4).
const LONGEST_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Longest `jti` and `sid`, in bytes.
const LONGEST_NAME: usize = 512;

/// What is over (Back-Channel Logout 1.0, 2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LoggedOut {
    /// This session (`sid`).
    Session(String),
    /// This session, of this person.
    SessionOf(String, Subject),
    /// Every session of this person.
    Person(Subject),
}

/// What a logout token that passed every check says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VerifiedLogout {
    /// What is over.
    pub(crate) logged_out: LoggedOut,
    /// `jti`: it is taken once.
    pub(crate) token_id: String,
    /// From when on the token is refused for its age.
    pub(crate) refused_from: Timestamp,
}

/// What the token is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogoutExpected<'a> {
    pub(crate) config: &'a KaseyaOne,
    pub(crate) now: Timestamp,
    pub(crate) leeway: SignedDuration,
}

/// Verifies a logout token: the only way to a [`VerifiedLogout`].
pub(crate) fn verify_logout(
    token: &str,
    keys: &KeySet,
    expected: LogoutExpected<'_>,
) -> Result<VerifiedLogout, VerifyError> {
    let token = SignedToken::read(token, TokenType::LogoutToken)
        .map_err(|malformed| VerifyError::Check(malformed.into()))?;
    check_signature(&token, keys, &expected.config.algorithms)?;
    let payload = &token.payload;
    check_issuer(payload, &expected.config.issuer)?;
    check_audience(payload, expected.config)?;
    // Back-Channel Logout 1.0, 2.6 (5) and (6): the event, and no nonce, or an ID token would pass.
    ensure(payload.get("nonce").is_none(), TokenCheck::Nonce)?;
    let event = payload.get("events").and_then(|events| events.get(LOGOUT_EVENT));
    ensure(event.is_some_and(Value::is_object), TokenCheck::Events)?;

    let exp = date(payload, "exp", TokenCheck::Expiry)?.ok_or(VerifyError::Check(TokenCheck::Expiry))?;
    let iat = date(payload, "iat", TokenCheck::IssuedAt)?.ok_or(VerifyError::Check(TokenCheck::IssuedAt))?;
    let LogoutExpected { now, leeway, .. } = expected;
    if now.duration_since(exp) >= leeway {
        return Err(VerifyError::Expired(now.duration_since(exp)));
    }
    ensure(iat.duration_since(now) <= leeway, TokenCheck::IssuedAt)?;
    let life = exp.duration_since(iat);
    ensure(life > -leeway && life <= LONGEST_LIFE, TokenCheck::Expiry)?;

    let name = |claim: &str| payload.text(claim).filter(|name| (1..=LONGEST_NAME).contains(&name.len()));
    let token_id = name("jti").ok_or(VerifyError::Check(TokenCheck::TokenId))?.to_owned();
    let session = name("sid").map(str::to_owned);
    ensure(session.is_some() || payload.present("sid").is_none(), TokenCheck::Subject)?;
    let subject = payload.present("sub").map(|_| check_subject(payload)).transpose()?;
    let logged_out = match (session, subject) {
        (Some(session), Some(subject)) => LoggedOut::SessionOf(session, subject),
        (Some(session), None) => LoggedOut::Session(session),
        (None, Some(subject)) => LoggedOut::Person(subject),
        (None, None) => return Err(VerifyError::Check(TokenCheck::Subject)),
    };
    let refused_from = exp.saturating_add(leeway).unwrap_or(Timestamp::MAX);
    Ok(VerifiedLogout { logged_out, token_id, refused_from })
}
