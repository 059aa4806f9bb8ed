//! Ways through the pages: navigation, links, articles, and what every page can do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::{Context as _, Result, bail};
use cucumber::{gherkin::Step, given, then, when};
use url::Url;

use super::expect;
use crate::{
    driver::{Place, page::Form},
    world::{Who, World, stage::Stage},
};

/// Whoever walks through more pages than this walks in circles.
const MOST_PAGES: usize = 200;

#[when(expr = "{person} opens the start page")]
async fn opens_the_start_page(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = begin_as(world, &who, step).await?;
    let (sut, browser) = stage.seat(&who);
    sut.open(browser, Place::Start).await
}

#[when(regex = r"^(\w+) goes to (.+) > (.+) in the side navigation$")]
async fn goes_to(world: &mut World, who: Who, group: String, entry: String, step: &Step) -> Result<()> {
    let stage = begin_as(world, &who, step).await?;
    follow_under(stage, &who, &group, &entry).await
}

#[when(expr = "{person} follows {string} in the Single Sign-On section")]
async fn follows_in_the_section(world: &mut World, who: Who, text: String, step: &Step) -> Result<()> {
    let stage = begin_as(world, &who, step).await?;
    follow_under(stage, &who, "Single Sign-On", &text).await
}

#[when(expr = "{person} follows {string} in the row of {person}")]
async fn follows_in_the_row(world: &mut World, who: Who, text: String, of: Who, step: &Step) -> Result<()> {
    let stage = begin_as(world, &who, step).await?;
    let address = stage.address(&of);
    let (_, browser) = stage.seat(&who);
    let page = browser.page()?;
    let Some(to) = page.link_in_row(&address, &text) else {
        bail!("expected a link {text:?} in the row of {of}, but the page shows: {}", page.text());
    };
    browser.open(to).await?;
    Ok(())
}

#[when(expr = "{person} checks again")]
async fn checks_again(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    browser.follow("Check again").await?;
    Ok(())
}

#[given(expr = "{person} went to the second server")]
#[when(expr = "{person} goes to the second server")]
async fn goes_to_the_second_server(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = begin_as(world, &who, step).await?;
    let (first, second) = (stage.sut.base(0), stage.sut.base(1));
    if first == second {
        bail!("there is no second server");
    }
    let (_, browser) = stage.seat(&who);
    browser.share_cookies(&first, &second);
    browser.open(second).await?;
    Ok(())
}

#[when(expr = "Mona presses every button of every page but the Users page")]
async fn presses_everything_elsewhere(world: &mut World, step: &Step) -> Result<()> {
    let stage = begin_as(world, &Who::mona(), step).await?;
    let mut browser = stage.beside(&Who::mona());
    let base = stage.sut.base(0);
    let mut waiting = VecDeque::from([base.clone()]);
    let (mut seen, mut walked) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    while let Some(mut url) = waiting.pop_front() {
        url.set_fragment(None);
        if url.origin() != base.origin() || !seen.insert(url.clone()) {
            continue;
        }
        if seen.len() > MOST_PAGES {
            bail!("there are more than {MOST_PAGES} pages to walk through");
        }
        let page = browser.open(url).await?.clone();
        waiting.extend(page.links());
        *walked.entry(page.kind()).or_default() += 1;
        if page.kind() == "users" {
            continue;
        }
        for form in page.forms().iter().filter(|form| form.post) {
            press_each_button(&mut browser, form).await?;
        }
    }
    let told: Vec<String> = walked.iter().map(|(kind, count)| format!("{kind} ×{count}")).collect();
    stage.summaries.push(format!("Mona presses every button, but to sign out, of: {}", told.join(", ")));
    Ok(())
}

#[then(expr = "{person} reads the article {string}")]
async fn reads_the_article(world: &mut World, who: Who, title: String, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    let page = browser.page()?;
    let heading = page.text_of("h1").unwrap_or_default();
    let text = page.text_of("main p").unwrap_or_default();
    expect(
        page.kind() == "help" && heading == title && !text.is_empty(),
        format!("the article {title:?}"),
        format!("the page is {:?}: {}", page.kind(), page.text()),
    )
}

#[then(expr = "{person} has the Users page on the screen")]
async fn has_the_users_page(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    let (_, browser) = stage.seat(&who);
    let page = browser.page()?;
    expect(page.kind() == "users", "the Users page", format!("it is {:?}: {}", page.kind(), page.text()))
}

/// Whoever administrates is signed in before the page is opened.
async fn begin_as<'a>(world: &'a mut World, who: &Who, step: &Step) -> Result<&'a mut Stage> {
    let stage = world.begin(step).await?;
    if who == &Who::mona() {
        stage.admin().await?;
    }
    Ok(stage)
}

async fn follow_under(stage: &mut Stage, who: &Who, heading: &str, text: &str) -> Result<()> {
    let (_, browser) = stage.seat(who);
    let to: Option<Url> = browser.page()?.link_under(heading, text);
    let to = to.with_context(|| format!("there is no link {text:?} under {heading:?}"))?;
    browser.open(to).await?;
    Ok(())
}

/// Sends a form by each of its buttons, with something in every field that can be typed in.
async fn press_each_button(browser: &mut crate::driver::browser::Browser, form: &Form) -> Result<()> {
    let mut form = form.clone();
    for field in form.fields.iter_mut().filter(|field| field.value.is_empty() && !field.label.is_empty()) {
        "Something".clone_into(&mut field.value);
    }
    for button in form.buttons.iter().filter(|button| !button.text.starts_with("Sign out")) {
        browser.submit(&form, &button.text).await?;
    }
    Ok(())
}
