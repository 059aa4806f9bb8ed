//! An entry as it is kept, and what all that are kept take together: one realm may use much of it, and a thousand
//! realms cannot fill the memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Entry;

/// Bytes that the entries in the journals of a process take, roughly. Those in snapshots count, each of them once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journals(Arc<AtomicUsize>);

impl Journals {
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// An entry in a journal and in snapshots of it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) entry: Entry,
    pub(super) bytes: usize,
    all: Journals,
}

impl Written {
    pub(super) fn new(entry: Entry, all: &Journals) -> Self {
        let bytes = entry.size();
        all.0.fetch_add(bytes, Ordering::Relaxed);
        Self { entry, bytes, all: all.clone() }
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        self.all.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Entries whose answers are still bytes.
pub(crate) struct Unread(pub(super) Vec<Arc<Written>>);

impl Unread {
    /// The entries, with the JSON that was sent and the ID tokens in it.
    pub(crate) fn read(self) -> Vec<Entry> {
        self.0.iter().map(|written| written.entry.read()).collect()
    }
}
