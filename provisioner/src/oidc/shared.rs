//! A document of the provider: one caller fetches it, all use it, and nobody waits for what is there already.
//!
//! It knows neither HTTP nor what the document is. A fetch is a future that is not begun unless it is needed; once it
//! is, it comes to its end, even if whoever asked for it has gone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::OwnedMutexGuard;

use crate::detached::to_the_end;

/// How often a document is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How long it is used without asking again.
    pub(crate) lifetime: SignedDuration,
    /// How long the last good one is used, after a fetch that failed, before the next.
    pub(crate) retry_pause: SignedDuration,
    /// How long nobody asks, after a fetch that failed, if there is none yet.
    pub(crate) empty_pause: SignedDuration,
    /// Shortest time between two fetches because the document lacks something, for each who may ask.
    pub(crate) renewal_pause: SignedDuration,
}

/// For what a document is renewed. Each has its own pace: what strangers ask for takes nothing from a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asker {
    /// A token that KaseyaOne gave us for a code.
    SignIn,
    /// A logout token, which anybody can send.
    Logout,
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
    /// Held while a fetch is under way; never while only the state is looked at.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct State<T> {
    value: Option<(Arc<T>, Timestamp)>,
    failed_at: Option<Timestamp>,
    renewed_at: BTreeMap<Asker, Timestamp>,
    /// Fetches that began, so that whoever lacks something knows one that may have it from one that is too old.
    begun: u64,
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

impl<T: Send + Sync + 'static> Shared<T> {
    /// Nothing has been fetched yet.
    pub(crate) fn new(pace: Pace) -> Self {
        let state = State { value: None, failed_at: None, renewed_at: BTreeMap::new(), begun: 0, ended: 0 };
        Self { pace, state: Mutex::new(state), fetching: Arc::default() }
    }

    /// The document. While one caller fetches a newer one the others get the old one at once; whoever waits for the
    /// first one shares its outcome, so that an outage costs one deadline and not a queue of them.
    pub(crate) async fn get<E: Send + 'static>(
        self: &Arc<Self>,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<Arc<T>, SharedError<E>> {
        let fetching = match self.look(now) {
            Seen::Usable(value) => return Ok(value),
            Seen::JustFailed => return Err(SharedError::JustFailed),
            Seen::Old(value) => match Arc::clone(&self.fetching).try_lock_owned() {
                Ok(fetching) => fetching,
                Err(_) => return Ok(value),
            },
            Seen::Nothing(ended) => {
                let fetching = Arc::clone(&self.fetching).lock_owned().await;
                if self.state().ended != ended {
                    return self.current().ok_or(SharedError::JustFailed);
                }
                fetching
            }
        };
        // Somebody may have been faster between the look and the lock.
        if let Seen::Usable(value) = self.look(now) {
            return Ok(value);
        }
        let fetched = self.fetch(fetching, now, fetch).await;
        fetched.or_else(|error| self.current().ok_or(SharedError::Fetch(error)))
    }

    /// The document, fetched again because it lacks something; if that was done just now, with the same outcome. A
    /// fetch that is under way already may lack it as well.
    pub(crate) async fn renew<E: Send + 'static>(
        self: &Arc<Self>,
        asker: Asker,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<Arc<T>, SharedError<E>> {
        let begun = self.state().begun;
        let fetching = Arc::clone(&self.fetching).lock_owned().await;
        let was_done = {
            let mut state = self.state();
            let renewed_at = state.renewed_at.get(&asker);
            let renewed_lately = renewed_at.is_some_and(|at| is_within(*at, now, self.pace.renewal_pause));
            let was_done = renewed_lately || state.begun != begun;
            if !was_done {
                state.renewed_at.insert(asker, now);
            }
            was_done
        };
        if was_done {
            let has_failed = self.state().failed_at.is_some();
            return self.current().filter(|_| !has_failed).ok_or(SharedError::JustFailed);
        }
        self.fetch(fetching, now, fetch).await.map_err(SharedError::Fetch)
    }

    async fn fetch<E: Send + 'static>(
        self: &Arc<Self>,
        fetching: OwnedMutexGuard<()>,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<Arc<T>, E> {
        let shared = Arc::clone(self);
        self.state().begun += 1;
        to_the_end(async move {
            let outcome = fetch.await.map(Arc::new);
            shared.end(&outcome, now);
            drop(fetching);
            outcome
        })
        .await
    }

    fn end<E>(&self, outcome: &Result<Arc<T>, E>, now: Timestamp) {
        let mut state = self.state();
        state.ended += 1;
        state.failed_at = outcome.is_err().then_some(now);
        if let Ok(value) = outcome {
            state.value = Some((Arc::clone(value), now));
        }
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
