//! The tape of a scenario: every exchange of its browsers, in the order in which they happened.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use url::Url;

/// One request of a browser with its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Which browser.
    pub browser: String,
    /// When, on the scenario's clock.
    pub at: Timestamp,
    /// How far the provider's journal had come before the request.
    pub provider_before: u64,
    /// How far it had come after the answer.
    pub provider_after: u64,
    /// The method.
    pub method: String,
    /// The address.
    pub url: Url,
    /// What was sent in the body, by name.
    pub sent: Vec<(String, String)>,
    /// The status of the answer.
    pub status: u16,
    /// Where the answer sends the browser.
    pub location: Option<Url>,
    /// `Set-Cookie` headers, as sent.
    pub cookies: Vec<String>,
    /// What the page calls itself, if the answer is one.
    pub page: Option<String>,
}

/// The exchanges of a scenario in the order in which they happened.
#[derive(Clone)]
pub struct Tape {
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    provider_position: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl Tape {
    /// An empty tape; `provider_position` says how long the provider's journal is.
    pub fn new(provider_position: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { exchanges: Arc::default(), provider_position: Arc::new(provider_position) }
    }

    /// How long the provider's journal is now.
    pub(super) fn provider_position(&self) -> u64 {
        (self.provider_position)()
    }

    /// Everything so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets everything: the scenario's own story begins here.
    pub fn rewind(&self) {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Writes down one more.
    pub(super) fn record(&self, exchange: Exchange) {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }
}
