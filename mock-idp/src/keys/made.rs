//! The signatures that a key made lately: what comes back needs not be worked out again.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use fixtures::SigningAlgorithm;
use sha2::{Digest as _, Sha256};

/// So many are remembered.
const MOST: usize = 1_024;

/// Digests of messages with their signatures, the newest of them.
#[derive(Default)]
pub(super) struct Made(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    digests: BTreeSet<[u8; 32]>,
    in_order: VecDeque<[u8; 32]>,
}

impl Made {
    /// Remembers a signature. One that was not made is empty, and nothing to remember.
    pub(super) fn remember(&self, alg: SigningAlgorithm, message: &[u8], signature: &[u8]) {
        if signature.is_empty() {
            return;
        }
        let digest = digest(alg, message, signature);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.digests.insert(digest) {
            kept.in_order.push_back(digest);
        }
        if kept.in_order.len() > MOST
            && let Some(oldest) = kept.in_order.pop_front()
        {
            kept.digests.remove(&oldest);
        }
    }

    /// Whether it is remembered. One that is not may be genuine all the same.
    pub(super) fn has(&self, alg: SigningAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let digest = digest(alg, message, signature);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).digests.contains(&digest)
    }
}

fn digest(alg: SigningAlgorithm, message: &[u8], signature: &[u8]) -> [u8; 32] {
    // Lengths keep two pairs apart whose bytes are the same one after the other.
    let length = message.len().to_be_bytes();
    let digest = Sha256::new().chain_update(alg.as_str()).chain_update(length).chain_update(message);
    digest.chain_update(signature).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_remembered_exactly_and_not_for_ever() {
        let made = Made::default();
        made.remember(SigningAlgorithm::ES256, b"message", b"signature");
        assert!(made.has(SigningAlgorithm::ES256, b"message", b"signature"));
        assert!(!made.has(SigningAlgorithm::RS256, b"message", b"signature"));
        assert!(!made.has(SigningAlgorithm::ES256, b"messages", b"ignature"));
        made.remember(SigningAlgorithm::ES256, b"empty", b"");
        assert!(!made.has(SigningAlgorithm::ES256, b"empty", b""));
        for number in 0..MOST {
            made.remember(SigningAlgorithm::ES256, b"message", &number.to_be_bytes());
        }
        assert!(!made.has(SigningAlgorithm::ES256, b"message", b"signature"));
        assert_eq!(made.0.lock().expect("unpoisoned").digests.len(), MOST);
    }
}
