//! The one clock of a scenario. Both programs read it; only steps move it, and only forward.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};

/// Where every scenario begins: 2030-01-01T00:00:00Z.
pub const START: Timestamp = Timestamp::constant(1_893_456_000, 0);

/// A clock that stands still until a step moves it. Clones share the time.
#[derive(Clone, Debug)]
pub struct ScenarioClock(Arc<AtomicI64>);

impl ScenarioClock {
    /// A clock that shows [`START`].
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START.as_millisecond())))
    }

    /// The time of the scenario.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }

    /// Moves the time forward; a negative step moves nothing.
    pub fn advance(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX).max(0);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Default for ScenarioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl provisioner::Clock for ScenarioClock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}

impl mock_idp::Clock for ScenarioClock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}
