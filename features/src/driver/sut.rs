//! The system under test: ours, which is known from inside, or somebody else's, which is reached by its sign-in and its
//! hooks alone.

use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use serde_json::Value;
use url::Url;

use super::{
    Act, Place, Reading, Refusal, SignedIn, Toggle, browser::Browser, product::Product, reference::Reference,
};

const NOT_OURS: &str = "this is about the provisioner of this project, and another product is tested";

/// The system under test of one scenario.
pub enum Sut {
    /// Our provisioner, started for the scenario.
    Reference(Box<Reference>),
    /// Somebody else's product, which runs as long as its team lets it.
    Product(Arc<Product>),
}

impl Sut {
    /// Ours, for what no other product has.
    pub fn reference(&self) -> Result<&Reference> {
        match self {
            Self::Reference(reference) => Ok(reference),
            Self::Product(_) => {
                bail!(NOT_OURS)
            }
        }
    }

    /// Ours, to do something to it that is done to no other product.
    pub fn reference_mut(&mut self) -> Result<&mut Reference> {
        match self {
            Self::Reference(reference) => Ok(reference),
            Self::Product(_) => {
                bail!(NOT_OURS)
            }
        }
    }

    /// Somebody else's product, if it is one.
    pub fn product(&self) -> Option<&Product> {
        match self {
            Self::Reference(_) => None,
            Self::Product(product) => Some(product),
        }
    }

    /// Begins to sign in with KaseyaOne, with a user name typed if there is a hint.
    pub async fn start_login(&self, browser: &mut Browser, hint: Option<&str>) -> Result<()> {
        match self {
            Self::Reference(reference) => reference.start_login(browser, hint).await,
            Self::Product(product) => product.start_login(browser).await,
        }
    }

    /// The same on one of several servers; the first is 0.
    pub async fn start_login_on(&self, server: usize, browser: &mut Browser) -> Result<()> {
        if let Self::Reference(reference) = self {
            browser.open(reference.base(server).join("/sign-in")?).await?;
        }
        self.start_login(browser, None).await
    }

    /// Who is signed in.
    pub async fn who_am_i(&self, browser: &mut Browser) -> Result<Option<SignedIn>> {
        match self {
            Self::Reference(reference) => reference.who_am_i(browser).await,
            Self::Product(product) => product.who_am_i(browser).await,
        }
    }

    /// Signs out, of the provider too if asked to.
    pub async fn logout(&self, browser: &mut Browser, of_the_provider_too: bool) -> Result<()> {
        self.reference()?.logout(browser, of_the_provider_too).await
    }

    /// Signs in with the system's own password.
    pub async fn sign_in_locally(&self, browser: &mut Browser, email: &str, password: &str) -> Result<()> {
        self.reference()?.sign_in_locally(browser, email, password).await
    }

    /// Opens a page.
    pub async fn open(&self, browser: &mut Browser, place: Place) -> Result<()> {
        let product = match self {
            Self::Reference(reference) => return reference.open(browser, place).await,
            Self::Product(product) => product,
        };
        match place {
            Place::Bookmark => product.start_login(browser).await,
            Place::MadeUpReturn => {
                let mut url = product.return_url().clone();
                url.query_pairs_mut().append_pair("code", "made-up").append_pair("state", "made-up");
                browser.open(url).await.map(|_| ())
            }
            _ => bail!("nobody knows where the product has {place:?}"),
        }
    }

    /// Whether an administrator can read this.
    fn tells(&self, what: Reading) -> bool {
        match self {
            Self::Reference(_) => true,
            Self::Product(product) => product.tells(what),
        }
    }

    /// Reads something as whoever is signed in; with another product, as an administrator.
    pub async fn read(&self, browser: &mut Browser, what: Reading) -> Result<Value> {
        match self {
            Self::Reference(reference) => reference.read(browser, what).await,
            Self::Product(product) => product.read(what).await,
        }
    }

    /// The same, and nothing of what the system does not tell.
    pub async fn read_if_told(&self, browser: &mut Browser, what: Reading) -> Result<Value> {
        if self.tells(what) { self.read(browser, what).await } else { Ok(Value::Null) }
    }

    /// Does something as whoever is signed in; with another product, as an administrator. `Err` in the answer is the
    /// system's refusal.
    pub async fn act(&self, browser: &mut Browser, act: Act) -> Result<Result<Value, Refusal>> {
        match self {
            Self::Reference(reference) => reference.act(browser, act).await,
            Self::Product(product) => {
                administrates(browser)?;
                product.act(act).await
            }
        }
    }

    /// Presses a toggle of the Single Sign-On section.
    pub async fn toggle(&self, browser: &mut Browser, toggle: Toggle, on: bool) -> Result<()> {
        match self {
            Self::Reference(reference) => reference.toggle(browser, toggle, on).await,
            Self::Product(product) => {
                administrates(browser)?;
                product.set(toggle, on).await.map(|_| ())
            }
        }
    }

    /// Starts it again, with nothing in its memory.
    pub async fn restart(&mut self) -> Result<()> {
        match self {
            Self::Reference(reference) => reference.restart().await,
            Self::Product(product) => product.restart().await,
        }
    }

    /// The address of a server; the first is 0.
    pub fn base(&self, server: usize) -> Url {
        match self {
            Self::Reference(reference) => reference.base(server),
            Self::Product(product) => product.base(),
        }
    }

    /// How many servers run.
    pub fn server_count(&self) -> usize {
        match self {
            Self::Reference(reference) => reference.server_count(),
            Self::Product(_) => 1,
        }
    }

    /// As which client of the provider it is registered.
    pub fn client_id(&self) -> &str {
        match self {
            Self::Reference(reference) => reference.client_id(),
            Self::Product(product) => product.client_id(),
        }
    }

    /// The path of the address that the provider sends people back to.
    pub fn return_path(&self) -> String {
        match self {
            Self::Reference(_) => "/sso/callback".to_owned(),
            Self::Product(product) => product.return_url().path().to_owned(),
        }
    }

    /// Every stored entity, for the transcript only; nothing of another product.
    pub async fn census(&self) -> Result<Value> {
        match self {
            Self::Reference(reference) => reference.census().await,
            Self::Product(_) => Ok(Value::Null),
        }
    }

    /// Stops what was started for the scenario.
    pub async fn stop(self) -> Result<()> {
        match self {
            Self::Reference(reference) => reference.stop().await,
            Self::Product(_) => Ok(()),
        }
    }
}

/// The hooks of another product do what an administrator does, whoever asks.
fn administrates(browser: &Browser) -> Result<()> {
    let is_mona = browser.name() == "mona" || browser.name().starts_with("mona (");
    ensure!(is_mona, "only Mona administrates another product, and this is done by {}", browser.name());
    Ok(())
}
