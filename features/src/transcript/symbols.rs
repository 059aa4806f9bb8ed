//! Symbolic names for what is different in every run: the first code that is seen is `<code:1>`, wherever
//! it appears again. Identity is what scenarios are about, so it is numbered and never blotted out.

use std::collections::BTreeMap;

/// Values that have a symbolic name, by kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Symbols(BTreeMap<String, &'static str>);

impl Symbols {
    /// Gives a value a kind; the first kind that is given stays. Short values are left as they are.
    pub(super) fn learn(&mut self, kind: &'static str, value: &str) {
        if value.len() >= 4 {
            self.0.entry(value.to_owned()).or_insert(kind);
        }
    }

    /// The text with every known value replaced, numbered in the order of first appearance.
    pub(super) fn replace(&self, text: &str) -> String {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut next: BTreeMap<&str, usize> = BTreeMap::new();
        let mut named = String::with_capacity(text.len());
        let mut told = 0;
        for (at, value, kind) in self.found_in(text) {
            if at < told {
                continue;
            }
            let number = *numbers.entry(value).or_insert_with(|| {
                let next = next.entry(kind).or_insert(0);
                *next += 1;
                *next
            });
            named.extend([&text[told..at], "<", kind, ":", &number.to_string(), ">"]);
            told = at + value.len();
        }
        named.push_str(&text[told..]);
        named
    }

    /// Every known value with its place, from the beginning; at one place the longest first, so that a value
    /// inside another one does not win.
    fn found_in<'a>(&'a self, text: &str) -> Vec<(usize, &'a str, &'static str)> {
        let places = |(value, kind): (&'a String, &&'static str)| {
            let kind = *kind;
            text.match_indices(value.as_str())
                .map(move |(at, _)| (at, value.as_str(), kind))
                .collect::<Vec<_>>()
        };
        let mut found: Vec<_> = self.0.iter().flat_map(places).collect();
        found.sort_by_key(|(at, value, _)| (*at, std::cmp::Reverse(value.len())));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_has_the_same_name_everywhere() {
        let mut symbols = Symbols::default();
        symbols.learn("code", "zzzz");
        symbols.learn("code", "aaaa");
        symbols.learn("state", "ssss");
        assert_eq!(symbols.replace("zzzz ssss aaaa zzzz"), "<code:1> <state:1> <code:2> <code:1>");
    }

    #[test]
    fn a_longer_value_wins_over_one_inside_it() {
        let mut symbols = Symbols::default();
        symbols.learn("id", "abcd");
        symbols.learn("token", "abcdef");
        assert_eq!(symbols.replace("abcdef abcd"), "<token:1> <id:1>");
    }
}
