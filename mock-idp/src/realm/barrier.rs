//! Barriers: requests wait until enough of them are there, and then go on together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// How long anybody waits behind a barrier.
const PATIENCE: Duration = Duration::from_mins(1);

/// A barrier.
#[derive(Debug, Clone)]
pub(crate) struct Barrier(Arc<watch::Sender<Gate>>);

#[derive(Debug, Default)]
struct Gate {
    waiting: usize,
    /// How often it was opened.
    opened: u64,
}

/// Somebody who waits; whoever leaves is not counted any more.
struct Waiting<'a> {
    barrier: &'a Barrier,
    since: u64,
}

impl Default for Barrier {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Gate::default())))
    }
}

impl Barrier {
    /// Waits until so many wait, or somebody opens, or a minute has passed; whether it was opened.
    pub(crate) async fn wait(&self, until: usize) -> bool {
        let mut news = self.0.subscribe();
        let waiting = Waiting { barrier: self, since: self.0.borrow().opened };
        self.0.send_modify(|gate| {
            gate.waiting += 1;
            if gate.waiting >= until {
                gate.open();
            }
        });
        let since = waiting.since;
        let opened = news.wait_for(|gate| gate.opened > since);
        matches!(tokio::time::timeout(PATIENCE, opened).await, Ok(Ok(_)))
    }

    /// Lets everybody go on; how many there were.
    pub(crate) fn open(&self) -> usize {
        let mut released = 0;
        self.0.send_modify(|gate| {
            released = gate.waiting;
            gate.open();
        });
        released
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.0.borrow().waiting
    }
}

impl Gate {
    fn open(&mut self) {
        self.waiting = 0;
        self.opened += 1;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.barrier.0.send_if_modified(|gate| {
            let left = gate.opened == self.since;
            gate.waiting -= usize::from(left && gate.waiting > 0);
            left
        });
    }
}
