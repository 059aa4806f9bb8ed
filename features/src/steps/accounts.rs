//! MSP user accounts: how they are added and changed by hand, and what they say.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use serde_json::Value;

use super::{
    expect,
    rows::{Row, expect_rows, pairs},
    sign_in,
};
use crate::{
    driver::{Act, Reading},
    world::{Who, World, stage::Stage},
};

#[given(expr = "{person} added {person} as a user")]
#[when(expr = "{person} adds {person} as a user")]
async fn adds(world: &mut World, admin: Who, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let name = stage.idp.people().get(who.key()).context("not in KaseyaOne")?.full_name();
    let address = stage.address(&who);
    add_on_the_page(stage, &admin, &name, &address).await?;
    let id = id_of(stage, &who).await?;
    stage.noted_accounts.insert(who, id);
    Ok(())
}

#[given(expr = "{person} added a user with the address {string}")]
async fn adds_an_address(world: &mut World, admin: Who, address: String, step: &Step) -> Result<()> {
    add_on_the_page(world.begin(step).await?, &admin, "Somebody", &address).await
}

#[given(expr = "Mona added {int} users by hand")]
async fn adds_many(world: &mut World, count: usize, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    for number in 0..count {
        let name = format!("Aaron {number:03}");
        act_as_mona(stage, Act::AddUser { name, email: format!("aaron.{number:03}@northwind.example") })
            .await?;
    }
    Ok(())
}

#[given(expr = "{person} is an MSP Admin with a local password")]
async fn is_an_admin(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    make_admin_with_password(stage, &who).await?;
    let id = id_of(stage, &who).await?;
    stage.noted_accounts.insert(who, id);
    Ok(())
}

#[given(expr = "{person} is an MSP Admin, signed in locally")]
async fn is_an_admin_signed_in(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    make_admin_with_password(stage, &who).await?;
    sign_in_locally(stage, &who).await
}

#[given(expr = "{person} is an MSP user with a local password")]
async fn is_a_user_with_a_password(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    make_user_with_password(stage, &who).await?;
    let id = id_of(stage, &who).await?;
    stage.noted_accounts.insert(who, id);
    Ok(())
}

#[given(expr = "{person} is an MSP user, signed in locally")]
async fn is_a_user_signed_in(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    make_user_with_password(stage, &who).await?;
    sign_in_locally(stage, &who).await
}

#[given(regex = r"^(\w+) has signed in before and Mona (deactivated|removed) \w+$")]
async fn signed_in_before_and(world: &mut World, who: Who, done: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    sign_in::sign_in_for_certain(stage, &who).await?;
    account_act(stage, &who, if done == "removed" { "remove" } else { "deactivate" }).await
}

#[given(expr = "Mona removed {person}")]
#[when(expr = "Mona removes {person}")]
async fn removes(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    account_act(stage, &who, "remove").await
}

#[given(expr = "Mona removed {person} and allowed that person again")]
async fn removes_and_allows_again(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = id_of(stage, &who).await?;
    account_act(stage, &who, "remove").await?;
    act_as_mona(stage, Act::Account { id, verb: "allow-again" }).await?;
    Ok(())
}

#[when(expr = "Mona allows {person} again")]
async fn allows_again(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = noted(stage, &who)?;
    act_as_mona(stage, Act::Account { id, verb: "allow-again" }).await?;
    Ok(())
}

#[when(expr = "{person} makes {person} an MSP Admin")]
async fn makes_admin(world: &mut World, admin: Who, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = id_of(stage, &who).await?;
    act_as(stage, &admin, Act::MspAdmin { id, admin: true }).await?;
    Ok(())
}

#[when(expr = "Mona takes the MSP Admin designation from {person}")]
async fn takes_admin(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = id_of(stage, &who).await?;
    act_as_mona(stage, Act::MspAdmin { id, admin: false }).await?;
    Ok(())
}

#[when(expr = "{person} tries to add herself as a user")]
async fn tries_to_add_herself(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let address = stage.address(&who);
    let (sut, browser) = stage.seat(&who);
    let answer = sut.act(browser, Act::AddUser { name: who.to_string(), email: address }).await?;
    expect(answer.is_err(), format!("{who} to be refused"), "the service added a user")
}

#[given(expr = "nobody but Mona has an account")]
async fn nobody_but_mona(world: &mut World, step: &Step) -> Result<()> {
    count_is(world.begin(step).await?, 1).await
}

#[then(regex = r"^(\d+) accounts? exists?$")]
async fn accounts_exist(world: &mut World, count: usize, step: &Step) -> Result<()> {
    count_is(world.begin(step).await?, count).await
}

#[then(expr = "no account has been created")]
async fn no_account_created(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let before = stage.before()?.users.len();
    let now = stage.list(Reading::Users).await?.len();
    expect(now <= before, format!("no more than {before} accounts"), format!("there are {now}"))
}

#[then(expr = "{person} has exactly one account")]
async fn has_exactly_one(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let found = accounts_of(stage, &who).await?;
    match found.len() {
        1 => Ok(()),
        count => bail!(
            "expected exactly one account of {who}, but there are {count}; {}",
            stage.what_is_shown(&who)
        ),
    }
}

#[given(expr = "{person} has no account so far")]
#[then(expr = "{person} has no account")]
async fn has_none(world: &mut World, who: Who, step: &Step) -> Result<()> {
    has_no_account_now(world.begin(step).await?, &who).await
}

#[then(expr = "{person} has the same account as before")]
async fn has_the_same(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let noted = noted(stage, &who)?;
    let now = id_of(stage, &who).await?;
    expect(noted == now, format!("{who} to have the account {noted}"), format!("it is {now}"))
}

/// Everything that an account says.
pub(super) const NAMES: [&str; 10] = [
    "kind",
    "status",
    "address",
    "name",
    "origin",
    "MSP Admin",
    "signs in with",
    "capabilities",
    "access groups",
    "organizations",
];

#[then(expr = "the account of {person} says:")]
async fn the_account_says(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let asked = pairs(step)?;
    let stage = world.begin(step).await?;
    let account = account_of(stage, &who).await?;
    let mut rows = Vec::new();
    for (item, expected) in asked {
        let got = said(stage, &account, &item).await?;
        rows.push(Row { item, expected, got });
    }
    expect_rows(step, &format!("the account of {who}"), &rows)
}

#[then(expr = "nobody's account has changed")]
async fn nobodys_account_has_changed(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let now = stage.list(Reading::Users).await?;
    for before in &stage.before()?.users {
        let after = now.iter().find(|it| it["id"] == before["id"]);
        let same = after.is_some_and(|after| lasting(after) == lasting(before));
        expect(
            same,
            format!("the account {before} to be as it was"),
            after.map_or("it is gone".into(), |it| format!("it is {it}")),
        )?;
    }
    Ok(())
}

/// An account without the times of its own sign-ins.
fn lasting(account: &Value) -> Value {
    let mut account = account.clone();
    if let Some(members) = account.as_object_mut() {
        members.remove("last_sign_in_at");
    }
    account
}

async fn said(stage: &mut Stage, account: &Value, name: &str) -> Result<String> {
    let text = |key: &str| account[key].as_str().unwrap_or("none").to_owned();
    Ok(match name {
        "kind" => text("kind").replace("msp_user", "MSP user"),
        "status" => text("status"),
        "address" => text("email"),
        "name" => text("name"),
        "origin" => match account["origin"].as_str() {
            Some("automatic") => "created automatically".into(),
            Some("manual") => "added by hand".into(),
            Some("bootstrap") => "set up with the product".into(),
            other => other.unwrap_or("none").to_owned(),
        },
        "MSP Admin" => if account["msp_admin"] == Value::Bool(true) { "yes" } else { "no" }.into(),
        "signs in with" => words(&account["signs_in_with"], |way| match way {
            "kaseyaone" => "KaseyaOne".into(),
            "local" => "local password".into(),
            other => other.to_owned(),
        }),
        "capabilities" => words(&account["access"]["capabilities"], |it| it.replace('_', " ")),
        "access groups" => {
            let groups = stage.list_if_told(Reading::Groups).await?;
            words(&account["access"]["groups"], |id| name_in(&groups, id))
        }
        "organizations" => {
            let organizations = stage.list_if_told(Reading::Organizations).await?;
            words(&account["access"]["organizations"], |id| name_in(&organizations, id))
        }
        other => bail!("an account says nothing about {other:?}"),
    })
}

fn words(list: &Value, word: impl Fn(&str) -> String) -> String {
    let items: Vec<String> =
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(word).collect();
    if items.is_empty() { "none".into() } else { items.join(", ") }
}

fn name_in(things: &[Value], id: &str) -> String {
    let found = things.iter().find(|it| it["id"] == id).and_then(|it| it["name"].as_str());
    found.unwrap_or(id).to_owned()
}

async fn count_is(stage: &mut Stage, count: usize) -> Result<()> {
    let users = stage.list(Reading::Users).await?;
    let names: Vec<&str> = users.iter().filter_map(|it| it["email"].as_str()).collect();
    expect(
        users.len() == count,
        format!("{count} account(s)"),
        format!("there are {}: {names:?}", users.len()),
    )
}

/// Fails when a person has an account.
pub(super) async fn has_no_account_now(stage: &mut Stage, who: &Who) -> Result<()> {
    let found = accounts_of(stage, who).await?;
    expect(
        found.is_empty(),
        format!("no account of {who}"),
        format!("there is {}", found.first().unwrap_or(&Value::Null)),
    )
}

fn noted(stage: &Stage, who: &Who) -> Result<String> {
    stage.noted_accounts.get(who).cloned().with_context(|| format!("no account of {who} was noted"))
}

/// The accounts with the address that a person has in KaseyaOne, and the one that was noted as that person's.
async fn accounts_of(stage: &mut Stage, who: &Who) -> Result<Vec<Value>> {
    let address = stage.address(who);
    let noted = stage.noted_accounts.get(who).cloned();
    let users = stage.list(Reading::Users).await?;
    let same = |user: &Value| {
        let by_address = user["email"].as_str().is_some_and(|email| email.eq_ignore_ascii_case(&address));
        by_address || noted.as_deref().is_some_and(|id| user["id"] == id)
    };
    Ok(users.into_iter().filter(same).collect())
}

/// The one account of a person.
pub(super) async fn account_of(stage: &mut Stage, who: &Who) -> Result<Value> {
    let mut found = accounts_of(stage, who).await?;
    match found.len() {
        1 => Ok(found.remove(0)),
        count => bail!("expected one account of {who}, but there are {count}; {}", stage.what_is_shown(who)),
    }
}

/// The id of the one account of a person.
pub(super) async fn id_of(stage: &mut Stage, who: &Who) -> Result<String> {
    Ok(account_of(stage, who).await?["id"].as_str().unwrap_or_default().to_owned())
}

/// Does something as Mona; she is not refused.
pub(super) async fn act_as_mona(stage: &mut Stage, act: Act) -> Result<Value> {
    act_as(stage, &Who::mona(), act).await
}

/// Does something as an administrator who is not refused.
pub(super) async fn act_as(stage: &mut Stage, admin: &Who, act: Act) -> Result<Value> {
    stage.admin().await?;
    let (sut, browser) = stage.seat(admin);
    match sut.act(browser, act.clone()).await? {
        Ok(value) => Ok(value),
        Err(refusal) => bail!("{admin} was refused {act:?}: {} ({})", refusal.sentence, refusal.code),
    }
}

/// `remove`, `deactivate` or another verb for the account of a person, by Mona.
pub(super) async fn account_act(stage: &mut Stage, who: &Who, verb: &'static str) -> Result<()> {
    let account = account_of(stage, who).await?;
    let id = account["id"].as_str().unwrap_or_default().to_owned();
    if verb == "remove" && account["msp_admin"] == Value::Bool(true) {
        act_as_mona(stage, Act::MspAdmin { id: id.clone(), admin: false }).await?;
    }
    act_as_mona(stage, Act::Account { id, verb }).await?;
    Ok(())
}

/// Makes an MSP Admin who can sign in locally.
pub(super) async fn make_admin_with_password(stage: &mut Stage, who: &Who) -> Result<()> {
    stage.sut.reference()?.bootstrap_admin(&stage.idp, who.key()).await
}

/// Signs a person in locally and makes sure of it.
pub(super) async fn sign_in_locally(stage: &mut Stage, who: &Who) -> Result<()> {
    let person = fixtures::embedded().person(who.key()).cloned().context("not in the fixtures")?;
    let (address, password) = (stage.address(who), person.local_password.unwrap_or_default());
    let (sut, browser) = stage.seat(who);
    sut.sign_in_locally(browser, &address, &password).await?;
    if sut.who_am_i(browser).await?.is_none() {
        bail!("{who} could not sign in locally: {}", browser.page()?.text());
    }
    Ok(())
}

async fn make_user_with_password(stage: &mut Stage, who: &Who) -> Result<()> {
    make_admin_with_password(stage, who).await?;
    let id = id_of(stage, who).await?;
    act_as_mona(stage, Act::MspAdmin { id, admin: false }).await?;
    Ok(())
}

async fn add_on_the_page(stage: &mut Stage, admin: &Who, name: &str, address: &str) -> Result<()> {
    if stage.sut.product().is_some() {
        let (name, email) = (name.to_owned(), address.to_owned());
        return act_as(stage, admin, Act::AddUser { name, email }).await.map(|_| ());
    }
    stage.admin().await?;
    let (sut, browser) = stage.seat(admin);
    sut.open(browser, crate::driver::Place::Users { view: "all", search: String::new() }).await?;
    let Some(form) = browser.page()?.form_with_button("Add user") else {
        bail!("expected a form to add a user, but the page shows: {}", browser.page()?.text());
    };
    browser.submit(&form.fill("Name", name).fill("E-mail address", address), "Add user").await?;
    Ok(())
}
