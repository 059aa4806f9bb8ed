//! The journal: what was asked and answered.

use std::sync::Arc;

use crate::journal::Entry;
use crate::realm::Realm;

/// The journal of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// assert!(idp.journal().entries().is_empty());
/// # });
/// ```
#[derive(Clone)]
pub struct JournalHandle(pub(crate) Arc<Realm>);

impl JournalHandle {
    /// Every entry, oldest first, with secrets as they came; `Entry::masked` shows one safely.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().journal.entries()
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
