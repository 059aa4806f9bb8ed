//! Signed tokens as bytes: `base64url(header).base64url(payload).base64url(signature)` (RFC 7515 7.1).
//!
//! Good and bad tokens are built alike, by hand: no JOSE library agrees to make the bad ones. Nothing here decides
//! what a token says.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fixtures::KeyAlgorithm;
use serde_json::{Map, Value, json};

use crate::keys::KeyRing;

/// How the third part of a token comes to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signing {
    /// By the signing key of the ring.
    Honest,
    /// By the ring's key of this algorithm.
    By(KeyAlgorithm),
    /// By the other RSA key, under the name of the right one.
    ByOtherKey,
    /// HMAC-SHA256 with these bytes as the key.
    Hmac(Vec<u8>),
    /// Nothing after the second dot.
    Nothing,
}

/// A token before it becomes bytes. Faults edit it.
#[derive(Debug, Clone)]
pub(crate) struct TokenDraft {
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
}

impl TokenDraft {
    /// An honest token with this payload.
    pub(crate) fn new(ring: &KeyRing, payload: Map<String, Value>) -> Self {
        let key = ring.signing();
        let header = json!({"alg": key.key.alg.as_str(), "typ": "JWT", "kid": key.kid});
        let header = if let Value::Object(header) = header { header } else { Map::new() };
        Self {
            header,
            payload,
            signing: Signing::Honest,
            corrupt: false,
            swapped: Map::new(),
            more_members: String::new(),
            instead: None,
        }
    }

    /// The bytes.
    pub(crate) fn encode(&self, ring: &KeyRing) -> String {
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        let header = Value::Object(self.header.clone()).to_string();
        let mut payload = Value::Object(self.payload.clone()).to_string();
        payload.insert_str(payload.len() - 1, &self.more_members);
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(&header), URL_SAFE_NO_PAD.encode(payload));
        let mut signature = self.sign(ring, message.as_bytes());
        if self.corrupt
            && let Some(middle) = signature.len().checked_div(2)
            && let Some(byte) = signature.get_mut(middle)
        {
            *byte ^= 0x40;
        }
        let message = if self.swapped.is_empty() { message } else { self.swap(&header) };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Header and payload with the claims that were put in after signing.
    fn swap(&self, header: &str) -> String {
        let mut payload = self.payload.clone();
        payload.extend(self.swapped.clone());
        let payload = Value::Object(payload).to_string();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
    }

    fn sign(&self, ring: &KeyRing, message: &[u8]) -> Vec<u8> {
        match &self.signing {
            Signing::Honest => ring.signing().key.sign(message),
            Signing::By(alg) => ring.by_alg(*alg).key.sign(message),
            Signing::ByOtherKey => ring.other().key.sign(message),
            Signing::Hmac(key) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
            }
            Signing::Nothing => Vec::new(),
        }
    }
}

/// Header and payload of a token, unverified: for the journal.
pub(crate) fn decode(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    Some((part()?, part()?))
}

/// The payload of a token this ring signed, expired or not; `None` for anybody else's.
/// RS256 is deterministic, so signing again and comparing verifies.
pub(crate) fn verify_own(ring: &KeyRing, token: &str) -> Option<Map<String, Value>> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = decode(token)?;
    let key = ring.by_kid(header.get("kid")?.as_str()?)?;
    let right = header.get("alg")? == "RS256" && key.key.alg == KeyAlgorithm::RS256;
    if !right || URL_SAFE_NO_PAD.encode(key.key.sign(message.as_bytes())) != signature {
        return None;
    }
    if let Value::Object(payload) = payload { Some(payload) } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ring() -> KeyRing {
        KeyRing::new(&fixtures::embedded().keys, "test").expect("the embedded keys are usable")
    }

    fn token(ring: &KeyRing) -> String {
        TokenDraft::new(ring, Map::from_iter([("sub".to_owned(), json!("dana"))])).encode(ring)
    }

    #[test]
    fn a_token_of_this_ring_verifies_and_one_of_another_does_not() {
        let ring = ring();
        assert_eq!(verify_own(&ring, &token(&ring)).expect("our own")["sub"], "dana");
        let mut rotated = ring.clone();
        rotated.rotate();
        assert!(verify_own(&rotated, &token(&ring)).is_some(), "the old key stays published");
        assert!(verify_own(&ring, &token(&rotated)).is_none(), "the new key is not published yet");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_changed_token_verifies(index in any::<prop::sample::Index>(), letter in "[A-Za-z0-9._-]") {
            let ring = ring();
            let honest = token(&ring);
            let mut changed = honest.clone().into_bytes();
            let index = index.index(changed.len());
            changed[index] = letter.as_bytes()[0];
            let changed = String::from_utf8(changed).expect("ASCII");
            prop_assume!(changed != honest);
            prop_assert!(verify_own(&ring, &changed).is_none());
        }
    }
}
