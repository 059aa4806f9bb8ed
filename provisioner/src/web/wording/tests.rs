//! The sentences, held to what they may and may not say.

use std::collections::BTreeSet;

use crate::domain::record::{Category, CauseCode};
use crate::usecase::UserView;

use super::administrator;
use crate::front::refusal;

#[test]
fn each_cause_has_its_own_sentence_for_the_administrator() {
    let sentences: BTreeSet<_> = CauseCode::ALL.iter().map(|code| administrator::cause(*code)).collect();
    assert_eq!(sentences.len(), CauseCode::ALL.len());
}

#[test]
fn no_category_tells_whether_an_address_is_known_here() {
    for category in Category::ALL {
        let words = refusal::plain(*category);
        let all = format!("{} {} {}", words.title, words.sentence, words.next_step).to_lowercase();
        for telling in
            ["deactivated", "removed", "no account", "already exists", "unverified", "has an account"]
        {
            assert!(!all.contains(telling), "{category}: {telling}");
        }
    }
}

#[test]
fn no_refusal_is_answered_as_a_failure_of_the_server() {
    for code in CauseCode::ALL {
        assert_ne!(refusal::status(*code).as_u16(), 500, "{code}");
    }
}

#[test]
fn causes_of_one_category_that_concern_accounts_look_the_same_to_the_person() {
    let of = |code: CauseCode| (refusal::status(code), refusal::plain(code.category()));
    let unknown = of(CauseCode::CreateOff);
    for code in [CauseCode::AccountDeactivated, CauseCode::AccountRemoved, CauseCode::EmailConflict] {
        assert_eq!(of(code), unknown, "{code}");
    }
}

#[test]
fn every_remedy_leads_to_a_page_that_is_served_and_to_a_view_there_is() {
    let base = url::Url::parse("http://mdr.example").unwrap();
    let served = crate::web::routes();
    for code in CauseCode::ALL {
        let Some(link) = administrator::remedy(*code).link else { continue };
        let url = base.join(&link.href).unwrap();
        assert!(
            served.iter().any(|route| route.method == "GET" && route.path == url.path()),
            "{code}: {url}"
        );
        for (key, value) in url.query_pairs() {
            assert_eq!(key, "view", "{code}");
            assert!(value.parse::<UserView>().is_ok(), "{code}: {value}");
        }
    }
}

#[test]
fn the_sentences_are_as_reviewed() {
    let table: Vec<_> = CauseCode::ALL
        .iter()
        .map(|code| {
            let plain = refusal::plain(code.category());
            let remedy = administrator::remedy(*code);
            format!(
                "{code} {status}\n  person: {title}. {sentence} {next}\n  administrator: {cause} {remedy} [{link}]",
                status = refusal::status(*code).as_u16(),
                title = plain.title,
                sentence = plain.sentence,
                next = plain.next_step,
                cause = administrator::cause(*code),
                remedy = remedy.sentence,
                link = remedy.link.map_or_else(String::new, |link| link.href),
            )
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}
