//! What a realm remembers under an unguessable name, and for how long. What is over is forgotten when something new
//! comes, and so is the oldest when there is too much, so a provider may run for days.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

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

/// Bytes of claims, roughly.
pub(crate) fn claims(claims: &Map<String, Value>) -> usize {
    claims.iter().map(|(name, value)| name.len() + value.to_string().len()).sum()
}

/// Bytes of a list, with those that hold it together.
pub(crate) fn texts(list: &[String]) -> usize {
    list.iter().map(|text| text.len() + size_of::<String>()).sum()
}

impl Weighed for () {}
impl Weighed for u32 {}
impl Weighed for BTreeSet<String> {}

/// Values by name, in no order.
#[derive(Debug, Clone)]
pub(crate) struct Kept<V> {
    by_name: IndexMap<Arc<str>, Held<V>>,
    /// When nobody has to remember which of them any more, in the order in which they came. What was removed stays here
    /// for a while.
    ends: VecDeque<End>,
    /// Of all that is held.
    weight: usize,
    /// How many ever came.
    count: u64,
}

#[derive(Debug, Clone)]
struct Held<V> {
    value: V,
    weight: usize,
    number: u64,
}

#[derive(Debug, Clone)]
struct End {
    at: Timestamp,
    name: Arc<str>,
    number: u64,
}

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Self { by_name: IndexMap::new(), ends: VecDeque::new(), weight: 0, count: 0 }
    }
}

impl<V> Kept<V> {
    /// Remembers a value that is over at `until`.
    pub(crate) fn insert(&mut self, name: String, value: V, until: Timestamp, now: Timestamp)
    where
        V: Weighed,
    {
        let weight = name.len() + value.weight();
        self.remove(&name);
        self.tidy();
        while let Some(end) = self.ends.front()
            && (end.at <= now
                || self.by_name.len() >= MOST
                || self.weight + weight > MOST_BYTES
                || !self.is_held(end))
        {
            if let Some(end) = self.ends.pop_front().filter(|end| self.is_held(end)) {
                self.remove(&end.name);
            }
        }
        let name: Arc<str> = name.into();
        self.count += 1;
        let number = self.count;
        let at = until.saturating_add(AFTERLIFE).unwrap_or(Timestamp::MAX);
        self.ends.push_back(End { at, name: Arc::clone(&name), number });
        self.weight += weight;
        self.by_name.insert(name, Held { value, weight, number });
    }

    /// Whether the value that this end is about is still there: it may be gone, or another one under its name.
    fn is_held(&self, end: &End) -> bool {
        self.by_name.get(&end.name).is_some_and(|held| held.number == end.number)
    }

    /// Forgets the ends of what is gone, once they are most of all.
    fn tidy(&mut self) {
        if self.ends.len() > 2 * self.by_name.len() + 1_000 {
            let mut ends = std::mem::take(&mut self.ends);
            ends.retain(|end| self.is_held(end));
            self.ends = ends;
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.by_name.get(name).map(|held| &held.value)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.by_name.get_mut(name).map(|held| &mut held.value)
    }

    /// Forgets one.
    pub(crate) fn remove(&mut self, name: &str) -> Option<V> {
        let held = self.by_name.swap_remove(name)?;
        self.weight -= held.weight;
        Some(held.value)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.by_name.iter().map(|(name, held)| (&**name, &held.value))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.by_name.values().map(|held| &held.value)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.by_name.values_mut().map(|held| &mut held.value)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str, &mut V) -> bool) {
        self.by_name.retain(|name, held| keep(name, &mut held.value));
        self.weight = self.by_name.values().map(|held| held.weight).sum();
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

    #[test]
    fn what_was_removed_takes_no_place_from_what_lives() {
        let at = Timestamp::from_second(0).unwrap();
        let mut kept = Kept::default();
        kept.insert("dana".to_owned(), 0, Timestamp::MAX, at);
        for number in 0..2 * MOST {
            kept.remove(&(number.max(1) - 1).to_string());
            kept.insert(number.to_string(), number, Timestamp::MAX, at);
        }
        assert_eq!((kept.len(), kept.contains("dana")), (2, true));
        assert!(kept.ends.len() < 2_000, "{}", kept.ends.len());
        // One that comes again under its name is as new as any.
        kept.insert("dana".to_owned(), 1, Timestamp::MAX, at);
        for number in 0..MOST - 1 {
            kept.insert(format!("n{number}"), number, Timestamp::MAX, at);
        }
        assert_eq!((kept.len(), kept.get("dana")), (MOST, Some(&1)));
        kept.insert("last".to_owned(), 2, Timestamp::MAX, at);
        assert_eq!((kept.len(), kept.get("dana")), (MOST, None));
        kept.retain(|_, _| false);
        assert_eq!(kept.weight, 0);
    }
}
