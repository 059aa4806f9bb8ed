//! Which cases a run takes: by tag expression, by place (`file.feature:12`), by words of the name.
//!
//! All given conditions must hold. Selecting happens before cucumber sees anything, because its own
//! filters replace each other.

use std::collections::BTreeSet;

use cucumber::tag::Ext as _;
use gherkin::tagexpr::TagOperation;

use super::{
    nearest::{did_you_mean, nearest},
    specs::{Case, Spec, Specs},
};

/// The conditions a case must meet; none means every case.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    tags: Vec<Tags>,
    places: Vec<Place>,
    words: Vec<String>,
}

#[derive(Clone, Debug)]
struct Tags {
    /// As it was typed.
    text: String,
    holds: TagOperation,
}

#[derive(Clone, Debug)]
struct Place {
    path: String,
    line: Option<usize>,
}

/// A filter that cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// Not a tag expression.
    #[error("'{text}' is not a tag expression such as '@S-64 and not @slow'")]
    Tags {
        /// What was given.
        text: String,
    },
    /// `file.feature:x`.
    #[error("'{text}' ends in something that is not a line number")]
    Line {
        /// What was given.
        text: String,
    },
}

impl Selection {
    /// Understands filters as people type them: `@S-64`, `@a and not @b`, `path/x.feature`,
    /// `x.feature:12`, or words of a scenario's name (letter case does not matter).
    ///
    /// # Errors
    /// [`SelectionError`] for the first filter that cannot be understood.
    pub fn parse<I: IntoIterator<Item = S>, S: AsRef<str>>(filters: I) -> Result<Self, SelectionError> {
        let mut selection = Self::default();
        for filter in filters {
            selection.add(filter.as_ref())?;
        }
        Ok(selection)
    }

    fn add(&mut self, filter: &str) -> Result<(), SelectionError> {
        if filter.starts_with('@') || filter.starts_with("not @") || filter.starts_with('(') {
            let text = filter.to_owned();
            let holds = filter.parse().map_err(|_| SelectionError::Tags { text: text.clone() })?;
            self.tags.push(Tags { text, holds });
        } else if let Some((path, line)) = filter.split_once(".feature") {
            let line = line.strip_prefix(':').map(str::parse).transpose();
            let line = line.map_err(|_| SelectionError::Line { text: filter.to_owned() })?;
            self.places.push(Place { path: format!("{path}.feature"), line });
        } else {
            self.words.push(filter.to_lowercase());
        }
        Ok(())
    }

    /// Whether nothing is filtered, so that a run is a whole run.
    pub const fn is_everything(&self) -> bool {
        self.tags.is_empty() && self.places.is_empty() && self.words.is_empty()
    }

    /// Whether this case belongs to the run.
    pub fn takes(&self, case: &Case) -> bool {
        self.tags.iter().all(|tags| tags.holds.eval(&case.tags))
            && (self.places.is_empty() || self.places.iter().any(|place| place.holds(case)))
            && self.words.iter().all(|words| case.name.to_lowercase().contains(words))
    }
}

impl Selection {
    /// The conditions that no case meets, each with a sentence that says why. A place among others is one too.
    pub fn misses(&self, specs: &Specs) -> Vec<String> {
        let cases = specs.cases();
        let tags = self.tags.iter().filter(|tags| !cases.iter().any(|case| tags.holds.eval(&case.tags)));
        let places = self.places.iter().filter(|place| !cases.iter().any(|case| place.holds(case)));
        let named = |words: &str| cases.iter().any(|case| case.name.to_lowercase().contains(words));
        let words = self.words.iter().filter(|words| !named(words));
        tags.map(|tags| tags.miss(&cases))
            .chain(places.map(|place| place.miss(specs, &cases)))
            .chain(words.map(|words| miss_of_words(words, &cases)))
            .collect()
    }
}

/// Words may be of a name, or of a file that is named without its end.
fn miss_of_words(words: &str, cases: &[Case]) -> String {
    let files = || cases.iter().flat_map(|case| [case.path.as_str(), file_name(&case.path)]);
    // As much of a path as was typed.
    let start = |file: &str| file.chars().take(words.chars().count()).collect::<String>();
    let starts: Vec<String> = files().filter(|_| words.contains('/')).map(start).collect();
    let start = nearest(words, starts.iter().map(String::as_str));
    let begun = || files().find(|file| start.is_some_and(|start| file.starts_with(start)));
    let named = files().find(|file| file.to_lowercase().contains(words));
    if let Some(file) = named.or_else(begun) {
        return format!("no scenario has '{words}' in its name; a file is named whole, as in '{file}'");
    }
    if words.contains('/') {
        return format!(
            "no scenario has '{words}' in its name; a file is named whole, with .feature at its end"
        );
    }
    // As many words of a name as were typed.
    let count = words.split_whitespace().count().max(1);
    let mut runs = BTreeSet::new();
    for case in cases {
        let name: Vec<_> = case.name.split_whitespace().collect();
        runs.extend(name.windows(count).map(|run| run.join(" ")));
    }
    let near = did_you_mean(words, runs.iter().map(String::as_str));
    format!("no scenario has '{words}' in its name{near}")
}

impl Tags {
    fn miss(&self, cases: &[Case]) -> String {
        let known = || cases.iter().flat_map(|case| &case.tags).map(String::as_str);
        let words = self.text.split(|it: char| it.is_whitespace() || "()".contains(it));
        let mut named = words.filter_map(|word| word.strip_prefix('@'));
        match named.find(|tag| !known().any(|it| it == *tag)) {
            Some(unknown) => {
                let near = did_you_mean(unknown, known()).replace("mean '", "mean '@");
                format!("no scenario has the tag @{unknown}{near}")
            }
            None => format!("no scenario has tags as '{}' wants them", self.text),
        }
    }
}

impl Place {
    fn miss(&self, specs: &Specs, cases: &[Case]) -> String {
        let any_line = Self { line: None, ..self.clone() };
        let Some(case) = cases.iter().find(|case| any_line.holds(case)) else {
            // Misspelt may be the file alone or the way to it.
            let names =
                || cases.iter().flat_map(|case| [case.path.as_str(), file_name(&case.path), &case.file]);
            return format!("there is no feature file {}{}", self.path, did_you_mean(&self.path, names()));
        };
        let line = self.line.unwrap_or_default();
        let count = specs.all.iter().find(|spec| spec.file.path == case.path).map_or(0, Spec::line_count);
        if (1..=count).contains(&line) {
            format!(
                "no scenario stands on line {line} of {}; 'harness list {0}' shows where they stand",
                self.path
            )
        } else {
            format!("{} has {count} lines, so there is no line {line}", self.path)
        }
    }

    fn holds(&self, case: &Case) -> bool {
        let given = self.path.trim_start_matches("./");
        let below = given.rsplit_once("specs/").map_or(given, |(_, path)| path);
        let is_end = |path: &str| case.file == path || case.file.ends_with(&format!("/{path}"));
        (is_end(given) || case.path == below) && self.line.is_none_or(|line| line_is_in(line, case))
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The row's own line takes the row; a line of the outline above the rows takes all of them, and one above the
/// first scenario takes the file.
fn line_is_in(line: usize, case: &Case) -> bool {
    case.line == line || (1..=case.head).contains(&line) || (case.span.0..=case.span.1).contains(&line)
}

#[cfg(test)]
mod tests {
    use super::super::specs::{SpecFile, Specs};
    use super::*;

    fn specs() -> Specs {
        let text = "@S-1\nFeature: f\n  @S-2 @fault:idt-exp-past\n  Scenario: one fine day\n    Given a\n\n  Scenario Outline: row <n>\n    Given <n>\n\n    Examples:\n      | n |\n      | 1 |\n      | 2 |\n";
        let (root, path, text) = ("my/own".into(), "a/b.feature".into(), text.into());
        Specs::parse(vec![SpecFile { root, path, text }]).unwrap()
    }

    fn misses(filter: &str) -> String {
        Selection::parse([filter]).unwrap().misses(&specs()).join("; ")
    }

    fn taken(filters: &[&str]) -> Vec<String> {
        let specs = specs();
        let selection = Selection::parse(filters).unwrap();
        specs.cases().into_iter().filter(|case| selection.takes(case)).map(|case| case.name).collect()
    }

    #[test]
    fn everything_is_taken_without_a_filter() {
        assert_eq!(taken(&[]), ["one fine day", "row 1", "row 2"]);
    }

    #[test]
    fn tags_are_inherited_and_combined() {
        assert_eq!(taken(&["@S-1 and not @S-2"]), ["row 1", "row 2"]);
        assert_eq!(taken(&["@fault:idt-exp-past"]), ["one fine day"]);
    }

    #[test]
    fn a_place_takes_a_scenario_or_a_single_row() {
        assert_eq!(taken(&["b.feature:5"]), ["one fine day"]);
        assert_eq!(taken(&["features/specs/a/b.feature:7"]), ["row 1", "row 2"]);
        assert_eq!(taken(&["a/b.feature:13"]), ["row 2"]);
        assert_eq!(taken(&["./my/own/a/b.feature:13"]), ["row 2"]);
        assert_eq!(taken(&["c.feature"]), Vec::<String>::new());
    }

    #[test]
    fn a_line_of_an_outline_takes_its_rows_and_one_above_the_scenarios_the_file() {
        assert_eq!(taken(&["b.feature:3"]), ["one fine day"], "the tags above it");
        assert_eq!(taken(&["b.feature:8"]), ["row 1", "row 2"], "a step");
        assert_eq!(taken(&["b.feature:2"]), ["one fine day", "row 1", "row 2"], "the feature");
        assert_eq!(taken(&["b.feature:9999"]), Vec::<String>::new());
    }

    #[test]
    fn what_takes_nothing_says_why_and_what_was_meant() {
        for (filter, told) in [
            ("@s-1", "no scenario has the tag @s-1; did you mean '@S-1'?"),
            (
                "@S-1 and @falt:idt-exp-past",
                "no scenario has the tag @falt:idt-exp-past; did you mean '@fault:idt-exp-past'?",
            ),
            ("@S-1 and not @S-1", "no scenario has tags as '@S-1 and not @S-1' wants them"),
            ("bb.feature", "there is no feature file bb.feature; did you mean 'b.feature'?"),
            (
                "my/own/a/c.feature",
                "there is no feature file my/own/a/c.feature; did you mean 'my/own/a/b.feature'?",
            ),
            ("b.feature:9999", "b.feature has 13 lines, so there is no line 9999"),
            ("xyz", "no scenario has 'xyz' in its name"),
            ("fin dya", "no scenario has 'fin dya' in its name; did you mean 'fine day'?"),
            ("a/b", "no scenario has 'a/b' in its name; a file is named whole, as in 'a/b.feature'"),
            ("a/bb", "no scenario has 'a/bb' in its name; a file is named whole, as in 'a/b.feature'"),
            ("x/y/z", "no scenario has 'x/y/z' in its name; a file is named whole, with .feature at its end"),
            ("@S-1", ""),
        ] {
            assert_eq!(misses(filter), told);
        }
    }

    #[test]
    fn words_ignore_letter_case() {
        assert_eq!(taken(&["FINE day"]), ["one fine day"]);
    }

    #[test]
    fn nonsense_is_refused_with_the_words_given() {
        assert!(Selection::parse(["@a and"]).unwrap_err().to_string().contains("'@a and'"));
        assert!(Selection::parse(["x.feature:y"]).unwrap_err().to_string().contains("'x.feature:y'"));
    }
}
