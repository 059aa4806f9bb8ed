//! Keys that a realm has for itself: other material under the names of the keys it was given. Two primes that were found
//! beforehand make an RSA key, so nothing is searched for when a realm is made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixtures::{Key, KeyAlgorithm};
use p256::pkcs8::EncodePrivateKey as _;
use rsa::BigUint;
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;

use crate::generator::Generator;

const PRIMES: &str = include_str!("../../keys/primes.txt");
/// F4, the public exponent of all keys here.
const EXPONENT: u32 = 65_537;

/// The same keys with material of their own, which the generator fixes. Primes make some 8,000 RSA keys, so that two realms
/// hardly ever have the same, and no realm has the same twice.
pub(crate) fn material(keys: &[Key], generator: &mut Generator) -> Vec<Key> {
    let mut primes = primes();
    let with_material = |key: &Key| {
        // What cannot be made stays as it was given.
        let der = private(key.alg, &mut primes, generator);
        let private_pem = der.map_or_else(|| key.private_pem.clone(), |der| pem(&der));
        Key { private_pem, ..key.clone() }
    };
    keys.iter().map(with_material).collect()
}

/// The private half of one more key, PKCS#8, which the generator fixes.
pub(super) fn one_more(alg: KeyAlgorithm, generator: &mut Generator) -> Option<Vec<u8>> {
    private(alg, &mut primes(), generator)
}

fn primes() -> Vec<&'static str> {
    PRIMES.lines().filter(|line| !line.starts_with('#')).collect()
}

fn private(alg: KeyAlgorithm, primes: &mut Vec<&str>, generator: &mut Generator) -> Option<Vec<u8>> {
    match alg {
        // Whoever has more keys than the primes make keeps the rest as they were given.
        KeyAlgorithm::RS256 if primes.len() < 2 => None,
        KeyAlgorithm::RS256 => {
            let mut draw = || primes.swap_remove(generator.below(primes.len()));
            rsa_of(draw(), draw())
        }
        KeyAlgorithm::ES256 => ec_of(&generator.seed()),
        KeyAlgorithm::EdDsa => Some(ed25519_of(&generator.seed())),
    }
}

fn rsa_of(first: &str, second: &str) -> Option<Vec<u8>> {
    let prime = |hex: &str| BigUint::parse_bytes(hex.as_bytes(), 16);
    let key = RsaPrivateKey::from_p_q(prime(first)?, prime(second)?, EXPONENT.into()).ok()?;
    Some(key.to_pkcs8_der().ok()?.as_bytes().to_vec())
}

/// None for the numbers that are no key of the curve: one in 2^32.
fn ec_of(secret: &[u8; 32]) -> Option<Vec<u8>> {
    let key = p256::SecretKey::from_slice(secret).ok()?;
    Some(key.to_pkcs8_der().ok()?.as_bytes().to_vec())
}

/// RFC 8410 7: a key of Ed25519 is its 32 bytes behind a header that is always the same.
fn ed25519_of(secret: &[u8; 32]) -> Vec<u8> {
    const HEADER: [u8; 16] =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [HEADER.as_slice(), secret].concat()
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::keys::SigningKey;

    #[test]
    fn every_prime_makes_a_key_that_can_be_used() {
        let primes = primes();
        assert_eq!(primes.iter().collect::<BTreeSet<_>>().len(), 128, "each stands there once");
        let template =
            &fixtures::embedded().keys.into_iter().find(|key| key.alg == KeyAlgorithm::RS256).unwrap();
        for pair in primes.chunks(2) {
            let der = rsa_of(pair[0], pair[1]).expect("two primes");
            let key = Key { private_pem: pem(&der), ..template.clone() };
            assert!(SigningKey::parse(&key).is_some(), "{}", pair[0]);
        }
    }

    #[test]
    fn more_keys_than_primes_are_no_end_of_the_world() {
        let rsa = fixtures::embedded().keys.into_iter().find(|key| key.alg == KeyAlgorithm::RS256).unwrap();
        let made = material(&vec![rsa.clone(); 70], &mut Generator::seeded(1));
        let kept = made.iter().filter(|key| key.private_pem == rsa.private_pem).count();
        assert_eq!((made.len(), kept), (70, 6));
    }

    #[test]
    fn a_generator_fixes_all_keys_and_no_two_are_the_same() {
        let keys = fixtures::embedded().keys;
        let pems = |seed| -> BTreeSet<String> {
            material(&keys, &mut Generator::seeded(seed)).into_iter().map(|key| key.private_pem).collect()
        };
        let (first, second) = (pems(1), pems(2));
        assert_eq!(first, pems(1));
        assert_eq!(first.union(&second).count(), 2 * keys.len());
        let given: BTreeSet<_> = keys.iter().map(|key| key.private_pem.clone()).collect();
        assert!(first.is_disjoint(&given));
        for key in material(&keys, &mut Generator::seeded(1)) {
            assert!(SigningKey::parse(&key).is_some(), "{}", key.kid);
        }
    }
}
