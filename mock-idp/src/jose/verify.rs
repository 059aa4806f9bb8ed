//! Verifying what others signed: assertions and request objects of clients, proofs of possession, hints that come back.
//! It tells genuine from forged; what a token may say is judged in `protocol`.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fixtures::CLIENT_ALGORITHMS;
use serde_json::{Map, Value};

/// Header and payload of a token that this public key signed.
pub(crate) fn verified(token: &str, jwk: &Map<String, Value>) -> Option<(Value, Value)> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = super::decode_whole(token)?;
    let alg = header.get("alg")?.as_str()?;
    // RFC 7517 4.4: a key that names its algorithm is for no other.
    if jwk.get("alg").and_then(Value::as_str).is_some_and(|named| named != alg) || !is_for_signatures(jwk) {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let genuine = is_signed(alg, jwk, message.as_bytes(), &signature);
    // RFC 7515 4.1.11: what is critical and not understood is refused; nothing is understood here.
    (genuine && header.get("crit").is_none()).then_some((header, payload))
}

/// Header and payload of a token with an HMAC over this secret (RFC 7518 3.2).
pub(crate) fn verified_by_secret(token: &str, secret: &str) -> Option<(Value, Value)> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = super::decode_whole(token)?;
    let algorithm = match header.get("alg")?.as_str()? {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => return None,
    };
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let key = hmac::Key::new(algorithm, secret.as_bytes());
    hmac::verify(&key, message.as_bytes(), &signature).ok()?;
    header.get("crit").is_none().then_some((header, payload))
}

/// Header and payload of a token that one of these keys signed, by an algorithm that clients may sign with: the one it names, or any when it names none.
pub(crate) fn verified_by_set(token: &str, jwks: &Value) -> Option<(Value, Value)> {
    let (header, _) = super::decode_whole(token)?;
    if !header.get("alg").and_then(Value::as_str).is_some_and(|alg| CLIENT_ALGORITHMS.contains(&alg)) {
        return None;
    }
    let kid = header.get("kid");
    let named = |jwk: &&Map<String, Value>| match (kid, jwk.get("kid")) {
        (Some(kid), Some(own)) => kid == own,
        _ => true,
    };
    let keys = jwks.get("keys")?.as_array()?.iter().filter_map(Value::as_object);
    keys.filter(named).find_map(|jwk| verified(token, jwk))
}

/// Whether a key may be used on signatures, as far as it says what it is for (RFC 7517 4.2, 4.3).
pub(crate) fn is_for_signatures(jwk: &Map<String, Value>) -> bool {
    let verifies = |operations: &Value| {
        operations.as_array().is_some_and(|operations| operations.iter().any(|it| it == "verify"))
    };
    jwk.get("use").is_none_or(|purpose| purpose == "sig") && jwk.get("key_ops").is_none_or(verifies)
}

/// By the members of the key that its type names and by no others: they are what its thumbprint is made of (RFC 7638 3.2).
fn is_signed(alg: &str, jwk: &Map<String, Value>, message: &[u8], signature: &[u8]) -> bool {
    let member =
        |name: &str| jwk.get(name).and_then(Value::as_str).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let is = |name: &str, value: &str| jwk.get(name).and_then(Value::as_str) == Some(value);
    if let Some(parameters) = rsa_parameters(alg).filter(|_| is("kty", "RSA")) {
        // RFC 7518 2: in the least octets, so that a key is written in one way.
        let number = |name: &str| member(name).filter(|bytes| bytes.first().is_some_and(|first| *first != 0));
        let (Some(n), Some(e)) = (number("n"), number("e")) else { return false };
        return RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok();
    }
    let (curve, length) = match alg {
        "ES256" if is("kty", "EC") && is("crv", "P-256") => (&ECDSA_P256_SHA256_FIXED, 32),
        "ES384" if is("kty", "EC") && is("crv", "P-384") => (&ECDSA_P384_SHA384_FIXED, 48),
        "EdDSA" | "Ed25519" if is("kty", "OKP") && is("crv", "Ed25519") => {
            return member("x")
                .is_some_and(|x| UnparsedPublicKey::new(&ED25519, x).verify(message, signature).is_ok());
        }
        _ => return false,
    };
    // SEC1 2.3.3: an uncompressed point. RFC 7518 6.2.1.2: each coordinate has the length that its curve wants, or what
    // one takes from the other would be the same point under another thumbprint.
    let coordinate = |name: &str| member(name).filter(|bytes| bytes.len() == length);
    let (Some(x), Some(y)) = (coordinate("x"), coordinate("y")) else { return false };
    let point = [vec![4], x, y].concat();
    UnparsedPublicKey::new(curve, point).verify(message, signature).is_ok()
}

fn rsa_parameters(alg: &str) -> Option<&'static RsaParameters> {
    Some(match alg {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}
