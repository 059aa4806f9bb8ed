//! What is made sure of before the first scenario: what would fail every one of them for the same reason, or let those pass
//! in which nobody is signed in, is told in one sentence.

use anyhow::{Context as _, Result, bail, ensure};
use url::Url;

use super::{Offer, Product};
use crate::driver::{
    Reading,
    browser::Browser,
    page::Page,
    provider::{self, Credentials, Until},
};

/// Who signs in before the first scenario.
const SOMEBODY: &str = "dana";

impl Product {
    /// Signs somebody in. A product at which nobody can would fail every scenario for the same reason, and one that
    /// does not tell who is signed in would pass those in which nobody is. Says where people come back to.
    pub(super) async fn check_that_somebody_can_sign_in(&self) -> Result<Url> {
        self.reset().await?;
        self.put_into_effect().await?;
        let mut browser = Browser::new(SOMEBODY, self.client(), self.clock.clone(), self.tape());
        ensure!(
            self.who_am_i(&mut browser).await?.is_none(),
            "{} says that somebody is signed in to whom no cookie was given",
            self.described.description.session.url
        );
        self.start_login(&mut browser).await?;
        let entries = self.idp.journal().entries();
        let asked = entries.iter().rev().find(|entry| entry.operation == "authorize");
        let page = browser.page()?;
        let Some(asked) = asked else {
            bail!(
                "expected {} to send a browser to {}, but it ended at {} with status {}: {}",
                self.described.description.start,
                self.idp.issuer(),
                page.url,
                page.status,
                page.text()
            );
        };
        if let Some(refusal) = &asked.refusal {
            bail!(
                "{} sends people to KaseyaOne, which refuses the request: {}",
                self.described.description.start,
                refusal.reason
            );
        }
        let client = asked.client.as_deref().unwrap_or("nobody");
        ensure!(
            client == self.client_id(),
            "the product is registered at KaseyaOne as {client:?}; say client = {client:?} in {}",
            self.described.description.file.display()
        );
        let returns = asked.query.first("redirect_uri").map(|uri| Url::parse(uri).map_err(Into::into));
        self.check_who_is_signed_in(&mut browser).await?;
        returns.unwrap_or_else(|| self.registered_return())
    }

    async fn check_who_is_signed_in(&self, browser: &mut Browser) -> Result<()> {
        let dana = self.idp.people().get(SOMEBODY).with_context(|| {
            format!(
                "{} has nobody called {SOMEBODY}; scenarios need the people of the fixtures",
                self.described.description.provider.display()
            )
        })?;
        provider::sign_in(browser, &Credentials::of(&dana), Until::Done).await?;
        let signed_in = self.who_am_i(browser).await?;
        let shown = browser.page().map(Page::text).unwrap_or_default();
        let Some(signed_in) = signed_in else {
            bail!(
                "{SOMEBODY} signed in at KaseyaOne, and {} says that nobody is signed in; the page shows: {shown}{}",
                self.described.description.session.url,
                provider::last_refusal(&self.idp)
            );
        };
        if !self.offers(Offer::Users) {
            return Ok(());
        }
        let users = self.read(Reading::Users).await?;
        ensure!(
            users
                .as_array()
                .is_some_and(|users| users.iter().any(|user| user["id"] == signed_in.account.as_str())),
            "{} says that the account {:?} is signed in, which is not among the users of the hooks: {users}",
            self.described.description.session.url,
            signed_in.account
        );
        self.reset().await?;
        let users = self.read(Reading::Users).await?;
        ensure!(
            users
                .as_array()
                .is_some_and(|users| !users.iter().any(|user| user["email"] == signed_in.email.as_str())),
            "after POST {}reset nobody has ever signed in, but {} is still among the users: {users}",
            self.described.description.hooks,
            signed_in.email
        );
        Ok(())
    }

    fn registered_return(&self) -> Result<Url> {
        let client = self.idp.clients().get(self.client_id());
        let returns = client.and_then(|client| client.redirect_uris.first().cloned());
        Ok(returns.context("the product has no redirect URI")?.parse()?)
    }
}
