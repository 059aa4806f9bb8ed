//! What a person is told by the page on the screen.

use anyhow::{Context as _, Result};
use cucumber::{gherkin::Step, then};

use super::expect;
use crate::{
    driver::provider,
    world::{Who, World, stage::Stage},
};

#[then(expr = "{person} is stopped by KaseyaOne")]
async fn is_stopped(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    let page = browser.page()?;
    expect(
        provider::is_provider(&page.kind()),
        format!("{who} to get no further than KaseyaOne"),
        format!("the page is {:?}: {}", page.kind(), page.text()),
    )
}

#[then(expr = "{person} is pointed to KaseyaOne")]
async fn is_pointed_to_kaseyaone(world: &mut World, who: Who, step: &Step) -> Result<()> {
    stage_shows(world.begin(step).await?, &who, "KaseyaOne")
}

#[then(expr = "{person} is told that no account is created automatically")]
async fn is_told_why(world: &mut World, who: Who, step: &Step) -> Result<()> {
    stage_shows(world.begin(step).await?, &who, "administrator")
}

#[then(expr = "{person} is told of the KaseyaOne session that is left")]
async fn is_told_of_the_session(world: &mut World, who: Who, step: &Step) -> Result<()> {
    stage_shows(world.begin(step).await?, &who, "may still be signed in to KaseyaOne")
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
