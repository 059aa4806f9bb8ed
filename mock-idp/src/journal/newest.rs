//! The journal of a realm: the newest entries, found by what is wanted.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::watch;

use super::{Entry, JournalQuery, Journals, NearMiss, Unread, Written};

/// The newest entries; older ones give way.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    entries: VecDeque<Arc<Written>>,
    seq: u64,
    size: usize,
    /// How many gave way since it was cleared.
    forgotten: u64,
    /// What this journal and the others of the process take.
    all: Journals,
    /// Tells whoever waits that there is something new.
    news: watch::Sender<u64>,
}

/// Most entries that are kept: bounds the memory of a provider that runs for days.
const KEPT: usize = 10_000;
/// Most bytes that are kept in one journal.
const KEPT_BYTES: usize = 32 << 20;
/// Most bytes that the journals of a process take together …
const KEPT_BYTES_OF_ALL: usize = 128 << 20;
/// … but for these, which every journal may take whatever the others do.
const KEPT_BYTES_ALWAYS: usize = 256 << 10;

impl Journal {
    /// An empty one among the journals of a process.
    pub(crate) fn new(all: Journals) -> Self {
        Self { entries: VecDeque::new(), seq: 0, size: 0, forgotten: 0, all, news: watch::Sender::new(0) }
    }

    /// Adds an entry, and gives those that gave way to it.
    pub(crate) fn add(&mut self, mut entry: Entry) -> Vec<Arc<Written>> {
        self.seq += 1;
        entry.seq = self.seq;
        let written = Written::new(entry, &self.all);
        self.size += written.bytes;
        self.entries.push_back(Arc::new(written));
        let fair = self.size.saturating_sub(self.all.bytes().saturating_sub(KEPT_BYTES_OF_ALL));
        let most = fair.clamp(KEPT_BYTES_ALWAYS, KEPT_BYTES);
        let mut forgotten = Vec::new();
        // The newest stays, however large it is: somebody may wait for it.
        while self.entries.len() > KEPT || self.size > most && self.entries.len() > 1 {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.size -= oldest.bytes;
            forgotten.push(oldest);
        }
        self.forgotten += forgotten.len() as u64;
        self.news.send_replace(self.seq);
        forgotten
    }

    /// Stands from now on where another one stood: whoever waited there is told, and no number is given twice.
    pub(crate) fn follow(&mut self, other: &Self) {
        self.news = other.news.clone();
        self.seq = self.seq.max(other.seq);
        self.news.send_replace(self.seq);
    }

    /// Says when there is something new.
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// Wanted entries, to be read when the lock is free again.
    pub(crate) fn find(&self, query: &JournalQuery) -> Unread {
        let limit = query.limit.unwrap_or(usize::MAX);
        if query.newest_first {
            return Unread(self.wanted(query).take(limit).cloned().collect());
        }
        let mut found: Vec<_> = self.wanted(query).collect();
        found.reverse();
        Unread(found.into_iter().take(limit).cloned().collect())
    }

    /// How many entries are wanted, whatever the limit of those that are given.
    pub(crate) fn count(&self, query: &JournalQuery) -> usize {
        self.wanted(query).count()
    }

    /// Wanted entries, the newest first.
    fn wanted(&self, query: &JournalQuery) -> impl Iterator<Item = &Arc<Written>> {
        // Numbers grow, so what is new is found from the end.
        let new = self.entries.iter().rev().take_while(|written| written.entry.seq > query.after);
        new.filter(|written| query.matches(&written.entry))
    }

    /// The entry with this number, if it is there, to be read when the lock is free again.
    pub(crate) fn entry(&self, seq: u64) -> Unread {
        let found = self.entries.binary_search_by_key(&seq, |written| written.entry.seq);
        Unread(found.ok().and_then(|at| self.entries.get(at).cloned()).into_iter().collect())
    }

    /// Every entry, oldest first, to be read when the lock is free again.
    pub(crate) fn all(&self) -> Unread {
        Unread(self.entries.iter().cloned().collect())
    }

    /// What came nearest to what was wanted.
    pub(crate) fn near_misses(&self, query: &JournalQuery) -> Vec<NearMiss> {
        query.near_misses(self.iter())
    }

    /// Every entry, oldest first; what was sent as JSON is still unread.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().map(|written| &written.entry)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many entries gave way to newer ones since it was cleared.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.size = 0;
        self.forgotten = 0;
    }
}
