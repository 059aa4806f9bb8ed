//! Why a file is not Gherkin, in a sentence with its line: the parser only says what it expected, as a set.
//!
//! It also finds what the parser takes and drops: rows of examples that are longer or shorter than their heading.

use super::keywords::{self, Stray};

/// What is wrong, and what to do.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Flaw {
    /// 1-based.
    pub(super) line: usize,
    pub(super) message: String,
}

/// Rows of one table that differ in length, or that do not end.
pub(super) fn uneven_table(text: &str) -> Option<Flaw> {
    let mut heading: Option<(usize, usize)> = None;
    for line in lines(text).filter(|line| !line.quoted && !line.is_free()) {
        if !line.text.starts_with('|') {
            heading = None;
            continue;
        }
        if !line.text.ends_with('|') || line.text.len() == 1 {
            return Some(line.flaw(format!("'{}' is a row of a table and does not end in '|'", line.text)));
        }
        let count = cells(line.text);
        let (first, expected) = *heading.get_or_insert((line.number, count));
        if count != expected {
            let cells =
                |count: usize| if count == 1 { "one cell".to_owned() } else { format!("{count} cells") };
            return Some(line.flaw(format!(
                "this row has {}, and the first row of its table, on line {first}, has {}; make them equal ('\\|' is a '|' inside a cell)",
                cells(count),
                cells(expected)
            )));
        }
    }
    None
}

/// Why the parser does not take a file; `said` are its own words, which begin with a line.
pub(super) fn flaw(text: &str, said: &str) -> Flaw {
    let found = beginning(text).or_else(|| unclosed(text)).or_else(|| {
        let Stray { line, text, meant } = keywords::stray_line(text)?;
        Some(Flaw { line, message: format!("'{text}' begins with no keyword; did you mean '{meant}'?") })
    });
    found.or_else(|| second_background(text)).or_else(|| tags_of_nothing(text)).unwrap_or_else(|| {
        let line = said.split(|it: char| !it.is_ascii_digit()).find_map(|it| it.parse().ok()).unwrap_or(1);
        let line = usize::min(line, text.lines().count()).max(1);
        let shown = text.lines().nth(line - 1).unwrap_or_default().trim();
        Flaw { line, message: format!("this cannot be read as Gherkin at or before '{shown}'") }
    })
}

/// What stands where only a feature can begin.
fn beginning(text: &str) -> Option<Flaw> {
    const FEATURE: &str = "'Feature: ' and a name";
    let Some(first) = lines(text).find(|line| !line.is_free()) else {
        return Some(Flaw {
            line: 1,
            message: format!("the file has no feature; begin it with {FEATURE}, or delete it"),
        });
    };
    if first.text.starts_with("Feature:") || text.trim_start().starts_with("# language") {
        return None;
    }
    if keywords::is_block(first.text) || keywords::is_step(first.text) {
        return Some(
            first.flaw(format!("'{}' stands before any feature; write {FEATURE} above it", first.text)),
        );
    }
    let message = match keywords::keyword_like(first.text) {
        Some(meant) => format!("'{}' begins with no keyword; did you mean '{meant}'?", first.text),
        None => format!("a file begins with {FEATURE}, this one with '{}'", first.text),
    };
    Some(first.flaw(message))
}

/// A text of several lines that nothing ends: the rest of the file is part of it.
fn unclosed(text: &str) -> Option<Flaw> {
    let mut opened = None;
    for line in lines(text) {
        opened = match (line.quoted, opened) {
            (true, None) => Some(line),
            (true, open) => open,
            (false, _) => None,
        };
    }
    let open = opened?;
    let closes = text.lines().last().is_some_and(|last| last.trim() == open.text)
        && open.number < text.lines().count();
    (!closes).then(|| {
        open.flaw(format!("the text that begins here never ends; close it with a line '{}'", open.text))
    })
}

fn second_background(text: &str) -> Option<Flaw> {
    let mut seen = None;
    for line in lines(text).filter(|line| !line.quoted) {
        if line.text.starts_with("Rule:") {
            seen = None;
        } else if line.text.starts_with("Background:") {
            match seen {
                Some(first) => {
                    return Some(line.flaw(format!(
                        "there is a 'Background:' already, on line {first}; put their steps together"
                    )));
                }
                None if keywords::is_late(text, line.number) => {
                    return Some(
                        line.flaw(
                            "a 'Background:' stands before the first scenario; move it there".to_owned(),
                        ),
                    );
                }
                None => seen = Some(line.number),
            }
        }
    }
    None
}

fn tags_of_nothing(text: &str) -> Option<Flaw> {
    let last = lines(text).filter(|line| !line.text.is_empty() && !line.text.starts_with('#')).last()?;
    last.text
        .starts_with('@')
        .then(|| last.flaw(format!("'{}' stands above nothing; tags belong above a scenario", last.text)))
}

/// A line of a file.
#[derive(Clone, Copy)]
struct Line<'t> {
    number: usize,
    text: &'t str,
    /// Whether it belongs to a text of several lines, with the fences around it.
    quoted: bool,
}

impl Line<'_> {
    fn flaw(&self, message: String) -> Flaw {
        Flaw { line: self.number, message }
    }

    /// What may stand anywhere.
    fn is_free(&self) -> bool {
        self.text.is_empty() || self.text.starts_with(['#', '@'])
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut fence: Option<&str> = None;
    text.lines().enumerate().map(move |(index, line)| {
        let line = line.trim();
        let opens = keywords::FENCES.into_iter().find(|fence| line.starts_with(fence));
        let was_quoted = fence.is_some();
        match (fence, opens) {
            (None, Some(_)) => fence = opens,
            (Some(open), Some(closing)) if open == closing => fence = None,
            _ => {}
        }
        Line { number: index + 1, text: line, quoted: was_quoted || fence.is_some() }
    })
}

/// How many cells a row has; `\|` is part of one.
fn cells(row: &str) -> usize {
    let mut escaped = false;
    let bars = row.chars().filter(|letter| {
        let bar = *letter == '|' && !escaped;
        escaped = *letter == '\\' && !escaped;
        bar
    });
    bars.count().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_another_length_is_told_with_its_line() {
        let text =
            "Feature: f\n  Scenario: s\n    Given a:\n      | a | b \\| c |\n\n      # why\n      | d |\n";
        let found = uneven_table(text).unwrap();
        assert_eq!(found.line, 7);
        assert!(
            found
                .message
                .starts_with("this row has one cell, and the first row of its table, on line 4, has 2"),
            "{found:?}"
        );
        assert_eq!(
            uneven_table("Given a:\n | a |\nAnd b:\n | a | b |\n \"\"\"\n | x | y | z |\n \"\"\"\n"),
            None
        );
        assert_eq!(
            uneven_table("Given a:\n  | a | b\n").unwrap().message,
            "'| a | b' is a row of a table and does not end in '|'"
        );
    }

    #[test]
    fn each_flaw_is_a_sentence_on_its_line() {
        for (text, line, told) in [
            ("", 1, "the file has no feature; begin it with 'Feature: ' and a name, or delete it"),
            ("# only\n", 1, "the file has no feature; begin it with 'Feature: ' and a name, or delete it"),
            (
                "\n@a\nScenario: s\n  Given x\n",
                3,
                "'Scenario: s' stands before any feature; write 'Feature: ' and a name above it",
            ),
            ("Featur: f\n  Scenario: s\n", 1, "'Featur: f' begins with no keyword; did you mean 'Feature:'?"),
            ("Hello\n", 1, "a file begins with 'Feature: ' and a name, this one with 'Hello'"),
            (
                "Feature: f\n  Scenario: s\n    Given x\n  Scenaro: t\n",
                4,
                "'Scenaro: t' begins with no keyword; did you mean 'Scenario:'?",
            ),
            (
                "Feature: f\n  Scenario: s\n    Given x\n      \"\"\"\n      open\n",
                4,
                "the text that begins here never ends; close it with a line '\"\"\"'",
            ),
            (
                "Feature: f\n  Background:\n    Given x\n  Background:\n    Given y\n",
                4,
                "there is a 'Background:' already, on line 2; put their steps together",
            ),
            (
                "Feature: f\n  Scenario: s\n    Given x\n  Background:\n    Given y\n",
                4,
                "a 'Background:' stands before the first scenario; move it there",
            ),
            (
                "Feature: f\n  Scenario: s\n    Given x\n  @tag\n",
                4,
                "'@tag' stands above nothing; tags belong above a scenario",
            ),
            ("Feature: f\n  Rule: r\n    ???\n", 3, "this cannot be read as Gherkin at or before '???'"),
        ] {
            assert_eq!(
                flaw(text, "Error at 7:1: {\"x\"}"),
                Flaw { line, message: told.to_owned() },
                "{text}"
            );
        }
    }
}
