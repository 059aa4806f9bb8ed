//! Making KaseyaOne, the service or the database wrong on purpose, and looking at what KaseyaOne was asked.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use mock_idp::Target;

use super::expect;
use crate::world::{Who, World, stage::Stage};

#[given(expr = "the fault {string} strikes the sign-in of {person}")]
#[given(expr = "the variation {string} applies to the sign-in of {person}")]
#[given(expr = "the fault {string} strikes the sign-out of {person}")]
#[given(expr = "the variation {string} applies to the sign-out of {person}")]
async fn strikes_the_sign_in_of(world: &mut World, fault: String, who: Who, step: &Step) -> Result<()> {
    world.begin(step).await?.arm(&fault, Target::person(who.key()), 1)
}

#[given(expr = "the fault {string} strikes every sign-in of {person}")]
#[given(expr = "the variation {string} applies to every sign-in of {person}")]
async fn strikes_every_sign_in_of(world: &mut World, fault: String, who: Who, step: &Step) -> Result<()> {
    world.begin(step).await?.arm(&fault, Target::person(who.key()), 1_000)
}

#[given(expr = "the fault {string} strikes whoever asks")]
#[given(expr = "the variation {string} applies to whoever asks")]
async fn strikes_whoever_asks(world: &mut World, fault: String, step: &Step) -> Result<()> {
    world.begin(step).await?.arm(&fault, Target::next(), 1_000)
}

#[when(expr = "the fault is over")]
async fn is_over(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.faults().iter().for_each(mock_idp::ArmedFault::disarm);
    Ok(())
}

#[then(expr = "the fault has struck")]
async fn has_struck(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    if stage.faults().is_empty() {
        bail!("this scenario armed no fault");
    }
    stage.check_that_every_fault_struck()
}

#[given(expr = "the service was restarted")]
async fn was_restarted(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.sut.restart().await
}

#[given(expr = "the service was pointed to another KaseyaOne, where {person} has the same subject")]
async fn was_pointed_to_another(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.point_to_another_provider().await?;
    stage.idp.people().get(who.key()).with_context(|| format!("{who} is not at the other KaseyaOne"))?;
    Ok(())
}

#[given(expr = "a second server runs on the same database")]
async fn a_second_server(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let idp = stage.idp.clone();
    stage.sut.reference_mut()?.start_server(&idp).await
}

#[given(expr = "no KaseyaOne directory is connected")]
fn no_directory(world: &mut World) -> Result<()> {
    world.prepare(|preparation| preparation.directory = false)
}

#[given(expr = "the client {string} is trusted too")]
fn a_client_is_trusted(world: &mut World, client: String) -> Result<()> {
    world.prepare(|preparation| preparation.trusted_audience = Some(client))
}

#[given(expr = "user information is read at every sign-in")]
fn user_information_is_read(world: &mut World) -> Result<()> {
    world.prepare(|preparation| preparation.always_userinfo = true)
}

#[given(expr = "the contract of this MSP has ended")]
async fn the_contract_has_ended(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.sut.reference_mut()?.end_the_contract().await
}

#[given(expr = "KaseyaOne cannot be reached")]
async fn cannot_be_reached(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.arm("disc-flap", Target::next(), 1_000)?;
    stage.sut.restart().await
}

#[when(expr = "KaseyaOne can be reached again")]
async fn can_be_reached_again(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.faults().iter().for_each(mock_idp::ArmedFault::disarm);
    stage.pass(jiff::SignedDuration::from_mins(5)).await?;
    Ok(())
}

#[given(expr = "KaseyaOne no longer accepts this application")]
async fn no_longer_accepts(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.former_secret = stage.change_client_secret("another-secret")?;
    Ok(())
}

#[when(expr = "KaseyaOne accepts this application again")]
async fn accepts_again(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let secret = stage.former_secret.take().context("the secret was never changed")?;
    stage.change_client_secret(&secret)?;
    Ok(())
}

#[given(
    regex = r"^the database fails when the (account|identity link|audit entry|decision record) is written$"
)]
async fn the_database_fails(world: &mut World, thing: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    // A record begins with the sign-in; what is written with the account is its end.
    let (on, table) = match thing.as_str() {
        "account" => ("INSERT", "account"),
        "identity link" => ("INSERT", "identity"),
        "audit entry" => ("INSERT", "audit_entry"),
        _ => ("UPDATE", "sign_in_record"),
    };
    stage.break_storage(on, table).await
}

#[when(expr = "the database works again")]
async fn the_database_works_again(world: &mut World, step: &Step) -> Result<()> {
    world.begin(step).await?.mend_storage().await
}

#[then(expr = "{person} was not sent to KaseyaOne")]
async fn was_not_sent_there(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let asked = asked(stage, |path| path.ends_with("/connect/authorize"));
    expect(asked.is_empty(), format!("{who} not to be sent to KaseyaOne"), format!("it was asked {asked:?}"))
}

#[then(expr = "KaseyaOne was not asked for a token")]
async fn was_not_asked_for_a_token(world: &mut World, step: &Step) -> Result<()> {
    asked_for_tokens(world.begin(step).await?, 0)
}

#[then(expr = "KaseyaOne was asked for one token")]
async fn was_asked_for_one_token(world: &mut World, step: &Step) -> Result<()> {
    asked_for_tokens(world.begin(step).await?, 1)
}

#[then(expr = "KaseyaOne refused the code because of {string}")]
async fn refused_the_code(world: &mut World, check: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    asked_for_tokens(stage, 1)?;
    let entries = stage.idp.journal().entries();
    let asked = entries.iter().rev().find(|entry| entry.path.ends_with("/connect/token"));
    let refusal = asked.and_then(|entry| entry.refusal.as_ref());
    expect(
        refusal.is_some_and(|refusal| refusal.check == check),
        format!("KaseyaOne's check {check:?} to refuse the code"),
        format!("its refusal is {refusal:?}"),
    )
}

#[then(expr = "KaseyaOne would have given tokens for that code again")]
async fn would_have_given_tokens_again(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let entries = stage.idp.journal().entries();
    let redeemed = entries.iter().rev().find(|entry| entry.path.ends_with("/connect/token"));
    let redeemed = redeemed.context("KaseyaOne was never asked for a token")?;
    let client = redeemed.client.clone().context("KaseyaOne does not know who asked for a token")?;
    let again = stage.tokens(&client, &redeemed.form).await;
    again.context("KaseyaOne would not have taken the code again, so this scenario proves nothing")?;
    Ok(())
}

#[then(expr = "KaseyaOne was asked for user information")]
async fn was_asked_for_user_information(world: &mut World, step: &Step) -> Result<()> {
    let asked = asked(world.begin(step).await?, |path| path.ends_with("/connect/userinfo"));
    expect(!asked.is_empty(), "KaseyaOne to be asked for user information", "it was not")
}

#[then(expr = "KaseyaOne was asked to change nothing")]
async fn was_asked_to_change_nothing(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let writes = asked(stage, |path| path.starts_with("/scim/"));
    let writes: Vec<_> = writes.into_iter().filter(|line| !line.starts_with("GET ")).collect();
    expect(writes.is_empty(), "KaseyaOne's directory to be read only", format!("it was asked {writes:?}"))
}

fn asked_for_tokens(stage: &Stage, times: usize) -> Result<()> {
    let asked = asked(stage, |path| path.ends_with("/connect/token"));
    expect(
        asked.len() == times,
        format!("KaseyaOne to be asked for a token {times} time(s)"),
        format!("it was asked {} time(s)", asked.len()),
    )
}

/// What KaseyaOne was asked since the story began, as method and path.
fn asked(stage: &Stage, about: impl Fn(&str) -> bool) -> Vec<String> {
    let entries = stage.idp.journal().entries();
    let since = entries.iter().skip(stage.journal_before).filter(|entry| about(&entry.path));
    since.map(|entry| format!("{} {}", entry.method, entry.path)).collect()
}
