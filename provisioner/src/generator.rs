//! Randomness: ids, tokens and reference codes. A seed fixes all of them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rand::rngs::{ChaCha20Rng, SysRng};
use rand::{Rng as _, SeedableRng as _, TryRng as _};
use uuid::Uuid;

use crate::domain::id::Id;
use crate::domain::record::{REFERENCE_ALPHABET, REFERENCE_LENGTH, Reference};

/// Makes everything that must not be guessed or must be unique. Clones share one stream.
#[derive(Clone)]
pub struct Generator {
    stream: Arc<Mutex<ChaCha20Rng>>,
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers: {0}")]
pub struct NoRandomness(String);

impl Generator {
    /// A generator seeded by the operating system.
    pub fn from_os() -> Result<Self, NoRandomness> {
        let mut seed = [0; 32];
        SysRng.try_fill_bytes(&mut seed).map_err(|error| NoRandomness(error.to_string()))?;
        Ok(Self::from_stream(ChaCha20Rng::from_seed(seed)))
    }

    /// A generator that repeats itself: the same seed gives the same ids, tokens and codes. For tests.
    pub fn seeded(seed: u64) -> Self {
        Self::from_stream(ChaCha20Rng::seed_from_u64(seed))
    }

    fn from_stream(stream: ChaCha20Rng) -> Self {
        Self { stream: Arc::new(Mutex::new(stream)) }
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A secret of 256 bits as 43 characters of base64url.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// An id of version 7: 48 bits of milliseconds, then randomness (RFC 9562, 5.7).
    pub fn id<T>(&self, now: Timestamp) -> Id<T> {
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let mut bytes = self.bytes::<16>();
        bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
        bytes[6] = (bytes[6] & 0x0f) | 0x70;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Id::from_uuid(Uuid::from_bytes(bytes))
    }

    /// A reference code; unique only because the table of records demands it.
    pub fn reference(&self) -> Reference {
        let mut code = String::with_capacity(REFERENCE_LENGTH);
        while code.len() < REFERENCE_LENGTH {
            // Values from 240 up would favour the first letters.
            code.extend(self.bytes::<8>().into_iter().filter(|byte| *byte < 240).map(letter));
        }
        code.truncate(REFERENCE_LENGTH);
        Reference::from_generated(code)
    }
}

fn letter(byte: u8) -> char {
    REFERENCE_ALPHABET[usize::from(byte) % REFERENCE_ALPHABET.len()].into()
}

impl fmt::Debug for Generator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Generator")
    }
}
