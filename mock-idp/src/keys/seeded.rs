//! Signatures that are the same every time: where an algorithm takes randomness, it is drawn from key and message.
//! For realms with a seed; everybody else signs with the operating system's randomness.

use fixtures::SigningAlgorithm;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::DecodePrivateKey as _;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Pss, RsaPrivateKey, rand_core};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// ECDSA on P-256 with the nonce of RFC 6979.
pub(super) fn es256(private_der: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let key = p256::ecdsa::SigningKey::from_pkcs8_der(private_der).ok()?;
    let signature: p256::ecdsa::Signature = key.sign(message);
    Some(signature.to_bytes().to_vec())
}

/// RSASSA-PSS with a salt that follows from the message.
pub(super) fn pss(private_der: &[u8], alg: SigningAlgorithm, message: &[u8]) -> Option<Vec<u8>> {
    let key = RsaPrivateKey::from_pkcs8_der(private_der).ok()?;
    let mut salt = Salt { digest: Sha256::digest(message).to_vec(), at: 0 };
    let (padding, digest) = match alg {
        SigningAlgorithm::PS384 => (Pss::new::<Sha384>(), Sha384::digest(message).to_vec()),
        SigningAlgorithm::PS512 => (Pss::new::<Sha512>(), Sha512::digest(message).to_vec()),
        _ => (Pss::new::<Sha256>(), Sha256::digest(message).to_vec()),
    };
    key.sign_with_rng(&mut salt, padding, &digest).ok()
}

/// Bytes that follow from a digest, block after block. A salt need not be secret (RFC 8017 9.1).
struct Salt {
    digest: Vec<u8>,
    at: usize,
}

impl rand_core::RngCore for Salt {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for byte in dest {
            if self.at == self.digest.len() {
                self.digest = Sha256::digest(&self.digest).to_vec();
                self.at = 0;
            }
            *byte = self.digest[self.at];
            self.at += 1;
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl rand_core::CryptoRng for Salt {}
