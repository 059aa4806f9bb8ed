//! Every check of an ID token (OpenID Connect Core, 3.1.3.7), in one function. Pure: keys and time are arguments.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::claims::{assertion, numeric_date};
use super::jose::{Malformed, SignedToken, StrictObject, TokenType};
use super::keys::{KeySet, Signature};
use crate::config::{Algorithm, KaseyaOne};
use crate::domain::foreign::printable;
use crate::domain::identity::{Subject, VerifiedAssertion};
use crate::domain::text::text_enum;

/// Longest life of an ID token that is believed, from `iat` to `exp`.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// Longest text of a token that is told back, in characters.
const LONGEST_ECHO: usize = 200;
/// How long before the request an ID token may have been issued; the nonce binds it to the request anyway.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);

text_enum! {
    /// The checks, by the name that the administrator reads.
    pub enum TokenCheck {
        /// It is a compact JWS of the right kind.
        Shape = "shape",
        /// It is an ID token and not another kind of token.
        Kind = "kind",
        /// It asks for nothing we do not understand.
        Critical = "critical_header",
        /// Its algorithm is an allowed one.
        Algorithm = "algorithm",
        /// It is signed by a key of the issuer.
        Signature = "signature",
        /// `iss`.
        Issuer = "issuer",
        /// `aud`.
        Audience = "audience",
        /// `azp`.
        AuthorizedParty = "azp",
        /// `nonce`.
        Nonce = "nonce",
        /// `sub`.
        Subject = "subject",
        /// `exp`.
        Expiry = "expiry",
        /// `iat`.
        IssuedAt = "issued_at",
        /// `nbf`.
        NotBefore = "not_before",
        /// `auth_time`.
        AuthTime = "auth_time",
        /// `at_hash`.
        AccessTokenHash = "at_hash",
        /// `c_hash`.
        CodeHash = "c_hash",
        /// `events`, of a logout token.
        Events = "events",
        /// `jti`, of a logout token.
        TokenId = "token_id",
        /// The userinfo answer is about the same person.
        Userinfo = "userinfo",
    }
}

/// Why an ID token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A check failed.
    #[error("the ID token fails the check `{0}`")]
    Check(TokenCheck),
    /// A check failed, and the text says what came and what was expected. There is no secret in it.
    #[error("{1}")]
    Told(TokenCheck, String),
    /// It is past its `exp`; starting again helps. By how much it is past it.
    #[error("the ID token expired {} ago by the clock of this service; if that is long, compare the clocks", length(*.0))]
    Expired(SignedDuration),
    /// It is signed with a key that cannot be found in the set; in a newer set it may be.
    #[error("the ID token names no key that is known")]
    UnknownKey,
}

/// What the token is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) config: &'a KaseyaOne,
    pub(crate) nonce: &'a str,
    pub(crate) code: &'a str,
    pub(crate) access_token: &'a str,
    pub(crate) started_at: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) leeway: SignedDuration,
}

/// Verifies an ID token: the only way to a [`VerifiedAssertion`].
pub(crate) fn verify(
    token: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<VerifiedAssertion, VerifyError> {
    let token =
        SignedToken::read(token, TokenType::Jwt).map_err(|malformed| VerifyError::Check(malformed.into()))?;
    check_signature(&token, keys, &expected.config.algorithms)?;
    let payload = &token.payload;
    check_kind(payload)?;
    check_issuer(payload, &expected.config.issuer)?;
    check_audience(payload, expected.config)?;
    check_nonce(payload, expected.nonce)?;
    let subject = check_subject(payload)?;
    check_times(payload, expected)?;
    check_hash(payload, "at_hash", expected.access_token, TokenCheck::AccessTokenHash)?;
    check_hash(payload, "c_hash", expected.code, TokenCheck::CodeHash)?;
    Ok(assertion(payload, &expected.config.issuer, subject, &expected.config.claims))
}

impl From<Malformed> for TokenCheck {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Shape => Self::Shape,
            Malformed::Type => Self::Kind,
            Malformed::Critical => Self::Critical,
            Malformed::KeyId => Self::Signature,
        }
    }
}

/// Our list of algorithms decides, never the provider's (RFC 8725, 3.1).
pub(crate) fn check_signature(
    token: &SignedToken<'_>,
    keys: &KeySet,
    allowed: &[Algorithm],
) -> Result<(), VerifyError> {
    let algorithm = allowed.iter().find(|algorithm| algorithm.name() == token.algorithm);
    let algorithm = algorithm.ok_or_else(|| {
        let names: Vec<_> = allowed.iter().map(|algorithm| algorithm.name()).collect();
        told(TokenCheck::Algorithm, &token.algorithm, &format!("one of {}", names.join(", ")))
    })?;
    match keys.verify(token, *algorithm) {
        Signature::Valid => Ok(()),
        Signature::Invalid => {
            let sentence = format!(
                "the signature ({}) was not made with KaseyaOne's key of that name",
                algorithm.name()
            );
            Err(VerifyError::Told(TokenCheck::Signature, sentence))
        }
        Signature::UnknownKey => Err(VerifyError::UnknownKey),
    }
}

/// A logout token has `events` (Back-Channel Logout, 2.4) and must never sign anybody in.
fn check_kind(payload: &StrictObject) -> Result<(), VerifyError> {
    ensure(payload.get("events").is_none(), TokenCheck::Kind)
}

// OIDC Core 3.1.3.7 (2): exactly the issuer, as one text.
pub(crate) fn check_issuer(payload: &StrictObject, issuer: &str) -> Result<(), VerifyError> {
    match payload.text("iss") {
        Some(named) if named == issuer => Ok(()),
        named => Err(told(TokenCheck::Issuer, named.unwrap_or_default(), &format!("`{issuer}`"))),
    }
}

// OIDC Core 3.1.3.7 (3) to (5): we are in the audience, nobody untrusted is, and `azp` is us.
pub(crate) fn check_audience(payload: &StrictObject, config: &KaseyaOne) -> Result<(), VerifyError> {
    let audiences = match payload.get("aud") {
        Some(Value::String(audience)) => vec![audience.as_str()],
        Some(Value::Array(_)) => payload.texts("aud").ok_or(VerifyError::Check(TokenCheck::Audience))?,
        _ => return Err(VerifyError::Check(TokenCheck::Audience)),
    };
    let ours = config.client_id.as_str();
    let is_trusted = |audience: &&str| {
        *audience == ours || config.trusted_audiences.iter().any(|trusted| trusted == audience)
    };
    if !audiences.contains(&ours) || !audiences.iter().all(is_trusted) {
        let expected = format!("`{ours}`, beside nobody who is not trusted");
        return Err(told(TokenCheck::Audience, &audiences.join(", "), &expected));
    }
    match payload.present("azp") {
        None if audiences.len() == 1 => Ok(()),
        Some(azp) if azp.as_str() == Some(ours) => Ok(()),
        azp => {
            let named = azp.and_then(Value::as_str).unwrap_or_default();
            Err(told(TokenCheck::AuthorizedParty, named, &format!("`{ours}`")))
        }
    }
}

// OIDC Core 3.1.3.7 (11): the token was made for this request and no other.
fn check_nonce(payload: &StrictObject, nonce: &str) -> Result<(), VerifyError> {
    let sent = payload.text("nonce").unwrap_or_default();
    if bool::from(sent.as_bytes().ct_eq(nonce.as_bytes())) {
        return Ok(());
    }
    // The values are secrets of the request.
    let sentence = if sent.is_empty() {
        "the ID token has no nonce, so that it may answer another sign-in"
    } else {
        "the nonce of the ID token is not that of this sign-in: the token answers another one"
    };
    Err(VerifyError::Told(TokenCheck::Nonce, sentence.to_owned()))
}

// OIDC Core 2: at most 255 ASCII characters; nothing else can key an account.
pub(super) fn check_subject(payload: &StrictObject) -> Result<Subject, VerifyError> {
    let subject = payload.text("sub").and_then(|subject| Subject::parse(subject).ok());
    subject.ok_or(VerifyError::Check(TokenCheck::Subject))
}

// OIDC Core 3.1.3.7 (9), (10), (13) and RFC 7519, 4.1.4 to 4.1.6.
fn check_times(payload: &StrictObject, expected: &Expected<'_>) -> Result<(), VerifyError> {
    let exp = required_date(payload, "exp", TokenCheck::Expiry)?;
    let iat = required_date(payload, "iat", TokenCheck::IssuedAt)?;
    let nbf = date(payload, "nbf", TokenCheck::NotBefore)?;
    let auth_time = date(payload, "auth_time", TokenCheck::AuthTime)?;
    let Expected { now, leeway, started_at, .. } = *expected;

    if now.duration_since(exp) >= leeway {
        return Err(VerifyError::Expired(now.duration_since(exp)));
    }
    // OIDC Core 3.1.2.1: max_age was sent, so auth_time is required.
    if auth_time.is_none() && expected.config.sends_auth_time {
        return Err(missing("auth_time", TokenCheck::AuthTime));
    }
    check_past("iat", iat, expected, TokenCheck::IssuedAt)?;
    let waited = started_at.duration_since(iat);
    if waited > LONGEST_WAIT + leeway {
        let sentence = format!(
            "the ID token was issued {} before this sign-in began: the clocks differ by that, or the token is an old one; compare the clocks",
            length(waited)
        );
        return Err(VerifyError::Told(TokenCheck::IssuedAt, sentence));
    }
    check_life(iat, exp, leeway)?;
    if let Some(nbf) = nbf {
        check_past("nbf", nbf, expected, TokenCheck::NotBefore)?;
    }
    auth_time.map_or(Ok(()), |time| check_past("auth_time", time, expected, TokenCheck::AuthTime))
}

/// A time that is not to be in the future, give or take the leeway.
fn check_past(
    claim: &str,
    time: Timestamp,
    expected: &Expected<'_>,
    check: TokenCheck,
) -> Result<(), VerifyError> {
    let ahead = time.duration_since(expected.now);
    if ahead <= expected.leeway {
        return Ok(());
    }
    let sentence = format!(
        "`{claim}` of the ID token is {} ahead of the clock of this service, and {} are allowed: the clocks differ by {}; compare the clocks",
        length(ahead),
        length(expected.leeway),
        length(ahead)
    );
    Err(VerifyError::Told(check, sentence))
}

fn check_life(iat: Timestamp, exp: Timestamp, leeway: SignedDuration) -> Result<(), VerifyError> {
    let life = exp.duration_since(iat);
    if life > -leeway && life <= LONGEST_LIFE {
        return Ok(());
    }
    let sentence =
        format!("the ID token lives for {}; expected no more than {}", length(life), length(LONGEST_LIFE));
    Err(VerifyError::Told(TokenCheck::Expiry, sentence))
}

fn required_date(payload: &StrictObject, claim: &str, check: TokenCheck) -> Result<Timestamp, VerifyError> {
    date(payload, claim, check)?.ok_or_else(|| missing(claim, check))
}

fn missing(claim: &str, check: TokenCheck) -> VerifyError {
    VerifyError::Told(check, format!("the ID token has no `{claim}`"))
}

/// What came, without what nobody could read, and what was expected.
fn told(check: TokenCheck, came: &str, expected: &str) -> VerifyError {
    let came = match printable(came, LONGEST_ECHO) {
        nothing if nothing.is_empty() => "nothing".to_owned(),
        came => format!("`{came}`"),
    };
    VerifyError::Told(check, format!("the ID token says {came}; expected {expected}"))
}

/// A length of time in whole seconds; jiff would say "5m ago" of a negative one.
fn length(time: SignedDuration) -> String {
    let sign = if time.is_negative() { "-" } else { "" };
    format!("{sign}{:#}", SignedDuration::from_secs(time.as_secs()).abs())
}

/// A time that may be absent but not malformed.
pub(super) fn date(
    payload: &StrictObject,
    claim: &str,
    check: TokenCheck,
) -> Result<Option<Timestamp>, VerifyError> {
    payload.present(claim).map(|value| numeric_date(value).ok_or(VerifyError::Check(check))).transpose()
}

/// Present means it must match (OIDC Core 3.1.3.6): the left half of SHA-256, which all allowed algorithms use.
fn check_hash(
    payload: &StrictObject,
    claim: &str,
    hashed: &str,
    check: TokenCheck,
) -> Result<(), VerifyError> {
    let Some(value) = payload.present(claim) else { return Ok(()) };
    let digest = Sha256::digest(hashed.as_bytes());
    ensure(value.as_str() == Some(URL_SAFE_NO_PAD.encode(&digest[..16]).as_str()), check)
}

pub(super) fn ensure(holds: bool, check: TokenCheck) -> Result<(), VerifyError> {
    if holds { Ok(()) } else { Err(VerifyError::Check(check)) }
}
