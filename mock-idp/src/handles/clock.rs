//! The clock: stopped, moved, falsified.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::clock::ClockReading;
use crate::realm::Realm;

/// The clock of a provider, over the injected one.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// idp.clock().freeze();
/// let before = idp.clock().now();
/// idp.clock().advance(jiff::SignedDuration::from_hours(2));
/// assert_eq!(idp.clock().now().duration_since(before).as_hours(), 2);
/// idp.clock().restore();
/// assert!(!idp.clock().reading().frozen && idp.clock().reading().advanced_seconds == 0);
/// # });
/// ```
#[derive(Clone)]
pub struct ClockHandle(pub(crate) Arc<Realm>);

impl ClockHandle {
    /// What the provider takes for now.
    pub fn now(&self) -> Timestamp {
        self.0.lock().now()
    }

    /// Stops time.
    pub fn freeze(&self) {
        self.0.lock().clock.freeze();
    }

    /// Lets time run on from the injected clock.
    pub fn resume(&self) {
        self.0.lock().clock.resume();
    }

    /// Moves the clock.
    pub fn advance(&self, by: SignedDuration) {
        self.0.lock().clock.advance(by);
    }

    /// Lets it be this time now, as far as it is not wrong on purpose. Stopped or running, it goes on as it was.
    pub fn set(&self, at: Timestamp) {
        self.0.lock().clock.set(at);
    }

    /// Makes the clock wrong by this much; zero makes it right.
    pub fn skew(&self, by: SignedDuration) {
        self.0.lock().clock.set_skew(by);
    }

    /// Real time again, or that of the injected clock: takes back whatever was done to the clock, also what a
    /// configuration file said.
    pub fn restore(&self) {
        self.0.lock().clock.restore();
    }

    /// How the clock stands.
    pub fn reading(&self) -> ClockReading {
        self.0.lock().clock.reading()
    }
}
