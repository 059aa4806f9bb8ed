//! Which faults the scenarios stage: all of the catalogue, and all of the list that was written by hand.

use std::collections::{BTreeMap, BTreeSet};

use features::runner::Case;
use mock_idp::StagedBy;

/// Written by hand, never generated: it is what the catalogue is held against.
const TIER_ONE: &str = include_str!("tier-one.txt");
/// What of the later tiers is not staged; the rest of them has to be.
const LATER: &str = include_str!("later-tiers.txt");

/// A reason shorter than this explains nothing.
const SHORTEST_REASON: usize = 40;

/// A line of a list.
struct Listed {
    file: &'static str,
    line: usize,
    heading: &'static str,
    id: &'static str,
    exception: Option<Exception>,
}

/// Why a fault is not staged, and the scenario that shows it.
struct Exception {
    reason: &'static str,
    shown_by: &'static str,
}

fn tier_one() -> Vec<Listed> {
    list("tier-one.txt", TIER_ONE)
}

fn later_tiers() -> Vec<Listed> {
    list("later-tiers.txt", LATER)
}

fn list(file: &'static str, text: &'static str) -> Vec<Listed> {
    let mut heading = "";
    let mut listed = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if let Some(category) = text.strip_prefix('[') {
            heading = category.split_once(':').expect("a heading is [prefix: what it is]").0;
            continue;
        }
        let (id, exception) = match text.split_once(": not staged: ") {
            None => (text, None),
            Some((id, why)) => {
                let (reason, shown_by) = why
                    .strip_suffix('"')
                    .and_then(|why| why.split_once("; shown by \""))
                    .unwrap_or_else(|| panic!("{file}:{line}: a reason, then: shown by \"scenario\""));
                (id, Some(Exception { reason, shown_by }))
            }
        };
        listed.push(Listed { file, line, heading, id, exception });
    }
    listed
}

/// What the scenarios stage, and how.
#[derive(Default)]
struct Staged {
    /// Armed at the provider by a step, which fails its scenario when they do not strike.
    armed: BTreeSet<String>,
    /// Named by a tag: people, browsers and settings bring them about.
    tagged: BTreeSet<String>,
}

impl Staged {
    fn by_scenarios() -> Self {
        let mut staged = Self::default();
        for case in super::specs().cases() {
            staged
                .tagged
                .extend(case.tags.iter().filter_map(|tag| Some(tag.strip_prefix("fault:")?.to_owned())));
            staged.armed.extend(armed_by(&case));
        }
        staged
    }

    /// A tag is a claim; what the provider can be made to do itself has to be armed.
    fn has(&self, id: &str, staged_by: StagedBy) -> bool {
        match staged_by {
            StagedBy::Provider => self.armed.contains(id),
            StagedBy::Person | StagedBy::Browser | StagedBy::RelyingParty => self.tagged.contains(id),
        }
    }
}

fn armed_by(case: &Case) -> Vec<String> {
    let steps = case.single.scenarios.iter().flat_map(|scenario| &scenario.steps);
    let arming = steps.filter_map(|step| {
        let fault =
            step.value.strip_prefix("the fault \"").or(step.value.strip_prefix("the variation \""))?;
        Some(fault.split('"').next()?.to_owned())
    });
    arming.collect()
}

fn catalogue() -> BTreeMap<&'static str, StagedBy> {
    mock_idp::catalogue().map(|entry| (entry.id, entry.staged_by)).collect()
}

fn excepted() -> BTreeSet<&'static str> {
    let all = tier_one().into_iter().chain(later_tiers());
    all.filter(|listed| listed.exception.is_some()).map(|listed| listed.id).collect()
}

#[test]
fn every_fault_of_the_first_tier_is_in_the_catalogue() {
    let known = catalogue();
    let missing: Vec<_> =
        tier_one().into_iter().map(|listed| listed.id).filter(|id| !known.contains_key(id)).collect();
    assert!(missing.is_empty(), "the catalogue lacks {missing:?}");
}

#[test]
fn every_fault_of_the_first_tier_is_staged_by_a_scenario() {
    let (known, staged) = (catalogue(), Staged::by_scenarios());
    let missing: Vec<_> = tier_one()
        .into_iter()
        .filter(|listed| listed.exception.is_none())
        .filter(|listed| !known.get(listed.id).is_some_and(|by| staged.has(listed.id, *by)))
        .map(|listed| listed.id)
        .collect();
    assert!(missing.is_empty(), "no scenario stages {missing:?}");
}

#[test]
fn whatever_is_not_staged_has_a_reason_that_a_scenario_shows() {
    let (known, staged) = (catalogue(), Staged::by_scenarios());
    let scenarios: BTreeSet<String> = super::specs().cases().into_iter().map(|case| case.name).collect();
    for Listed { file, line, id, exception, .. } in tier_one().into_iter().chain(later_tiers()) {
        let Some(Exception { reason, shown_by }) = exception else { continue };
        assert!(reason.len() >= SHORTEST_REASON, "{file}:{line}: {reason:?} is no reason");
        assert!(known.contains_key(id), "{file}:{line}: the catalogue does not know {id}");
        assert!(scenarios.contains(shown_by), "{file}:{line}: there is no scenario {shown_by:?}");
        assert!(
            !staged.armed.contains(id) && !staged.tagged.contains(id),
            "{file}:{line}: a scenario says that it stages {id}"
        );
    }
}

#[test]
fn the_lists_name_each_fault_once_and_under_its_heading() {
    let mut seen = BTreeSet::new();
    for Listed { file, line, heading, id, .. } in tier_one().into_iter().chain(later_tiers()) {
        assert!(id.starts_with(&format!("{heading}-")), "{file}:{line}: {id} is not of [{heading}]");
        assert!(seen.insert(id), "{file}:{line}: {id} stands twice");
    }
    assert!(!seen.is_empty(), "the list is empty");
    let only = later_tiers().into_iter().find(|listed| listed.exception.is_none());
    assert!(only.is_none(), "later-tiers.txt names only what is not staged");
}

#[test]
fn every_fault_of_the_catalogue_is_staged_by_a_scenario() {
    let (staged, excepted) = (Staged::by_scenarios(), excepted());
    // Scenarios run over plain http; what strikes the TLS handshake is shown by mock-idp/tests/it/networks.rs.
    let handshakes: BTreeSet<_> = mock_idp::catalogue()
        .filter(|entry| entry.strikes == [mock_idp::Point::Handshake])
        .map(|entry| entry.id)
        .collect();
    let missing: Vec<_> = catalogue()
        .into_iter()
        .filter(|(id, by)| !handshakes.contains(id) && !excepted.contains(id) && !staged.has(id, *by))
        .map(|(id, _)| id)
        .collect();
    assert!(missing.is_empty(), "no scenario stages {missing:?}");
}

#[test]
fn scenarios_name_no_fault_that_the_catalogue_does_not_know() {
    let (known, staged) = (catalogue(), Staged::by_scenarios());
    let unknown: Vec<_> =
        staged.armed.union(&staged.tagged).filter(|id| !known.contains_key(id.as_str())).collect();
    assert!(unknown.is_empty(), "the catalogue does not know {unknown:?}");
}
