//! What holds of all specs together: they can be run as written, they stage every fault, every step is used.

use std::collections::BTreeSet;

use cucumber::World as _;
use features::{
    runner::{Specs, lint},
    world::World,
};
use regex::Regex;

#[path = "specs/errands.rs"]
mod errands;
#[path = "specs/faults.rs"]
mod faults;
#[path = "specs/layering.rs"]
mod layering;

/// Statements of the first issue.
const STATEMENTS: [std::ops::RangeInclusive<u8>; 2] = [1..=80, 86..=86];

fn specs() -> Specs {
    Specs::embedded().expect("the specs are Gherkin")
}

#[test]
fn specs_can_be_run_as_written() {
    let problems: Vec<String> =
        lint(&specs(), &World::collection()).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_documentation_says_which_statements_have_scenarios() {
    let tags: BTreeSet<String> = specs().cases().into_iter().flat_map(|case| case.tags).collect();
    let tagged: BTreeSet<u8> =
        tags.iter().filter_map(|tag| tag.strip_prefix("S-").and_then(|it| it.parse().ok())).collect();
    let row = Regex::new(r"(?m)^\| S-(\d\d)(?: to S-(\d\d))? \|.*\| (yes|not yet) \|$").unwrap();
    let (mut told, mut yes) = (Vec::new(), BTreeSet::new());
    for found in row.captures_iter(include_str!("../../docs/scenarios.md")) {
        let number = |at| found.get(at).map(|it| it.as_str().parse::<u8>().unwrap());
        let range = number(1).unwrap()..=number(2).or(number(1)).unwrap();
        told.extend(range.clone());
        yes.extend(range.filter(|_| &found[3] == "yes"));
    }
    assert_eq!(told, (1..=86).collect::<Vec<_>>(), "each statement once, in order");
    assert_eq!(yes, tagged, "what docs/scenarios.md says has scenarios, and what is tagged");
}

#[test]
fn every_statement_has_a_scenario() {
    let tags: BTreeSet<String> = specs().cases().into_iter().flat_map(|case| case.tags).collect();
    let missing: Vec<String> = STATEMENTS
        .into_iter()
        .flatten()
        .map(|number| format!("S-{number:02}"))
        .filter(|statement| !tags.contains(statement))
        .collect();
    assert!(missing.is_empty(), "no scenario is tagged {missing:?}");
}

#[test]
fn specs_speak_an_administrators_language() {
    let technical = Regex::new(
        r"(?i)https?:|\bhttp\b|\b[1-5]\d\d\b (?:error|status)|/api/|/sso/|\bselect \*|\bheader\b|\bjson\b",
    )
    .expect("a pattern");
    let faults: BTreeSet<&str> = mock_idp::catalogue().map(|entry| entry.id).collect();
    for spec in specs().all {
        let lines =
            spec.file.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('@'));
        for (number, line) in lines {
            // The id of a fault is a name, not language.
            let said: Vec<_> = line.split_whitespace().filter(|word| !faults.contains(word)).collect();
            assert!(!technical.is_match(&said.join(" ")), "{}:{}: {line}", spec.file.path, number + 1);
        }
    }
}
