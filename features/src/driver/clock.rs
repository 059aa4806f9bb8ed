//! The one clock of a scenario. Both programs read it; only steps move it, and only forward. A product of somebody else
//! that cannot take it lives by the clock on the wall, and so does everything with it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};

/// Where every scenario begins: 2030-01-01T00:00:00Z.
pub const START: Timestamp = Timestamp::constant(1_893_456_000, 0);

/// A clock that stands still until a step moves it, or the one on the wall. Clones share the time.
#[derive(Clone, Debug)]
pub struct ScenarioClock(Option<Arc<AtomicI64>>);

impl ScenarioClock {
    /// A clock that shows [`START`].
    pub fn new() -> Self {
        Self(Some(Arc::new(AtomicI64::new(START.as_millisecond()))))
    }

    /// The clock on the wall, which no step moves.
    pub fn on_the_wall() -> Self {
        Self(None)
    }

    /// Whether steps move it.
    pub fn stands_still(&self) -> bool {
        self.0.is_some()
    }

    /// The time of the scenario.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(millis) => {
                Timestamp::from_millisecond(millis.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
            }
            None => mock_idp::Clock::now(&mock_idp::SystemClock),
        }
    }

    /// Moves the time forward; a negative step moves nothing, and nobody moves the clock on the wall.
    pub fn advance(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX).max(0);
        if let Some(time) = &self.0 {
            time.fetch_add(millis, Ordering::SeqCst);
        }
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
