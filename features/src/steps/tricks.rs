//! What browsers and the people at them do that nobody intended: shared, new and meddling browsers, returns from
//! KaseyaOne that are late, repeated or somebody else's.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, when};
use jiff::SignedDuration;

use crate::{
    driver::{
        Place,
        provider::{self, Until},
    },
    world::{Who, World},
};

#[when(expr = "{person} uses a new browser")]
async fn uses_a_new_browser(world: &mut World, who: Who, step: &Step) -> Result<()> {
    world.begin(step).await?.give_browser(&who);
    Ok(())
}

#[given(expr = "{person} uses the browser of {person}")]
async fn uses_the_browser_of(world: &mut World, who: Who, of: Who, step: &Step) -> Result<()> {
    world.begin(step).await?.share_browser(&who, &of);
    Ok(())
}

#[given(expr = "a stranger knows the cookies in the browser of {person}")]
async fn knows_the_cookies(world: &mut World, of: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (sut, browser) = stage.seat(&of);
    browser.record(false);
    sut.open(browser, Place::SignIn).await?;
    browser.record(true);
    let copy = browser.with_the_same_cookies("stranger");
    stage.add_browser(&Who::stranger(), copy);
    Ok(())
}

#[given(expr = "{person} typed the user name of {person} on the sign-in page")]
async fn typed_the_name_of(world: &mut World, who: Who, of: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let typed = stage.credentials(&of).username;
    stage.hints.insert(who, typed);
    Ok(())
}

#[given(expr = "{person} typed the own user name on the sign-in page")]
async fn typed_the_own_name(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let typed = stage.credentials(&who).username;
    stage.hints.insert(who, typed);
    Ok(())
}

#[given(expr = "the browser of {person} strips the demand for a fresh sign-in")]
async fn strips_the_demand(world: &mut World, who: Who, step: &Step) -> Result<()> {
    world.begin(step).await?.seat(&who).1.strip_freshness();
    Ok(())
}

#[given(expr = "the browser of {person} demands a silent answer about {person}")]
async fn demands_a_silent_answer(world: &mut World, of: Who, about: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let proof = stage.id_token_about(&about)?;
    stage.seat(&of).1.demand_silence(proof);
    Ok(())
}

#[when(expr = "{person} opens a made-up return from KaseyaOne")]
async fn opens_a_made_up_return(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (sut, browser) = stage.seat(&who);
    sut.open(browser, Place::MadeUpReturn).await
}

#[when(expr = "{person} opens the return from KaseyaOne again")]
async fn opens_the_return_again(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let returns = stage.sut.return_path();
    let (_, browser) = stage.seat(&who);
    let url =
        browser.last_visit(&returns).cloned().context("nobody came back from KaseyaOne in this browser")?;
    browser.open(url).await?;
    Ok(())
}

#[when(expr = "{person} opens the return from KaseyaOne that {person} used")]
async fn opens_the_return_of(world: &mut World, who: Who, of: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let returns = stage.sut.return_path();
    let url = stage.seat(&of).1.last_visit(&returns).cloned().context("nobody came back from KaseyaOne")?;
    stage.attempt(&who);
    stage.seat(&who).1.open(url).await?;
    Ok(())
}

#[when(expr = "{person} opens the return from KaseyaOne meant for {person}")]
async fn opens_the_return_meant_for(world: &mut World, who: Who, of: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let credentials = stage.credentials(&of);
    let returns = stage.sut.return_path();
    let (_, browser) = stage.seat(&of);
    browser.hold_at(&returns);
    provider::sign_in(browser, &credentials, Until::Done).await?;
    let Some(url) = browser.take_held() else {
        bail!("{of} did not come as far as the return from KaseyaOne: {}", browser.page()?.text());
    };
    stage.attempt(&who);
    stage.seat(&who).1.open(url).await?;
    Ok(())
}

#[when(expr = "{person} comes back from KaseyaOne with a code that has expired")]
async fn comes_back_with_an_expired_code(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let credentials = stage.credentials(&who);
    let returns = stage.sut.return_path();
    let (_, browser) = stage.seat(&who);
    browser.hold_at(&returns);
    provider::sign_in(browser, &credentials, Until::Done).await?;
    let Some(url) = browser.take_held() else {
        bail!("{who} did not come as far as the return from KaseyaOne: {}", browser.page()?.text());
    };
    // Codes live five minutes at KaseyaOne, requests ten minutes here.
    stage.pass(SignedDuration::from_mins(6)).await?;
    stage.seat(&who).1.open(url).await?;
    Ok(())
}

#[when(expr = "{person} comes back from KaseyaOne with the code of the sign-in before")]
async fn comes_back_with_an_earlier_code(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let credentials = stage.credentials(&who);
    let returns = stage.sut.return_path();
    let (_, browser) = stage.seat(&who);
    let earlier = browser.last_visit(&returns).cloned().context("nobody came back from KaseyaOne before")?;
    browser.hold_at(&returns);
    provider::sign_in(browser, &credentials, Until::Done).await?;
    let Some(mut url) = browser.take_held() else {
        bail!("{who} did not come as far as the return from KaseyaOne: {}", browser.page()?.text());
    };
    let of =
        |url: &url::Url| url.query_pairs().find(|(name, _)| name == "code").map(|(_, it)| it.into_owned());
    let (code, own) = (of(&earlier).context("no code came back before")?, url.clone());
    url.query_pairs_mut().clear().extend_pairs(own.query_pairs().filter(|(name, _)| name != "code"));
    url.query_pairs_mut().append_pair("code", &code);
    stage.seat(&who).1.open(url).await?;
    Ok(())
}
