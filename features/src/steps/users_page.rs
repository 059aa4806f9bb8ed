//! Settings > Users as a page: who is listed, what is hidden, what the Single Sign-On section shows.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use jiff::SignedDuration;

use super::{expect, rows::pairs};
use crate::{
    driver::Place,
    world::{
        Who, World,
        stage::Stage,
        words::{OnOff, ToggleWord, on_off},
    },
};

#[given(expr = "{person} has the Users page open")]
#[when(expr = "{person} opens the Users page")]
#[when(expr = "{person} refreshes the Users page")]
#[when(expr = "{person} views all users")]
async fn opens(world: &mut World, who: Who, step: &Step) -> Result<()> {
    open(world.begin(step).await?, &who, "all", "").await
}

#[when(expr = "{person} tries to open the Users page")]
async fn tries_to_open(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (sut, browser) = stage.seat(&who);
    sut.open(browser, users("all", "")).await
}

#[when(expr = "{person} views only the deactivated users")]
async fn views_deactivated(world: &mut World, who: Who, step: &Step) -> Result<()> {
    open(world.begin(step).await?, &who, "deactivated", "").await
}

#[when(expr = "{person} views only the new users")]
async fn views_new(world: &mut World, who: Who, step: &Step) -> Result<()> {
    open(world.begin(step).await?, &who, "new", "").await
}

#[when(expr = "{person} views only the users created in the last {int} days")]
async fn views_created_since(world: &mut World, who: Who, days: i64, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    open(stage, &who, "all", "").await?;
    let since = stage.clock().now() - SignedDuration::from_hours(24 * days);
    let (_, browser) = stage.seat(&who);
    let page = browser.page()?;
    let form = page.form_with_field("Created since");
    let form = form.with_context(|| format!("no day can be named on: {}", page.text()))?;
    browser.submit(&form.fill("Created since", &since.strftime("%Y-%m-%d").to_string()), "Search").await?;
    Ok(())
}

#[when(expr = "{person} marks {person} as reviewed")]
async fn marks_as_reviewed(world: &mut World, admin: Who, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let name = stage.idp.people().get(who.key()).context("not in KaseyaOne")?.full_name();
    let (_, browser) = stage.seat(&admin);
    browser.press(&format!("Mark as reviewed {name}")).await?;
    Ok(())
}

#[when(expr = "{person} searches the Users page for {string}")]
async fn searches(world: &mut World, who: Who, text: String, step: &Step) -> Result<()> {
    open(world.begin(step).await?, &who, "all", &text).await
}

#[then(expr = "the Users page lists {person} once")]
async fn lists_once(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let found = rows_of(stage, &who).await?.len();
    expect(found == 1, format!("the Users page to list {who} once"), format!("it lists {who} {found} times"))
}

#[then(expr = "the Users page does not list {person}")]
async fn does_not_list(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let found = rows_of(stage, &who).await?;
    expect(found.is_empty(), format!("the Users page not to list {who}"), format!("it shows {found:?}"))
}

#[then(expr = "the Users page shows for {person}:")]
async fn shows_for(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let expected = pairs(step)?;
    let stage = world.begin(step).await?;
    // The page tells time to the minute, in UTC.
    let now = stage.clock().now().strftime("%Y-%m-%d %H:%M UTC").to_string();
    let rows = rows_of(stage, &who).await?;
    let row = rows.first().with_context(|| format!("the Users page does not list {who}"))?;
    for (column, words) in expected {
        let shown = row.iter().find(|(name, _)| *name == column).map_or("", |(_, shown)| shown.as_str());
        let words = words.replace("just now", &now);
        expect(shown == words, format!("{column} of {who} to be {words:?}"), format!("it is {shown:?}"))?;
    }
    Ok(())
}

#[then(expr = "the page that {person} has open has these controls:")]
async fn has_these_controls(world: &mut World, reader: Who, step: &Step) -> Result<()> {
    let Some(table) = &step.table else { bail!("this step needs a table") };
    let stage = world.begin(step).await?;
    let page = stage.seat(&reader).1.page()?;
    for control in table.rows.iter().flatten() {
        expect(
            page.form_with_button(control).is_some(),
            format!("the control {control:?}"),
            format!("the page shows: {}", page.text()),
        )?;
    }
    Ok(())
}

#[then(expr = "the page that {person} has open lists {person}")]
async fn open_page_lists(world: &mut World, reader: Who, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let listed = open_page_has(stage, &reader, &who)?;
    expect(listed, format!("the open page to list {who}"), "it does not")
}

#[then(expr = "the page that {person} has open does not list {person}")]
async fn open_page_does_not_list(world: &mut World, reader: Who, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let listed = open_page_has(stage, &reader, &who)?;
    expect(!listed, format!("the open page not to list {who}"), "it does")
}

#[then(regex = r"^the page that (\w+) has open says that (\d+) users? (?:is|are) hidden$")]
async fn says_how_many_are_hidden(world: &mut World, reader: Who, count: usize, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&reader);
    let words = browser.page()?.text_of("#hidden-users").unwrap_or_default();
    let said = words.split(' ').next().and_then(|it| it.parse().ok());
    expect(
        said == Some(count),
        format!("the page to say that {count} are hidden"),
        format!("it says {words:?}"),
    )
}

#[then(expr = "the browser may not keep that page")]
async fn may_not_keep(world: &mut World, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&Who::mona());
    expect(browser.page()?.no_store, "a page that the browser may not keep", "it may")
}

#[then(expr = "the page answers {string} with {string}")]
async fn answers(world: &mut World, question: String, words: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&Who::mona());
    let answers = browser.page()?.definitions();
    let answer =
        answers.iter().find(|(asked, _)| *asked == question).map_or("", |(_, answer)| answer.as_str());
    expect(
        answer == words,
        format!("the answer to {question:?} to be {words:?}"),
        format!("it is {answer:?}"),
    )
}

#[then(expr = "the page shows {toggle} as {state}")]
async fn shows_toggle(world: &mut World, toggle: ToggleWord, shown_as: OnOff, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&Who::mona());
    let page = browser.page()?;
    let form = page.form_with_button(toggle.0.label());
    let shown = form.and_then(|form| form.buttons.first().and_then(|button| button.checked));
    match shown {
        Some(on) => expect(
            on == shown_as.0,
            format!("{:?} to be shown as {}", toggle.0.label(), on_off(shown_as.0)),
            format!("it is shown as {}", on_off(on)),
        ),
        None => bail!("expected the toggle {:?}, but the page shows: {}", toggle.0.label(), page.text()),
    }
}

#[then(expr = "the page offers to keep local login for named users")]
async fn offers_exceptions(world: &mut World, step: &Step) -> Result<()> {
    exceptions_offered(world.begin(step).await?, true)
}

#[then(expr = "the page offers no exceptions")]
async fn offers_no_exceptions(world: &mut World, step: &Step) -> Result<()> {
    exceptions_offered(world.begin(step).await?, false)
}

fn exceptions_offered(stage: &mut Stage, expected: bool) -> Result<()> {
    let (_, browser) = stage.seat(&Who::mona());
    let offered = browser.page()?.form_with_button("Save exceptions").is_some();
    let words =
        |offered: bool| if offered { "exceptions to be offered" } else { "no exceptions to be offered" };
    expect(offered == expected, words(expected), format!("there are {}", words(offered)))
}

async fn open(stage: &mut Stage, who: &Who, view: &'static str, search: &str) -> Result<()> {
    stage.admin().await?;
    let (sut, browser) = stage.seat(who);
    sut.open(browser, users(view, search)).await
}

fn users(view: &'static str, search: &str) -> Place {
    Place::Users { view, search: search.to_owned() }
}

fn open_page_has(stage: &mut Stage, reader: &Who, who: &Who) -> Result<bool> {
    let address = stage.address(who);
    let (_, browser) = stage.seat(reader);
    let rows = browser.page()?.table("users");
    Ok(rows.iter().any(|row| is_of(row, &address)))
}

/// The rows of a person on every page of all users, as Mona sees them without losing the page she has open.
async fn rows_of(stage: &mut Stage, who: &Who) -> Result<Vec<Vec<(String, String)>>> {
    stage.admin().await?;
    let address = stage.address(who);
    let mut reader = stage.beside(&Who::mona());
    stage.sut.open(&mut reader, users("all", "")).await?;
    let mut found = Vec::new();
    loop {
        let page = reader.page()?.clone();
        if page.kind() != "users" {
            bail!("expected the Users page, but it is {:?}: {}", page.kind(), page.text());
        }
        found.extend(page.table("users").into_iter().filter(|row| is_of(row, &address)));
        match page.link("Next page") {
            Some(next) => reader.open(next).await?,
            None => return Ok(found),
        };
    }
}

fn is_of(row: &[(String, String)], address: &str) -> bool {
    row.iter().any(|(column, shown)| column == "E-mail address" && shown.eq_ignore_ascii_case(address))
}
