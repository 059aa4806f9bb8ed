//! Step definitions as people write them: `{person} opens the Users page` instead of the pattern that cucumber
//! makes of it, with the words that a step says in its places.

use regex::{Captures, Regex};

/// What a place of an expression takes, by the pattern cucumber makes of it.
const USUAL: [(&str, &str); 6] = [
    (r"(?:-?\d+)|(?:\d+)", "int"),
    (r"\d+", "int"),
    (r"[^\s]+", "word"),
    (r"\w+", "word"),
    (r".+", "text"),
    (r"[+-]?(?:inf|NaN|(?:\d+|\d+\.\d*|\d*\.\d+)(?:[eE][+-]?\d+)?)", "float"),
];

/// How cucumber begins a quoted text.
const STRING: &str = r#"?:"(?P<__"#;

/// The expression of one step definition.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Expression {
    text: String,
    places: Vec<Place>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Place {
    kind: String,
    /// Its capture groups; of a quoted text only one takes part.
    groups: std::ops::Range<usize>,
}

impl Expression {
    /// Reads a pattern. `parameters` are the names and patterns of the places that are not cucumber's own.
    pub(super) fn of(pattern: &str, parameters: &[(&str, &str)]) -> Self {
        let mut reader =
            Reader { parameters, expression: Self { text: String::new(), places: Vec::new() }, next: 1 };
        reader.read(pattern.trim_start_matches('^').trim_end_matches('$'));
        reader.expression
    }

    /// As people write it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a table has to follow, which is what a colon at the end says.
    pub(super) fn takes_table(&self) -> bool {
        self.text.ends_with(':')
    }

    /// What a step says in each place, with the kind of the place.
    pub(super) fn words<'e, 't>(&'e self, found: &Captures<'t>) -> Vec<(&'e str, &'t str)> {
        let word = |place: &'e Place| {
            let said = place.groups.clone().find_map(|group| found.get(group))?;
            Some((place.kind.as_str(), said.as_str()))
        };
        self.places.iter().filter_map(word).collect()
    }
}

struct Reader<'p> {
    parameters: &'p [(&'p str, &'p str)],
    expression: Expression,
    /// The number of the next capture group.
    next: usize,
}

impl Reader<'_> {
    fn read(&mut self, mut pattern: &str) {
        while let Some(first) = pattern.chars().next() {
            let rest = &pattern[first.len_utf8()..];
            pattern = match first {
                // A word that nobody reads.
                '\\' if rest.starts_with("w+") => {
                    self.expression.text.push_str("{word}");
                    &rest[2..]
                }
                '\\' => {
                    let literal = rest.chars().next().unwrap_or_default();
                    self.expression.text.push(literal);
                    &rest[literal.len_utf8().min(rest.len())..]
                }
                '(' => {
                    let inner = &rest[..end_of_group(rest)];
                    let after = rest.get(inner.len() + 1..).unwrap_or_default();
                    let optional = after.strip_prefix('?');
                    self.group(inner, optional.is_some());
                    optional.unwrap_or(after)
                }
                letter => {
                    let optional = rest.strip_prefix('?');
                    self.letter(letter, optional.is_some());
                    optional.unwrap_or(rest)
                }
            };
        }
    }

    fn letter(&mut self, letter: char, optional: bool) {
        if optional {
            self.expression.text.extend(['(', letter, ')']);
        } else {
            self.expression.text.push(letter);
        }
    }

    fn group(&mut self, inner: &str, optional: bool) {
        let groups = self.next..self.next + captures_in(inner);
        if inner.starts_with(STRING) {
            self.next = groups.end;
            return self.place("string", format_args!("{{string}}"), groups);
        }
        if let Some(words) = inner.strip_prefix("?:") {
            let words = if optional { format!("({words})") } else { words.replace('|', "/") };
            self.expression.text.push_str(&words);
            self.next = groups.end;
            return;
        }
        let groups = groups.start..groups.end + 1;
        self.next = groups.end;
        let known = self.parameters.iter().find(|(_, pattern)| *pattern == inner).map(|(name, _)| *name);
        let usual = || USUAL.iter().find(|(pattern, _)| *pattern == inner).map(|(_, name)| *name);
        match known.or_else(usual) {
            Some(name) => self.place(name, format_args!("{{{name}}}"), groups),
            None => self.place("one of", format_args!("({inner})"), groups),
        }
    }

    fn place(&mut self, kind: &str, shown: std::fmt::Arguments<'_>, groups: std::ops::Range<usize>) {
        self.expression.text.push_str(&shown.to_string());
        self.expression.places.push(Place { kind: kind.to_owned(), groups });
    }
}

/// Where the group ends that has just begun.
fn end_of_group(text: &str) -> usize {
    let (mut depth, mut escaped, mut in_class) = (0, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class && depth == 0 => return at,
            ')' if !in_class => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// How many capture groups a piece of a pattern holds.
fn captures_in(pattern: &str) -> usize {
    let alone = if pattern.starts_with('?') { format!("({pattern})") } else { format!("(?:{pattern})") };
    Regex::new(&alone).map_or(0, |regex| regex.captures_len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: [(&str, &str); 2] = [("person", "[A-Z][a-z]+|[Aa] stranger"), ("state", "on|off")];
    const QUOTED: &str = r#"(?:"(?P<__1_0>[^"\\]*(?:\\.[^"\\]*)*)"|'(?P<__1_1>[^'\\]*(?:\\.[^'\\]*)*)')"#;

    fn text(pattern: &str) -> String {
        Expression::of(pattern, &PARAMETERS).text().to_owned()
    }

    #[test]
    fn patterns_are_told_as_people_write_them() {
        assert_eq!(
            text(&format!("^([A-Z][a-z]+|[Aa] stranger) answers {QUOTED}$")),
            "{person} answers {string}"
        );
        assert_eq!(
            text(r"^((?:-?\d+)|(?:\d+)) record(?:s)? say a sign\-out is (on|off)$"),
            "{int} record(s) say a sign-out is {state}"
        );
        assert_eq!(
            text(r"^(\w+) says that (\d+) users? (?:is|are) (here|gone)$"),
            "{word} says that {int} user(s) is/are (here|gone)"
        );
        assert_eq!(text(r"^(\w+) was removed by \w+$"), "{word} was removed by {word}");
    }

    #[test]
    fn a_step_says_a_word_in_each_place() {
        let pattern = format!("^([A-Z][a-z]+|[Aa] stranger) answers {QUOTED} (on|off)$");
        let expression = Expression::of(&pattern, &PARAMETERS);
        let regex = Regex::new(&pattern).unwrap();
        let found = regex.captures("Dana answers 'no' off").unwrap();
        assert_eq!(expression.words(&found), [("person", "Dana"), ("string", "no"), ("state", "off")]);
    }
}
