//! Proof of possession of a key (RFC 9449): what a proof has to say. Whether it is genuine is found out elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::protocol::assertion::second;
use crate::protocol::discovery::PROOF_ALGORITHMS;
use crate::protocol::uri::normalized;

/// How old a proof may be, and how far in the future, seconds (RFC 9449 11.1).
pub(crate) const WINDOW: i64 = 300;

/// How long a nonce is given, seconds; it is taken for as long again.
const NONCE_LIFE: i64 = 300;

/// The nonce that is given now (RFC 9449 8), which nobody foretells who does not know the secret.
pub(crate) fn nonce(secret: &str, now: Timestamp) -> String {
    nonce_of(secret, now.as_second().div_euclid(NONCE_LIFE))
}

/// Whether the nonce of a proof was given not long ago.
pub(crate) fn has_nonce(claims: &Value, secret: &str, now: Timestamp) -> bool {
    let number = now.as_second().div_euclid(NONCE_LIFE);
    let shown = claims.get("nonce").and_then(Value::as_str);
    shown.is_some_and(|shown| [number, number - 1].iter().any(|number| nonce_of(secret, *number) == shown))
}

fn nonce_of(secret: &str, number: i64) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("dpop nonce {number} {secret}")))
}

/// What is expected of a proof.
pub(crate) struct Expected<'a> {
    pub(crate) method: &'a str,
    /// The address of the request without query and fragment; any of these.
    pub(crate) uris: &'a [String],
    /// The access token that comes with it, if one does.
    pub(crate) access_token: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// The public key in the header of a proof, if the header is as it should be (RFC 9449 4.2).
pub(crate) fn key_of(header: &Value) -> Result<&Map<String, Value>, String> {
    if header.get("typ").and_then(Value::as_str) != Some("dpop+jwt") {
        return Err("typ of the proof must be dpop+jwt".to_owned());
    }
    let alg = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    if !PROOF_ALGORITHMS.contains(&alg) {
        return Err(format!("alg of the proof must be one of {}", PROOF_ALGORITHMS.join(", ")));
    }
    let jwk = header.get("jwk").and_then(Value::as_object).ok_or("the proof has no jwk in its header")?;
    // RFC 7518 6.2.2, 6.3.2, 6.4.1.
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|private| jwk.contains_key(*private)) {
        return Err("the jwk of the proof holds a private key".to_owned());
    }
    Ok(jwk)
}

/// Whether it can be the thumbprint of a key (RFC 7638, SHA-256).
pub(crate) fn is_thumbprint(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|hash| hash.len() == 32)
}

/// Checks the claims of a proof; answers its `jti`.
pub(crate) fn check<'a>(claims: &'a Value, expected: &Expected<'_>) -> Result<&'a str, String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("htm") != Some(expected.method) {
        return Err(format!("htm of the proof must be {}", expected.method));
    }
    let uri = text("htu").unwrap_or_default();
    let uri = uri.split(['?', '#']).next().unwrap_or_default();
    // RFC 9449 4.3: by RFC 3986, so that letters of the host may be large and a usual port be named, and no more.
    let is_it =
        |right: &String| right == uri || normalized(right).is_some_and(|it| normalized(uri) == Some(it));
    if !expected.uris.iter().any(is_it) {
        let mut right = expected.uris.to_vec();
        right.dedup();
        return Err(format!("htu of the proof must be {}", right.join(" or ")));
    }
    let now = expected.now.as_second();
    match claims.get("iat").and_then(second) {
        Some(at) if (now - WINDOW..=now + WINDOW).contains(&at) => {}
        _ => return Err(format!("iat of the proof must be within {WINDOW} seconds of now")),
    }
    if let Some(token) = expected.access_token
        && text("ath") != Some(&URL_SAFE_NO_PAD.encode(Sha256::digest(token)))
    {
        return Err("ath of the proof must be the hash of the access token".to_owned());
    }
    text("jti")
        .filter(|id| !id.is_empty() && id.len() <= 512)
        .ok_or_else(|| "the proof has no jti, so it cannot be good only once".to_owned())
}

/// The thumbprint of a public key (RFC 7638 3): what tokens are bound to.
pub(crate) fn thumbprint(jwk: &Map<String, Value>) -> Option<String> {
    let member = |name: &str| jwk.get(name).and_then(Value::as_str);
    // In lexicographic order, as RFC 7638 3.3 asks.
    let canonical = match member("kty")? {
        "RSA" => json!({"e": member("e")?, "kty": "RSA", "n": member("n")?}),
        "EC" => json!({"crv": member("crv")?, "kty": "EC", "x": member("x")?, "y": member("y")?}),
        "OKP" => json!({"crv": member("crv")?, "kty": "OKP", "x": member("x")?}),
        _ => return None,
    };
    Some(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_of_rfc_7638_holds() {
        let jwk = json!({
            "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        let thumbprint = thumbprint(jwk.as_object().unwrap());
        assert_eq!(thumbprint.as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
    }
}
