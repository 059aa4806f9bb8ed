//! Signed tokens as bytes: `base64url(header).base64url(payload).base64url(signature)` (RFC 7515 7.1).
//!
//! Good and bad tokens are built alike, by hand: no JOSE library agrees to make the bad ones. Nothing here decides
//! what a token says.

pub(crate) mod verify;

use std::borrow::Cow;
use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fixtures::SigningAlgorithm;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value, json};

use crate::keys::KeyRing;
use crate::keys::strangers::Stranger;
use crate::protocol::claims::half_hash;

/// How the third part of a token comes to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signing {
    /// By the ring's key of this algorithm.
    By(SigningAlgorithm),
    /// By the other RSA key, under the name of the right one.
    ByOtherKey,
    /// By a key of nobody here.
    ByStranger(Stranger),
    /// By the ring's key of ES256, but in DER instead of two numbers side by side (RFC 7518 3.4).
    Der,
    /// HMAC-SHA256 with these bytes as the key.
    Hmac(Vec<u8>),
    /// These bytes, whatever is signed.
    Bytes(Vec<u8>),
    /// Nothing after the second dot.
    Nothing,
}

/// A token before it becomes bytes. Faults edit it.
#[derive(Clone)]
pub(crate) struct TokenDraft {
    /// The keys as they were when the token was ordered.
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) header: Map<String, Value>,
    pub(crate) payload: Map<String, Value>,
    pub(crate) signing: Signing,
    /// Flip a bit of the finished signature.
    pub(crate) corrupt: bool,
    /// Claims put in after signing.
    pub(crate) swapped: Map<String, Value>,
    /// Text put before the closing brace of the payload: members that a map cannot hold twice.
    pub(crate) more_members: String,
    /// The finished token, when an old one is served instead.
    pub(crate) instead: Option<String>,
    /// What is done to the finished token as a text.
    pub(crate) reshape: Option<fn(&str) -> String>,
}

impl TokenDraft {
    /// An honest token with this payload.
    pub(crate) fn new(ring: &Arc<KeyRing>, alg: SigningAlgorithm, payload: Map<String, Value>) -> Self {
        let kid = ring.by_alg(alg).kid_for(alg);
        let header = json!({"alg": alg.as_str(), "typ": "JWT", "kid": kid});
        let header = if let Value::Object(header) = header { header } else { Map::new() };
        Self {
            ring: Arc::clone(ring),
            header,
            payload,
            signing: Signing::By(alg),
            corrupt: false,
            swapped: Map::new(),
            more_members: String::new(),
            instead: None,
            reshape: None,
        }
    }

    /// The same with another `typ`, so that no other kind of token passes for it (RFC 8725 3.11).
    pub(crate) fn typed(mut self, typ: &str) -> Self {
        self.header.insert("typ".to_owned(), json!(typ));
        self
    }

    /// The algorithm whose hash makes `at_hash` and `c_hash`.
    pub(crate) fn hash_alg(&self) -> SigningAlgorithm {
        if let Signing::By(alg) = self.signing { alg } else { SigningAlgorithm::RS256 }
    }

    /// Fills in what could not be known before the access token was made: an `at_hash` of null.
    pub(crate) fn bind_access_token(&mut self, access_token: &str) {
        let alg = self.hash_alg();
        if let Some(hash) = self.payload.get_mut("at_hash").filter(|hash| hash.is_null()) {
            *hash = json!(half_hash(alg, access_token));
        }
    }

    /// The bytes.
    pub(crate) fn encode(&self) -> String {
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        let header = serde_json::to_string(&self.header).unwrap_or_default();
        let mut payload = Vec::with_capacity(1_024);
        // Claims can always be written.
        let _ = serde_json::to_writer(&mut payload, &self.payload);
        if !self.more_members.is_empty() {
            payload.truncate(payload.len().saturating_sub(1));
            payload.extend_from_slice(self.more_members.as_bytes());
            payload.push(b'}');
        }
        // Room for the signature too.
        let mut message = String::with_capacity(2 * (header.len() + payload.len()) + 512);
        URL_SAFE_NO_PAD.encode_string(&header, &mut message);
        message.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut message);
        let mut signature = self.sign(message.as_bytes());
        if self.corrupt
            && let Some(middle) = signature.len().checked_div(2)
            && let Some(byte) = signature.get_mut(middle)
        {
            *byte ^= 0x40;
        }
        let mut token = if self.swapped.is_empty() { message } else { self.swap(&header) };
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        if let Some(reshape) = self.reshape {
            return reshape(&token);
        }
        token.shrink_to_fit();
        token
    }

    /// Header and payload with the claims that were put in after signing.
    fn swap(&self, header: &str) -> String {
        let mut payload = self.payload.clone();
        payload.extend(self.swapped.clone());
        let payload = Value::Object(payload).to_string();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let ring = &self.ring;
        match &self.signing {
            Signing::By(alg) => ring.sign(ring.by_alg(*alg), *alg, message),
            Signing::ByOtherKey => ring.sign(ring.other(), self.hash_alg(), message),
            Signing::Hmac(key) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
            }
            Signing::ByStranger(stranger) => stranger.sign(message),
            Signing::Der => {
                let alg = SigningAlgorithm::ES256;
                der(&ring.sign(ring.by_alg(alg), alg, message))
            }
            Signing::Bytes(bytes) => bytes.clone(),
            Signing::Nothing => Vec::new(),
        }
    }
}

/// An ECDSA signature as ASN.1 has it: a SEQUENCE of two INTEGERs, none of them negative.
fn der(fixed: &[u8]) -> Vec<u8> {
    let (r, s) = fixed.split_at(fixed.len() / 2);
    let integer = |number: &[u8]| {
        let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
        let mut digits = number[start..].to_vec();
        if digits.first().is_none_or(|first| *first >= 0x80) {
            digits.insert(0, 0);
        }
        tagged(2, &digits)
    };
    tagged(0x30, &[integer(r), integer(s)].concat())
}

/// Tag, length, value; values here are short.
fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag, u8::try_from(value.len()).unwrap_or(u8::MAX)];
    bytes.extend_from_slice(value);
    bytes
}

/// Header and payload of a token, unverified: for the journal, which shows broken ones too.
pub(crate) fn decode(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    Some((part()?, part()?))
}

/// The same of a token that has the three parts that it should (RFC 7515 7.1).
pub(crate) fn decode_whole(token: &str) -> Option<(Value, Value)> {
    decode(token).filter(|_| token.matches('.').count() == 2)
}

/// What the header of one of our tokens says.
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    kid: Cow<'a, str>,
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

/// The payload of a token this ring signed, expired or not, as far as it is wanted; `None` for anybody else's.
pub(crate) fn verify_own<T: DeserializeOwned>(ring: &KeyRing, token: &str) -> Option<T> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    let header: Header<'_> = serde_json::from_slice(&header).ok()?;
    let (key, alg) = ring.by_kid(&header.kid, &header.alg)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let genuine = header.crit.is_none() && key.key.verifies(alg, message.as_bytes(), &signature);
    let payload = URL_SAFE_NO_PAD.decode(payload).ok().filter(|_| genuine)?;
    serde_json::from_slice(&payload).ok()
}

/// The same of an ID token: access tokens and logout tokens say by `typ` that they are something else (RFC 9068 2.1,
/// Back-Channel Logout 2.4), and signed user information does not end (OIDC Core 5.3.2).
pub(crate) fn verify_own_id_token(ring: &KeyRing, token: &str) -> Option<Map<String, Value>> {
    let (header, _) = decode(token)?;
    let kind = header.get("typ").and_then(Value::as_str).unwrap_or("JWT").to_ascii_lowercase();
    let kind = kind.strip_prefix("application/").unwrap_or(&kind);
    let claims: Map<String, Value> = verify_own(ring, token)?;
    let ends = claims.contains_key("exp") && claims.contains_key("iat");
    Some(claims).filter(|_| ends && !matches!(kind, "at+jwt" | "logout+jwt"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ring(seeded: bool) -> Arc<KeyRing> {
        Arc::new(
            KeyRing::new(&fixtures::embedded().keys, "test", seeded).expect("the embedded keys are usable"),
        )
    }

    fn verified(ring: &KeyRing, token: &str) -> Option<Map<String, Value>> {
        verify_own(ring, token)
    }

    fn token(ring: &Arc<KeyRing>, alg: SigningAlgorithm) -> String {
        TokenDraft::new(ring, alg, Map::from_iter([("sub".to_owned(), json!("dana"))])).encode()
    }

    #[test]
    fn a_token_of_this_ring_verifies_and_one_of_another_does_not() {
        let ring = ring(false);
        for alg in SigningAlgorithm::ALL {
            assert_eq!(verified(&ring, &token(&ring, alg)).expect("our own")["sub"], "dana", "{alg:?}");
        }
        let mut rotated = KeyRing::clone(&ring);
        rotated.rotate();
        let rotated = Arc::new(rotated);
        let alg = SigningAlgorithm::RS256;
        assert!(verified(&rotated, &token(&ring, alg)).is_some(), "the old key stays published");
        assert!(verified(&ring, &token(&rotated, alg)).is_none(), "the new key is not published yet");
    }

    #[test]
    fn a_seeded_ring_signs_the_same_bytes_every_time_and_they_verify() {
        let ring = ring(true);
        for alg in SigningAlgorithm::ALL {
            let first = token(&ring, alg);
            assert_eq!(first, token(&ring, alg), "{alg:?}");
            assert!(verified(&ring, &first).is_some(), "{alg:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_changed_token_verifies(index in any::<prop::sample::Index>(), letter in "[A-Za-z0-9._-]") {
            let ring = ring(false);
            let honest = token(&ring, SigningAlgorithm::RS256);
            let mut changed = honest.clone().into_bytes();
            let index = index.index(changed.len());
            changed[index] = letter.as_bytes()[0];
            let changed = String::from_utf8(changed).expect("ASCII");
            prop_assume!(changed != honest);
            prop_assert!(verified(&ring, &changed).is_none());
        }
    }
}
