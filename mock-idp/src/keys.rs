//! Key pairs, parsed once per process, and the ring of keys a realm signs with and publishes.
//!
//! It searches for no prime: an RSA key at every start would cost more than everything else together.

mod made;
pub(crate) mod own;
mod ring;
mod seeded;
pub(crate) mod strangers;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaEncoding,
    UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fixtures::{Key, KeyAlgorithm, SigningAlgorithm};
use serde_json::{Map, Value, json};

use self::made::Made;
pub(crate) use self::ring::{KeyRing, public_key_set};

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

/// So many pairs are kept for whoever parses them next.
const MOST_SHARED: usize = 64;

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
    /// The private key, PKCS#8: for signatures that a seed fixes.
    private_der: Vec<u8>,
    public: Map<String, Value>,
    /// The public key, DER, as an attacker would know it.
    pub(crate) public_der: Vec<u8>,
    made: Made,
}

impl SigningKey {
    /// Parses a key, or finds it parsed: the pairs of a process are shared by all realms.
    fn of(key: &Key) -> Result<Arc<Self>, KeyError> {
        static PARSED: OnceLock<Mutex<BTreeMap<String, Arc<SigningKey>>>> = OnceLock::new();
        let mut parsed = PARSED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let identity = format!("{} {} {}", key.kid, key.alg.as_str(), key.private_pem);
        if let Some(found) = parsed.get(&identity) {
            return Ok(Arc::clone(found));
        }
        let fresh = Arc::new(Self::parse(key).ok_or_else(|| KeyError::about(key))?);
        // Realms that have keys of their own come and go.
        if parsed.len() < MOST_SHARED {
            parsed.insert(identity, Arc::clone(&fresh));
        }
        Ok(fresh)
    }

    fn parse(key: &Key) -> Option<Self> {
        Self::from_der(&key.kid, key.alg, pem_body(&key.private_pem)?)
    }

    fn from_der(name: &str, alg: KeyAlgorithm, der: Vec<u8>) -> Option<Self> {
        let b64 = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
        let (pair, public, public_der) = match alg {
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
        let (name, made) = (name.to_owned(), Made::default());
        Some(Self { name, alg, pair, private_der: der, public, public_der, made })
    }

    /// Whether this kind of key makes that kind of signature.
    pub(crate) fn makes(&self, alg: SigningAlgorithm) -> bool {
        use SigningAlgorithm::{ES256, EdDsa, PS256, PS384, PS512, RS256, RS384, RS512};
        match self.alg {
            KeyAlgorithm::RS256 => matches!(alg, RS256 | RS384 | RS512 | PS256 | PS384 | PS512),
            KeyAlgorithm::ES256 => alg == ES256,
            KeyAlgorithm::EdDsa => alg == EdDsa,
        }
    }

    /// Signs. `seeded` asks for the same bytes every time, which takes longer.
    pub(crate) fn sign(&self, alg: SigningAlgorithm, seeded: bool, message: &[u8]) -> Vec<u8> {
        let signature = self.signature(alg, seeded, message);
        self.made.remember(alg, message, &signature);
        signature
    }

    fn signature(&self, alg: SigningAlgorithm, seeded: bool, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(_) if seeded && is_pss(alg) => {
                self::seeded::pss(&self.private_der, alg, message).unwrap_or_default()
            }
            Pair::Rsa(pair) => sign_rsa(pair, rsa_encoding(alg), message),
            Pair::Ecdsa(_) if seeded => self::seeded::es256(&self.private_der, message).unwrap_or_default(),
            Pair::Ecdsa(pair) => {
                pair.sign(&SystemRandom::new(), message).map(|sig| sig.as_ref().to_vec()).unwrap_or_default()
            }
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// Whether a signature by this key is genuine.
    pub(crate) fn verifies(&self, alg: SigningAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let by: &'static dyn VerificationAlgorithm = match alg {
            SigningAlgorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            SigningAlgorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            SigningAlgorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            SigningAlgorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
            SigningAlgorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
            SigningAlgorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
            SigningAlgorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
            SigningAlgorithm::EdDsa => &signature::ED25519,
        };
        let key = UnparsedPublicKey::new(by, &self.public_der);
        self.makes(alg) && (self.made.has(alg, message, signature) || key.verify(message, signature).is_ok())
    }

    /// The public key as it stands in the key set (RFC 7517 4).
    pub(crate) fn jwk(&self, alg: SigningAlgorithm, kid: &str) -> Map<String, Value> {
        let mut jwk = self.public.clone();
        jwk.insert("use".to_owned(), json!("sig"));
        jwk.insert("alg".to_owned(), json!(alg.as_str()));
        jwk.insert("kid".to_owned(), json!(kid));
        jwk
    }
}

fn is_pss(alg: SigningAlgorithm) -> bool {
    matches!(alg, SigningAlgorithm::PS256 | SigningAlgorithm::PS384 | SigningAlgorithm::PS512)
}

fn rsa_encoding(alg: SigningAlgorithm) -> &'static dyn RsaEncoding {
    match alg {
        SigningAlgorithm::RS384 => &signature::RSA_PKCS1_SHA384,
        SigningAlgorithm::RS512 => &signature::RSA_PKCS1_SHA512,
        SigningAlgorithm::PS256 => &signature::RSA_PSS_SHA256,
        SigningAlgorithm::PS384 => &signature::RSA_PSS_SHA384,
        SigningAlgorithm::PS512 => &signature::RSA_PSS_SHA512,
        SigningAlgorithm::RS256 | SigningAlgorithm::ES256 | SigningAlgorithm::EdDsa => {
            &signature::RSA_PKCS1_SHA256
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
