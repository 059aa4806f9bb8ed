//! What holds of all specs together: they can be run as written, every fault is in one of them, every step is used.

use std::collections::BTreeSet;

use cucumber::World as _;
use features::{
    runner::{Specs, lint},
    world::World,
};
use regex::Regex;

/// Statements of the first issue.
const STATEMENTS: [std::ops::RangeInclusive<u8>; 5] = [1..=20, 24..=29, 31..=49, 57..=61, 62..=80];

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
fn every_fault_of_the_catalogue_is_in_a_scenario() {
    let mut named: BTreeSet<String> = BTreeSet::new();
    let staged_by_steps = [
        ("KaseyaOne cannot be reached", "disc-flap"),
        ("KaseyaOne would take a code twice", "tok-reuse-lenient"),
    ];
    for case in specs().cases() {
        named.extend(case.tags.iter().filter_map(|tag| tag.strip_prefix("fault:").map(str::to_owned)));
        for step in case.single.scenarios.iter().flat_map(|scenario| &scenario.steps) {
            let armed = step.value.starts_with("the fault \"") || step.value.starts_with("the variation \"");
            named.extend(
                staged_by_steps
                    .iter()
                    .filter(|(words, _)| step.value == *words)
                    .map(|(_, id)| (*id).to_owned()),
            );
            named.extend(armed.then(|| step.value.split('"').nth(1).unwrap_or_default().to_owned()));
        }
    }
    let missing: Vec<&str> =
        mock_idp::catalogue().map(|entry| entry.id).filter(|id| !named.contains(*id)).collect();
    assert!(missing.is_empty(), "no scenario arms or stages {missing:?}");
    let known: BTreeSet<&str> = mock_idp::catalogue().map(|entry| entry.id).collect();
    let unknown: Vec<&String> = named.iter().filter(|id| !known.contains(id.as_str())).collect();
    assert!(unknown.is_empty(), "the catalogue does not know {unknown:?}");
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
    for spec in specs().all {
        let lines =
            spec.file.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('@'));
        for (number, line) in lines {
            assert!(!technical.is_match(line), "{}:{}: {line}", spec.file.path, number + 1);
        }
    }
}
