//! `docs/faults.md`: made from the catalogue and from the tables of the tests, and held equal to them here.

use std::fmt::Write as _;
use std::path::Path;

use mock_idp::{Binds, CatalogueEntry, StagedBy, Verdict};

/// Set to 1, this variable lets the test write the document instead of reading it.
const UPDATE: &str = "UPDATE_FAULTS_DOCUMENT";

const HEAD: &str = "\
# Faults

Everything `mock-idp` can be made to do wrong, or oddly, by its id: `mock-idp faults` lists the same, `idp.faults().arm(id, …)` and
`POST /_control/faults` arm it. Each fires only when it really changed something. \"Seen in\" names products that got it wrong: CVE
identifiers, and issues as project#number. \"Shown by\" names the test in which it fires and does what it says:
`cargo test -p mock-idp --test it net_trickle` runs one, `faults::` all. What the provider does not stage itself says who does instead.

This file is made from the catalogue: `UPDATE_FAULTS_DOCUMENT=1 cargo test -p mock-idp --test it faults_document` writes it.
";

fn verdict(entry: &CatalogueEntry) -> String {
    let does = match entry.verdict {
        Verdict::Refuse => "refuses",
        Verdict::Accept => "accepts",
        Verdict::Reauthenticate => "asks again once",
        Verdict::Either => "either, always the same",
    };
    match entry.binds {
        Binds::Everyone => does.to_owned(),
        binds => format!("{does}, {}", binds.whom().replacen("one", "if it is one", 1)),
    }
}

fn shown_by(entry: &CatalogueEntry) -> String {
    match entry.staged_by {
        StagedBy::Provider => {
            let shown = &crate::faults::shown()[entry.id];
            format!("[{}](../mock-idp/tests/it/faults/{}.rs)", shown.test, shown.module)
        }
        StagedBy::Person => "staged by people".to_owned(),
        StagedBy::Browser => "staged by the browser".to_owned(),
        StagedBy::RelyingParty => "staged by the relying party".to_owned(),
    }
}

fn document() -> String {
    let mut text = HEAD.to_owned();
    let mut family = "";
    for entry in mock_idp::catalogue() {
        if entry.family() != family {
            family = entry.family();
            let columns = "| Id | What happens | A correct relying party | Source | Seen in | Shown by |";
            write!(text, "\n## {}\n\n{columns}\n|---|---|---|---|---|---|\n", entry.family_title())
                .expect("a text");
        }
        let (id, verdict, shown) = (entry.id, verdict(entry), shown_by(entry));
        let cells = [entry.sentence, entry.reference, &entry.seen_in.join(", ")].map(escaped);
        let [sentence, reference, seen_in] = cells;
        writeln!(text, "| `{id}` | {sentence} | {verdict} | {reference} | {seen_in} | {shown} |")
            .expect("a text");
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

#[test]
fn the_document_says_what_the_catalogue_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    let made = document();
    if std::env::var(UPDATE).is_ok_and(|value| value == "1") {
        std::fs::write(&path, &made).expect("docs/faults.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs =
        made.lines().zip(written.lines().chain(std::iter::repeat(""))).find(|(new, old)| new != old);
    assert!(
        made == written,
        "docs/faults.md is not what the catalogue makes: first {differs:?}; \
         {UPDATE}=1 cargo test -p mock-idp --test it faults_document writes it anew"
    );
}

#[test]
fn every_sentence_and_every_source_is_there_and_names_no_issue_twice() {
    for entry in mock_idp::catalogue() {
        assert!(entry.sentence.len() > 15 && !entry.sentence.ends_with('.'), "{}", entry.id);
        assert!(!entry.reference.is_empty(), "{}", entry.id);
        assert_ne!(entry.family_title(), entry.family(), "the family has a title");
        let mut seen: Vec<_> = entry.seen_in.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), entry.seen_in.len(), "{}", entry.id);
    }
    let seen = mock_idp::catalogue().filter(|entry| !entry.seen_in.is_empty()).count();
    assert!(seen > 140, "{seen} faults name a product");
}
