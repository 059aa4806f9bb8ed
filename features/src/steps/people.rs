//! Who people are in KaseyaOne, and what happens to them there.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use fixtures::{Person, Status};

use super::{expect, sign_in};
use crate::{
    driver::provider,
    world::{Who, World, stage::Stage},
};

#[given(expr = "{person} exists in KaseyaOne and has no account")]
async fn exists_and_has_no_account(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let person = stage.idp.people().get(who.key()).with_context(|| format!("{who} is not in KaseyaOne"))?;
    expect(
        person.status == Status::Active,
        format!("{who} to be active in KaseyaOne"),
        format!("{who} is {:?}", person.status),
    )?;
    super::accounts::has_no_account_now(stage, &who).await
}

#[given(expr = "Nobody has ever been in KaseyaOne")]
async fn nobody_is_in_kaseyaone(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    expect(
        stage.idp.people().get("nobody").is_none(),
        "nobody of the name Nobody in KaseyaOne",
        "there is somebody",
    )
}

#[given(expr = "{person} belongs to another KaseyaOne company")]
async fn belongs_to_another_company(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let person = stage.idp.people().get(who.key()).with_context(|| format!("{who} is not in KaseyaOne"))?;
    expect(person.company != "northwind", format!("{who} to belong to another company"), "it is Northwind's")
}

#[given(expr = "{person} was deleted from KaseyaOne")]
async fn was_deleted(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.idp.people().delete(who.key()).with_context(|| format!("{who} cannot be deleted"))?;
    stage.forget_the_provider(&who);
    Ok(())
}

#[given(expr = "{person} was deactivated in KaseyaOne")]
async fn was_deactivated(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.idp.people().deactivate(who.key()).with_context(|| format!("{who} cannot be deactivated"))?;
    stage.forget_the_provider(&who);
    Ok(())
}

#[given(expr = "{person} was invited to KaseyaOne anew, with the same address")]
async fn was_invited_anew(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    restore(stage, &who)?;
    change(stage, &who, |person| person.subject.push_str("-again"))
}

#[when(expr = "{person} is restored in KaseyaOne")]
async fn is_restored(world: &mut World, who: Who, step: &Step) -> Result<()> {
    restore(world.begin(step).await?, &who)
}

#[given(expr = "the address of {person} in KaseyaOne is {string}")]
#[when(expr = "the address of {person} in KaseyaOne becomes {string}")]
async fn address_is(world: &mut World, who: Who, address: String, step: &Step) -> Result<()> {
    change(world.begin(step).await?, &who, |person| person.email = Some(address))
}

#[given(expr = "the role of {person} in KaseyaOne is {string}")]
async fn role_is(world: &mut World, who: Who, role: String, step: &Step) -> Result<()> {
    change(world.begin(step).await?, &who, |person| person.role = role)
}

#[given(expr = "{person} has signed in before and was then deleted from KaseyaOne")]
async fn signed_in_before_and_was_deleted(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    restore(stage, &who)?;
    sign_in::sign_in_for_certain(stage, &who).await?;
    stage.idp.people().delete(who.key()).with_context(|| format!("{who} cannot be deleted"))?;
    Ok(())
}

#[given(expr = "{person} signed in to another KaseyaOne product {int} minutes ago")]
async fn signed_in_to_another_product(world: &mut World, who: Who, minutes: i64, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let url = stage.another_product()?;
    let credentials = stage.credentials(&who);
    let (_, browser) = stage.seat(&who);
    browser.record(false);
    browser.hold_at("/another-product/return");
    browser.open(url).await?;
    provider::sign_in(browser, &credentials, provider::Until::Done).await?;
    let Some(returned) = browser.take_held() else {
        bail!("{who} could not sign in to the other product: {}", browser.page()?.text());
    };
    browser.record(true);
    stage.redeem_at_another_product(&who, &returned).await?;
    stage.pass(jiff::SignedDuration::from_mins(minutes)).await?;
    Ok(())
}

#[given(expr = "that product has just renewed the tokens of {person}")]
async fn renewed_the_tokens(world: &mut World, who: Who, step: &Step) -> Result<()> {
    world.begin(step).await?.renew_at_another_product(&who).await
}

#[then(expr = "the people in KaseyaOne are as they were")]
async fn people_are_as_they_were(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let now = stage.people_now()?;
    expect(
        *stage.people_before() == now,
        "the people in KaseyaOne to be as they were",
        format!("they are now {now}"),
    )
}

/// Changes a person in KaseyaOne.
pub(super) fn change(stage: &mut Stage, who: &Who, change: impl FnOnce(&mut Person)) -> Result<()> {
    stage.idp.people().change(who.key(), change).with_context(|| format!("{who} cannot be changed"))?;
    Ok(())
}

fn restore(stage: &mut Stage, who: &Who) -> Result<()> {
    stage.idp.people().restore(who.key()).with_context(|| format!("{who} cannot be restored"))?;
    Ok(())
}
