//! Key pairs, parsed once per process, and the ring of keys an instance signs with and publishes.
//!
//! It makes no key: an RSA key at every start would cost more than everything else together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fixtures::{Key, KeyAlgorithm, KeyPurpose};
use serde_json::{Map, Value, json};

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "keys/{file}: holds no {alg} key, and {kid} is one; make it with: openssl genpkey -algorithm {algorithm}"
)]
pub struct KeyError {
    kid: String,
    file: String,
    alg: &'static str,
    /// What OpenSSL calls it.
    algorithm: &'static str,
}

impl KeyError {
    fn about(key: &Key) -> Self {
        let algorithm = match key.alg {
            KeyAlgorithm::RS256 => "RSA -pkeyopt rsa_keygen_bits:2048",
            KeyAlgorithm::ES256 => "EC -pkeyopt ec_paramgen_curve:P-256",
            KeyAlgorithm::EdDsa => "ed25519",
        };
        let (kid, file) = (key.kid.clone(), key.private_key_file.clone());
        Self { kid, file, alg: key.alg.as_str(), algorithm }
    }
}

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A parsed key pair with the public half as JWK members.
pub(crate) struct SigningKey {
    pub(crate) name: String,
    pub(crate) alg: KeyAlgorithm,
    pair: Pair,
    public: Map<String, Value>,
    /// The public key, DER, as an attacker would know it.
    pub(crate) public_der: Vec<u8>,
}

impl SigningKey {
    /// Parses a key, or finds it parsed: the pairs of a process are shared by all instances.
    fn of(key: &Key) -> Result<Arc<Self>, KeyError> {
        static PARSED: OnceLock<Mutex<BTreeMap<String, Arc<SigningKey>>>> = OnceLock::new();
        let mut parsed = PARSED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let identity = format!("{} {} {}", key.kid, key.alg.as_str(), key.private_pem);
        if let Some(found) = parsed.get(&identity) {
            return Ok(Arc::clone(found));
        }
        let fresh = Arc::new(Self::parse(key).ok_or_else(|| KeyError::about(key))?);
        parsed.insert(identity, Arc::clone(&fresh));
        Ok(fresh)
    }

    fn parse(key: &Key) -> Option<Self> {
        let der = pem_body(&key.private_pem)?;
        let b64 = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
        let (pair, public, public_der) = match key.alg {
            KeyAlgorithm::RS256 => {
                let pair = RsaKeyPair::from_pkcs8(&der).ok()?;
                let public = pair.public_key();
                let n = b64(public.modulus().big_endian_without_leading_zero());
                let e = b64(public.exponent().big_endian_without_leading_zero());
                let members = json!({"kty": "RSA", "n": n, "e": e});
                let public_der = public.as_ref().to_vec();
                (Pair::Rsa(pair), members, public_der)
            }
            KeyAlgorithm::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).ok()?;
                // SEC1 2.3.3: 0x04, then x and y of 32 bytes each.
                let point = pair.public_key().as_ref().to_vec();
                let members = json!({"kty": "EC", "crv": "P-256", "x": b64(point.get(1..33)?), "y": b64(point.get(33..65)?)});
                (Pair::Ecdsa(pair), members, point)
            }
            KeyAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(&der).ok()?;
                let point = pair.public_key().as_ref().to_vec();
                (Pair::Ed25519(pair), json!({"kty": "OKP", "crv": "Ed25519", "x": b64(&point)}), point)
            }
        };
        let Value::Object(public) = public else { return None };
        Some(Self { name: key.kid.clone(), alg: key.alg, pair, public, public_der })
    }

    /// Signs with the algorithm of the key.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => sign_rsa(pair, &signature::RSA_PKCS1_SHA256, message),
            Pair::Ecdsa(pair) => {
                pair.sign(&SystemRandom::new(), message).map(|sig| sig.as_ref().to_vec()).unwrap_or_default()
            }
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

/// An empty signature is what a failing library leaves: no relying party accepts it.
fn sign_rsa(pair: &RsaKeyPair, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; pair.public_modulus_len()];
    match pair.sign(encoding, &SystemRandom::new(), message, &mut signature) {
        Ok(()) => signature,
        Err(_) => Vec::new(),
    }
}

fn pem_body(pem: &str) -> Option<Vec<u8>> {
    let (_, after) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = after.split_once("-----END PRIVATE KEY-----")?;
    STANDARD.decode(body.split_ascii_whitespace().collect::<String>()).ok()
}

/// A key under the name this instance gave it.
#[derive(Clone)]
pub(crate) struct RingKey {
    pub(crate) key: Arc<SigningKey>,
    pub(crate) kid: String,
    published: bool,
}

impl RingKey {
    /// The public key as it stands in the key set (RFC 7517 4).
    pub(crate) fn jwk(&self) -> Map<String, Value> {
        let mut jwk = self.key.public.clone();
        jwk.insert("use".to_owned(), json!("sig"));
        jwk.insert("alg".to_owned(), json!(self.key.alg.as_str()));
        jwk.insert("kid".to_owned(), json!(self.kid));
        jwk
    }
}

/// The keys of one instance. Every kid carries the suffix of the instance, so no two instances share one.
#[derive(Clone)]
pub(crate) struct KeyRing {
    keys: Vec<RingKey>,
    signing: usize,
    suffix: String,
    rotations: u32,
}

impl KeyRing {
    pub(crate) fn new(keys: &[Key], suffix: &str) -> Result<Self, KeyError> {
        let mut ring = Self { keys: Vec::new(), signing: 0, suffix: suffix.to_owned(), rotations: 0 };
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

    /// The key that signs.
    pub(crate) fn signing(&self) -> &RingKey {
        &self.keys[self.signing]
    }

    /// A key by algorithm; the signing key when there is none.
    pub(crate) fn by_alg(&self, alg: KeyAlgorithm) -> &RingKey {
        self.keys
            .iter()
            .find(|entry| entry.published && entry.key.alg == alg)
            .unwrap_or_else(|| self.signing())
    }

    /// A published key by its name in tokens.
    pub(crate) fn by_kid(&self, kid: &str) -> Option<&RingKey> {
        self.keys.iter().find(|entry| entry.published && entry.kid == kid)
    }

    /// A key of the signing algorithm that does not sign now.
    pub(crate) fn other(&self) -> &RingKey {
        let alg = self.signing().key.alg;
        let other =
            self.keys.iter().enumerate().find(|(index, key)| *index != self.signing && key.key.alg == alg);
        other.map_or_else(|| self.signing(), |(_, key)| key)
    }

    /// Lets the other key of the same algorithm sign, under a name it never had; the old one stays published.
    pub(crate) fn rotate(&mut self) {
        self.rotations += 1;
        let next = self.other().key.clone();
        let kid = match self.rotations {
            1 => format!("{}-{}", next.name, self.suffix),
            rotation => format!("{}-{}-{rotation}", next.name, self.suffix),
        };
        self.keys.retain(|entry| entry.kid != kid);
        self.keys.push(RingKey { key: next, kid, published: true });
        self.signing = self.keys.len() - 1;
    }

    /// The published keys, the signing one first.
    pub(crate) fn jwks(&self) -> Vec<Map<String, Value>> {
        let others =
            self.keys.iter().enumerate().filter(|(index, entry)| *index != self.signing && entry.published);
        std::iter::once(self.signing()).chain(others.map(|(_, entry)| entry)).map(RingKey::jwk).collect()
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
