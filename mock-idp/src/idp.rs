//! Starting and stopping a provider. It wires a realm to a socket; it knows nothing of the protocol.

mod configured;
#[cfg(feature = "wiremock")]
pub(crate) mod mounted;
mod secured;
mod serving;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use fixtures::Fixtures;
use tokio::sync::oneshot;

use self::secured::{is_exposed, made_key, make_tls};
use self::serving::{Served, listen, own_thread, reached_at, serve};
use crate::base::{Addressing, is_base_url};
use crate::clock::{Clock, SystemClock};
use crate::config::{ClockSetting, Plan};
use crate::handles::{RealmHandle, RealmsHandle};
use crate::protocol::claims::ClaimNames;
use crate::realm::Realm;
use crate::realms::{RealmError, Realms, Template};
use crate::tls::{TlsError, TlsSource};

/// Why a provider did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another one with --listen (in code: bind)")]
    Bind {
        /// The address.
        address: String,
        /// Why not.
        source: io::Error,
    },
    /// The realm at the root cannot be made of these fixtures.
    #[error(transparent)]
    Realm(#[from] RealmError),
    /// There is no TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The issuer is not an http or https URL without query, fragment and trailing slash.
    #[error(
        "issuer {0:?} must be an http or https URL without query, fragment and trailing slash; change --issuer"
    )]
    Issuer(String),
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
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
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
        MockIdpBuilder {
            bind: "127.0.0.1:0".to_owned(),
            seed: None,
            clock: Arc::new(SystemClock),
            fixtures: None,
            issuer: None,
            derived_issuer: false,
            back_channel: None,
            trailing_slash: false,
            names: ClaimNames::default(),
            slow: Duration::from_secs(5),
            auth_time: true,
            registration: false,
            tls: None,
            control_bind: None,
            control_key: None,
            current_runtime: false,
            clock_setting: None,
            farewells_later: false,
            root: Plan::default(),
            realms: Vec::new(),
        }
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
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
        // Once the thread is gone the port is free again. A panic over there was reported there.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for MockIdp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MockIdp({})", self.issuer())
    }
}

/// A provider that has not started yet.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let first = mock_idp::MockIdp::builder().seed(7).start().await.expect("a free port");
/// let second = mock_idp::MockIdp::builder().bind(first.address().to_string()).start().await;
/// assert!(second.unwrap_err().to_string().contains("--listen"));
/// # });
/// ```
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct MockIdpBuilder {
    bind: String,
    seed: Option<u64>,
    clock: Arc<dyn Clock>,
    fixtures: Option<Fixtures>,
    issuer: Option<String>,
    derived_issuer: bool,
    back_channel: Option<String>,
    trailing_slash: bool,
    names: ClaimNames,
    slow: Duration,
    auth_time: bool,
    registration: bool,
    tls: Option<TlsSource>,
    control_bind: Option<String>,
    control_key: Option<String>,
    current_runtime: bool,
    clock_setting: Option<ClockSetting>,
    farewells_later: bool,
    root: Plan,
    realms: Vec<(String, Plan)>,
}

impl MockIdpBuilder {
    /// The address to listen on; port 0 means any free port. Default: `127.0.0.1:0`.
    #[must_use]
    pub fn bind(mut self, address: impl Into<String>) -> Self {
        self.bind = address.into();
        self
    }

    /// Fixes every code, token and name that is made. Default: randomness of the operating system.
    #[must_use]
    pub fn seed(mut self, seed: impl Into<Option<u64>>) -> Self {
        self.seed = seed.into();
        self
    }

    /// The clock under the provider's own. Default: [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// People, companies, clients and keys. Default: [`fixtures::embedded`].
    #[must_use]
    pub fn fixtures(mut self, fixtures: Fixtures) -> Self {
        self.fixtures = Some(fixtures);
        self
    }

    /// The issuer, when it is not `http://<address>`: behind a proxy, or under another host name.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self.derived_issuer = false;
        self
    }

    /// Takes the issuer from each request: from `X-Forwarded-Proto`, `-Host`, `-Port` and `-Prefix`, or from `Host`.
    #[must_use]
    pub fn derived_issuer(mut self) -> Self {
        self.derived_issuer = true;
        self
    }

    /// The address servers use, when it is not the one browsers use: metadata names it for token, userinfo, key set and
    /// whatever else a server calls. The issuer stays that of the browsers.
    #[must_use]
    pub fn back_channel(mut self, address: impl Into<String>) -> Self {
        self.back_channel = Some(address.into());
        self
    }

    /// Ends issuers with a slash, as some providers do.
    #[must_use]
    pub fn trailing_slash(mut self) -> Self {
        self.trailing_slash = true;
        self
    }

    /// Names of KaseyaOne's own claims.
    #[must_use]
    pub fn claim_names(mut self, names: ClaimNames) -> Self {
        self.names = names;
        self
    }

    /// Never sends `auth_time`, not even when `max_age` asks for it: some providers do not.
    #[must_use]
    pub fn without_auth_time(mut self) -> Self {
        self.auth_time = false;
        self
    }

    /// Lets clients register themselves (OpenID Connect Dynamic Client Registration 1.0, RFC 7591).
    #[must_use]
    pub fn with_registration(mut self) -> Self {
        self.registration = true;
        self
    }

    /// How long the fault `ok-slow` waits. Default: 5 seconds.
    #[must_use]
    pub fn slow_answers(mut self, wait: Duration) -> Self {
        self.slow = wait;
        self
    }

    /// Serves as a task of the runtime that calls `start`, instead of on a thread of its own: for a process that runs
    /// hundreds of providers.
    #[must_use]
    pub fn on_current_runtime(mut self) -> Self {
        self.current_runtime = true;
        self
    }

    /// Starts listening. When this returns, the port answers.
    #[expect(clippy::unused_async, reason = "starting is asynchronous for callers, whatever it takes inside")]
    pub async fn start(self) -> Result<MockIdp, StartError> {
        self.start_now()
    }

    /// Not asynchronous, so that the provider is compiled in this crate and not again in every one that starts it.
    fn start_now(mut self) -> Result<MockIdp, StartError> {
        let (listener, address) = listen(&self.bind)?;
        let apart = self.control_bind.as_deref().map(listen).transpose()?;
        let control_address = apart.as_ref().map(|(_, address)| *address);
        // "Every address" is none that anybody could be sent to: it is reached where each request says.
        self.derived_issuer |= address.ip().is_unspecified() && self.issuer.is_none();
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let mut addressing = self.addressing(format!("{scheme}://{}", reached_at(address)))?;
        addressing.control = control_address.map(|address| format!("{scheme}://{}", reached_at(address)));
        if self.control_key.is_none() && [Some(address), control_address].iter().flatten().any(is_exposed) {
            self.control_key = Some(made_key()?);
        }
        let control_key = self.control_key.clone();
        let current_runtime = self.current_runtime;
        let (source, clock) = (self.tls.take(), Arc::clone(&self.clock));
        let (realms, root) = self.into_realms(addressing)?;
        let tls = source.map(|source| make_tls(&source, &realms, &root, &*clock)).transpose()?;
        let (acceptor, authority) = tls.map_or((None, None), |tls| (Some(tls.acceptor), tls.authority));
        realms.set_authority(authority.clone());
        let (stop, stopped) = oneshot::channel();
        let served = Served { main: listener, control: apart.map(|(listener, _)| listener), tls: acceptor };
        let thread = if current_runtime {
            tokio::spawn(serve(served.bound()?, Arc::clone(&realms), stopped));
            None
        } else {
            Some(own_thread(served, Arc::clone(&realms), stopped)?)
        };
        let root = RealmHandle(root);
        Ok(MockIdp { root, realms, address, control_key, authority, stop: Some(stop), thread })
    }

    /// Every realm there is from the start, and the one at the root.
    fn into_realms(self, addressing: Addressing) -> Result<(Arc<Realms>, Arc<Realm>), StartError> {
        let template = Template {
            fixtures: self.fixtures.unwrap_or_else(fixtures::embedded),
            names: self.names,
            clock: self.clock,
            seed: self.seed,
            slow: self.slow,
            auth_time: self.auth_time,
            registration: self.registration,
            control_key: self.control_key,
            clock_setting: self.clock_setting,
            farewells_later: self.farewells_later,
        };
        let realms = Arc::new(Realms::new(addressing, template, self.root.into())?);
        for (path, plan) in self.realms {
            realms.create(&path, plan.into())?;
        }
        let root = realms.get("").ok_or_else(|| StartError::System("memory".to_owned()))?;
        Ok((realms, root))
    }

    fn addressing(&self, listening: String) -> Result<Addressing, StartError> {
        let checked = |url: &Option<String>| url.clone().map(checked_url).transpose();
        let issuer = checked(&self.issuer)?;
        Ok(Addressing {
            front: if self.derived_issuer { None } else { Some(issuer.unwrap_or_else(|| listening.clone())) },
            back: checked(&self.back_channel)?,
            control: None,
            trailing_slash: self.trailing_slash,
            listening,
        })
    }
}

fn checked_url(address: String) -> Result<String, StartError> {
    if is_base_url(&address) { Ok(address) } else { Err(StartError::Issuer(address)) }
}
