//! A document of the provider: one caller fetches it, all use it, and nobody waits for what is there already.
//!
//! It knows neither HTTP nor what the document is. A fetch is a future that is not begun unless it is needed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// How often a document is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How long it is used without asking again.
    pub(crate) lifetime: SignedDuration,
    /// How long the last good one is used, after a fetch that failed, before the next.
    pub(crate) retry_pause: SignedDuration,
    /// How long nobody asks, after a fetch that failed, if there is none yet.
    pub(crate) empty_pause: SignedDuration,
    /// Shortest time between two fetches because the document lacks something.
    pub(crate) renewal_pause: SignedDuration,
}

/// Why there is no document.
#[derive(Debug)]
pub(crate) enum SharedError<E> {
    /// The fetch failed.
    Fetch(E),
    /// Somebody else's fetch failed just now.
    JustFailed,
}

/// The document, and the fetch of it that is under way.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    pace: Pace,
    state: Mutex<State<T>>,
    /// Held by whoever fetches; never while only the state is looked at.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State<T> {
    value: Option<(Arc<T>, Timestamp)>,
    failed_at: Option<Timestamp>,
    renewed_at: Option<Timestamp>,
    /// Fetches that came to an end, so that whoever waited for one knows.
    ended: u64,
}

/// What there is without a fetch.
enum Seen<T> {
    Usable(Arc<T>),
    /// It should be fetched again, and does meanwhile.
    Old(Arc<T>),
    /// It must be fetched, unless a fetch after this many ended.
    Nothing(u64),
    JustFailed,
}

impl<T> Shared<T> {
    /// Nothing has been fetched yet.
    pub(crate) fn new(pace: Pace) -> Self {
        let state = State { value: None, failed_at: None, renewed_at: None, ended: 0 };
        Self { pace, state: Mutex::new(state), fetching: tokio::sync::Mutex::default() }
    }

    /// The document. While one caller fetches a newer one the others get the old one at once; whoever waits for the
    /// first one shares its outcome, so that an outage costs one deadline and not a queue of them.
    pub(crate) async fn get<E>(
        &self,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, SharedError<E>> {
        let _fetching = match self.look(now) {
            Seen::Usable(value) => return Ok(value),
            Seen::JustFailed => return Err(SharedError::JustFailed),
            Seen::Old(value) => match self.fetching.try_lock() {
                Ok(fetching) => fetching,
                Err(_) => return Ok(value),
            },
            Seen::Nothing(ended) => {
                let fetching = self.fetching.lock().await;
                if self.state().ended != ended {
                    return self.current().ok_or(SharedError::JustFailed);
                }
                fetching
            }
        };
        match self.look(now) {
            // Somebody was faster between the look and the lock.
            Seen::Usable(value) => Ok(value),
            _ => {
                self.fetch(now, fetch).await.or_else(|error| self.current().ok_or(SharedError::Fetch(error)))
            }
        }
    }

    /// The document, fetched again because it lacks something; if that was done just now, with the same outcome.
    pub(crate) async fn renew<E>(
        &self,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, SharedError<E>> {
        let ended = self.state().ended;
        let _fetching = self.fetching.lock().await;
        let was_done = {
            let mut state = self.state();
            let renewed_lately =
                state.renewed_at.is_some_and(|at| is_within(at, now, self.pace.renewal_pause));
            let was_done = renewed_lately || state.ended != ended;
            if !was_done {
                state.renewed_at = Some(now);
            }
            was_done
        };
        if was_done {
            let has_failed = self.state().failed_at.is_some();
            return self.current().filter(|_| !has_failed).ok_or(SharedError::JustFailed);
        }
        self.fetch(now, fetch).await.map_err(SharedError::Fetch)
    }

    async fn fetch<E>(&self, now: Timestamp, fetch: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        let outcome = fetch.await.map(Arc::new);
        let mut state = self.state();
        state.ended += 1;
        state.failed_at = outcome.is_err().then_some(now);
        if let Ok(value) = &outcome {
            state.value = Some((Arc::clone(value), now));
        }
        outcome
    }

    fn look(&self, now: Timestamp) -> Seen<T> {
        let state = self.state();
        let failed_within = |pause| state.failed_at.is_some_and(|at| is_within(at, now, pause));
        match &state.value {
            Some((value, at)) if is_within(*at, now, self.pace.lifetime) => Seen::Usable(Arc::clone(value)),
            Some((value, _)) if failed_within(self.pace.retry_pause) => Seen::Usable(Arc::clone(value)),
            Some((value, _)) => Seen::Old(Arc::clone(value)),
            None if failed_within(self.pace.empty_pause) => Seen::JustFailed,
            None => Seen::Nothing(state.ended),
        }
    }

    fn current(&self) -> Option<Arc<T>> {
        self.state().value.as_ref().map(|(value, _)| Arc::clone(value))
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_within(then: Timestamp, now: Timestamp, span: SignedDuration) -> bool {
    now.duration_since(then) < span
}

#[cfg(test)]
mod tests;
