//! Somebody else's product as the system under test. A browser reaches it as people do; what people cannot do (begin
//! afresh, list users, change settings) is asked of its hooks, which its team adds for tests.
//!
//! The product signs people in at a stand-in for KaseyaOne that listens where its configuration says, as long as the run
//! lasts. Nothing here judges the product.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use jiff::SignedDuration;
use mock_idp::{MockIdp, RealmHandle, StartError};
use reqwest::{Certificate, Client, Method, StatusCode, redirect};
use serde_json::{Value, json};
use url::Url;

use super::{
    Act, Reading, Refusal, SignedIn, Toggle, api, browser::Browser, clock::ScenarioClock, tape::Tape,
};

mod described;
mod description;
mod hooks;
mod offer;
mod preflight;
mod presence;
mod shape;

pub use described::Described;
pub use description::DescriptionError;
pub use offer::Offer;

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
    described: Described,
    idp: MockIdp,
    clock: ScenarioClock,
    client: Client,
    /// Where the provider sends people back to.
    returns: Url,
    /// The number of the last entry of the provider's journal that the last reset made it forget.
    forgotten: AtomicU64,
    /// Scenarios one after the other, up to the last one, in which its hooks did not answer in time.
    in_vain: AtomicUsize,
}

impl Product {
    /// Reads a description, starts the provider that it names, and makes sure that somebody can sign in to the product.
    ///
    /// # Errors
    /// [`ConnectError`], with the one thing to fix.
    pub async fn connect(file: &Path) -> Result<Self, ConnectError> {
        let described = Described::read(file).await?;
        // Whoever offers a clock gets the scenarios' own; else everybody lives by the clock on the wall.
        let clock =
            if described.offers(Offer::Clock) { ScenarioClock::new() } else { ScenarioClock::on_the_wall() };
        let idp = start_provider(&described, &clock).await.map_err(ConnectError::Wrong)?;
        let client =
            client(idp.authority_pem(), described.description.patience).map_err(ConnectError::Wrong)?;
        let returns = described.description.start.clone();
        let mut product = Self {
            described,
            idp,
            clock,
            client,
            returns,
            forgotten: AtomicU64::new(0),
            in_vain: AtomicUsize::new(0),
        };
        product.returns = product.check_that_somebody_can_sign_in().await.map_err(ConnectError::Wrong)?;
        Ok(product)
    }

    /// What is known of it without signing anybody in.
    pub fn described(&self) -> &Described {
        &self.described
    }

    /// Whether its hooks can do this, or its client at the provider says so.
    pub fn offers(&self, offer: Offer) -> bool {
        self.described.offers(offer)
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
        &self.described.description.client
    }

    /// Where it is.
    pub fn base(&self) -> Url {
        self.described
            .description
            .start
            .join("/")
            .unwrap_or_else(|_| self.described.description.start.clone())
    }

    /// Where the provider sends people back to.
    pub fn return_url(&self) -> &Url {
        &self.returns
    }

    /// Everything as it was when nobody had ever signed in: at the provider and in the product.
    pub async fn reset(&self) -> Result<()> {
        if let Some(last) = self.idp.journal().entries().last() {
            self.forgotten.store(last.seq, Ordering::Relaxed);
        }
        self.idp.reset();
        self.tell_the_time().await?;
        self.described.hooks.done(Method::POST, "reset", None).await?;
        // It may have forgotten.
        self.tell_the_time().await
    }

    /// A tape that knows how far the provider's journal has come.
    pub fn tape(&self) -> Tape {
        let (journal, forgotten) = (self.idp.journal(), self.forgotten.load(Ordering::Relaxed));
        Tape::new(move || forgotten + journal.len() as u64)
    }

    /// Automatic user creation is in effect from now on. A product without a setting is as if it were on.
    pub async fn put_into_effect(&self) -> Result<()> {
        if !self.offers(Offer::SingleSignOn) {
            return Ok(());
        }
        for toggle in [Toggle::Allow, Toggle::Create] {
            let refused = self.set(toggle, true).await?;
            let settings = self.read(Reading::SingleSignOn).await?;
            ensure!(
                settings[toggle.key()] == true,
                "{:?} could not be turned on; the product's settings are {settings}{}",
                toggle.label(),
                refused.map_or_else(String::new, |it| format!(", and it says {:?}", it.sentence))
            );
        }
        Ok(())
    }

    /// Tells the product what time it is, if it wants to know.
    pub async fn tell_the_time(&self) -> Result<()> {
        if !self.offers(Offer::Clock) {
            return Ok(());
        }
        self.described.hooks.done(Method::PUT, "clock", Some(&json!({ "now": self.clock.now() }))).await
    }

    /// The product forgets what it has only in its memory.
    pub async fn restart(&self) -> Result<()> {
        self.described.hooks.done(Method::POST, "restart", None).await
    }

    /// Goes to the product to sign in with KaseyaOne.
    pub async fn start_login(&self, browser: &mut Browser) -> Result<()> {
        browser.open(self.described.description.start.clone()).await?;
        Ok(())
    }

    /// Who is signed in: nobody where the product refuses to say, sends the browser elsewhere or names no account.
    pub async fn who_am_i(&self, browser: &mut Browser) -> Result<Option<SignedIn>> {
        let session = &self.described.description.session;
        let (status, answer) = browser.read_json(session.url.clone()).await?;
        let status = StatusCode::from_u16(status)?;
        let is_nobody =
            matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) || status.is_redirection();
        ensure!(
            status.is_success() || is_nobody,
            "{} has to say who is signed in, or nobody by 401, 403 or a redirect, but it answers {status}: {answer}",
            session.url
        );
        let text = |pointer: &str| match answer.pointer(pointer) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        if is_nobody {
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
            Some(offer) if self.offers(offer) => {
                let details = self.offers(Offer::UserDetails);
                shape::checked(what, self.described.hooks.get(offer.key()).await?, details).with_context(
                    || {
                        format!(
                            "the hook GET {}{} answers otherwise than it has to",
                            self.described.description.hooks,
                            offer.key()
                        )
                    },
                )
            }
            _ => bail!("the product's hooks do not tell {what:?}"),
        }
    }

    /// Does something as an administrator; `Err` in the answer is the product's refusal.
    pub async fn act(&self, act: Act) -> Result<Result<Value, Refusal>> {
        let (method, path, body) = api::request(act);
        self.described.hooks.call(method, &path, body.as_ref()).await
    }

    /// Sets a toggle; hands back the product's refusal, which is none of ours: a toggle can depend on another one.
    pub async fn set(&self, toggle: Toggle, on: bool) -> Result<Option<Refusal>> {
        Ok(self.act(Act::Set { toggle, on }).await?.err())
    }
}

impl std::fmt::Debug for Product {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Product").field("description", &self.described.description).finish_non_exhaustive()
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

async fn start_provider(described: &Described, clock: &ScenarioClock) -> Result<MockIdp> {
    let file = &described.description.provider;
    // Without a seed: after a reset it would make the same codes again, which a product may remember.
    let builder = described.provider.clone().clock(Arc::new(clock.clone())).seed(None);
    if builder.listens_on().any(|address| address.ends_with(":0")) {
        bail!(
            "{} names no port to listen on; the product has to find KaseyaOne where it looks for it: say listen = \"127.0.0.1:…\"",
            file.display()
        );
    }
    let idp = builder.start().await.map_err(|error| not_started(&error, file))?;
    ensure!(
        idp.clock().now().duration_since(clock.now()).abs() < SignedDuration::from_secs(5),
        "{} sets a clock; take it out, scenarios have their own",
        file.display()
    );
    ensure!(
        idp.faults().list().is_empty() && idp.rules().list().is_empty(),
        "{} arms faults or rules; take them out, scenarios arm their own",
        file.display()
    );
    Ok(idp)
}

fn not_started(error: &StartError, file: &Path) -> anyhow::Error {
    match error {
        StartError::Bind { address, reason, .. } => anyhow!(
            "the stand-in for KaseyaOne cannot listen on {address}: {reason}; stop what does, or change listen in {} and where the product looks for KaseyaOne",
            file.display()
        ),
        _ => anyhow!("the stand-in for KaseyaOne does not start: {error}"),
    }
}

/// A client that trusts what the machine trusts; that of browsers trusts the provider's own authority too.
fn client(authority: Option<&str>, patience: Duration) -> Result<Client> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .timeout(patience);
    if let Some(pem) = authority {
        builder = builder.tls_certs_merge([Certificate::from_pem(pem.as_bytes())?]);
    }
    builder.build().context("there is no HTTP client")
}
