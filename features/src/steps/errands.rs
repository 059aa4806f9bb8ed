//! Errands: who gets what of everything that can be seen or done here only with access.

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use serde_json::Value;

use super::{accounts, expect};
use crate::{
    driver::{
        Reading,
        errand::{Errand, Targets},
    },
    world::{Who, World, stage::Stage},
};

/// What errands are about when there is nothing of the kind.
const NOTHING: &str = "01930000-0000-7000-8000-000000000000";

#[when(regex = r"^(\w+) tries (\w+ing .+)$")]
async fn tries(world: &mut World, who: Who, name: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let errand = stage.sut.reference()?.errands().iter().find(|it| it.name == name);
    let errand = errand.with_context(|| format!("nobody knows how to go about {name:?}"))?;
    let targets = targets(stage).await?;
    let (sut, browser) = stage.seat(&who);
    let replies = sut.reference()?.attempt(browser, errand, &targets).await?;
    stage.replies.insert(who, replies);
    Ok(())
}

#[then(
    regex = r"^(\w+) is (refused, as only an MSP Admin may|told that there is no such thing|shown that none is visible|told that no access is assigned yet) in every way$"
)]
async fn is_answered(world: &mut World, who: Who, expected: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let replies = stage.replies.get(&who).with_context(|| format!("{who} has not tried anything"))?;
    let said: Vec<String> = replies.iter().map(ToString::to_string).collect();
    expect(
        !said.is_empty() && said.iter().all(|words| *words == expected),
        format!("{who} to be {expected}"),
        format!("{who} was, way by way: {}", said.join("; ")),
    )
}

#[given(regex = r"^it is noted what (\w+|a stranger) may see and do$")]
async fn is_noted(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let may = what_may_be_done(stage, &who).await?;
    stage.noted_replies.insert(who, may);
    Ok(())
}

#[then(regex = r"^(\w+|a stranger) may see and do exactly what was noted$")]
async fn may_do_what_was_noted(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let now = what_may_be_done(stage, &who).await?;
    let Some(noted) = stage.noted_replies.get(&who) else { bail!("it was not noted what {who} may do") };
    let different: Vec<_> = noted
        .iter()
        .zip(&now)
        .filter(|(before, after)| before != after)
        .map(|it| format!("{it:?}"))
        .collect();
    expect(
        different.is_empty() && noted.len() == now.len(),
        format!("{who} to get what was noted"),
        format!("there are differences: {}", different.join(", ")),
    )?;
    stage.summaries.push(format!("{who} goes for {} errands, and gets what was noted before", now.len()));
    Ok(())
}

/// What comes of every errand, unseen by the transcript. Whoever may change things only looks.
async fn what_may_be_done(stage: &mut Stage, who: &Who) -> Result<Vec<String>> {
    let admin = accounts::account_of(stage, who).await.is_ok_and(|it| it["msp_admin"] == Value::Bool(true));
    let targets = targets(stage).await?;
    let tried: Vec<&'static Errand> =
        stage.sut.reference()?.errands().iter().filter(|errand| !admin || errand.only_looks()).collect();
    let (sut, browser) = stage.seat(who);
    let page = browser.page().ok().cloned();
    browser.record(false);
    let mut told = Vec::new();
    for errand in tried {
        let replies = sut.reference()?.attempt(browser, errand, &targets).await?;
        let words: Vec<String> = replies.iter().map(ToString::to_string).collect();
        told.push(format!("{}: {}", errand.name, words.join("; ")));
    }
    browser.record(true);
    browser.show(page);
    Ok(told)
}

/// Mona herself, the first organization and the last sign-in: they exist, so that nothing but access is in the way.
async fn targets(stage: &mut Stage) -> Result<Targets> {
    let user = accounts::id_of(stage, &Who::mona()).await?;
    let organization = first(stage, Reading::Organizations, "id").await?;
    let reference = first(stage, Reading::SignIns, "reference").await?;
    Ok(Targets { user, organization, reference })
}

async fn first(stage: &mut Stage, what: Reading, key: &str) -> Result<String> {
    let things = stage.list(what).await?;
    Ok(things.first().and_then(|it| it[key].as_str()).unwrap_or(NOTHING).to_owned())
}
