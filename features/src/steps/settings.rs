//! The Single Sign-On settings: who turns what on or off, and what the page says about it.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use serde_json::Value;

use super::{accounts, expect};
use crate::{
    driver::{
        Act, Reading, Toggle,
        provider::{self, Until},
    },
    world::{
        Who, World,
        stage::Stage,
        words::{OnOff, ToggleWord, on_off},
    },
};

#[given(expr = "automatic user creation is in effect")]
async fn is_in_effect(world: &mut World, step: &Step) -> Result<()> {
    if !world.has_started() {
        world.prepare(|preparation| preparation.in_effect = true)?;
        world.begin(step).await?;
        return Ok(());
    }
    let stage = world.begin(step).await?;
    if let Some(product) = stage.sut.product() {
        return product.put_into_effect().await;
    }
    set_up_kaseyaone(stage, &Who::mona()).await?;
    bring_to(stage, Toggle::Create, true).await
}

#[given(expr = "KaseyaOne login was set up")]
async fn was_set_up(world: &mut World, step: &Step) -> Result<()> {
    set_up_kaseyaone(world.begin(step).await?, &Who::mona()).await
}

#[given(expr = "{toggle} is {state}")]
async fn is_brought_to(world: &mut World, toggle: ToggleWord, to: OnOff, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    if toggle.0 == Toggle::Require && to.0 && stage.sut.product().is_none() {
        // Mona has no KaseyaOne identity of her own here; she must not lock herself out.
        except(stage, &[Who::mona()]).await?;
    }
    bring_to(stage, toggle.0, to.0).await
}

#[given(expr = "{toggle} is on, except for {person}")]
async fn is_on_except_for(world: &mut World, toggle: ToggleWord, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    except(stage, &[Who::mona(), who]).await?;
    bring_to(stage, toggle.0, true).await
}

#[given(expr = "{person} may always sign in locally")]
async fn may_always_sign_in_locally(world: &mut World, who: Who, step: &Step) -> Result<()> {
    except(world.begin(step).await?, &[who]).await
}

#[when(expr = "{person} turns {state} {toggle}")]
async fn turns(world: &mut World, who: Who, to: OnOff, toggle: ToggleWord, step: &Step) -> Result<()> {
    press(world.begin(step).await?, &who, toggle.0, to.0).await
}

#[when(expr = "{person} tries to turn {state} {toggle}")]
async fn tries_to_turn(
    world: &mut World,
    who: Who,
    to: OnOff,
    toggle: ToggleWord,
    step: &Step,
) -> Result<()> {
    let stage = world.begin(step).await?;
    if who == Who::mona() {
        return press(stage, &who, toggle.0, to.0).await;
    }
    // Whoever does not get to see the page can still send what its button would send.
    let (sut, browser) = stage.seat(&who);
    let refusal = sut.act(browser, Act::Set { toggle: toggle.0, on: to.0 }).await?.err();
    stage.refusals.insert(who, refusal);
    Ok(())
}

#[when(expr = "{person} starts to turn on {toggle}")]
async fn starts_to_turn_on(world: &mut World, who: Who, toggle: ToggleWord, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.admin().await?;
    let (sut, browser) = stage.seat(&who);
    sut.toggle(browser, toggle.0, true).await
}

#[when(expr = "{person} confirms the KaseyaOne company")]
async fn confirms(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    browser.press("Link").await?;
    Ok(())
}

#[then(expr = "{person} is asked to confirm the company {string}")]
async fn is_asked_to_confirm(world: &mut World, who: Who, company: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    let page = browser.page()?;
    let shown = page.text_of("#company").unwrap_or_default();
    let asks = page.form_with_button("Link").is_some();
    expect(
        asks && shown == company,
        format!("{who} to be asked to confirm {company:?}"),
        format!("the page says: {}", page.text()),
    )
}

#[then(expr = "the linked KaseyaOne company is {string}")]
async fn linked_company_is(world: &mut World, company: String, step: &Step) -> Result<()> {
    let settings = world.begin(step).await?.read(Reading::SingleSignOn).await?;
    let linked = settings["company"]["name"].as_str().unwrap_or("none");
    expect(linked == company, format!("the linked company to be {company:?}"), format!("it is {linked:?}"))
}

#[then(expr = "{toggle} is {state}")]
async fn is(world: &mut World, toggle: ToggleWord, to: OnOff, step: &Step) -> Result<()> {
    let is = value(world.begin(step).await?, toggle.0).await?;
    expect(
        is == to.0,
        format!("{:?} to be {}", toggle.0.label(), on_off(to.0)),
        format!("it is {}", on_off(is)),
    )
}

#[then(expr = "the Single Sign-On settings are as they were")]
async fn are_as_they_were(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let now = stage.read(Reading::SingleSignOn).await?;
    let before = &stage.before()?.single_sign_on;
    expect(*before == now, format!("the settings to be {before}"), format!("they are {now}"))
}

#[then(expr = "automatic user creation is now in effect")]
async fn is_now_in_effect(world: &mut World, step: &Step) -> Result<()> {
    let settings = world.begin(step).await?.read(Reading::SingleSignOn).await?;
    expect(
        settings["in_effect"] == Value::Bool(true),
        "automatic user creation to be in effect",
        format!("the settings are {settings}"),
    )
}

#[then(expr = "{person} is excepted from the requirement")]
async fn is_excepted(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = accounts::id_of(stage, &who).await?;
    let settings = stage.read(Reading::SingleSignOn).await?;
    let excepted =
        settings["exceptions"].as_array().is_some_and(|ids| ids.iter().any(|it| it == id.as_str()));
    expect(
        excepted,
        format!("{who} to be excepted"),
        format!("the exceptions are {}", settings["exceptions"]),
    )
}

#[then(expr = "{person} is told why: {string}")]
async fn is_told_why(world: &mut World, who: Who, words: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    let page = browser.page()?;
    let told = page.text_of(".notice").unwrap_or_default();
    expect(
        told.contains(&words),
        format!("a notice with {words:?}"),
        format!("the notice is {told:?} on: {}", page.text()),
    )
}

#[then(expr = "{person} is refused")]
async fn is_refused(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    match stage.refusals.get(&who) {
        Some(Some(refusal)) => expect(
            matches!(refusal.code.as_str(), "msp_admin_required" | "not_signed_in"),
            "a refusal because only an MSP Admin may do this",
            format!("the refusal is {} ({})", refusal.sentence, refusal.code),
        ),
        Some(None) => bail!("expected {who} to be refused, but the service did it"),
        None => {
            let (_, browser) = stage.seat(&who);
            let page = browser.page()?;
            expect(
                page.status == 403,
                format!("{who} to be refused"),
                format!("the page is {:?}: {}", page.kind(), page.text()),
            )
        }
    }
}

/// Turns KaseyaOne login on as this administrator does, confirming the company.
async fn set_up_kaseyaone(stage: &mut Stage, who: &Who) -> Result<()> {
    if who == &Who::mona() {
        stage.admin().await?;
    }
    if value(stage, Toggle::Allow).await? {
        return Ok(());
    }
    press(stage, who, Toggle::Allow, true).await?;
    if !value(stage, Toggle::Allow).await? {
        let (_, browser) = stage.seat(who);
        bail!("KaseyaOne login could not be turned on; {who} sees: {}", browser.page()?.text());
    }
    Ok(())
}

/// Presses a toggle until it is as wanted, with KaseyaOne and the company if it asks for them.
async fn press(stage: &mut Stage, who: &Who, toggle: Toggle, on: bool) -> Result<()> {
    if who == &Who::mona() {
        stage.admin().await?;
    }
    let credentials = stage.credentials(who);
    let (sut, browser) = stage.seat(who);
    sut.toggle(browser, toggle, on).await?;
    if sut.product().is_some() {
        // Its hooks ask nobody to sign in, and have no page.
        return Ok(());
    }
    provider::sign_in(browser, &credentials, Until::Done).await?;
    if browser.page()?.form_with_button("Link").is_some() {
        browser.press("Link").await?;
    }
    Ok(())
}

async fn bring_to(stage: &mut Stage, toggle: Toggle, on: bool) -> Result<()> {
    if value(stage, toggle).await? == on {
        return Ok(());
    }
    press(stage, &Who::mona(), toggle, on).await?;
    if value(stage, toggle).await? == on {
        return Ok(());
    }
    bail!("{:?} could not be turned {}: {}", toggle.label(), on_off(on), stage.what_is_shown(&Who::mona()))
}

async fn value(stage: &mut Stage, toggle: Toggle) -> Result<bool> {
    let settings = stage.read(Reading::SingleSignOn).await?;
    settings[toggle.key()]
        .as_bool()
        .with_context(|| format!("the settings say nothing about {:?}", toggle.label()))
}

/// Lets these people keep signing in locally, and nobody else.
async fn except(stage: &mut Stage, people: &[Who]) -> Result<()> {
    let mut ids = Vec::new();
    for who in people {
        ids.push(accounts::id_of(stage, who).await?);
    }
    accounts::act_as_mona(stage, Act::Exceptions(ids)).await?;
    Ok(())
}
