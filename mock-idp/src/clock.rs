//! Where time comes from. A provider reads one clock per request; tests freeze it, move it and make it wrong.
//!
//! This is the only file that may ask the operating system what time it is.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

/// A source of time.
///
/// ```
/// use std::sync::Arc;
/// use mock_idp::{Clock, MockIdp};
///
/// struct NewYear;
/// impl Clock for NewYear {
///     fn now(&self) -> jiff::Timestamp {
///         "2027-01-01T00:00:00Z".parse().expect("a timestamp")
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = MockIdp::builder().clock(Arc::new(NewYear)).start().await.expect("a free port");
/// assert_eq!(idp.clock().now().to_string(), "2027-01-01T00:00:00Z");
/// # });
/// ```
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A base clock with the adjustments a test made.
#[derive(Clone)]
pub(crate) struct AdjustedClock {
    base: Arc<dyn Clock>,
    /// The base reading at which time was stopped.
    frozen_at: Option<Timestamp>,
    advanced: SignedDuration,
    skew: SignedDuration,
    /// Whether it was ever advanced or set, taken back or not.
    was_moved: bool,
}

/// How a provider's clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ClockReading {
    /// What the provider takes for now.
    #[schema(value_type = String)]
    pub now: Timestamp,
    /// Whether time stands still.
    pub frozen: bool,
    /// How far the clock was moved forward, seconds.
    pub advanced_seconds: i64,
    /// How wrong the clock is on purpose, seconds.
    pub skew_seconds: i64,
}

impl AdjustedClock {
    pub(crate) fn new(base: Arc<dyn Clock>) -> Self {
        let (advanced, skew) = (SignedDuration::ZERO, SignedDuration::ZERO);
        Self { base, frozen_at: None, advanced, skew, was_moved: false }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.moved_by(self.advanced.saturating_add(self.skew))
    }

    /// The time that it would be if the clock were not wrong on purpose.
    pub(crate) fn right(&self) -> Timestamp {
        self.moved_by(self.advanced)
    }

    fn moved_by(&self, by: SignedDuration) -> Timestamp {
        let base = self.frozen_at.unwrap_or_else(|| self.base.now());
        // A clock moved beyond the year 9999 stays at the end of time.
        base.saturating_add(by).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn freeze(&mut self) {
        self.frozen_at.get_or_insert_with(|| self.base.now());
    }

    pub(crate) fn resume(&mut self) {
        self.frozen_at = None;
    }

    pub(crate) fn advance(&mut self, by: SignedDuration) {
        self.advanced = self.advanced.saturating_add(by);
        self.was_moved |= !by.is_zero();
    }

    /// Lets the true time be this one now.
    pub(crate) fn set(&mut self, at: Timestamp) {
        let base = self.frozen_at.unwrap_or_else(|| self.base.now());
        self.advanced = at.duration_since(base);
        self.was_moved = true;
    }

    pub(crate) fn set_skew(&mut self, skew: SignedDuration) {
        self.skew = skew;
    }

    /// Takes back what was done to it: it is the base clock again.
    pub(crate) fn restore(&mut self) {
        *self = Self { was_moved: self.was_moved, ..Self::new(Arc::clone(&self.base)) };
    }

    pub(crate) fn was_moved(&self) -> bool {
        self.was_moved
    }

    pub(crate) fn reading(&self) -> ClockReading {
        ClockReading {
            now: self.now(),
            frozen: self.frozen_at.is_some(),
            advanced_seconds: self.advanced.as_secs(),
            skew_seconds: self.skew.as_secs(),
        }
    }
}

/// The end of a life that begins now.
pub(crate) fn later(now: Timestamp, life: jiff::SignedDuration) -> Timestamp {
    now.saturating_add(life).unwrap_or(Timestamp::MAX)
}
