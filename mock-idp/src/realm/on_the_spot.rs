//! Clients and people that nobody registered, where such are taken: how many there are, and what they take.

mod client;
mod person;

use std::collections::BTreeMap;

/// Clients, and people, that may be made on the spot in one realm.
const MOST: usize = 10_000;

/// Bytes that all clients, and all people, may send.
const MOST_BYTES: usize = 4 << 20;

/// Which clients, or which people, were made on the spot, and what they take.
#[derive(Debug, Clone, Default)]
pub(crate) struct OnTheSpot {
    /// Bytes that each of them sent, by id or key.
    sizes: BTreeMap<String, usize>,
    total: usize,
}

impl OnTheSpot {
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.sizes.contains_key(id)
    }

    /// Counts one; false when there is no room for it.
    fn insert(&mut self, id: &str, size: usize) -> bool {
        let before = self.sizes.get(id).copied();
        let total = self.total - before.unwrap_or_default() + size;
        if total > MOST_BYTES || before.is_none() && self.sizes.len() >= MOST {
            return false;
        }
        self.sizes.insert(id.to_owned(), size);
        self.total = total;
        true
    }

    /// It is gone, or registered from now on; whether it was one.
    pub(crate) fn forget(&mut self, id: &str) -> bool {
        let size = self.sizes.remove(id);
        self.total -= size.unwrap_or_default();
        size.is_some()
    }
}

/// What is said when there is no room for more of these.
fn full(what: &str) -> String {
    format!("{MOST} {what}, or {} MiB of them, were made on the spot; reset the realm", MOST_BYTES >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_and_no_more() {
        let mut spot = OnTheSpot::default();
        for number in 0..MOST {
            assert!(spot.insert(&number.to_string(), 1));
        }
        assert!(!spot.insert("more", 1) && spot.insert("7", 5), "those who are there may grow");
        assert!(!spot.insert("7", MOST_BYTES));
        assert!(spot.forget("7") && !spot.forget("7"));
        assert!(spot.insert("more", MOST_BYTES - (MOST - 1)) && !spot.insert("8", 2));
        assert!(spot.contains("8") && !spot.contains("7"));
    }
}
