//! Symbolic names for what is different in every run: the first code that is seen is `<code:1>`, wherever
//! it appears again. Identity is what scenarios are about, so it is numbered and never blotted out.

use std::collections::BTreeMap;

use regex::{Captures, Regex};

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
        let Some(pattern) = self.pattern() else { return text.to_owned() };
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut next: BTreeMap<&str, usize> = BTreeMap::new();
        let named = pattern.replace_all(text, |found: &Captures<'_>| {
            let Some((value, kind)) = self.0.get_key_value(&found[0]) else { return found[0].to_owned() };
            let number = *numbers.entry(value.as_str()).or_insert_with(|| {
                let next = next.entry(*kind).or_insert(0);
                *next += 1;
                *next
            });
            format!("<{kind}:{number}>")
        });
        named.into_owned()
    }

    /// All values, longest first, so that a value inside another one does not win.
    fn pattern(&self) -> Option<Regex> {
        let mut values: Vec<&String> = self.0.keys().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let alternatives: Vec<String> = values.into_iter().map(|value| regex::escape(value)).collect();
        (!alternatives.is_empty()).then(|| Regex::new(&alternatives.join("|")).ok()).flatten()
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
