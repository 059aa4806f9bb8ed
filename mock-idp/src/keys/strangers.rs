//! Keys that belong to no realm: an attacker's, one that is too small, one that is too large, one that signs nothing.
//! They are data and never in an honest key set.

use std::sync::OnceLock;

use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{self, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::BigUint;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{pem_body, sign_rsa};

const KEY: &str = include_str!("../../strangers/stranger.pem");
/// The certificate of the attacker's key.
pub(crate) const CERTIFICATE: &str = include_str!("../../strangers/stranger-certificate.pem");
/// The name of the attacker's key.
pub(crate) const KID: &str = "stranger";

/// A key nobody should take a signature of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// Sound, but the attacker's.
    Attacker,
    /// RSA of 1024 bits.
    Weak,
    /// RSA of 16384 bits.
    Huge,
    /// RSA with the exponent 1: what is signed is its own signature.
    ExponentOne,
}

impl Stranger {
    /// Signs by RSASSA-PKCS1-v1_5 with SHA-256.
    pub(crate) fn sign(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Attacker => attacker()
                .map(|pair| sign_rsa(pair, &signature::RSA_PKCS1_SHA256, message))
                .unwrap_or_default(),
            Self::Weak => sign_by_primes(WEAK, message),
            Self::Huge => sign_by_primes(HUGE, message),
            Self::ExponentOne => padded(message, 256),
        }
    }

    /// The public key (RFC 7517 4).
    pub(crate) fn jwk(self, kid: &str) -> Map<String, Value> {
        let (n, e) = match self {
            Self::Attacker => (modulus(), "AQAB"),
            Self::Weak => (product(WEAK).to_bytes_be(), "AQAB"),
            Self::Huge => (product(HUGE).to_bytes_be(), "AQAB"),
            Self::ExponentOne => (modulus(), "AQ"),
        };
        let members = [
            ("kty", json!("RSA")),
            ("n", json!(URL_SAFE_NO_PAD.encode(n))),
            ("e", json!(e)),
            ("use", json!("sig")),
            ("alg", json!("RS256")),
            ("kid", json!(kid)),
        ];
        members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
    }
}

fn attacker() -> Option<&'static RsaKeyPair> {
    static PAIR: OnceLock<Option<RsaKeyPair>> = OnceLock::new();
    PAIR.get_or_init(|| RsaKeyPair::from_pkcs8(&pem_body(KEY)?).ok()).as_ref()
}

fn modulus() -> Vec<u8> {
    let modulus = |pair: &RsaKeyPair| pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
    attacker().map(modulus).unwrap_or_default()
}

/// The factors of the two odd keys, as their distances from 2^512. Many small factors make a large key quick.
const FACTORS: [u32; 32] = [
    569, 629, 875, 975, 1695, 1827, 2529, 2807, 2967, 3143, 3459, 3669, 3893, 4005, 4475, 4653, 4893, 5487,
    5663, 5993, 6005, 6429, 6485, 6579, 7589, 7905, 8889, 9989, 11819, 11957, 12035, 12057,
];
const WEAK: usize = 2;
const HUGE: usize = FACTORS.len();
const EXPONENT: u64 = 65_537;

fn primes(count: usize) -> impl Iterator<Item = BigUint> {
    FACTORS.iter().take(count).map(|below| (BigUint::from(1_u32) << 512) - BigUint::from(*below))
}

fn product(count: usize) -> BigUint {
    primes(count).fold(BigUint::from(1_u32), |product, prime| product * prime)
}

/// RFC 8017 5.1.2 (b) with any number of factors: a root for each, put together by Garner's method.
fn sign_by_primes(count: usize, message: &[u8]) -> Vec<u8> {
    let length = count * 64;
    let padded = BigUint::from_bytes_be(&padded(message, length));
    let (one, two) = (BigUint::from(1_u32), BigUint::from(2_u32));
    let (mut root, mut product) = (BigUint::from(0_u32), one.clone());
    for prime in primes(count) {
        let wanted = (&padded % &prime).modpow(&private_exponent(&(&prime - &one)), &prime);
        let inverse = (&product % &prime).modpow(&(&prime - &two), &prime);
        let step = (wanted + &prime - &root % &prime) * inverse % &prime;
        root += &product * step;
        product *= prime;
    }
    let bytes = root.to_bytes_be();
    let mut signature = vec![0; length.saturating_sub(bytes.len())];
    signature.extend(bytes);
    signature
}

/// The inverse of the exponent modulo `order`: `(1 + order * k) / exponent`, where `k` makes that a whole number.
fn private_exponent(order: &BigUint) -> BigUint {
    let exponent = BigUint::from(EXPONENT);
    // The exponent is prime, so Fermat gives the inverse of the order modulo it.
    let inverse = (order % &exponent).modpow(&BigUint::from(EXPONENT - 2), &exponent);
    let k = &exponent - inverse;
    (order * k + BigUint::from(1_u32)) / exponent
}

/// EMSA-PKCS1-v1_5 (RFC 8017 9.2) with SHA-256.
fn padded(message: &[u8], length: usize) -> Vec<u8> {
    const SHA_256: [u8; 19] =
        [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
    let digest = Sha256::digest(message);
    let mut padded = vec![0, 1];
    padded.resize(length - 1 - SHA_256.len() - digest.len(), 0xff);
    padded.push(0);
    padded.extend_from_slice(&SHA_256);
    padded.extend_from_slice(&digest);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_odd_signature_is_genuine_by_its_odd_key() {
        for stranger in [Stranger::Attacker, Stranger::Weak, Stranger::Huge, Stranger::ExponentOne] {
            let jwk = stranger.jwk("k");
            let number = |name: &str| {
                let text = jwk[name].as_str().expect("text");
                BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(text).expect("base64url"))
            };
            let signature = stranger.sign(b"message");
            let opened = BigUint::from_bytes_be(&signature).modpow(&number("e"), &number("n"));
            assert_eq!(opened, BigUint::from_bytes_be(&padded(b"message", signature.len())), "{stranger:?}");
        }
        assert_eq!((product(WEAK).bits(), product(HUGE).bits()), (1024, 16384));
    }
}
