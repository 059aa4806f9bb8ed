//! Which words specs may use: people, faults, names of rows, tags. Asked before anything runs, so that a word
//! that nobody knows is told where it stands, and not by the failure of a later step.

use std::sync::LazyLock;

use cucumber::codegen::Parameter as _;
use provisioner::domain::{
    checks::Finding,
    identity::Freshness,
    record::{CauseCode, Outcome},
};
use regex::Regex;

use crate::{
    runner::{Said, did_you_mean},
    steps,
    world::{
        Who,
        words::{Kind, OnOff, ToggleWord},
    },
};

/// The kinds of places that the steps have beside cucumber's own.
pub(crate) const PARAMETERS: &[(&str, &str)] = &[
    (Who::NAME, Who::REGEX),
    // Where a step is written as a pattern, any word stands for a person.
    (Who::NAME, r"\w+"),
    (Who::NAME, r"\w+|a stranger"),
    ("errand", r"\w+ing .+"),
    (ToggleWord::NAME, ToggleWord::REGEX),
    (OnOff::NAME, OnOff::REGEX),
    (Kind::NAME, Kind::REGEX),
];

/// What the article was taken apart into: S-01 to S-86.
pub const STATEMENTS: std::ops::RangeInclusive<u8> = 1..=86;

/// What is wrong with a word, if something is.
pub(crate) fn complaint(said: &Said<'_>) -> Option<String> {
    match said {
        Said::Tag(tag) => about_tag(tag),
        Said::Word { kind: "person", word, .. } => word.parse::<Who>().err().map(|it| it.to_string()),
        Said::Word { kind: "string", word, step }
            if step.starts_with("the fault {string}") || step.starts_with("the variation {string}") =>
        {
            about_fault(word)
        }
        Said::Word { .. } => None,
        Said::Row { step, cells } => {
            let (what, names) = steps::rows_of(step)?;
            let [name, value] = cells else {
                return Some(format!("a row of this table has two cells, this one has {}", cells.len()));
            };
            if names.contains(&name.as_str()) {
                return about_value(step, what, name, value);
            }
            let near = near(name, names.iter().copied());
            Some(format!("{what} says nothing about '{name}'{near} it says {}", names.join(", ")))
        }
    }
}

/// What a row can have as its value is checked where it is one of a few.
fn about_value(step: &str, what: &str, name: &str, value: &str) -> Option<String> {
    let values = values_of(step, name)?;
    let known = || values.iter().map(String::as_str);
    if known().any(|it| it == value) {
        return None;
    }
    let near = near(value, known());
    Some(format!("'{name}' of {what} is never '{value}'{near} it is {}", values.join(", ")))
}

/// The values that a row can have, from the provisioner's own enumerations; `None` where they are not a few.
fn values_of(step: &str, name: &str) -> Option<Vec<String>> {
    fn words<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> Vec<String> {
        all.iter().map(|it| steps::in_words(code(*it))).collect()
    }
    if step != "the record of the sign-in says:" {
        return None;
    }
    let mut values = match name {
        "first failing" => steps::ITEMS.iter().map(|(words, _)| (*words).to_owned()).collect(),
        "outcome" => words(Outcome::ALL, Outcome::as_str),
        "freshness" => words(Freshness::ALL, Freshness::as_str),
        "cause" => words(CauseCode::ALL, CauseCode::as_str),
        "other cause" => {
            let outside = CauseCode::ALL.iter().copied().filter(|code| code.is_outside_the_checks());
            words(&outside.collect::<Vec<_>>(), CauseCode::as_str)
        }
        item if steps::ITEMS.iter().any(|(words, _)| *words == item) => {
            return Some(words(Finding::ALL, Finding::as_str));
        }
        _ => return None,
    };
    values.push(steps::NONE.to_owned());
    Some(values)
}

/// Tags of one's own are free; what looks like one that means something has to mean it.
fn about_tag(tag: &str) -> Option<String> {
    static STATEMENT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[Ss][-_ ]?(\d{1,4})$").expect("the pattern is a literal"));
    static FAULT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^([A-Za-z]{4,7})[:=](.*)$").expect("the pattern is a literal"));
    if let Some(found) = STATEMENT.captures(tag) {
        let number = found[1].parse::<u8>().ok().filter(|number| STATEMENTS.contains(number));
        let Some(number) = number else {
            return Some(format!(
                "there is no statement @{tag}; the article has S-01 to S-{}",
                STATEMENTS.end()
            ));
        };
        let meant = format!("S-{number:02}");
        return (tag != meant).then(|| format!("there is no tag @{tag}; did you mean '@{meant}'?"));
    }
    let found = FAULT.captures(tag)?;
    let (word, id) = (&found[1], &found[2]);
    if tag.starts_with("fault:") {
        return about_fault(id);
    }
    let near = strsim::damerau_levenshtein(&word.to_lowercase(), "fault") <= 2;
    near.then(|| format!("there is no tag @{tag}; did you mean '@fault:{id}'?"))
}

fn about_fault(id: &str) -> Option<String> {
    let known = || mock_idp::catalogue().map(|entry| entry.id);
    if known().any(|it| it == id) {
        return None;
    }
    let near = near(id, known());
    Some(format!("there is no fault '{id}'{near} `mock-idp faults` lists them all"))
}

/// What was probably meant, between two sentences.
fn near<'a>(meant: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match did_you_mean(meant, known) {
        nothing if nothing.is_empty() => ";".to_owned(),
        near => near,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(tag: &str) -> String {
        about_tag(tag).unwrap_or_default()
    }

    #[test]
    fn tags_that_mean_something_have_to_mean_it_and_others_are_free() {
        for good in ["S-01", "S-86", "fault:idt-exp-past", "wibble", "slow", "team:red", "S-Bahn"] {
            assert_eq!(tag(good), "");
        }
        for (wrong, told) in [
            ("S-999", "there is no statement @S-999; the article has S-01 to S-86"),
            ("S-00", "there is no statement @S-00; the article has S-01 to S-86"),
            ("S64", "there is no tag @S64; did you mean '@S-64'?"),
            ("s-7", "there is no tag @s-7; did you mean '@S-07'?"),
            (
                "Fault:idt-exp-past",
                "there is no tag @Fault:idt-exp-past; did you mean '@fault:idt-exp-past'?",
            ),
            (
                "fualt:idt-exp-past",
                "there is no tag @fualt:idt-exp-past; did you mean '@fault:idt-exp-past'?",
            ),
            (
                "fault:idt-exp-pats",
                "there is no fault 'idt-exp-pats'; did you mean 'idt-exp-past'? `mock-idp faults` lists them all",
            ),
            ("fault:nonsense", "there is no fault 'nonsense'; `mock-idp faults` lists them all"),
        ] {
            assert_eq!(tag(wrong), told);
        }
    }
}
