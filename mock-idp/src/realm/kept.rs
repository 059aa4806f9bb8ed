//! What a realm remembers under an unguessable name, and for how long. What is over is forgotten when something new
//! comes, and so is the oldest when there is too much, so a provider may run for days.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};

/// Entries of one kind kept at once; beyond that the oldest gives way.
const MOST: usize = 25_000;

/// What requests put into the entries of one kind, in bytes; beyond that the oldest gives way too.
const MOST_BYTES: usize = 16 << 20;

/// What is over is still known for this long, so that whoever comes late is told why.
const AFTERLIFE: SignedDuration = SignedDuration::from_mins(10);

/// What takes as much memory as a request wants it to.
pub(crate) trait Weighed {
    /// Bytes of it that came with the request, roughly; what every value takes does not count.
    fn weight(&self) -> usize {
        0
    }
}

impl Weighed for () {}
impl Weighed for u32 {}
impl Weighed for BTreeSet<String> {}

/// Values by name, the oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Kept<V> {
    by_name: IndexMap<Arc<str>, V>,
    /// Names and weights with the time from which on nobody has to remember them, in the order in which they came.
    ends: VecDeque<(Timestamp, Arc<str>, usize)>,
    weight: usize,
}

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Self { by_name: IndexMap::new(), ends: VecDeque::new(), weight: 0 }
    }
}

impl<V> Kept<V> {
    /// Remembers a value that is over at `until`.
    pub(crate) fn insert(&mut self, name: String, value: V, until: Timestamp, now: Timestamp)
    where
        V: Weighed,
    {
        let weight = name.len() + value.weight();
        while let Some((end, ..)) = self.ends.front()
            && (*end <= now || self.ends.len() >= MOST || self.weight + weight > MOST_BYTES)
        {
            if let Some((_, name, weight)) = self.ends.pop_front() {
                self.by_name.swap_remove(&name);
                self.weight -= weight;
            }
        }
        let name: Arc<str> = name.into();
        let end = until.saturating_add(AFTERLIFE).unwrap_or(Timestamp::MAX);
        self.ends.push_back((end, Arc::clone(&name), weight));
        self.weight += weight;
        self.by_name.insert(name, value);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.by_name.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.by_name.get_mut(name)
    }

    /// Forgets one. Its name stays in the queue until its time; a name is never used twice.
    pub(crate) fn remove(&mut self, name: &str) -> Option<V> {
        self.by_name.swap_remove(name)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.by_name.iter().map(|(name, value)| (&**name, value))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.by_name.values()
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.by_name.values_mut()
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str, &mut V) -> bool) {
        self.by_name.retain(|name, value| keep(name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weighed for usize {}
    impl Weighed for i32 {}
    impl Weighed for String {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    #[test]
    fn long_ones_are_fewer() {
        let at = Timestamp::from_second(0).unwrap();
        let mut kept = Kept::default();
        for number in 0..20 {
            kept.insert(number.to_string(), "x".repeat(1 << 20), Timestamp::MAX, at);
        }
        assert_eq!((kept.len(), kept.contains("4"), kept.contains("5")), (15, false, true));
    }

    #[test]
    fn what_is_over_is_forgotten_and_the_rest_is_not() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let mut kept = Kept::default();
        kept.insert("a".to_owned(), 1, at(10), at(0));
        kept.insert("b".to_owned(), 2, at(5_000), at(0));
        kept.insert("c".to_owned(), 3, at(5_000), at(600));
        assert!(kept.contains("a"), "late comers are told that it is over");
        kept.insert("d".to_owned(), 4, at(5_000), at(700));
        assert_eq!((kept.get("a"), kept.get("b"), kept.len()), (None, Some(&2), 3));
    }

    #[test]
    fn the_oldest_gives_way_when_there_is_too_much() {
        let at = Timestamp::from_second(0).unwrap();
        let mut kept = Kept::default();
        for number in 0..=MOST {
            kept.insert(format!("{}", MOST - number), number, Timestamp::MAX, at);
        }
        assert_eq!((kept.len(), kept.get(&MOST.to_string())), (MOST, None));
    }
}
