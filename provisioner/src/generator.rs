//! Randomness: ids, tokens and reference codes. A seed fixes all of them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rand::rngs::{ChaCha20Rng, SysRng};
use rand::{Rng as _, SeedableRng as _, TryRng as _};
use uuid::Uuid;

use crate::domain::id::Id;
use crate::domain::record::{REFERENCE_ALPHABET, REFERENCE_LENGTH, Reference};

/// The random part of an id of version 7.
const RANDOM_BITS: u128 = (1 << 74) - 1;

/// Makes everything that must not be guessed or must be unique. Clones share one stream.
#[derive(Clone)]
pub struct Generator {
    state: Arc<Mutex<State>>,
}

struct State {
    stream: ChaCha20Rng,
    /// Millisecond and 74 random bits of the last id.
    last: (u64, u128),
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
        Self { state: Arc::new(Mutex::new(State { stream, last: (0, 0) })) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.lock().stream.fill_bytes(&mut bytes);
        bytes
    }

    /// A secret of 256 bits as 43 characters of base64url.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// An id of version 7 (RFC 9562, 5.7). Ids of one millisecond sort in the order of their making (6.2, method 2).
    pub fn id<T>(&self, now: Timestamp) -> Id<T> {
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let mut state = self.lock();
        let random = state.next_random(milliseconds);
        state.last = (milliseconds, random);
        Id::from_uuid(compose(milliseconds, random))
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

impl State {
    /// 74 bits: more than the last of this millisecond, by a random step; else random with room above.
    fn next_random(&mut self, milliseconds: u64) -> u128 {
        let step = u128::from(self.stream.next_u32()) + 1;
        if self.last.0 == milliseconds {
            return (self.last.1 + step) & RANDOM_BITS;
        }
        let mut bytes = [0; 16];
        self.stream.fill_bytes(&mut bytes);
        u128::from_be_bytes(bytes) & (RANDOM_BITS >> 1)
    }
}

/// 48 bits of milliseconds, the version, 12 bits, the variant, 62 bits.
fn compose(milliseconds: u64, random: u128) -> Uuid {
    let (high, low) = (random >> 62, random & ((1 << 62) - 1));
    let time = u128::from(milliseconds & 0xffff_ffff_ffff) << 80;
    Uuid::from_u128(time | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
}

fn letter(byte: u8) -> char {
    REFERENCE_ALPHABET[usize::from(byte) % REFERENCE_ALPHABET.len()].into()
}

impl fmt::Debug for Generator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Generator")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Account;

    #[test]
    fn a_seed_fixes_everything() {
        let (one, other) = (Generator::seeded(5), Generator::seeded(5));
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(one.token(), other.token());
        assert_eq!(one.id::<Account>(now), other.id(now));
        assert_eq!(one.reference(), other.reference());
        assert_ne!(one.token(), Generator::seeded(6).token());
    }

    #[test]
    fn ids_are_version_7_and_sort_by_time() {
        let generator = Generator::seeded(5);
        let early = generator.id::<Account>("2026-03-02T09:00:00Z".parse().unwrap());
        let late = generator.id::<Account>("2026-03-02T09:00:00.001Z".parse().unwrap());
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
        assert_eq!(early.uuid().get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn ids_of_one_millisecond_sort_in_the_order_of_their_making() {
        let generator = Generator::seeded(5);
        let ids: Vec<_> = (0..1000).map(|_| generator.id::<Account>(Timestamp::UNIX_EPOCH)).collect();
        assert!(ids.is_sorted_by(|earlier, later| earlier < later));
    }

    #[test]
    fn a_reference_can_be_read_back() {
        let generator = Generator::seeded(5);
        for _ in 0..200 {
            let reference = generator.reference();
            assert_eq!(reference.as_str().parse(), Ok(reference));
        }
    }
}
