//! Signing out: here, of KaseyaOne too, everywhere.

use anyhow::Result;
use cucumber::{gherkin::Step, given, then, when};

use super::expect;
use crate::world::{Who, World, stage::Stage};

/// What the provider loads in a frame when a session ends.
const FRAME: &str = "/sso/frontchannel-logout";

#[given(expr = "{person} has signed out")]
#[when(expr = "{person} signs out")]
async fn signs_out(world: &mut World, who: Who, step: &Step) -> Result<()> {
    sign_out(world.begin(step).await?, &who, false).await
}

#[when(expr = "{person} signs out of KaseyaOne too")]
async fn signs_out_of_kaseyaone_too(world: &mut World, who: Who, step: &Step) -> Result<()> {
    sign_out(world.begin(step).await?, &who, true).await
}

#[given(expr = "{person} has signed out at KaseyaOne")]
#[when(expr = "{person} signs out at KaseyaOne")]
async fn signs_out_at_kaseyaone(world: &mut World, who: Who, step: &Step) -> Result<()> {
    sign_out_at_the_provider(world.begin(step).await?, &who).await
}

#[given("KaseyaOne tells the product of a sign-out through the browser")]
async fn told_through_the_browser(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let frame = stage.sut.base(0).join(FRAME)?;
    stage.idp.clients().change(stage.sut.client_id(), |client| {
        client.backchannel_logout_uri = None;
        client.frontchannel_logout_uri = Some(frame.into());
    })?;
    Ok(())
}

#[when(expr = "{person} signs out everywhere")]
async fn signs_out_everywhere(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (sut, browser) = stage.seat(&who);
    if sut.who_am_i(browser).await?.is_some() {
        return sign_out(stage, &who, true).await;
    }
    sign_out_at_the_provider(stage, &who).await
}

async fn sign_out_at_the_provider(stage: &mut Stage, who: &Who) -> Result<()> {
    let url = stage.provider_sign_out()?;
    let (_, browser) = stage.seat(who);
    browser.open(url).await?;
    browser.press("Sign out").await?;
    browser.load_frames().await
}

#[then(expr = "the product took word of the sign-out")]
async fn took_word(world: &mut World, step: &Step) -> Result<()> {
    answered(world.begin(step).await?, &[200])
}

#[then(expr = "the product refused word of the sign-out")]
async fn refused_word(world: &mut World, step: &Step) -> Result<()> {
    answered(world.begin(step).await?, &[400])
}

#[then(expr = "the product took word of the first sign-out and refused it when it came again")]
async fn took_word_once(world: &mut World, step: &Step) -> Result<()> {
    answered(world.begin(step).await?, &[200, 400])
}

#[then(expr = "the browser of {person} carried word of the sign-out to the product")]
async fn carried_word(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let browser = stage.seat(&who).1.name().to_owned();
    let told = stage.tape().exchanges().into_iter().filter(|exchange| exchange.url.path() == FRAME);
    let told: Vec<(String, u16)> = told.map(|exchange| (exchange.browser, exchange.status)).collect();
    expect(
        told == [(browser.clone(), 200)],
        format!("one frame of the product in the browser {browser:?}, answered by 200"),
        format!("these were loaded: {told:?}"),
    )
}

/// What the product answered to logout tokens, by the provider's journal: 200 when it took one, 400 when it refused it.
fn answered(stage: &Stage, wanted: &[u16]) -> Result<()> {
    let entries = stage.idp.journal().entries();
    let told = entries.iter().filter(|entry| entry.operation == "backchannel_logout");
    let ours = stage.sut.product().is_none();
    // Frameworks that have nothing to say answer 204 (Back-Channel Logout 2.8).
    let status = |status: u16| if status == 204 && !ours { 200 } else { status };
    let answers: Vec<u16> = told.map(|entry| status(entry.status)).collect();
    expect(
        answers == wanted,
        format!("logout tokens to be answered by {wanted:?}"),
        format!("they were answered by {answers:?}"),
    )
}

async fn sign_out(stage: &mut Stage, who: &Who, of_kaseyaone_too: bool) -> Result<()> {
    let (sut, browser) = stage.seat(who);
    sut.logout(browser, of_kaseyaone_too).await?;
    if of_kaseyaone_too { browser.load_frames().await } else { Ok(()) }
}
