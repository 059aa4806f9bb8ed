//! Starting and stopping a provider. It wires a realm to a socket; it knows nothing of the protocol.

mod builder;
mod configured;
#[cfg(feature = "wiremock")]
pub(crate) mod mounted;
mod secured;
mod serving;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::watch;

pub use self::builder::MockIdpBuilder;
use self::secured::{is_exposed, made_key, make_tls};
use self::serving::{Served, called, listen, reached_at, serve_here, serve_on_threads};
use crate::handles::{RealmHandle, RealmsHandle};
use crate::protocol::base::{Addressing, is_base_url};
use crate::realm::Realm;
use crate::realm::error::RealmError;
use crate::realms::{Realms, Template};
use crate::tls::TlsError;

/// Why a provider did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}; choose another one with --{option}")]
    Bind {
        /// What names it: `listen` or `control-listen` (in code `bind` and `control_bind`).
        option: &'static str,
        /// The address.
        address: String,
        /// Why not.
        reason: io::Error,
    },
    /// A realm cannot be made of what it is to have.
    #[error(transparent)]
    Realm(#[from] RealmError),
    /// There is no TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The issuer is not an http or https URL without query, fragment and trailing slash.
    #[error(
        "issuer {0:?} must be an http or https URL without query, fragment and trailing slash; change --issuer (--trailing-slash adds one to every issuer)"
    )]
    Issuer(String),
    /// The address for servers is not such a URL.
    #[error(
        "back channel {0:?} must be an http or https URL without query, fragment and trailing slash; change --back-channel"
    )]
    BackChannel(String),
    /// Nobody is called as whoever is to sign in without a page.
    #[error("--headless-as: {0}")]
    HeadlessAs(String),
    /// The operating system gave no randomness, no thread or no runtime.
    #[error("the operating system does not give what a provider needs: {0}")]
    System(String),
}

/// A running provider. Dropping it stops it.
///
/// It is the realm at the root, so everything a [`RealmHandle`] does it does too.
pub struct MockIdp {
    root: RealmHandle,
    realms: Arc<Realms>,
    address: SocketAddr,
    control_key: Option<String>,
    authority: Option<String>,
    stop: Option<watch::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl MockIdp {
    /// Starts a provider with the embedded fixtures on a free loopback port, on a thread of its own.
    ///
    /// # Panics
    /// When the machine has no free port or no randomness. [`MockIdp::builder`] returns an error instead.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let idp = mock_idp::MockIdp::start().await;
    /// assert!(idp.issuer().starts_with("http://127.0.0.1:"));
    /// # });
    /// ```
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(idp) => idp,
            Err(error) => panic!("the mock provider did not start: {error}"),
        }
    }

    /// Sets a provider up before it starts.
    pub fn builder() -> MockIdpBuilder {
        MockIdpBuilder::new()
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the issuer is the address that a request was sent to.
    pub fn derives_issuer(&self) -> bool {
        self.realms.addressing.is_derived()
    }

    /// Whether clients are taken that nobody registered.
    pub fn takes_any_client(&self) -> bool {
        self.realms.switches().any_client
    }

    /// Whether people are taken whom nobody wrote down.
    pub fn takes_any_person(&self) -> bool {
        self.realms.switches().any_person
    }

    /// What whoever controls the provider over HTTP has to show: the key that was given, or one that was made because the
    /// provider listens to other machines.
    pub fn control_key(&self) -> Option<&str> {
        self.control_key.as_deref()
    }

    /// The certificate of the authority behind the provider's own, PEM, where TLS is on and the authority was made at start:
    /// what a client under test has to trust. It is also at `/_control/tls/authority.pem`.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The realms: each an issuer of its own. This provider itself is the one at the root.
    pub fn realms(&self) -> RealmsHandle {
        RealmsHandle(Arc::clone(&self.realms))
    }
}

impl std::ops::Deref for MockIdp {
    type Target = RealmHandle;

    fn deref(&self) -> &RealmHandle {
        &self.root
    }
}

impl Drop for MockIdp {
    fn drop(&mut self) {
        drop(self.stop.take());
        // Once the threads are gone the port is free again. A panic over there was reported there.
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for MockIdp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MockIdp({})", self.issuer())
    }
}

impl MockIdpBuilder {
    /// Starts listening. When this returns, the port answers.
    #[expect(clippy::unused_async, reason = "starting is asynchronous for callers, whatever it takes inside")]
    pub async fn start(self) -> Result<MockIdp, StartError> {
        self.start_now()
    }

    /// Not asynchronous, so that the provider is compiled in this crate and not again in every one that starts it.
    fn start_now(mut self) -> Result<MockIdp, StartError> {
        let (listener, address) = listen("listen", &self.bind)?;
        let apart = self.control_bind.as_deref().map(|bind| listen("control-listen", bind)).transpose()?;
        let control_address = apart.as_ref().map(|(_, address)| *address);
        // "Every address" is none that anybody could be sent to: it is reached where each request says.
        self.derived_issuer |= address.ip().is_unspecified() && self.issuer.is_none();
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let mut addressing = self.addressing(format!("{scheme}://{}", called(&self.bind, address)))?;
        addressing.control = control_address.map(|address| format!("{scheme}://{}", reached_at(address)));
        if self.control_key.is_none() && [Some(address), control_address].iter().flatten().any(is_exposed) {
            self.control_key = Some(made_key()?);
        }
        let control_key = self.control_key.clone();
        let threads = self.threads;
        let (source, clock) = (self.tls.clone(), Arc::clone(&self.clock));
        let (realms, root) = self.into_realms(addressing)?;
        let tls = source.map(|source| make_tls(&source, &realms, &root, &*clock)).transpose()?;
        let (acceptor, authority) = tls.map_or((None, None), |tls| (Some(tls.acceptor), tls.authority));
        realms.set_authority(authority.clone());
        let (stop, stopped) = watch::channel(());
        let served = Served { main: listener, control: apart.map(|(listener, _)| listener), tls: acceptor };
        let threads = if let Some(threads) = threads {
            serve_on_threads(served, &realms, &stopped, threads)?
        } else {
            serve_here(served, &realms, stopped)?;
            Vec::new()
        };
        let root = RealmHandle(root);
        Ok(MockIdp { root, realms, address, control_key, authority, stop: Some(stop), threads })
    }

    /// Every realm there is from the start, and the one at the root.
    fn into_realms(self, addressing: Addressing) -> Result<(Arc<Realms>, Arc<Realm>), StartError> {
        let template = Template {
            fixtures: self.fixtures.unwrap_or_else(fixtures::embedded),
            names: self.names,
            endpoints: self.moved.from(&Arc::default()).map_err(RealmError::from)?,
            clock: self.clock,
            seed: self.seed,
            slow: self.slow,
            switches: self.switches,
            headless_as: self.headless_as,
            control_key: self.control_key,
            clock_setting: self.clock_setting,
            farewells_later: self.farewells_later,
            by_tls: self.tls.is_some(),
        };
        let realms = Arc::new(Realms::new(addressing, template, self.root.into())?);
        for (path, plan) in self.realms {
            realms.create(&path, plan.into())?;
        }
        let root = realms.get("").ok_or_else(|| StartError::System("memory".to_owned()))?;
        root.lock().check_headless().map_err(StartError::HeadlessAs)?;
        Ok((realms, root))
    }

    fn addressing(&self, listening: String) -> Result<Addressing, StartError> {
        let wrong = |url: &Option<String>| url.clone().filter(|url| !is_base_url(url));
        if let Some(issuer) = wrong(&self.issuer) {
            return Err(StartError::Issuer(issuer));
        }
        if let Some(back_channel) = wrong(&self.back_channel) {
            return Err(StartError::BackChannel(back_channel));
        }
        let issuer = self.issuer.clone();
        Ok(Addressing {
            front: if self.derived_issuer { None } else { Some(issuer.unwrap_or_else(|| listening.clone())) },
            back: self.back_channel.clone(),
            control: None,
            trailing_slash: self.trailing_slash,
            listening,
        })
    }
}
