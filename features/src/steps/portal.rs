//! Sign-ins that begin in KaseyaOne's portal, where people open their applications from (OIDC Core 4).

use anyhow::{Context as _, Result};
use cucumber::{gherkin::Step, when};

use crate::{
    driver::provider::{self, Until},
    world::{Who, World},
};

/// Where the portal asks who opens it.
const WHO: &str = "kaseyaone-portal-people";

#[when(expr = "{person} opens the product from the KaseyaOne portal")]
#[when(expr = "{person} tries to open the product from the KaseyaOne portal")]
async fn opens_from_the_portal(world: &mut World, who: Who, step: &Step) -> Result<()> {
    let stage = world.begin(step).await?;
    stage.attempt(&who);
    let portal = stage.idp.url("/portal").parse().context("the portal has no address")?;
    let person = stage.idp.people().get(who.key()).with_context(|| format!("{who} is not in KaseyaOne"))?;
    let product = stage.idp.clients().get(stage.sut.client_id()).context("the product is not registered")?;
    let credentials = stage.credentials(&who);
    let (_, browser) = stage.seat(&who);
    if browser.open(portal).await?.kind() == WHO {
        browser.press(&person.full_name()).await?;
    }
    browser.press(&product.name).await?;
    let asked = provider::sign_in(browser, &credentials, Until::Done).await?;
    stage.was_asked(asked);
    Ok(())
}
