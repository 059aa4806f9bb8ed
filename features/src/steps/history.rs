//! The history of one account: what the audit trail says about it, and whether it explains the account.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, then};
use serde_json::{Value, json};

use super::{accounts, expect};
use crate::{
    driver::Reading,
    world::{Who, World, stage::Stage},
};

#[then(expr = "the audit trail says about {person}, oldest first:")]
async fn says_about(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let Some(table) = &step.table else { bail!("this step needs a table") };
    let stage = world.begin(step).await?;
    let entries = entries_about(stage, &who).await?;
    let mut said = Vec::new();
    for entry in &entries {
        said.push([
            actor(entry),
            entry["action"].as_str().unwrap_or("?").to_owned(),
            change(stage, entry).await?,
        ]);
    }
    let mut expected = Vec::new();
    for row in &table.rows {
        let [by, action, change] = row.as_slice() else { bail!("each row needs three cells: {row:?}") };
        let by = if by == "KaseyaOne" { "kaseyaone".into() } else { stage.address(&by.parse()?) };
        expected.push([by, code(action)?.to_owned(), change.clone()]);
    }
    expect(said == expected, format!("the entries {expected:#?}"), format!("they are {said:#?}"))
}

#[then(expr = "the account of {person} is what its history in the audit trail makes of it")]
async fn history_explains_the_account(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let account = accounts::account_of(stage, &who).await?;
    let entries = entries_about(stage, &who).await?;
    let rebuilt = rebuild(&entries)?;
    for (name, value) in rebuilt.as_object().context("an account is an object")? {
        let stored = if name == "access" { sorted(&account[name]) } else { account[name].clone() };
        expect(
            stored == *value,
            format!("the {name} of {who} to be {value}, as the audit trail tells it"),
            format!("the account says {stored}"),
        )?;
    }
    Ok(())
}

#[then(expr = "every earlier entry of the audit trail is still there, unchanged")]
async fn nothing_was_taken_back(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let now = stage.list(Reading::Audit).await?;
    let before = &stage.before()?.audit;
    expect(!before.is_empty(), "an audit trail to begin with", "there was none")?;
    let lost: Vec<String> =
        before.iter().filter(|entry| !now.contains(entry)).map(ToString::to_string).collect();
    expect(lost.is_empty(), "every entry to be as it was", format!("these are not: {}", lost.join("\n")))
}

/// Replays the entries. Each says what was before, and that has to be what the entries before it made.
fn rebuild(entries: &[Value]) -> Result<Value> {
    let mut account = json!({ "msp_admin": false, "access": {} });
    for kind in ["capabilities", "groups", "organizations"] {
        account["access"][kind] = json!([]);
    }
    for entry in entries {
        match entry["action"].as_str().unwrap_or_default() {
            "account.created" => {
                let by_hand = entry["actor"] == "account";
                account["origin"] = json!(if by_hand { "manual" } else { "automatic" });
                account["status"] = json!(if by_hand { "invited" } else { "active" });
                account["created_by"] = entry["actor_id"].clone();
                account["created_at"] = entry["at"].clone();
                account["email"] = entry["to"].clone();
                account["reviewed_at"] = Value::Null;
                account["reviewed_by"] = Value::Null;
            }
            "account.activated" => account["status"] = json!("active"),
            "account.deactivated" => account["status"] = json!("deactivated"),
            "account.email_changed" => replace(&mut account["email"], entry, |text| json!(text))?,
            "account.reviewed" => {
                account["reviewed_at"] = entry["at"].clone();
                account["reviewed_by"] = entry["actor_id"].clone();
            }
            "sign_in" => account["last_sign_in_at"] = entry["at"].clone(),
            "msp_admin.changed" => replace(&mut account["msp_admin"], entry, |text| json!(text == "yes"))?,
            "access.capabilities_changed" => replace(&mut account["access"]["capabilities"], entry, items)?,
            "access.groups_changed" => replace(&mut account["access"]["groups"], entry, items)?,
            "access.organizations_changed" => replace(&mut account["access"]["organizations"], entry, items)?,
            // Which identity is linked, what it is called there, and sign-outs are no part of what is compared.
            "identity.linked" | "account.name_changed" | "sign_out" => {}
            other => bail!("nobody knows what {other:?} makes of an account"),
        }
    }
    Ok(account)
}

/// Lets the entry replace a value; what it says was before has to be there.
fn replace(value: &mut Value, entry: &Value, read: impl Fn(&str) -> Value) -> Result<()> {
    let half = |key: &str| read(entry[key].as_str().unwrap_or_default());
    expect(
        *value == half("from"),
        format!("the entry to say that {value} was before"),
        format!("it is {entry}"),
    )?;
    *value = half("to");
    Ok(())
}

/// A list as entries write it, in an order of its own.
fn items(text: &str) -> Value {
    let mut items: Vec<&str> = text.split(", ").filter(|item| *item != "none").collect();
    items.sort_unstable();
    json!(items)
}

fn sorted(access: &Value) -> Value {
    let mut access = access.clone();
    for list in access.as_object_mut().into_iter().flat_map(|it| it.values_mut()) {
        if let Some(items) = list.as_array_mut() {
            items.sort_by_key(ToString::to_string);
        }
    }
    access
}

/// What the trail calls an act, by what administrators call it.
fn code(action: &str) -> Result<&'static str> {
    Ok(match action {
        "created the account" => "account.created",
        "linked the KaseyaOne user" => "identity.linked",
        "signed in" => "sign_in",
        "signed out" => "sign_out",
        "reviewed the account" => "account.reviewed",
        "changed the capabilities" => "access.capabilities_changed",
        "changed the access groups" => "access.groups_changed",
        "changed the organizations" => "access.organizations_changed",
        "changed MSP Admin" => "msp_admin.changed",
        other => bail!("the audit trail knows no {other:?}"),
    })
}

/// Oldest first; of one moment in the order of their making.
async fn entries_about(stage: &mut Stage, who: &Who) -> Result<Vec<Value>> {
    let id = accounts::id_of(stage, who).await?;
    let mut entries = stage.list(Reading::Audit).await?;
    entries.retain(|entry| entry["account_id"] == id.as_str());
    entries.reverse();
    Ok(entries)
}

fn actor(entry: &Value) -> String {
    let email = entry["actor_email"].as_str();
    email.or(entry["actor"].as_str()).unwrap_or("?").to_owned()
}

/// What changed, with organizations and groups by name.
async fn change(stage: &mut Stage, entry: &Value) -> Result<String> {
    let mut half = async |key: &str| -> Result<String> {
        let mut text = entry[key].as_str().unwrap_or_default().replace('_', " ");
        for what in [Reading::Groups, Reading::Organizations] {
            for thing in stage.list(what).await? {
                let part = |key: &str| thing[key].as_str().unwrap_or_default().to_owned();
                text = text.replace(&part("id"), &part("name"));
            }
        }
        Ok(text)
    };
    let (from, to) = (half("from").await?, half("to").await?);
    Ok(if from.is_empty() { to } else { format!("from {from} to {to}") })
}
