//! Signing in: with KaseyaOne in one go or in parts, locally, and what the person is told.

use anyhow::{Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::expect;
use crate::{
    driver::{
        Place,
        provider::{self, Credentials, Until},
    },
    world::{Who, World, stage::Stage},
};

#[given(expr = "{person} tried to sign in with KaseyaOne and was refused")]
#[when(expr = "{person} signs in with KaseyaOne")]
#[when(expr = "{person} tries to sign in with KaseyaOne")]
async fn signs_in(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    start(stage, &who).await?;
    go_through(stage, &who, Until::Done).await?;
    if step.value.ends_with("was refused") {
        not_signed_in_now(stage, &who).await?;
        stage.give_browser(&who);
    }
    Ok(())
}

#[given(expr = "{person} has signed in before")]
async fn has_signed_in_before(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    sign_in_for_certain(stage, &who).await?;
    note_account(stage, &who).await?;
    stage.another_day(&who);
    Ok(())
}

#[given(expr = "{person} is signed in with KaseyaOne")]
async fn is_signed_in_with_kaseyaone(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    sign_in_for_certain(stage, &who).await?;
    note_account(stage, &who).await
}

#[given(expr = "{person} started to sign in with KaseyaOne and did not finish")]
#[when(expr = "{person} starts to sign in with KaseyaOne")]
async fn starts(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    start(stage, &who).await
}

#[when(expr = "{person} completes the sign-in")]
async fn completes(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    go_through(stage, &who, Until::Done).await
}

#[when(expr = "{person} completes the sign-in after {int} minutes")]
async fn completes_late(world: &mut World, who: Who, minutes: i64, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.pass(SignedDuration::from_mins(minutes)).await?;
    go_through(stage, &who, Until::Done).await
}

#[when(expr = "{person} starts to sign in with KaseyaOne in a second tab")]
async fn starts_in_a_second_tab(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.attempt(&who);
    stage.open_tab(&who);
    let (sut, browser) = stage.seat(&who);
    sut.start_login(browser, None).await
}

#[when(expr = "{person} completes the sign-in in the second tab")]
async fn completes_in_the_second_tab(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.switch_tab(&who);
    go_through(stage, &who, Until::Done).await
}

#[given(expr = "{person} tried to sign in with KaseyaOne on the second server")]
#[when(expr = "{person} signs in with KaseyaOne on the second server")]
#[when(expr = "{person} tries to sign in with KaseyaOne on the second server")]
async fn signs_in_on_the_second_server(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let base = stage.sut.base(1);
    let (_, browser) = stage.seat(&who);
    browser.open(base.join("/sign-in")?).await?;
    start(stage, &who).await?;
    go_through(stage, &who, Until::Done).await
}

#[when(expr = "{person} signs in with KaseyaOne in {int} browsers at the same moment")]
async fn signs_in_many_times_at_once(world: &mut World, who: Who, count: usize, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.attempt(&who);
    let credentials = stage.credentials(&who);
    let servers = stage.sut.server_count();
    let mut browsers = stage.crowd(&who, count);
    let sut = &stage.sut;
    let sign_ins = browsers.iter_mut().enumerate().map(|(number, browser)| {
        let credentials = credentials.clone();
        async move {
            sut.start_login_on(number % servers, browser).await?;
            provider::sign_in(browser, &credentials, Until::Done).await
        }
    });
    for outcome in join_all(sign_ins).await {
        outcome?;
    }
    stage.summaries.push(format!(
        "{count} × {who} signs in with KaseyaOne, all at the same moment, on {servers} server(s)"
    ));
    stage.crowd = browsers;
    Ok(())
}

#[then(expr = "all {int} browsers of {person} are signed in")]
async fn all_browsers_are_signed_in(world: &mut World, count: usize, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let mut crowd = std::mem::take(&mut stage.crowd);
    let mut accounts = Vec::new();
    for browser in &mut crowd {
        accounts.extend(stage.sut.who_am_i(browser).await?.map(|it| it.account));
    }
    let signed_in = accounts.len();
    accounts.sort();
    accounts.dedup();
    expect(
        signed_in == count && accounts.len() == 1,
        format!("all {count} browsers of {who} to be signed in to one account"),
        format!("{signed_in} are, to {} account(s)", accounts.len()),
    )
}

#[when(regex = r"^(\w+) tries to sign in with a wrong (KaseyaOne password|one-time code)$")]
async fn tries_with_something_wrong(world: &mut World, who: Who, what: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    start(stage, &who).await?;
    let honest = stage.credentials(&who);
    let wrong = match what.as_str() {
        "one-time code" => Credentials { code: "000000".into(), ..honest },
        _ => Credentials { password: "not-the-password".into(), ..honest },
    };
    let (_, browser) = stage.seat(&who);
    provider::sign_in(browser, &wrong, Until::Done).await?;
    Ok(())
}

#[when(expr = "{person} gives KaseyaOne a wrong password")]
async fn gives_a_wrong_password(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let wrong = Credentials { password: "not-the-password".into(), ..stage.credentials(&who) };
    let (_, browser) = stage.seat(&who);
    provider::sign_in(browser, &wrong, Until::Done).await?;
    Ok(())
}

#[when(expr = "{person} cancels at KaseyaOne")]
async fn cancels(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    provider::cancel(browser).await
}

#[when(expr = "{person} leaves at the password and {int} minutes pass")]
async fn leaves_at_the_password(world: &mut World, who: Who, minutes: i64, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    go_through(stage, &who, Until::Password).await?;
    stage.pass(SignedDuration::from_mins(minutes)).await?;
    Ok(())
}

#[when(expr = "{person} fails the one-time code and {int} minutes pass")]
async fn fails_the_code(world: &mut World, who: Who, minutes: i64, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let wrong = Credentials { code: "000000".into(), ..stage.credentials(&who) };
    let (_, browser) = stage.seat(&who);
    provider::sign_in(browser, &wrong, Until::Done).await?;
    stage.pass(SignedDuration::from_mins(minutes)).await?;
    Ok(())
}

#[when(expr = "{person} gives up and {int} minutes pass")]
async fn gives_up(world: &mut World, who: Who, minutes: i64, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.seat(&who).1.show(None);
    stage.pass(SignedDuration::from_mins(minutes)).await?;
    Ok(())
}

#[when(regex = r"^(\d+) (second|minute|hour|day)s? pass$")]
async fn time_passes(world: &mut World, count: i64, unit: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let hours = |hours: i64| SignedDuration::from_hours(hours);
    stage
        .pass(match unit.as_str() {
            "second" => SignedDuration::from_secs(count),
            "minute" => SignedDuration::from_mins(count),
            "hour" => hours(count),
            _ => hours(24 * count),
        })
        .await
}

#[when(expr = "{person} signs in locally")]
#[when(expr = "{person} tries to sign in locally")]
async fn signs_in_locally(world: &mut World, who: Who, step: &Step) -> Result<()> {
    locally(world.begin(step).await?, &who, None).await
}

#[when(expr = "{person} tries to sign in locally with a wrong password")]
async fn signs_in_locally_wrongly(world: &mut World, who: Who, step: &Step) -> Result<()> {
    locally(world.begin(step).await?, &who, Some("not-the-password")).await
}

#[given(expr = "{person} has signed in locally before")]
async fn has_signed_in_locally_before(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    locally(stage, &who, None).await?;
    let (sut, browser) = stage.seat(&who);
    if sut.who_am_i(browser).await?.is_none() {
        bail!("{who} could not sign in beforehand; {}", stage.what_is_shown(&who));
    }
    let (sut, browser) = stage.seat(&who);
    sut.logout(browser, false).await
}

#[when(expr = "a stranger tries {int} wrong passwords with the address of {person}")]
async fn a_stranger_guesses(world: &mut World, count: usize, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let address = stage.address(&who);
    let mut strangers = stage.crowd(&who, 1);
    for browser in &mut strangers {
        for number in 0..count {
            stage.sut.sign_in_locally(browser, &address, &format!("not-the-password-{number}")).await?;
        }
    }
    stage.summaries.push(format!("a stranger tries {count} wrong passwords with the address of {who}"));
    Ok(())
}

#[when(expr = "{person} follows a bookmark to the KaseyaOne sign-in")]
async fn follows_a_bookmark(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.attempt(&who);
    let (sut, browser) = stage.seat(&who);
    sut.open(browser, Place::Bookmark).await
}

#[when(expr = "{person} opens the sign-in page")]
async fn opens_the_sign_in_page(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.attempt(&who);
    let (sut, browser) = stage.seat(&who);
    sut.open(browser, Place::SignIn).await
}

#[then(expr = "{person} is signed in")]
async fn is_signed_in(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let address = stage.address(&who);
    let noted = stage.noted_accounts.get(&who).cloned();
    let (sut, browser) = stage.seat(&who);
    match sut.who_am_i(browser).await? {
        Some(it) if it.email.eq_ignore_ascii_case(&address) || Some(&it.account) == noted.as_ref() => Ok(()),
        Some(it) => bail!("expected {who} to be signed in, but the session is that of {}", it.email),
        None => bail!("expected {who} to be signed in, but nobody is; {}", stage.what_is_shown(&who)),
    }
}

#[then(expr = "the browser of {person} is signed in as {person}")]
async fn is_signed_in_as(world: &mut World, of: Who, other: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let address = stage.address(&other);
    let (sut, browser) = stage.seat(&of);
    let session = sut.who_am_i(browser).await?.map(|it| it.email);
    expect(
        session.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(&address)),
        format!("the session in the browser of {of} to be that of {address}"),
        format!("it is that of {session:?}"),
    )
}

#[then(expr = "{person} is not signed in")]
async fn is_not_signed_in(world: &mut World, who: Who, step: &Step) -> Result<()> {
    not_signed_in_now(world.begin(step).await?, &who).await
}

#[then(expr = "{person} is asked to sign in by KaseyaOne")]
async fn is_asked(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    let kind = browser.page()?.kind();
    expect(
        provider::asks(&kind),
        format!("KaseyaOne to ask {who} to sign in"),
        format!("the page is {kind:?}"),
    )
}

#[then(expr = "{person} was asked to sign in by KaseyaOne")]
async fn was_asked(world: &mut World, who: Who, step: &Step) -> Result<()> {
    asked_times(world, who, 1, step).await
}

#[then(expr = "{person} was asked to sign in by KaseyaOne twice")]
async fn was_asked_twice(world: &mut World, who: Who, step: &Step) -> Result<()> {
    asked_times(world, who, 2, step).await
}

#[then(expr = "{person} was not asked to sign in by KaseyaOne")]
async fn was_not_asked(world: &mut World, who: Who, step: &Step) -> Result<()> {
    asked_times(world, who, 0, step).await
}

/// Signs a person in and makes sure of it.
pub(super) async fn sign_in_for_certain(stage: &mut Stage, who: &Who) -> Result<()> {
    start(stage, who).await?;
    go_through(stage, who, Until::Done).await?;
    let (sut, browser) = stage.seat(who);
    if sut.who_am_i(browser).await?.is_none() {
        bail!("{who} could not sign in beforehand; {}", stage.what_is_shown(who));
    }
    Ok(())
}

/// Notes which account a person is signed in to.
pub(super) async fn note_account(stage: &mut Stage, who: &Who) -> Result<()> {
    let (sut, browser) = stage.seat(who);
    let signed_in = sut.who_am_i(browser).await?;
    stage.noted_accounts.extend(signed_in.map(|it| (who.clone(), it.account)));
    Ok(())
}

async fn start(stage: &mut Stage, who: &Who) -> Result<()> {
    stage.attempt(who);
    let hint = stage.hints.get(who).cloned();
    let (sut, browser) = stage.seat(who);
    sut.start_login(browser, hint.as_deref()).await
}

async fn go_through(stage: &mut Stage, who: &Who, until: Until) -> Result<()> {
    let credentials = stage.credentials(who);
    let (_, browser) = stage.seat(who);
    let asked = provider::sign_in(browser, &credentials, until).await?;
    stage.was_asked(asked);
    Ok(())
}

async fn locally(stage: &mut Stage, who: &Who, password: Option<&str>) -> Result<()> {
    stage.attempt(who);
    let address = stage.address(who);
    let own = fixtures::embedded().person(who.key()).and_then(|person| person.local_password.clone());
    let password = password.map(str::to_owned).or(own).unwrap_or_else(|| "some-password".into());
    let (sut, browser) = stage.seat(who);
    sut.sign_in_locally(browser, &address, &password).await
}

async fn not_signed_in_now(stage: &mut Stage, who: &Who) -> Result<()> {
    let (sut, browser) = stage.seat(who);
    match sut.who_am_i(browser).await? {
        None => Ok(()),
        Some(it) => bail!(
            "expected {who} not to be signed in, but the session is that of {}; {}",
            it.email,
            stage.what_is_shown(who)
        ),
    }
}

async fn asked_times(world: &mut World, who: Who, times: usize, step: &Step) -> Result<()> {
    let asked = world.begin(step).await?.last_attempt()?.asked;
    expect(
        asked == times,
        format!("KaseyaOne to ask {who} {times} time(s)"),
        format!("it asked {asked} time(s)"),
    )
}
