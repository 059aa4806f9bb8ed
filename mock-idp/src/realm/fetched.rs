//! What was fetched from addresses that clients registered. It fetches nothing.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

/// Documents that are kept at once; beyond that the oldest gives way.
const MOST: usize = 256;

/// What was fetched, by address, the oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fetched {
    documents: IndexMap<String, String>,
    /// How many requests wait for a document, or have not answered yet.
    waiting: BTreeMap<String, usize>,
    /// Documents that were good for an answer that was given, and stay for those who wait.
    spent: BTreeSet<String>,
}

impl Fetched {
    /// The documents of then, and those who wait now.
    pub(crate) fn with_documents_of(self, then: &Self) -> Self {
        Self { documents: then.documents.clone(), ..self }
    }

    pub(crate) fn get(&self, address: &str) -> Option<&String> {
        self.documents.get(address)
    }

    pub(crate) fn insert(&mut self, address: &str, text: String) {
        self.documents.shift_remove(address);
        if self.documents.len() >= MOST {
            self.documents.shift_remove_index(0);
        }
        self.documents.insert(address.to_owned(), text);
    }

    /// A request waits for this document. What others need only once stays until it has its answer.
    pub(crate) fn await_one(&mut self, address: &str) {
        *self.waiting.entry(address.to_owned()).or_default() += 1;
    }

    /// A request that waited for this document has its answer, or nobody wants it any more.
    pub(crate) fn answered(&mut self, address: &str) {
        let left = self.waiting.get_mut(address).map_or(0, |waiting| {
            *waiting -= 1;
            *waiting
        });
        if left == 0 {
            self.waiting.remove(address);
            if self.spent.remove(address) {
                self.documents.shift_remove(address);
            }
        }
    }

    /// Forgets what was good for one answer only.
    pub(crate) fn forget(&mut self, addresses: &[String]) {
        for address in addresses {
            if self.waiting.contains_key(address) {
                self.spent.insert(address.clone());
            } else {
                self.documents.shift_remove(address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_answer_used_up_stays_for_those_who_wait() {
        let mut fetched = Fetched::default();
        let used = ["http://x/".to_owned()];
        for _ in 0..2 {
            fetched.await_one("http://x/");
            fetched.insert("http://x/", "text".to_owned());
        }
        fetched.forget(&used);
        fetched.answered("http://x/");
        assert!(fetched.get("http://x/").is_some(), "another one waits");
        fetched.answered("http://x/");
        assert!(fetched.get("http://x/").is_none());
        fetched.insert("http://x/", "text".to_owned());
        fetched.forget(&used);
        assert!(fetched.get("http://x/").is_none(), "nobody waits");
        fetched.answered("http://x/");
    }

    #[test]
    fn who_waited_then_does_not_wait_now() {
        let mut fetched = Fetched::default();
        fetched.await_one("http://x/");
        let then = fetched.clone();
        fetched.answered("http://x/");
        let mut now = fetched.with_documents_of(&then);
        now.insert("http://x/", "text".to_owned());
        now.forget(&["http://x/".to_owned()]);
        assert!(now.get("http://x/").is_none());
    }
}
