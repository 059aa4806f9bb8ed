//! The database that a scenario begins with: Mona is an MSP Admin who is signed in, and perhaps she has put
//! automatic user creation into effect. She did it on the pages, as everybody does, once for all scenarios of
//! a process, each of which gets a copy.
//!
//! A scenario cannot tell whether its database is a copy: the server that runs on it has nothing in its memory.

use anyhow::{Context as _, Result, bail};
use tokio::sync::OnceCell;
use url::Url;

use super::{Preparation, Reference, SEED_BEFOREHAND, client, start_provider, tape};
use crate::driver::{
    Toggle,
    browser::Browser,
    clock::ScenarioClock,
    database::{Database, ScenarioDatabase},
    jar::Jar,
    provider::{self, Credentials, Until},
};

/// A database that no server has open, with the cookies of Mona's session.
pub(super) struct Prepared {
    pub(super) database: ScenarioDatabase,
    /// Mona's cookies.
    pub(super) cookies: Jar,
    /// The server that set them.
    pub(super) base: Url,
}

static BARE: OnceCell<Prepared> = OnceCell::const_new();
static IN_EFFECT: OnceCell<Prepared> = OnceCell::const_new();

/// A database to begin with.
pub(super) async fn database(kind: &Database, in_effect: bool) -> Result<Prepared> {
    let original = if in_effect { &IN_EFFECT } else { &BARE };
    let original = original.get_or_try_init(|| prepare(kind, in_effect)).await?;
    let database = original.database.copy().await?;
    Ok(Prepared { database, cookies: original.cookies.clone(), base: original.base.clone() })
}

async fn prepare(kind: &Database, in_effect: bool) -> Result<Prepared> {
    let clock = ScenarioClock::new();
    let idp = start_provider(&clock).await?;
    let database = ScenarioDatabase::create(kind).await?;
    let mut reference = Reference::on(&idp, &clock, database, &Preparation::default(), SEED_BEFOREHAND)?;
    reference.bootstrap_admin(&idp, "mona").await?;
    reference.start_server(&idp).await?;
    let mut mona = Browser::new("mona", client(), clock.clone(), tape(&idp));
    let person = fixtures::embedded().person("mona").cloned().context("the fixtures have no mona")?;
    let password = person.local_password.clone().unwrap_or_default();
    reference.sign_in_locally(&mut mona, person.email.as_deref().unwrap_or_default(), &password).await?;
    if in_effect {
        put_into_effect(&reference, &mut mona, &person).await?;
    }
    let base = reference.base(0);
    let database = reference.leave().await;
    Ok(Prepared { database, cookies: mona.cookies().clone(), base })
}

async fn put_into_effect(reference: &Reference, mona: &mut Browser, person: &fixtures::Person) -> Result<()> {
    reference.toggle(mona, Toggle::Allow, true).await?;
    provider::sign_in(mona, &Credentials::of(person), Until::Done).await?;
    mona.press("Link").await?;
    reference.toggle(mona, Toggle::Create, true).await?;
    let page = mona.page()?;
    let shown = page.form_with_button(Toggle::Create.label());
    let on = shown.and_then(|form| form.buttons.first().and_then(|button| button.checked));
    if on != Some(true) {
        bail!("automatic user creation could not be put into effect; Mona sees: {}", page.text());
    }
    Ok(())
}
