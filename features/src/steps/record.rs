//! The record of a sign-in: the five items of the article, answered for one attempt.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, then};
use serde_json::Value;

use super::{
    expect,
    rows::{Row, expect_rows, pairs},
};
use crate::{
    driver::{Place, Reading, page::Page},
    world::{Who, World, stage::Stage},
};

/// The items in the words of the article, with the names that the API gives them.
pub(crate) const ITEMS: [(&str, &str); 5] = [
    ("authenticated using KaseyaOne", "used_kaseyaone"),
    ("KaseyaOne login is on", "allow_on"),
    ("automatic user creation is on", "create_on"),
    ("exists in KaseyaOne", "exists_in_kaseyaone"),
    ("completed authentication", "authentication_completed"),
];

/// What a row says where the record says nothing.
pub(crate) const NONE: &str = "none";

/// Everything that a record says.
pub(super) const NAMES: [&str; 11] = [
    ITEMS[0].0,
    ITEMS[1].0,
    ITEMS[2].0,
    ITEMS[3].0,
    ITEMS[4].0,
    "first failing",
    "outcome",
    "freshness",
    "cause",
    "failed check",
    "other cause",
];

#[then(expr = "the record of the sign-in says:")]
async fn the_record_says(world: &mut World, step: &Step) -> Result<()> {
    let asked = pairs(step)?;
    let record = last_record(world.begin(step).await?).await?;
    let mut rows = Vec::new();
    for (item, expected) in asked {
        let got = said(&record, &item)?;
        rows.push(Row { item, expected, got });
    }
    let reference = record["reference"].as_str().unwrap_or("none");
    expect_rows(step, &format!("the record of the sign-in (reference {reference})"), &rows)
}

#[then(expr = "{int} of the records of the sign-ins say(s) {string}")]
async fn so_many_records_say(world: &mut World, count: usize, outcome: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let at = stage.last_attempt()?.at;
    let records = stage.list(Reading::SignIns).await?;
    let same = |record: &&Value| began_with(stage, record, at) && word(&record["outcome"]) == outcome;
    let found = records.iter().filter(same).count();
    expect(found == count, format!("{count} records that say {outcome:?}"), format!("there are {found}"))
}

#[then(expr = "{person} finds the record by that reference")]
async fn finds_the_record(world: &mut World, admin: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let who = stage.last_attempt()?.who.clone();
    let reference = stage.seat(&who).1.page()?.reference().context("no reference was shown")?;
    stage.admin().await?;
    let (sut, browser) = stage.seat(&admin);
    browser.record(false);
    sut.open(browser, Place::SignInRecord(reference.clone())).await?;
    browser.record(true);
    let page = browser.page()?;
    let found = page.kind() == "sign-in-record" && page.text().contains(&reference);
    expect(
        found,
        format!("the page of the record {reference}"),
        format!("the page is {:?}: {}", page.kind(), page.text()),
    )
}

#[then(expr = "the record page names {string} as the first that failed")]
async fn the_page_names_the_first(world: &mut World, words: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&Who::mona());
    let first = browser.page()?.text_of("tr.first-failing").unwrap_or_default();
    let named = first.to_lowercase().contains(&words.to_lowercase());
    expect(
        named,
        format!("{words:?} to be named as the first that failed"),
        format!("the page names {first:?}"),
    )
}

/// The record of the last attempt: the one that the person was given the reference of, else the one that began
/// with it.
async fn last_record(stage: &mut Stage) -> Result<Value> {
    let attempt = stage.last_attempt()?.clone();
    let shown = stage.seat(&attempt.who).1.page().ok().and_then(Page::reference);
    let records = stage.list(Reading::SignIns).await?;
    let by_reference =
        records.iter().find(|record| shown.is_some() && shown.as_deref() == record["reference"].as_str());
    if let Some(record) = by_reference.filter(|record| began(record) >= Some(attempt.at)) {
        return Ok(record.clone());
    }
    let mut found: Vec<Value> =
        records.into_iter().filter(|record| began_with(stage, record, attempt.at)).collect();
    if !stage.clock().stands_still() {
        // The newest comes first.
        found.truncate(1);
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => bail!(
            "expected a record of the sign-in of {}, but there is none; {}",
            attempt.who,
            stage.what_is_shown(&attempt.who)
        ),
        count => bail!("expected one record of the sign-in of {}, but there are {count}", attempt.who),
    }
}

/// Whether a record is of the attempt that began then: at the same second, or by the clock on the wall not before it.
fn began_with(stage: &Stage, record: &Value, at: jiff::Timestamp) -> bool {
    let Some(began) = began(record) else { return false };
    if stage.clock().stands_still() { began == at } else { began.as_second() >= at.as_second() }
}

fn began(record: &Value) -> Option<jiff::Timestamp> {
    record["started_at"].as_str()?.parse().ok()
}

fn said(record: &Value, name: &str) -> Result<String> {
    if let Some((_, key)) = ITEMS.iter().find(|(words, _)| *words == name) {
        return Ok(word(&record["checks"][*key]));
    }
    Ok(match name {
        "first failing" => {
            let key = record["first_failing"].as_str();
            ITEMS.iter().find(|(_, it)| Some(*it) == key).map_or(NONE, |(words, _)| *words).to_owned()
        }
        "outcome" | "freshness" => word(&record[name]),
        "cause" => word(&record["cause"]["code"]),
        // The reason of an invalid token begins with the check that it failed.
        "failed check" => word(&record["cause"]["reason"]).split(':').next().unwrap_or_default().to_owned(),
        "other cause" => word(&record["other_cause"]),
        other => bail!("a record says nothing about {other:?}"),
    })
}

/// A code of the API in words.
fn word(value: &Value) -> String {
    in_words(value.as_str().unwrap_or(NONE))
}

pub(crate) fn in_words(code: &str) -> String {
    code.replace('_', " ")
}
