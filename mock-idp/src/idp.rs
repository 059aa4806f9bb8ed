//! Starting and stopping a provider. It wires a realm to a socket; it knows nothing of the protocol.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use fixtures::Fixtures;
use tokio::sync::oneshot;

use crate::clock::{AdjustedClock, Clock, SystemClock};
use crate::generator::Generator;
use crate::handles::{Clients, ClockHandle, Faults, JournalHandle, Minter, NotFound, People, Replays};
use crate::keys::KeyError;
use crate::protocol::claims::ClaimNames;
use crate::realm::people::{Mint, Minted};
use crate::realm::{Realm, Setup};

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
    /// A key of the fixtures is of no use.
    #[error(transparent)]
    Key(#[from] KeyError),
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
pub struct MockIdp {
    realm: Arc<Realm>,
    address: SocketAddr,
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
            names: ClaimNames::default(),
            slow: Duration::from_secs(5),
            auth_time: true,
            current_runtime: false,
        }
    }

    /// The issuer, without a trailing slash.
    pub fn issuer(&self) -> &str {
        &self.realm.issuer
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address at this provider.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.realm.issuer)
    }

    /// The people.
    pub fn people(&self) -> People {
        People(Arc::clone(&self.realm))
    }

    /// The relying parties.
    pub fn clients(&self) -> Clients {
        Clients(Arc::clone(&self.realm))
    }

    /// The faults.
    pub fn faults(&self) -> Faults {
        Faults(Arc::clone(&self.realm))
    }

    /// The clock.
    pub fn clock(&self) -> ClockHandle {
        ClockHandle(Arc::clone(&self.realm))
    }

    /// The journal.
    pub fn journal(&self) -> JournalHandle {
        JournalHandle(Arc::clone(&self.realm))
    }

    /// Minting and expiring.
    pub fn minter(&self) -> Minter {
        Minter(Arc::clone(&self.realm))
    }

    /// What was handed out before.
    pub fn replay(&self) -> Replays {
        Replays(Arc::clone(&self.realm))
    }

    /// Makes tokens without a login.
    pub fn mint(&self, order: &Mint) -> Result<Minted, NotFound> {
        self.minter().mint(order)
    }

    /// Makes a code expire now.
    pub fn expire_code(&self, code: &str) -> Result<(), NotFound> {
        self.minter().expire_code(code)
    }

    /// Makes an access or refresh token expire now.
    pub fn expire_token(&self, token: &str) -> Result<(), NotFound> {
        self.minter().expire_token(token)
    }

    /// Makes the provider sessions of a person expire now; how many there were.
    pub fn expire_sessions(&self, person: &str) -> usize {
        self.minter().expire_sessions(person)
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
        write!(f, "MockIdp({})", self.realm.issuer)
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
pub struct MockIdpBuilder {
    bind: String,
    seed: Option<u64>,
    clock: Arc<dyn Clock>,
    fixtures: Option<Fixtures>,
    issuer: Option<String>,
    names: ClaimNames,
    slow: Duration,
    auth_time: bool,
    current_runtime: bool,
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
    fn start_now(self) -> Result<MockIdp, StartError> {
        let (listener, address) = listen(&self.bind)?;
        let generator = match self.seed {
            Some(seed) => Generator::seeded(seed),
            None => Generator::from_os().ok_or_else(|| StartError::System("randomness".to_owned()))?,
        };
        let issuer = match self.issuer {
            Some(issuer) => checked_issuer(issuer)?,
            None => format!("http://{address}"),
        };
        let realm = Arc::new(Realm::new(Setup {
            issuer,
            fixtures: self.fixtures.unwrap_or_else(fixtures::embedded),
            names: self.names,
            clock: AdjustedClock::new(self.clock),
            generator,
            slow: self.slow,
            auth_time: self.auth_time,
        })?);
        let (stop, stopped) = oneshot::channel();
        let thread = if self.current_runtime {
            let listener = tokio::net::TcpListener::from_std(listener)
                .map_err(|error| StartError::System(error.to_string()))?;
            tokio::spawn(serve(listener, Arc::clone(&realm), stopped));
            None
        } else {
            Some(own_thread(listener, Arc::clone(&realm), stopped)?)
        };
        Ok(MockIdp { realm, address, stop: Some(stop), thread })
    }
}

fn listen(bind: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let error = |source| StartError::Bind { address: bind.to_owned(), source };
    let mut addresses = bind.to_socket_addrs().map_err(error)?;
    let address = addresses.next().ok_or_else(|| error(io::ErrorKind::AddrNotAvailable.into()))?;
    let listener = TcpListener::bind(address).map_err(error)?;
    listener.set_nonblocking(true).map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok((listener, address))
}

fn checked_issuer(issuer: String) -> Result<String, StartError> {
    let right = url::Url::parse(&issuer).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    if right && !issuer.ends_with('/') { Ok(issuer) } else { Err(StartError::Issuer(issuer)) }
}

fn own_thread(
    listener: TcpListener,
    realm: Arc<Realm>,
    stopped: oneshot::Receiver<()>,
) -> Result<JoinHandle<()>, StartError> {
    let system = |error: io::Error| StartError::System(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system)?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener).map_err(system)?
    };
    std::thread::Builder::new()
        .name("mock-idp".to_owned())
        .spawn(move || runtime.block_on(serve(listener, realm, stopped)))
        .map_err(system)
}

/// Serves until the provider is dropped.
async fn serve(listener: tokio::net::TcpListener, realm: Arc<Realm>, stopped: oneshot::Receiver<()>) {
    // Made ready once: a bare router would be cloned whole for every connection.
    let service = crate::http::router(realm).with_state(()).into_make_service();
    tokio::select! {
        served = axum::serve(listener, service) => {
            if let Err(error) = served {
                tracing::error!(%error, "the provider stopped serving");
            }
        }
        _ = stopped => {}
    }
}
