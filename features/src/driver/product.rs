//! Somebody else's product as the system under test. A browser reaches it as people do; what people cannot do (begin
//! afresh, list users, change settings) is asked of its hooks, which its team adds for tests.
//!
//! The product signs people in at a stand-in for KaseyaOne that listens where its configuration says, as long as the run
//! lasts. Nothing here judges the product.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use mock_idp::{MockIdp, RealmHandle};
use reqwest::{Certificate, Client, Method, StatusCode, redirect};
use serde_json::{Value, json};
use url::Url;

use super::{
    Act, Reading, Refusal, SignedIn, Toggle, api, browser::Browser, clock::ScenarioClock, tape::Tape,
};

mod description;
mod hooks;

use description::Description;
pub use description::DescriptionError;
use hooks::Hooks;

/// Fixes the keys of the provider, and every code that it makes.
const SEED_OF_THE_PROVIDER: u64 = 7;

/// A product that takes longer than this for an answer does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something that a product's hooks can do, by the name that they give it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Offer {
    /// `GET users`: every account with its id and e-mail address.
    Users,
    /// Accounts also say what the API of this project says of them: name, kind, status, origin, ways to sign in, access.
    UserDetails,
    /// `POST users` and what follows a user's id: adds, deactivates and removes accounts as an administrator does.
    ManageUsers,
    /// `GET` and `PATCH single-sign-on`: the three toggles.
    SingleSignOn,
    /// `GET sign-ins`: the records of sign-ins.
    SignIns,
    /// `PUT clock`: the product takes the time of the scenario.
    Clock,
    /// `POST restart`: the product forgets what it has only in its memory.
    Restart,
}

impl Offer {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::Users,
        Self::UserDetails,
        Self::ManageUsers,
        Self::SingleSignOn,
        Self::SignIns,
        Self::Clock,
        Self::Restart,
    ];

    /// What hooks call it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::UserDetails => "user-details",
            Self::ManageUsers => "manage-users",
            Self::SingleSignOn => "single-sign-on",
            Self::SignIns => "sign-ins",
            Self::Clock => "clock",
            Self::Restart => "restart",
        }
    }
}

/// Why no product can be tested.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Its description cannot be used.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// It does not answer.
    #[error("{0:#}")]
    Unreachable(anyhow::Error),
    /// It answers, and not as it should.
    #[error("{0:#}")]
    Wrong(anyhow::Error),
}

/// A product, and the stand-in for KaseyaOne that it signs people in at.
pub struct Product {
    description: Description,
    idp: MockIdp,
    clock: ScenarioClock,
    client: Client,
    hooks: Hooks,
    offers: BTreeSet<Offer>,
}

impl Product {
    /// Reads a description, starts the provider that it names, and makes sure that the product answers and sends people
    /// there.
    ///
    /// # Errors
    /// [`ConnectError`], with the one thing to fix.
    pub async fn connect(file: &Path) -> Result<Self, ConnectError> {
        let description = Description::read(file)?;
        let plain = client(None).map_err(ConnectError::Wrong)?;
        let hooks = Hooks::new(description.hooks.clone(), plain);
        let offers = hooks.offers().await?;
        // Whoever offers a clock gets the scenarios' own; else everybody lives by the clock on the wall.
        let clock =
            if offers.contains(&Offer::Clock) { ScenarioClock::new() } else { ScenarioClock::on_the_wall() };
        let idp = start_provider(&description, &clock).await.map_err(ConnectError::Wrong)?;
        let client = client(idp.authority_pem()).map_err(ConnectError::Wrong)?;
        let product = Self { description, idp, clock, client, hooks, offers };
        product.check_that_people_are_sent_to_the_provider().await.map_err(ConnectError::Wrong)?;
        Ok(product)
    }

    /// What reports call it.
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// The file that describes it.
    pub fn described_in(&self) -> &Path {
        &self.description.file
    }

    /// The scenarios that are known not to hold for it, with the reason.
    pub fn differences(&self) -> impl Iterator<Item = (&str, &str)> {
        self.description.differs.iter().map(|it| (it.scenario.as_str(), it.why.as_str()))
    }

    /// Whether its hooks can do this.
    pub fn offers(&self, offer: Offer) -> bool {
        self.offers.contains(&offer)
    }

    /// The provider that it signs people in at.
    pub fn provider(&self) -> &RealmHandle {
        &self.idp
    }

    /// The clock that the provider reads, and the product if it offers one.
    pub fn clock(&self) -> &ScenarioClock {
        &self.clock
    }

    /// The HTTP client for browsers.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// As which client of the provider it is registered.
    pub fn client_id(&self) -> &str {
        &self.description.client
    }

    /// Where it is.
    pub fn base(&self) -> Url {
        self.description.start.join("/").unwrap_or_else(|_| self.description.start.clone())
    }

    /// Where the provider sends people back to.
    pub fn return_url(&self) -> Result<Url> {
        let client = self.idp.clients().get(self.client_id());
        let returns = client.and_then(|client| client.redirect_uris.first().cloned());
        Ok(returns.context("the product has no redirect URI")?.parse()?)
    }

    /// Everything as it was when nobody had ever signed in: at the provider and in the product.
    pub async fn reset(&self) -> Result<()> {
        self.idp.reset();
        self.tell_the_time().await?;
        self.hooks.done(Method::POST, "reset", None).await
    }

    /// Automatic user creation is in effect from now on. A product without a setting is as if it were on.
    pub async fn put_into_effect(&self) -> Result<()> {
        if !self.offers(Offer::SingleSignOn) {
            return Ok(());
        }
        for toggle in [Toggle::Allow, Toggle::Create] {
            self.set(toggle, true).await?;
        }
        let settings = self.hooks.get("single-sign-on").await?;
        let on = |toggle: Toggle| settings[toggle.key()] == true;
        ensure!(
            on(Toggle::Allow) && on(Toggle::Create),
            "automatic user creation could not be turned on; the product's settings are {settings}"
        );
        Ok(())
    }

    /// Tells the product what time it is, if it wants to know.
    pub async fn tell_the_time(&self) -> Result<()> {
        if !self.offers(Offer::Clock) {
            return Ok(());
        }
        self.hooks.done(Method::PUT, "clock", Some(&json!({ "now": self.clock.now() }))).await
    }

    /// The product forgets what it has only in its memory.
    pub async fn restart(&self) -> Result<()> {
        self.hooks.done(Method::POST, "restart", None).await
    }

    /// Goes to the product to sign in with KaseyaOne.
    pub async fn start_login(&self, browser: &mut Browser) -> Result<()> {
        browser.open(self.description.start.clone()).await?;
        Ok(())
    }

    /// Who is signed in: nobody where the product refuses to say, sends the browser elsewhere or names no account.
    pub async fn who_am_i(&self, browser: &mut Browser) -> Result<Option<SignedIn>> {
        let session = &self.description.session;
        let (status, answer) = browser.read_json(session.url.clone()).await?;
        let status = StatusCode::from_u16(status)?;
        ensure!(!status.is_server_error(), "the product broke at {}: {status} {answer}", session.url);
        let text = |pointer: &str| match answer.pointer(pointer) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        if !status.is_success() {
            return Ok(None);
        }
        ensure!(
            answer.is_object() || answer.is_null(),
            "{} has to answer with JSON that says who is signed in, but it answers {answer}",
            session.url
        );
        let Some(account) = text(&session.id) else { return Ok(None) };
        let email = text(&session.email).with_context(|| {
            format!("{} has no e-mail address at {:?}: {answer}", session.url, session.email)
        })?;
        Ok(Some(SignedIn { account, email }))
    }

    /// Whether its hooks tell this.
    pub fn tells(&self, what: Reading) -> bool {
        told_by(what).is_some_and(|offer| self.offers(offer))
    }

    /// Reads something as an administrator does.
    pub async fn read(&self, what: Reading) -> Result<Value> {
        match told_by(what) {
            Some(offer) if self.offers(offer) => self.hooks.get(offer.key()).await,
            _ => bail!("the product's hooks do not tell {what:?}"),
        }
    }

    /// Does something as an administrator; `Err` in the answer is the product's refusal.
    pub async fn act(&self, act: Act) -> Result<Result<Value, Refusal>> {
        let (method, path, body) = api::request(act);
        self.hooks.call(method, &path, body.as_ref()).await
    }

    /// Sets a toggle, as far as the product lets anybody: who looks at the settings sees what came of it.
    pub async fn set(&self, toggle: Toggle, on: bool) -> Result<()> {
        // A refusal is no failure: a toggle can depend on another one.
        let _ = self.act(Act::Set { toggle, on }).await?;
        Ok(())
    }

    /// A product that nobody gets from to the provider would fail every scenario for the same reason.
    async fn check_that_people_are_sent_to_the_provider(&self) -> Result<()> {
        self.reset().await?;
        self.put_into_effect().await?;
        let journal = self.idp.journal();
        let tape = Tape::new(move || journal.len() as u64);
        let mut browser = Browser::new("somebody", self.client(), self.clock.clone(), tape);
        self.start_login(&mut browser).await?;
        let entries = self.idp.journal().entries();
        let asked = entries.iter().rev().find(|entry| entry.operation == "authorize");
        let page = browser.page()?;
        let Some(asked) = asked else {
            bail!(
                "expected {} to send a browser to {}, but it ended at {} with status {}: {}",
                self.description.start,
                self.idp.issuer(),
                page.url,
                page.status,
                page.text()
            );
        };
        if let Some(refusal) = &asked.refusal {
            bail!(
                "{} sends people to KaseyaOne, which refuses the request: {}",
                self.description.start,
                refusal.reason
            );
        }
        let client = asked.client.as_deref().unwrap_or("nobody");
        ensure!(
            client == self.client_id(),
            "the product is registered at KaseyaOne as {client:?}; say client = {client:?} in {}",
            self.description.file.display()
        );
        Ok(())
    }
}

impl std::fmt::Debug for Product {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Product").field("description", &self.description).finish_non_exhaustive()
    }
}

/// What has to be offered for something to be read.
fn told_by(what: Reading) -> Option<Offer> {
    match what {
        Reading::Users => Some(Offer::Users),
        Reading::SingleSignOn => Some(Offer::SingleSignOn),
        Reading::SignIns => Some(Offer::SignIns),
        Reading::Audit | Reading::Organizations | Reading::Groups | Reading::SecurityOperations => None,
    }
}

async fn start_provider(description: &Description, clock: &ScenarioClock) -> Result<MockIdp> {
    let file = &description.provider;
    let builder = MockIdp::builder()
        .seed(SEED_OF_THE_PROVIDER)
        .clock(Arc::new(clock.clone()))
        .config_file(file)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    if builder.listens_on().any(|address| address.ends_with(":0")) {
        bail!(
            "{} names no port to listen on; the product has to find KaseyaOne where it looks for it: say listen = \"127.0.0.1:…\"",
            file.display()
        );
    }
    let idp = builder.start().await.context("the stand-in for KaseyaOne does not start")?;
    let id = &description.client;
    let client = idp.clients().get(id).with_context(|| {
        format!(
            "{} has no client {id:?}, as which {} says that the product is registered",
            file.display(),
            description.file.display()
        )
    })?;
    ensure!(!client.redirect_uris.is_empty(), "the client {id:?} in {} needs a redirect URI", file.display());
    Ok(idp)
}

/// A client for browsers and hooks that trusts what the machine trusts, and the provider's own authority.
fn client(authority: Option<&str>) -> Result<Client> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .timeout(PATIENCE);
    if let Some(pem) = authority {
        builder = builder.tls_certs_merge([Certificate::from_pem(pem.as_bytes())?]);
    }
    builder.build().context("there is no HTTP client")
}
