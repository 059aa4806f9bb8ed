//! Tables of a step that say what something has to be like, row by row: name and value. All rows are looked at
//! before any is told to be wrong.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use cucumber::gherkin::Step;

/// One row, with what was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Row {
    /// What is asked for.
    pub(super) item: String,
    /// What it has to be.
    pub(super) expected: String,
    /// What it is.
    pub(super) got: String,
}

impl Row {
    fn is_wrong(&self) -> bool {
        self.expected != self.got
    }
}

/// The rows of a step's table as name and value.
pub(super) fn pairs(step: &Step) -> Result<Vec<(String, String)>> {
    let Some(table) = &step.table else { bail!("this step needs a table") };
    let pair = |row: &Vec<String>| match row.as_slice() {
        [name, value] => Ok((name.clone(), value.clone())),
        _ => bail!("each row of this table needs two cells, but one is {row:?}"),
    };
    table.rows.iter().map(pair).collect()
}

/// Fails when a row is wrong: with the first of these and its line, and below it all rows as a table.
pub(super) fn expect_rows(step: &Step, what: &str, rows: &[Row]) -> Result<()> {
    let Some((index, first)) = rows.iter().enumerate().find(|(_, row)| row.is_wrong()) else { return Ok(()) };
    let line = step.table.as_ref().map_or(step.position.line, |table| table.position.line + index);
    let Row { item, expected, got } = first;
    bail!("expected {what} to say {item}: {expected:?}, but it says {got:?} (line {line})\n{}", table(rows))
}

/// All rows below each other, the wrong ones marked.
fn table(rows: &[Row]) -> String {
    const HEADING: [&str; 3] = ["item", "expected", "got"];
    let cells = |row: &Row| [row.item.clone(), row.expected.clone(), row.got.clone()];
    let widest = |at: usize| {
        let width = |row: &Row| cells(row)[at].chars().count();
        rows.iter().map(width).max().unwrap_or_default().max(HEADING[at].len())
    };
    let (a, b) = (widest(0), widest(1));
    let mut text = String::new();
    let mut line = |mark: &str, cells: [&str; 3]| {
        let [item, expected, got] = cells;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{mark} {item:a$} | {expected:b$} | {got}");
    };
    line(" ", HEADING);
    for row in rows {
        line(if row.is_wrong() { "✗" } else { " " }, [&row.item, &row.expected, &row.got]);
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::{Feature, GherkinEnv};

    use super::*;

    fn step() -> Step {
        let text = "Feature: f\n  Scenario: s\n    Then the record says:\n      | outcome | refused |\n      | cause | create off |\n      | freshness | fresh |\n";
        Feature::parse(text, GherkinEnv::default()).unwrap().scenarios.remove(0).steps.remove(0)
    }

    fn rows(got: [&str; 3]) -> Vec<Row> {
        let pairs = pairs(&step()).unwrap().into_iter().zip(got);
        pairs.map(|((item, expected), got)| Row { item, expected, got: got.to_owned() }).collect()
    }

    #[test]
    fn rows_that_are_wrong_are_told_among_all_rows_and_the_first_with_its_line() {
        let error =
            expect_rows(&step(), "the record", &rows(["refused", "allow off", "cached"])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected the record to say cause: \"create off\", but it says \"allow off\" (line 5)\n\
             \u{20} item      | expected   | got\n\
             \u{20} outcome   | refused    | refused\n\
             ✗ cause     | create off | allow off\n\
             ✗ freshness | fresh      | cached"
        );
    }

    #[test]
    fn rows_that_are_right_are_not_told() {
        assert!(expect_rows(&step(), "the record", &rows(["refused", "create off", "fresh"])).is_ok());
    }
}
