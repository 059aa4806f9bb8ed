//! Access: what is assigned, by whom, and what people then see.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use serde_json::Value;

use super::{accounts, expect, sign_in};
use crate::{
    driver::{Act, Assignment, Place, Reading, page::Form},
    world::{Who, World, baseline::list, stage::Stage, words::Kind},
};

/// What can be delegated under Settings > User Privileges.
const EVERY_CAPABILITY: [&str; 4] =
    ["create organizations", "add connections", "review alerts", "see reports"];

#[given(expr = "the organization {string} exists")]
async fn organization_exists(world: &mut World, name: String, step: &Step) -> Result<()> {
    there_is(world.begin(step).await?, Act::AddOrganization(name)).await
}

#[given(expr = "the access group {string} exists")]
async fn group_exists(world: &mut World, name: String, step: &Step) -> Result<()> {
    there_is(world.begin(step).await?, Act::AddGroup(name)).await
}

#[given(expr = "{person} assigned {person} the {kind} {string}")]
#[when(expr = "{person} assigns {person} the {kind} {string}")]
async fn assigns(
    world: &mut World,
    admin: Who,
    who: Who,
    kind: Kind,
    name: String,
    step: &Step,
) -> Result<()> {
    assign(world.begin(step).await?, &admin, &who, kind.0, &[&name]).await
}

#[when(expr = "{person} opens the User Privileges of {person}")]
async fn opens_the_privileges(world: &mut World, admin: Who, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = accounts::id_of(stage, &who).await?;
    let (sut, browser) = stage.seat(&admin);
    sut.open(browser, Place::UserPrivileges(id)).await
}

#[when(expr = "{person} selects {string} there and presses {string}")]
async fn selects(world: &mut World, admin: Who, name: String, button: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&admin);
    let page = browser.page()?;
    let form = page.form_with_button(&button);
    let form = form.with_context(|| format!("there is no {button:?} on the page: {}", page.text()))?;
    let offered = form.fields.iter().any(|field| field.label == name);
    expect(offered, format!("{name:?} to be offered"), format!("the form offers {:?}", form.fields))?;
    browser.submit(&form.check("assigned", &[&name]), &button).await?;
    Ok(())
}

#[then(expr = "nothing is selected there, and each of these is saved by itself:")]
async fn nothing_is_selected(world: &mut World, step: &Step) -> Result<()> {
    let Some(table) = &step.table else { bail!("this step needs a table") };
    let stage = world.begin(step).await?;
    let page = stage.seat(&Who::mona()).1.page()?;
    let forms = page.forms();
    for row in &table.rows {
        let [button, choices] = row.as_slice() else { bail!("each row needs two cells: {row:?}") };
        let with = |it: &&Form| it.buttons.iter().any(|it| it.text.starts_with(button.as_str()));
        let form = forms.iter().find(with).with_context(|| format!("there is no {button:?}"))?;
        let offered: Vec<&str> = form.fields.iter().map(|field| field.label.as_str()).collect();
        let alone = form.buttons.len() == 1 && !form.fields.iter().any(|field| field.sent);
        expect(
            alone && offered.join(", ") == *choices,
            format!("a form of its own for {button:?} with nothing selected of {choices}"),
            format!("it is {form:?}"),
        )?;
    }
    Ok(())
}

#[given(expr = "{person} is signed in and has every capability")]
async fn has_every_capability(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    sign_in::sign_in_for_certain(stage, &who).await?;
    assign(stage, &Who::mona(), &who, Assignment::Capabilities, &EVERY_CAPABILITY).await
}

#[when(expr = "{person} opens the address of the organization {string}")]
async fn opens_the_organization(world: &mut World, who: Who, name: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = id_in(stage, Reading::Organizations, &name).await?;
    let (sut, browser) = stage.seat(&who);
    sut.open(browser, Place::Organization(id)).await
}

#[then(expr = "{person} is told that there is no such page")]
async fn is_told_that_there_is_no_such_page(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    let page = browser.page()?;
    expect(
        page.status == 404,
        format!("{who} to be told that there is no such page"),
        format!("the page says: {}", page.text()),
    )
}

#[then(expr = "{person} sees no organizations")]
async fn sees_no_organizations(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let seen = seen_by(world.begin(step).await?, &who).await?;
    expect(seen.is_empty(), format!("{who} to see no organizations"), format!("{who} sees {seen:?}"))
}

#[then(expr = "{person} sees the organization {string}")]
async fn sees_the_organization(world: &mut World, who: Who, name: String, step: &Step) -> Result<()> {
    let seen = seen_by(world.begin(step).await?, &who).await?;
    expect(seen.contains(&name), format!("{who} to see {name:?}"), format!("{who} sees {seen:?}"))
}

#[then(expr = "{person} has no access at all")]
async fn has_no_access(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let account = accounts::account_of(world.begin(step).await?, &who).await?;
    let access = account["access"].as_object().context("the account says nothing about access")?;
    let something = access.values().any(|it| it.as_array().is_none_or(|items| !items.is_empty()));
    let admin = account["msp_admin"] != Value::Bool(false);
    expect(!something && !admin, format!("{who} to have no access"), format!("the account is {account}"))
}

#[then(expr = "nobody's access has changed")]
async fn nobodys_access_has_changed(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let now = stage.list(Reading::Users).await?;
    for before in &stage.before()?.users {
        let after = now.iter().find(|it| it["id"] == before["id"]).unwrap_or(&Value::Null);
        let same = after["access"] == before["access"] && after["msp_admin"] == before["msp_admin"];
        expect(
            same,
            format!("the access of {} to be {}", before["email"], before["access"]),
            format!("it is {}", after["access"]),
        )?;
    }
    Ok(())
}

#[then(expr = "nothing has changed but the account of {person}")]
async fn nothing_but_the_account(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let id = accounts::id_of(stage, &who).await?;
    nothing_but(stage, &[id]).await
}

#[then(expr = "nothing has changed but the records of sign-ins")]
async fn nothing_but_records(world: &mut World, step: &Step) -> Result<()> {
    nothing_but(world.begin(step).await?, &[]).await
}

#[then(
    regex = r"^the SOC (evaluates alerts|investigates activity|performs response actions) exactly as before$"
)]
async fn the_soc_works_as_before(world: &mut World, what: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let part = match what.as_str() {
        "evaluates alerts" => "evaluation",
        "investigates activity" => "investigation",
        _ => "response",
    };
    let of = |report: &Value| -> Vec<Value> {
        list(report.clone()).iter().map(|case| case[part].clone()).collect()
    };
    let now = of(&stage.read(Reading::SecurityOperations).await?);
    let before = of(&stage.before()?.security_operations);
    expect(
        !now.is_empty() && !now.contains(&Value::Null),
        format!("a {part} for every alert"),
        format!("there is {now:?}"),
    )?;
    expect(before == now, format!("each {part} to be as before"), format!("now they are {now:?}"))
}

/// Adds something that access can be given to. Another product has such things of its own.
async fn there_is(stage: &mut Stage, thing: Act) -> Result<()> {
    if stage.sut.product().is_none() {
        accounts::act_as_mona(stage, thing).await?;
    }
    Ok(())
}

async fn nothing_but(stage: &mut Stage, new_accounts: &[String]) -> Result<()> {
    let now = stage.as_it_is().await?;
    let before = stage.before()?;
    let added: Vec<&Value> =
        now.users.iter().filter(|user| !before.users.iter().any(|it| it["id"] == user["id"])).collect();
    let known = added.iter().all(|user| new_accounts.iter().any(|id| user["id"] == id.as_str()));
    expect(
        known && added.len() == new_accounts.len(),
        format!("{} new account(s)", new_accounts.len()),
        format!("there are {added:?}"),
    )?;
    expect(
        before.single_sign_on == now.single_sign_on,
        "the settings to be as before",
        format!("they are {}", now.single_sign_on),
    )?;
    expect(
        before.organizations == now.organizations,
        "the organizations to be as before",
        format!("{:?}", now.organizations),
    )?;
    expect(before.groups == now.groups, "the access groups to be as before", format!("{:?}", now.groups))?;
    expect(before.security_operations == now.security_operations, "the SOC to work as before", "it does not")
}

async fn assign(stage: &mut Stage, admin: &Who, who: &Who, what: Assignment, names: &[&str]) -> Result<()> {
    let id = accounts::id_of(stage, who).await?;
    let mut assigned = Vec::new();
    for name in names {
        assigned.push(match what {
            Assignment::Capabilities => name.replace(' ', "_"),
            Assignment::Groups => id_in(stage, Reading::Groups, name).await?,
            Assignment::Organizations => id_in(stage, Reading::Organizations, name).await?,
        });
    }
    accounts::act_as(stage, admin, Act::Assign { id, what, assigned }).await?;
    Ok(())
}

async fn id_in(stage: &mut Stage, what: Reading, name: &str) -> Result<String> {
    let things = stage.list(what).await?;
    let found = things.iter().find(|it| it["name"] == name).and_then(|it| it["id"].as_str());
    found.map(str::to_owned).with_context(|| format!("there is no {name:?} among {things:?}"))
}

async fn seen_by(stage: &mut Stage, who: &Who) -> Result<Vec<String>> {
    let (sut, browser) = stage.seat(who);
    let organizations = list(sut.read(browser, Reading::Organizations).await?);
    Ok(organizations.iter().filter_map(|it| it["name"].as_str()).map(str::to_owned).collect())
}
