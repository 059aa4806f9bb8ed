//! What a provider may be told before it starts.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use fixtures::Fixtures;

use crate::clock::{Clock, SystemClock};
use crate::plan::{ClockSetting, Moved, Plan};
use crate::protocol::claims::ClaimNames;
use crate::protocol::endpoints::{Endpoint, Layout};
use crate::switches::Switches;
use crate::tls::TlsSource;

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
    pub(super) bind: String,
    pub(super) seed: Option<u64>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) fixtures: Option<Fixtures>,
    pub(super) issuer: Option<String>,
    pub(super) derived_issuer: bool,
    pub(super) back_channel: Option<String>,
    pub(super) trailing_slash: bool,
    pub(super) names: ClaimNames,
    /// Claims that were renamed one by one, by their default names.
    pub(super) renamed: Vec<String>,
    pub(super) headless_as: Option<String>,
    pub(super) moved: Moved,
    pub(super) slow: Duration,
    pub(super) switches: Switches,
    pub(super) tls: Option<TlsSource>,
    pub(super) control_bind: Option<String>,
    pub(super) control_key: Option<String>,
    /// How many threads serve; none of its own when it serves as a task of the caller.
    pub(super) threads: Option<NonZeroUsize>,
    pub(super) clock_setting: Option<ClockSetting>,
    pub(super) farewells_later: bool,
    pub(super) root: Plan,
    pub(super) realms: Vec<(String, Plan)>,
}

impl MockIdpBuilder {
    pub(super) fn new() -> Self {
        Self {
            bind: "127.0.0.1:0".to_owned(),
            seed: None,
            clock: Arc::new(SystemClock),
            fixtures: None,
            issuer: None,
            derived_issuer: false,
            back_channel: None,
            trailing_slash: false,
            names: ClaimNames::default(),
            renamed: Vec::new(),
            headless_as: None,
            moved: Moved::default(),
            slow: Duration::from_secs(5),
            switches: Switches::default(),
            tls: None,
            control_bind: None,
            control_key: None,
            threads: Some(NonZeroUsize::MIN),
            clock_setting: None,
            farewells_later: false,
            root: Plan::default(),
            realms: Vec::new(),
        }
    }

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

    /// Endpoints and issuer like those of another product, for applications that do not read discovery.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.moved.layout = Some(layout);
        self
    }

    /// Puts an endpoint elsewhere, at a path below the realm: `/oauth/token`. Where it usually is there is nothing then.
    #[must_use]
    pub fn endpoint(mut self, endpoint: Endpoint, path: impl Into<String>) -> Self {
        self.moved.paths.push((endpoint, path.into()));
        self
    }

    /// Never sends `auth_time`, not even when `max_age` asks for it: some providers do not.
    #[must_use]
    pub fn without_auth_time(mut self) -> Self {
        self.switches.auth_time = false;
        self
    }

    /// Says nothing about company, role and modules of a person: claims that only KaseyaOne has. The `acr` is one that belongs to
    /// no product then, `https://refeds.org/profile/mfa`.
    #[must_use]
    pub fn without_kaseya_claims(mut self) -> Self {
        self.switches.kaseya_claims = false;
        self
    }

    /// Lets clients register themselves (OpenID Connect Dynamic Client Registration 1.0, RFC 7591).
    #[must_use]
    pub fn with_registration(mut self) -> Self {
        self.switches.registration = true;
        self
    }

    /// Signs in whoever `login_hint` names (key, user name, e-mail address or subject) without showing a page, for tests
    /// without a browser. Without it a hint only fills the form in.
    #[must_use]
    pub fn headless(mut self) -> Self {
        self.switches.headless = true;
        self
    }

    /// The same, and whoever is named here (key, user name, e-mail address or subject) signs in where nobody is hinted at, for
    /// applications that send no hint. `prompt=select_account` still shows a page.
    #[must_use]
    pub fn headless_as(mut self, person: impl Into<String>) -> Self {
        self.headless_as = Some(person.into());
        self
    }

    /// Takes clients that nobody registered: whoever names a `client_id` that is not known is a client made on the spot, with
    /// whatever secret and redirect URI it sends. Clients that are registered stay as strict as without it.
    #[must_use]
    pub fn any_client(mut self) -> Self {
        self.switches.any_client = true;
        self
    }

    /// Takes people whom nobody wrote down: whoever signs in under a name that is not known is a person made on the spot, and
    /// may say which claims there are about them in this sign-in.
    #[must_use]
    pub fn any_person(mut self) -> Self {
        self.switches.any_person = true;
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
        self.threads = None;
        self
    }

    /// Serves on so many threads of its own, for one that is asked much. Default: one.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }
}
