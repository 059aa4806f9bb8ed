//! The clock. Everything that needs the time is given one; only [`SystemClock`] asks the machine.

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time is read from the machine")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
