//! The ring of keys of one realm: which signs what, which are published, what happens when they rotate.

use std::collections::BTreeSet;
use std::sync::Arc;

use fixtures::{Key, KeyAlgorithm, KeyPurpose, SigningAlgorithm};
use serde_json::{Map, Value, json};

use super::{KeyError, SigningKey, own};
use crate::generator::Generator;

/// How often a key is drawn that was not published before; one draw hardly ever fails.
const ATTEMPTS: usize = 16;

/// A key under the name its realm gave it.
#[derive(Clone)]
pub(crate) struct RingKey {
    pub(crate) key: Arc<SigningKey>,
    pub(crate) kid: String,
    published: bool,
}

impl RingKey {
    /// The public key as it stands in the key set, for the algorithm it is mostly used with.
    pub(crate) fn jwk(&self) -> Map<String, Value> {
        self.key.jwk(self.usual_alg(), &self.kid)
    }

    fn usual_alg(&self) -> SigningAlgorithm {
        match self.key.alg {
            KeyAlgorithm::RS256 => SigningAlgorithm::RS256,
            KeyAlgorithm::ES256 => SigningAlgorithm::ES256,
            KeyAlgorithm::EdDsa => SigningAlgorithm::EdDsa,
        }
    }

    /// Its name in tokens of an algorithm: a JWK is for one algorithm (RFC 7517 4.4), so a key that makes several
    /// kinds of signature has a name for each.
    pub(crate) fn kid_for(&self, alg: SigningAlgorithm) -> String {
        if alg == self.usual_alg() {
            return self.kid.clone();
        }
        format!("{}.{}", self.kid, alg.as_str().to_lowercase())
    }
}

/// The keys of one realm. Every kid carries the suffix of the realm, so no two realms share one.
#[derive(Clone)]
pub(crate) struct KeyRing {
    keys: Vec<RingKey>,
    signing: usize,
    suffix: String,
    rotations: u32,
    /// Whether signatures are the same every time.
    seeded: bool,
}

impl KeyRing {
    pub(crate) fn new(keys: &[Key], suffix: &str, seeded: bool) -> Result<Self, KeyError> {
        let mut ring = Self { keys: Vec::new(), signing: 0, suffix: suffix.to_owned(), rotations: 0, seeded };
        for key in keys {
            if key.purpose == KeyPurpose::Signing {
                ring.signing = ring.keys.len();
            }
            let published = key.purpose != KeyPurpose::Next;
            ring.keys.push(RingKey {
                key: SigningKey::of(key)?,
                kid: format!("{}-{suffix}", key.kid),
                published,
            });
        }
        Ok(ring)
    }

    /// The key that signs unless an algorithm asks for another.
    pub(crate) fn signing(&self) -> &RingKey {
        &self.keys[self.signing]
    }

    /// The key that signs with this algorithm; the signing key when there is none, as the check of a client's
    /// registration saw to it that there is.
    pub(crate) fn by_alg(&self, alg: SigningAlgorithm) -> &RingKey {
        let makes = |entry: &&RingKey| entry.published && entry.key.makes(alg);
        if self.signing().key.makes(alg) {
            return self.signing();
        }
        self.keys.iter().find(makes).unwrap_or_else(|| self.signing())
    }

    /// A published key by its name in tokens, and the algorithm it has under that name.
    pub(crate) fn by_kid(&self, kid: &str, alg: &str) -> Option<(&RingKey, SigningAlgorithm)> {
        let alg = SigningAlgorithm::ALL.into_iter().find(|known| known.as_str() == alg)?;
        let named = |entry: &&RingKey| entry.published && entry.key.makes(alg) && entry.kid_for(alg) == kid;
        self.keys.iter().find(named).map(|entry| (entry, alg))
    }

    /// Signs by a key of this ring.
    pub(crate) fn sign(&self, key: &RingKey, alg: SigningAlgorithm, message: &[u8]) -> Vec<u8> {
        key.key.sign(alg, self.seeded, message)
    }

    /// A key of the signing algorithm that does not sign now.
    pub(crate) fn other(&self) -> &RingKey {
        let alg = self.signing().key.alg;
        let other =
            self.keys.iter().enumerate().find(|(index, key)| *index != self.signing && key.key.alg == alg);
        other.map_or_else(|| self.signing(), |(_, key)| key)
    }

    /// Lets a key of the same algorithm sign that was never published, under a name there never was; the old one stays
    /// published.
    pub(crate) fn rotate(&mut self) {
        self.rotations += 1;
        let next = self.next();
        let kid = match self.rotations {
            1 => format!("{}-{}", next.name, self.suffix),
            rotation => format!("{}-{}-{rotation}", next.name, self.suffix),
        };
        self.keys.retain(|entry| entry.kid != kid);
        self.keys.push(RingKey { key: next, kid, published: true });
        self.signing = self.keys.len() - 1;
    }

    /// The key that was kept to be the next one; after it, keys that follow from suffix and rotation.
    fn next(&self) -> Arc<SigningKey> {
        let signing = &self.signing().key;
        let kept = |entry: &&RingKey| !entry.published && entry.key.alg == signing.alg;
        if let Some(kept) = self.keys.iter().find(kept) {
            return Arc::clone(&kept.key);
        }
        let purpose = format!("rotation {} of {}", self.rotations, self.suffix);
        let mut generator = Generator::seeded(0).apart(&purpose);
        for _ in 0..ATTEMPTS {
            let der = own::one_more(signing.alg, &mut generator);
            let fresh = der.and_then(|der| SigningKey::from_der(&self.other().key.name, signing.alg, der));
            if let Some(fresh) = fresh.filter(|fresh| !self.knows(fresh)) {
                return Arc::new(fresh);
            }
        }
        Arc::clone(&self.other().key)
    }

    fn knows(&self, key: &SigningKey) -> bool {
        self.keys.iter().any(|entry| entry.key.public_der == key.public_der)
    }

    /// Lets the other key of the same algorithm sign under the name of the one that signed until now; whether there is one.
    pub(crate) fn replace(&mut self) -> bool {
        let alg = self.signing().key.alg;
        let other = (0..self.keys.len()).find(|at| *at != self.signing && self.keys[*at].key.alg == alg);
        if let Some(other) = other {
            let material = Arc::clone(&self.keys[other].key);
            self.keys[other].key = std::mem::replace(&mut self.keys[self.signing].key, material);
        }
        other.is_some()
    }

    /// The published keys, the signing one first. A key stands there once more for each further algorithm in `uses`.
    pub(crate) fn jwks(&self, uses: &BTreeSet<SigningAlgorithm>) -> Vec<Map<String, Value>> {
        let others =
            self.keys.iter().enumerate().filter(|(index, entry)| *index != self.signing && entry.published);
        let entries: Vec<_> = std::iter::once(self.signing()).chain(others.map(|(_, entry)| entry)).collect();
        let mut keys: Vec<_> = entries.iter().map(|entry| entry.jwk()).collect();
        for alg in uses {
            let further = entries.iter().filter(|entry| entry.key.makes(*alg) && entry.usual_alg() != *alg);
            keys.extend(further.map(|entry| entry.key.jwk(*alg, &entry.kid_for(*alg))));
        }
        keys
    }
}

/// The public halves of keys, as a JSON Web Key Set (RFC 7517 5).
pub(crate) fn public_key_set(keys: &[Key]) -> Result<Value, KeyError> {
    let jwk = |key: &Key| {
        let entry = RingKey { key: SigningKey::of(key)?, kid: key.kid.clone(), published: true };
        Ok(Value::Object(entry.jwk()))
    };
    let keys = keys.iter().map(jwk).collect::<Result<Vec<_>, KeyError>>()?;
    Ok(json!({ "keys": keys }))
}
