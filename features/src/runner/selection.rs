//! Which cases a run takes: by tag expression, by place (`file.feature:12`), by words of the name.
//!
//! All given conditions must hold. Selecting happens before cucumber sees anything, because its own
//! filters replace each other.

use cucumber::tag::Ext as _;
use gherkin::tagexpr::TagOperation;

use super::specs::Case;

/// The conditions a case must meet; none means every case.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    tags: Vec<TagOperation>,
    places: Vec<Place>,
    words: Vec<String>,
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
            let tags = filter.parse().map_err(|_| SelectionError::Tags { text: filter.to_owned() })?;
            self.tags.push(tags);
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
        self.tags.iter().all(|tags| tags.eval(&case.tags))
            && (self.places.is_empty() || self.places.iter().any(|place| place.holds(case)))
            && self.words.iter().all(|words| case.name.to_lowercase().contains(words))
    }
}

impl Place {
    fn holds(&self, case: &Case) -> bool {
        let given = self.path.trim_start_matches("./");
        let below = given.rsplit_once("specs/").map_or(given, |(_, path)| path);
        let is_end = |path: &str| case.file == path || case.file.ends_with(&format!("/{path}"));
        (is_end(given) || case.path == below) && self.line.is_none_or(|line| line_is_in(line, case))
    }
}

/// The row's own line takes the row; the line where the outline begins takes all of them.
fn line_is_in(line: usize, case: &Case) -> bool {
    let on_a_row = case.line > case.span.0;
    case.line == line || (case.span.0..=case.span.1).contains(&line) && (!on_a_row || line == case.span.0)
}

#[cfg(test)]
mod tests {
    use super::super::specs::{SpecFile, Specs};
    use super::*;

    fn taken(filters: &[&str]) -> Vec<String> {
        let text = "@S-1\nFeature: f\n  @S-2 @fault:idt-exp-past\n  Scenario: one fine day\n    Given a\n\n  Scenario Outline: row <n>\n    Given <n>\n\n    Examples:\n      | n |\n      | 1 |\n      | 2 |\n";
        let specs = Specs::parse(vec![SpecFile {
            root: "my/own".into(),
            path: "a/b.feature".into(),
            text: text.into(),
        }])
        .unwrap();
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
    fn words_ignore_letter_case() {
        assert_eq!(taken(&["FINE day"]), ["one fine day"]);
    }

    #[test]
    fn nonsense_is_refused_with_the_words_given() {
        assert!(Selection::parse(["@a and"]).unwrap_err().to_string().contains("'@a and'"));
        assert!(Selection::parse(["x.feature:y"]).unwrap_err().to_string().contains("'x.feature:y'"));
    }
}
