//! A product as far as it is known before anything is started or changed: its description, what its hooks offer, and how it
//! is registered at KaseyaOne. That decides which scenarios apply to it.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context as _, Result, anyhow};
use mock_idp::{MockIdp, MockIdpBuilder};

use super::{ConnectError, Offer, client, description::Description, hooks::Hooks};

/// A product that was asked for nothing but what its hooks offer.
pub struct Described {
    pub(super) description: Description,
    pub(super) hooks: Hooks,
    pub(super) offers: BTreeSet<Offer>,
    /// The provider that it signs people in at, not started.
    pub(super) provider: MockIdpBuilder,
}

impl Described {
    /// Reads a description and the configuration of the provider that it names, and asks the hooks what they offer.
    ///
    /// # Errors
    /// [`ConnectError`], with the one thing to fix.
    pub async fn read(file: &Path) -> Result<Self, ConnectError> {
        let description = Description::read(file)?;
        let plain = client(None, description.patience).map_err(ConnectError::Wrong)?;
        let hooks = Hooks::new(description.hooks.clone(), plain);
        // With the clients of the fixtures where the file has none, so that they can be asked for before it is started.
        let provider = MockIdp::builder().fixtures(fixtures::embedded()).config_file(&description.provider);
        let provider = provider.map_err(|error| ConnectError::Wrong(anyhow!("{error}")))?;
        let registered = registered(&description, &provider).map_err(ConnectError::Wrong)?;
        // What is wrong in the files is told whether the product is up or not.
        let mut offers = hooks.offers().await?;
        offers.extend(registered);
        Ok(Self { description, hooks, offers, provider })
    }

    /// What reports call it.
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// The file that describes it.
    pub fn file(&self) -> &Path {
        &self.description.file
    }

    /// The scenarios that are known not to hold for it, with the reason.
    pub fn differences(&self) -> impl Iterator<Item = (&str, &str)> {
        self.description.differs.iter().map(|it| (it.scenario.as_str(), it.why.as_str()))
    }

    /// Whether its hooks can do this, or its client at the provider says so.
    pub fn offers(&self, offer: Offer) -> bool {
        self.offers.contains(&offer)
    }
}

impl std::fmt::Display for Described {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let offered = Offer::BY_HOOKS.into_iter().filter(|offer| self.offers(*offer));
        let offered: Vec<&str> = offered.map(Offer::key).collect();
        let offered = if offered.is_empty() { "nothing".to_owned() } else { offered.join(", ") };
        write!(f, "{}, which offers {offered}", self.name())
    }
}

/// What follows from how it is registered at the provider.
fn registered(description: &Description, provider: &MockIdpBuilder) -> Result<Vec<Offer>> {
    let (id, file) = (&description.client, &description.provider);
    let client = provider.client(id).with_context(|| {
        format!(
            "{} has no client {id:?}, as which {} says that the product is registered",
            file.display(),
            description.file.display()
        )
    })?;
    anyhow::ensure!(
        !client.redirect_uris.is_empty(),
        "the client {id:?} in {} needs a redirect URI",
        file.display()
    );
    let offers =
        [(&client.backchannel_logout_uri, Offer::LogoutTokens), (&client.initiate_login_uri, Offer::Portal)];
    Ok(offers.into_iter().filter(|(uri, _)| uri.is_some()).map(|(_, offer)| offer).collect())
}
