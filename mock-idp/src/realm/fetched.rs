//! What was fetched from addresses that clients registered. It fetches nothing.

use indexmap::IndexMap;

/// Documents that are kept at once; beyond that the oldest gives way.
const MOST: usize = 256;

/// What was fetched, by address, the oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fetched(IndexMap<String, String>);

impl Fetched {
    pub(crate) fn get(&self, address: &str) -> Option<&String> {
        self.0.get(address)
    }

    pub(crate) fn insert(&mut self, address: &str, text: String) {
        self.0.shift_remove(address);
        if self.0.len() >= MOST {
            self.0.shift_remove_index(0);
        }
        self.0.insert(address.to_owned(), text);
    }

    /// Forgets what was good for one answer only.
    pub(crate) fn forget(&mut self, addresses: &[String]) {
        self.0.retain(|address, _| !addresses.contains(address));
    }
}
