//! The keys of the provider (RFC 7517): which of them may verify a signature, and the verifying itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeyType, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyAlgorithm};
use serde_json::Value;
use url::Url;

use super::http::{HttpClient, HttpError, name};
use super::jose::{SignedToken, StrictObject};
use crate::config::Algorithm;

/// Smallest and largest RSA modulus that is taken, in bits (RFC 7518, 3.3).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Most keys of a set that are looked at.
const MOST_KEYS: usize = 100;

/// The usable keys of one issuer.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    keys: Vec<CoreJsonWebKey>,
}

/// What a signature came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// Good.
    Valid,
    /// Not made by the key it names.
    Invalid,
    /// No key for it is known, or it names none and the set has several; a newer set may have it.
    UnknownKey,
}

impl Algorithm {
    /// The name in a header.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }

    fn core(self) -> CoreJwsSigningAlgorithm {
        match self {
            Self::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            Self::Ps256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            Self::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        }
    }

    fn key_type(self) -> CoreJsonWebKeyType {
        match self {
            Self::Rs256 | Self::Ps256 => CoreJsonWebKeyType::RSA,
            Self::Es256 => CoreJsonWebKeyType::EllipticCurve,
        }
    }
}

impl KeySet {
    /// Fetches a set.
    pub(crate) async fn fetch(http: &HttpClient, url: &Url) -> Result<Self, HttpError> {
        Self::read(&http.get_json(url).await?).ok_or_else(|| HttpError::NotJson(name(url)))
    }

    /// Reads a set; entries that are foreign, broken, weak or not for signing are passed over (RFC 7517, 5).
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let document = StrictObject::read(body).ok()?;
        let entries = document.get("keys")?.as_array()?;
        let keys = entries.iter().take(MOST_KEYS).filter_map(usable).collect();
        Some(Self { keys })
    }

    /// Checks the signature of a token with the key it names.
    pub(crate) fn verify(&self, token: &SignedToken<'_>, algorithm: Algorithm) -> Signature {
        // OIDC Core 10.1: the keys of a set are told apart by `kid`, so a token without one is not taken for the key
        // that happens to be known here and would do.
        if token.key_id.is_none() && self.keys.len() > 1 {
            return Signature::UnknownKey;
        }
        let candidates: Vec<_> = self
            .keys
            .iter()
            .filter(|key| fits(key, algorithm))
            .filter(|key| {
                token.key_id.is_none() || key.key_id().map(|kid| kid.as_str()) == token.key_id.as_deref()
            })
            .collect();
        if candidates.is_empty() {
            return Signature::UnknownKey;
        }
        let is_good = |key: &&CoreJsonWebKey| {
            key.verify_signature(&algorithm.core(), token.message, &token.signature).is_ok()
        };
        if candidates.iter().any(is_good) { Signature::Valid } else { Signature::Invalid }
    }
}

/// Whether a key is meant for signatures of this algorithm.
fn fits(key: &CoreJsonWebKey, algorithm: Algorithm) -> bool {
    let for_signing = key.key_use().is_none_or(openidconnect::JsonWebKeyUse::allows_signature);
    let for_algorithm = match key.signing_alg() {
        JsonWebKeyAlgorithm::Unspecified => true,
        JsonWebKeyAlgorithm::Algorithm(named) => *named == algorithm.core(),
        JsonWebKeyAlgorithm::Unsupported => false,
    };
    *key.key_type() == algorithm.key_type() && for_signing && for_algorithm
}

fn usable(entry: &Value) -> Option<CoreJsonWebKey> {
    let kid = entry.get("kid").and_then(Value::as_str).unwrap_or("(none)");
    if entry.get("d").is_some() {
        tracing::error!(kid, "the provider publishes a private key; it is not used");
        return None;
    }
    match entry.get("kty").and_then(Value::as_str)? {
        "RSA" if !is_sound_rsa(entry) => {
            tracing::warn!(kid, "the provider publishes an RSA key of unacceptable size; it is not used");
            None
        }
        "RSA" | "EC" => serde_json::from_value(entry.clone()).ok(),
        _ => None,
    }
}

fn is_sound_rsa(entry: &Value) -> bool {
    let number = |member| {
        let text = entry.get(member).and_then(Value::as_str)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let first = bytes.iter().position(|byte| *byte != 0)?;
        Some(bytes[first..].to_vec())
    };
    let (Some(modulus), Some(exponent)) = (number("n"), number("e")) else { return false };
    let bits = modulus.len() * 8 - usize::try_from(modulus[0].leading_zeros()).unwrap_or_default();
    RSA_BITS.contains(&bits) && exponent.len() <= 4 && exponent != [1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usable_keys(entries: &str) -> usize {
        KeySet::read(format!(r#"{{"keys":[{entries}]}}"#).as_bytes()).unwrap().keys.len()
    }

    fn rsa(modulus_bytes: usize, rest: &str) -> String {
        let modulus = URL_SAFE_NO_PAD.encode(vec![0xff; modulus_bytes]);
        format!(r#"{{"kty":"RSA","n":"{modulus}","e":"AQAB"{rest}}}"#)
    }

    #[test]
    fn foreign_and_broken_entries_lose_no_good_key() {
        let foreign = r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"},{"kty":"OKP","crv":"X25519","x":"AA"},
            {"kty":"RSA"},{"kty":7},7,{}"#;
        assert_eq!(usable_keys(&format!("{foreign},{}", rsa(256, r#","kid":"a""#))), 1);
    }

    #[test]
    fn weak_huge_secret_and_shared_keys_are_not_used() {
        assert_eq!(usable_keys(&rsa(128, "")), 0, "1024 bits");
        assert_eq!(usable_keys(&rsa(2048, "")), 0, "16384 bits");
        assert_eq!(usable_keys(&rsa(256, r#","d":"AQAB""#)), 0, "a private key");
        assert_eq!(usable_keys(&rsa(256, "").replace("AQAB", "AQ")), 0, "e = 1");
        assert_eq!(usable_keys(r#"{"kty":"oct","k":"AAAA"}"#), 0, "a shared secret");
    }

    #[test]
    fn a_key_for_encryption_or_another_algorithm_verifies_nothing() {
        for rest in [r#","use":"enc""#, r#","alg":"RS512""#] {
            let set = KeySet::read(format!(r#"{{"keys":[{}]}}"#, rsa(256, rest)).as_bytes()).unwrap();
            assert!(set.keys.iter().all(|key| !fits(key, Algorithm::Rs256)), "{rest}");
        }
    }

    #[test]
    fn what_is_no_set_is_none() {
        for body in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            assert!(KeySet::read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
