//! What holds of all specs together: they can be run as written, they stage every fault, every step is used.

use std::collections::BTreeSet;

use features::{
    runner::{Specs, lint},
    vocabulary::STATEMENTS,
    world::World,
};
use regex::Regex;

#[path = "specs/errands.rs"]
mod errands;
#[path = "specs/faults.rs"]
mod faults;
#[path = "specs/layering.rs"]
mod layering;

fn specs() -> Specs {
    Specs::embedded().expect("the specs are Gherkin")
}

#[test]
fn specs_can_be_run_as_written() {
    let problems: Vec<String> = lint::<World>(&specs()).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_documentation_says_which_statements_have_scenarios() {
    let tags: BTreeSet<String> = specs().cases().into_iter().flat_map(|case| case.tags).collect();
    let tagged: BTreeSet<u8> =
        tags.iter().filter_map(|tag| tag.strip_prefix("S-").and_then(|it| it.parse().ok())).collect();
    let row = Regex::new(r"(?m)^\| S-(\d\d)(?: to S-(\d\d))? \|.*\|$").unwrap();
    let mut told = Vec::new();
    for found in row.captures_iter(include_str!("../../docs/scenarios.md")) {
        let number = |at| found.get(at).map(|it| it.as_str().parse::<u8>().unwrap());
        told.extend(number(1).unwrap()..=number(2).or(number(1)).unwrap());
    }
    assert_eq!(told, STATEMENTS.collect::<Vec<_>>(), "each statement once, in order");
    let place = Regex::new(r"`([a-z_]+/[a-z0-9_]*(?:\.feature)?)`").unwrap();
    for found in place.captures_iter(include_str!("../../docs/scenarios.md")) {
        let there = specs().all.iter().any(|spec| spec.file.path.starts_with(&found[1]));
        assert!(there, "there is nothing at {}", &found[1]);
    }
    let told: BTreeSet<u8> = told.into_iter().collect();
    assert_eq!(told, tagged, "what docs/scenarios.md says has scenarios, and what is tagged");
}

#[test]
fn every_statement_is_written_down() {
    let row = Regex::new(r"(?m)^\| S-(\d\d)(?: \\\*)? \| .+ \|$").unwrap();
    let told = row.captures_iter(include_str!("../../docs/statements.md"));
    let told: Vec<u8> = told.map(|found| found[1].parse().unwrap()).collect();
    assert_eq!(told, STATEMENTS.collect::<Vec<_>>(), "each statement once, in order");
}

#[test]
fn every_statement_has_a_scenario() {
    let tags: BTreeSet<String> = specs().cases().into_iter().flat_map(|case| case.tags).collect();
    let missing: Vec<String> = STATEMENTS
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
