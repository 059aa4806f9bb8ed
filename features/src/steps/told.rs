//! What a person is told or asked by the page on the screen, and what they answer.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, then, when};
use mock_idp::Channel;

use super::expect;
use crate::{
    driver::provider,
    world::{Who, World, stage::Stage},
};

#[then(expr = "{person} is stopped by KaseyaOne: {string}")]
async fn is_stopped(world: &mut World, who: Who, reason: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let page = stage.seat(&who).1.page()?;
    expect(
        provider::is_provider(&page.kind()),
        format!("{who} to get no further than KaseyaOne"),
        format!("the page is {:?}: {}", page.kind(), page.text()),
    )?;
    let entries = stage.idp.journal().entries();
    let last = entries.iter().rev().find(|entry| entry.channel == Channel::Front);
    let refusal = last.and_then(|entry| entry.refusal.as_ref());
    expect(
        refusal.is_some_and(|refusal| refusal.reason == reason),
        format!("KaseyaOne to refuse {who} with {reason:?}"),
        format!("the last thing it said to a browser was {refusal:?}"),
    )
}

#[then(expr = "{person} is shown a reference and told nothing but:")]
async fn is_told_nothing_but(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let Some(table) = &step.table else { bail!("this step needs a table") };
    let words = table.rows.concat().join(" ");
    let stage = world.begin(step).await?;
    let page = stage.seat(&who).1.page()?;
    let said = page.text_of("main").unwrap_or_default();
    let Some(reference) = page.reference() else {
        bail!("expected {who} to be shown a reference, but the page says: {said}");
    };
    let whole = format!("{words} Reference {reference} Back to sign-in");
    expect(said == whole, format!("{who} to be told {whole:?}"), format!("the page says {said:?}"))
}

#[then(expr = "{person} is told that access is not yet assigned, and to ask {string}")]
async fn is_told_of_no_access(world: &mut World, who: Who, whom: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let name = stage.idp.people().get(who.key()).context("not in KaseyaOne")?.full_name();
    stage_shows(stage, &who, "No access yet")?;
    stage_shows(stage, &who, &format!("You are signed in as {name}"))?;
    stage_shows(stage, &who, "no access is assigned to it yet")?;
    stage_shows(stage, &who, &format!("Ask {whom} to assign access to you"))
}

#[then(expr = "{person} is no longer told that access is not yet assigned")]
async fn is_told_no_longer(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let page = stage.seat(&who).1.page()?;
    expect(page.kind() == "home", format!("{who} to be at home"), format!("the page says: {}", page.text()))
}

#[then(expr = "{person} is told of the KaseyaOne session that is left")]
async fn is_told_of_the_session(world: &mut World, who: Who, step: &Step) -> Result<()> {
    stage_shows(world.begin(step).await?, &who, "may still be signed in to KaseyaOne")
}

#[then(expr = "{person} is asked whether the KaseyaOne user of {person} is to be linked")]
async fn is_asked_about_a_link(world: &mut World, who: Who, asking: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let person = stage.idp.people().get(asking.key()).context("not in KaseyaOne")?;
    stage_shows(stage, &who, "Link this KaseyaOne user?")?;
    for words in [person.full_name(), person.username, person.email.unwrap_or_default()] {
        stage_shows(stage, &who, &words)?;
    }
    Ok(())
}

#[then(expr = "{person} is not asked to link a KaseyaOne user")]
async fn is_not_asked_about_a_link(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    let text = browser.page()?.text();
    expect(
        !text.contains("Link this KaseyaOne user"),
        format!("{who} not to be asked"),
        format!("the page says: {text}"),
    )
}

#[when(expr = "{person} answers {string}")]
async fn answers(world: &mut World, who: Who, answer: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    browser.press(&answer).await?;
    Ok(())
}

#[then(expr = "{person} and {person} are told the same")]
async fn are_told_the_same(world: &mut World, one: Who, other: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let reference = regex::Regex::new("(?i)reference:? ?[0-9A-Z]{6}")?;
    let mut told = Vec::new();
    for who in [&one, &other] {
        let address = stage.address(who);
        let (_, browser) = stage.seat(who);
        let text = browser.page()?.text().replace(&address, "…");
        told.push(reference.replace_all(&text, "reference …").into_owned());
    }
    expect(
        told[0] == told[1],
        format!("{one} and {other} to be told the same"),
        format!("{:?} differs from {:?}", told[0], told[1]),
    )
}

#[then(expr = "the page says that {person} is signed in")]
async fn the_page_says_who_is_signed_in(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let person = stage.idp.people().get(who.key()).context("not in KaseyaOne")?;
    let reader = stage.last_attempt()?.who.clone();
    stage_shows(stage, &reader, &format!("signed in as {}", person.full_name()))
}

fn stage_shows(stage: &mut Stage, who: &Who, words: &str) -> Result<()> {
    let (_, browser) = stage.seat(who);
    let text = browser.page()?.text();
    expect(text.contains(words), format!("the page of {who} to say {words:?}"), format!("it says: {text}"))
}
