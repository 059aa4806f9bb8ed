//! The journal: what was asked and answered.

use std::sync::Arc;
use std::time::Duration;

use crate::journal::{Entry, JournalQuery, NotSeen, Unread};
use crate::realm::Realm;

/// The journal of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// assert!(idp.journal().entries().is_empty());
/// let tokens = mock_idp::JournalQuery::operation("token");
/// idp.journal().assert_count(&tokens, 0);
/// let newest = idp.journal().find(&tokens.limit(5).newest_first());
/// assert!(newest.is_empty());
/// # });
/// ```
#[derive(Clone)]
pub struct JournalHandle(pub(crate) Arc<Realm>);

impl JournalHandle {
    /// Every entry, oldest first, with secrets as they came; `Entry::masked` shows one safely.
    pub fn entries(&self) -> Vec<Entry> {
        let all = self.0.lock().journal.all();
        all.read()
    }

    /// Wanted entries, oldest first unless the query says otherwise.
    pub fn find(&self, query: &JournalQuery) -> Vec<Entry> {
        let found = self.0.lock().journal.find(query);
        found.read()
    }

    /// The entry with this number, if it is still there.
    pub fn entry(&self, seq: u64) -> Option<Entry> {
        let found = self.0.lock().journal.entry(seq);
        found.read().pop()
    }

    /// Waits until there are this many wanted entries, and gives what the query says of them; what came nearest is in the error.
    pub async fn wait_for(
        &self,
        query: &JournalQuery,
        count: usize,
        patience: Duration,
    ) -> Result<Vec<Entry>, NotSeen> {
        let mut news = self.0.lock().journal.news();
        let seen = async {
            loop {
                if let Some(found) = self.found(query, count) {
                    return found.read();
                }
                if news.changed().await.is_err() {
                    return self.find(query);
                }
            }
        };
        match tokio::time::timeout(patience, seen).await {
            Ok(found) => Ok(found),
            Err(_) => Err(self.not_seen(query, count)),
        }
    }

    fn found(&self, query: &JournalQuery, count: usize) -> Option<Unread> {
        let state = self.0.lock();
        (state.journal.count(query) >= count).then(|| state.journal.find(query))
    }

    /// Panics unless there are exactly this many wanted entries, and says what came nearest.
    ///
    /// # Panics
    /// When there are more or fewer.
    #[track_caller]
    pub fn assert_count(&self, query: &JournalQuery, count: usize) {
        let found = self.0.lock().journal.count(query);
        assert!(found == count, "{}", self.not_seen(query, count));
    }

    fn not_seen(&self, query: &JournalQuery, wanted: usize) -> NotSeen {
        let state = self.0.lock();
        let found = state.journal.count(query);
        NotSeen { query: query.clone(), wanted, found, near_misses: state.journal.near_misses(query) }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.lock().journal.len()
    }

    /// Whether nothing was written down yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the entries; numbers go on.
    pub fn clear(&self) {
        self.0.lock().journal.clear();
    }
}
