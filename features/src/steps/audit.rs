//! The audit trail: who did what since the scenario's story began.

use anyhow::{Context as _, Result};
use cucumber::{gherkin::Step, then};
use serde_json::Value;

use super::{accounts, expect};
use crate::{
    driver::Reading,
    world::{
        Who, World,
        stage::Stage,
        words::{OnOff, ToggleWord, on_off},
    },
};

#[then(expr = "no administrator has done anything")]
async fn no_administrator_did_anything(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let mona = accounts::id_of(stage, &Who::mona()).await?;
    let entries = since_the_beginning(stage).await?;
    let acted = entries.iter().find(|entry| actor(entry) == Some(mona.as_str()) && !is_sign_in(entry));
    expect(
        acted.is_none(),
        "no act of an administrator in the audit",
        format!("there is {}", acted.unwrap_or(&Value::Null)),
    )
}

#[then(expr = "the audit says that {person} changed {toggle} from {state} to {state}")]
async fn says_that_a_toggle_was_changed(
    world: &mut World,
    who: Who,
    toggle: ToggleWord,
    from: OnOff,
    to: OnOff,
    step: &Step,
) -> Result<()> {
    let stage = world.begin(step).await?;
    let key = toggle.0.key();
    let half = |state: OnOff| format!("{key}: {}", on_off(state.0));
    let changed = |entry: &Value| entry["from"] == half(from) && entry["to"] == half(to);
    has_entry(
        stage,
        &who,
        &format!("{:?} from {} to {}", toggle.0.label(), on_off(from.0), on_off(to.0)),
        changed,
    )
    .await
}

#[then(expr = "the audit says that {person} changed the organizations of {person}")]
async fn says_that_organizations_were_changed(
    world: &mut World,
    admin: Who,
    who: Who,
    step: &Step,
) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = accounts::id_of(stage, &who).await?;
    let changed = |entry: &Value| {
        let text = entry.to_string();
        text.contains("organization") && text.contains(&id)
    };
    has_entry(stage, &admin, &format!("the organizations of {who}"), changed).await
}

#[then(expr = "the audit says that {person} reviewed {person}")]
async fn says_that_somebody_was_reviewed(world: &mut World, admin: Who, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = accounts::id_of(stage, &who).await?;
    let reviewed =
        |entry: &Value| entry["action"] == "account.reviewed" && entry["account_id"] == id.as_str();
    has_entry(stage, &admin, &format!("a review of {who}"), reviewed).await
}

#[then(regex = r"^the audit says that the KaseyaOne user of (\w+) was (linked|declined) by (\w+)$")]
async fn says_how_a_link_was_answered(
    world: &mut World,
    asking: Who,
    answered: String,
    by: Who,
    step: &Step,
) -> Result<()> {
    let stage = world.begin(step).await?;
    let person = stage.idp.people().get(asking.key()).context("not in KaseyaOne")?;
    let action = if answered == "linked" { "identity.linked" } else { "identity.link_declined" };
    let named = |entry: &Value| entry["to"].as_str().is_some_and(|to| to.contains(&person.subject));
    let what = format!("the KaseyaOne user of {asking}, {answered}");
    has_entry(stage, &by, &what, |entry| entry["action"] == action && named(entry)).await
}

#[then(expr = "the audit says that {person} was refused")]
async fn says_that_somebody_was_refused(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    has_entry(stage, &who, "a refusal", |entry| entry.to_string().contains("refused")).await
}

#[then(expr = "the audit trail says that KaseyaOne signed {person} out")]
async fn says_that_kaseyaone_signed_out(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = accounts::id_of(stage, &who).await?;
    let entries = since_the_beginning(stage).await?;
    let fits = |entry: &&Value| {
        entry["action"] == "sign_out" && entry["actor"] == "kaseyaone" && entry["account_id"] == id.as_str()
    };
    let found = entries.iter().filter(fits).count();
    let seen: Vec<String> = entries.iter().map(Value::to_string).collect();
    expect(
        found == 1,
        format!("one audit entry that KaseyaOne signed {who} out"),
        format!("there are {found}; the entries are:\n{}", seen.join("\n")),
    )
}

async fn has_entry(stage: &mut Stage, by: &Who, what: &str, fits: impl Fn(&Value) -> bool) -> Result<()> {
    let id = accounts::id_of(stage, by).await?;
    let entries = since_the_beginning(stage).await?;
    let found = entries.iter().any(|entry| actor(entry) == Some(id.as_str()) && fits(entry));
    let seen: Vec<String> = entries.iter().map(Value::to_string).collect();
    expect(
        found,
        format!("an audit entry by {by} about {what}"),
        format!("the entries are:\n{}", seen.join("\n")),
    )
}

async fn since_the_beginning(stage: &mut Stage) -> Result<Vec<Value>> {
    let began = stage.story_began()?;
    let entries = stage.list(Reading::Audit).await?;
    let at = |entry: &Value| entry["at"].as_str().and_then(|at| at.parse().ok());
    Ok(entries.into_iter().filter(|entry| at(entry) >= Some(began)).collect())
}

fn actor(entry: &Value) -> Option<&str> {
    entry["actor_id"].as_str()
}

fn is_sign_in(entry: &Value) -> bool {
    entry["action"] == "sign_in"
}
