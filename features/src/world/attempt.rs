//! One attempt to sign in, as the person saw it.

use jiff::Timestamp;

use super::person::Who;

/// An attempt. Each begins at a second of its own, so its record can be told from every other.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Who tried.
    pub who: Who,
    /// When it began.
    pub at: Timestamp,
    /// How many times KaseyaOne began to ask who it is.
    pub asked: usize,
}
