//! The catalogue held against the list of everything a relying party meets: nothing is missing, nothing is unlisted.

use std::collections::{BTreeMap, BTreeSet};

use mock_idp::StagedBy;

const LIST: &str = include_str!("catalogue.txt");

/// How many switches the table of faults has, its braces expanded.
const SWITCHES: usize = 299;
/// A reason shorter than this explains nothing.
const SHORTEST_REASON: usize = 15;
/// Who may bring about what the provider does not.
const OTHERS: [&str; 3] = ["people: ", "the browser: ", "the relying party: "];

/// What the list says about a switch.
enum Says {
    Provider { itself: bool, further: Vec<&'static str> },
    NotProvider { reason: &'static str },
    NotYet,
    Ours,
}

struct Listed {
    line: usize,
    family: &'static str,
    id: &'static str,
    says: Says,
}

fn list() -> Vec<Listed> {
    let mut family = "";
    let mut listed = Vec::new();
    for (index, text) in LIST.lines().enumerate() {
        let line = index + 1;
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if let Some(heading) = text.strip_prefix('[') {
            family = heading.split_once(':').expect("a heading is [family: what it is]").0;
            continue;
        }
        let (id, rest) = text.split_once(": ").unwrap_or_else(|| panic!("catalogue.txt:{line}: {text}"));
        let several = |ids: &'static str| ids.split(", ").collect();
        let says = match rest.split_once(' ').unwrap_or((rest, "")) {
            ("provider", "") => Says::Provider { itself: true, further: Vec::new() },
            ("provider", more) => match more.split_once(' ') {
                Some(("and", ids)) => Says::Provider { itself: true, further: several(ids) },
                Some(("as", ids)) => Says::Provider { itself: false, further: several(ids) },
                _ => panic!("catalogue.txt:{line}: provider, provider and …, or provider as …"),
            },
            ("not-provider:", reason) => Says::NotProvider { reason },
            ("not", more) if more.starts_with("yet: ") => Says::NotYet,
            ("ours", "") => Says::Ours,
            _ => panic!("catalogue.txt:{line}: {rest}"),
        };
        listed.push(Listed { line, family, id, says });
    }
    listed
}

fn catalogue() -> BTreeMap<&'static str, StagedBy> {
    mock_idp::catalogue().map(|entry| (entry.id, entry.staged_by)).collect()
}

#[test]
fn the_list_has_every_switch_once_under_its_family() {
    let list = list();
    let mut seen = BTreeSet::new();
    for Listed { line, family, id, .. } in &list {
        assert!(id.starts_with(&format!("{family}-")), "catalogue.txt:{line}: {id} is not of [{family}]");
        assert!(seen.insert(*id), "catalogue.txt:{line}: {id} stands twice");
    }
    let of_the_table = list.iter().filter(|listed| !matches!(listed.says, Says::Ours)).count();
    assert_eq!(of_the_table, SWITCHES);
}

#[test]
fn the_provider_stages_what_the_list_says_and_nothing_else() {
    let known = catalogue();
    let staged: BTreeSet<_> =
        known.iter().filter(|(_, by)| **by == StagedBy::Provider).map(|(id, _)| *id).collect();
    let mut listed = BTreeSet::new();
    for Listed { line, id, says, .. } in list() {
        match says {
            Says::Provider { itself, further } => {
                let names = itself.then_some(id).into_iter().chain(further);
                for name in names {
                    assert!(name.starts_with(id), "catalogue.txt:{line}: {name} is no way of {id}");
                    assert!(listed.insert(name), "catalogue.txt:{line}: {name} is listed twice");
                }
                assert!(itself || !known.contains_key(id), "catalogue.txt:{line}: {id} is in the catalogue");
            }
            Says::Ours => assert!(listed.insert(id), "catalogue.txt:{line}: {id} is listed twice"),
            Says::NotYet => assert!(!known.contains_key(id), "catalogue.txt:{line}: {id} is staged by now"),
            Says::NotProvider { .. } => {}
        }
    }
    assert_eq!(listed.difference(&staged).collect::<Vec<_>>(), Vec::<&&str>::new(), "nobody stages these");
    assert_eq!(staged.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "these are not listed");
}

#[test]
fn whatever_the_provider_does_not_stage_has_a_reason() {
    let known = catalogue();
    let mut listed = BTreeSet::new();
    for Listed { line, id, says, .. } in list() {
        let Says::NotProvider { reason } = says else { continue };
        let who = OTHERS.iter().find_map(|who| reason.strip_prefix(who));
        let why =
            who.unwrap_or_else(|| panic!("catalogue.txt:{line}: the reason begins with who: {OTHERS:?}"));
        assert!(why.len() >= SHORTEST_REASON, "catalogue.txt:{line}: {why:?} is no reason");
        assert_ne!(
            known.get(id),
            Some(&StagedBy::Provider),
            "catalogue.txt:{line}: the provider stages {id}"
        );
        listed.insert(id);
    }
    let told = known.iter().filter(|(_, by)| **by != StagedBy::Provider).map(|(id, _)| *id);
    let unlisted: Vec<_> = told.filter(|id| !listed.contains(id)).collect();
    assert!(unlisted.is_empty(), "not listed: {unlisted:?}");
}
