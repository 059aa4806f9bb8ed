//! The one source of randomness of a provider: codes, tokens, session ids, suffixes. A seed fixes all of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::{ChaCha20Rng, SysRng};
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// Letters of a secret.
pub(crate) const SECRET_LENGTH: usize = 43;

/// Makes unguessable names.
pub(crate) struct Generator(ChaCha20Rng);

/// A copy makes the same names: it is for snapshots.
impl Clone for Generator {
    fn clone(&self) -> Self {
        let mut same = ChaCha20Rng::from_seed(self.0.get_seed());
        same.set_word_pos(self.0.get_word_pos());
        Self(same)
    }
}

impl Generator {
    /// Seeded by the operating system; `None` when that has no randomness to give.
    pub(crate) fn from_os() -> Option<Self> {
        ChaCha20Rng::try_from_rng(&mut SysRng).ok().map(Self)
    }

    /// The same seed gives the same names.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// One for a purpose of its own: what it makes follows from the seed, and changes nothing of what this one makes.
    pub(crate) fn apart(&self, purpose: &str) -> Self {
        let seed = Sha256::new().chain_update(self.0.get_seed()).chain_update(purpose).finalize();
        Self(ChaCha20Rng::from_seed(seed.into()))
    }

    /// 256 bits: for keys.
    pub(crate) fn seed(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    /// 256 bits, base64url: for codes, tokens and session ids.
    pub(crate) fn secret(&mut self) -> String {
        self.bytes::<32>()
    }

    /// 48 bits, base64url: for names that need not be unguessable.
    pub(crate) fn short(&mut self) -> String {
        self.bytes::<6>()
    }

    /// What a device shows, as `WDJB-MJHT`: consonants only, so that it spells nothing (RFC 8628 6.1).
    pub(crate) fn user_code(&mut self) -> String {
        const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
        let mut bytes = [0; 8];
        self.0.fill_bytes(&mut bytes);
        let letters: String =
            bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        format!("{}-{}", &letters[..4], &letters[4..])
    }

    /// Six lower-case letters: unlike base64url they fit into a cookie name.
    pub(crate) fn letters(&mut self) -> String {
        let mut bytes = [0; 6];
        self.0.fill_bytes(&mut bytes);
        bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect()
    }

    fn bytes<const N: usize>(&mut self) -> String {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}
