//! Signing out: here, of KaseyaOne too, everywhere.

use anyhow::Result;
use cucumber::{gherkin::Step, given, when};

use crate::{
    driver::SystemUnderTest as _,
    world::{Who, World, stage::Stage},
};

#[given(expr = "{person} has signed out")]
#[when(expr = "{person} signs out")]
async fn signs_out(world: &mut World, who: Who, step: &Step) -> Result<()> {
    sign_out(world.begin(step).await?, &who, false).await
}

#[when(expr = "{person} signs out of KaseyaOne too")]
async fn signs_out_of_kaseyaone_too(world: &mut World, who: Who, step: &Step) -> Result<()> {
    sign_out(world.begin(step).await?, &who, true).await
}

#[when(expr = "{person} signs out everywhere")]
async fn signs_out_everywhere(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (sut, browser) = stage.seat(&who);
    if sut.who_am_i(browser).await?.is_some() {
        return sign_out(stage, &who, true).await;
    }
    let url = stage.provider_sign_out()?;
    let (_, browser) = stage.seat(&who);
    browser.open(url).await?;
    if browser.page()?.form_with_button("Sign out").is_some() {
        browser.press("Sign out").await?;
    }
    Ok(())
}

async fn sign_out(stage: &mut Stage, who: &Who, of_kaseyaone_too: bool) -> Result<()> {
    let (sut, browser) = stage.seat(who);
    sut.logout(browser, of_kaseyaone_too).await
}
