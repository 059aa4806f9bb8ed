//! What every use case is handed: store, clock, generator, relying party, directory and configuration.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use url::Url;

use crate::clock::Clock;
use crate::config::Config;
use crate::directory::Directory;
use crate::domain::audit::{Action, AuditActor, AuditEntry};
use crate::domain::checks::Finding;
use crate::generator::Generator;
use crate::oidc::{HttpClient, RelyingParty};
use crate::store::Store;

/// The state of the routers.
pub type AppState = Arc<App>;

/// The service, wired.
pub struct App {
    /// The database.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ids, tokens, codes.
    pub generator: Generator,
    /// KaseyaOne as OpenID provider.
    pub relying_party: RelyingParty,
    /// KaseyaOne as directory, if configured.
    pub directory: Option<Arc<Directory>>,
    /// The attempts to sign in that this process has seen.
    pub(crate) attempts: Tally,
    /// Held by the turn of upkeep that is under way.
    pub(crate) upkeep: Arc<tokio::sync::Mutex<()>>,
    /// The configuration.
    pub config: Config,
    base_url: Url,
}

/// Counts.
#[derive(Debug, Default)]
pub(crate) struct Tally(AtomicU64);

impl Tally {
    /// How many there are, with this one.
    pub(crate) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl App {
    /// Wires the parts for the address browsers use.
    pub(crate) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        generator: Generator,
        config: Config,
        base_url: Url,
    ) -> Result<Self, reqwest::Error> {
        let mut callback = base_url.clone();
        callback.set_path("/sso/callback");
        let kaseyaone = &config.kaseyaone;
        let directory = kaseyaone.directory.as_ref();
        let elsewhere =
            directory.map(|it| &it.url).into_iter().chain(&kaseyaone.allowed_origins).map(Url::as_str);
        let http = HttpClient::for_addresses(elsewhere.chain([kaseyaone.issuer.as_str()]))?;
        Ok(Self {
            relying_party: RelyingParty::new(&config, callback, http.clone()),
            directory: directory.map(|directory| Arc::new(Directory::new(directory, http))),
            store,
            clock,
            generator,
            attempts: Tally::default(),
            upkeep: Arc::default(),
            config,
            base_url,
        })
    }

    /// The time now, in whole milliseconds: what is stored is what was compared.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// The address browsers use.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// An audit entry to be filled in.
    pub(crate) fn audit_entry(&self, actor: AuditActor, action: Action) -> AuditEntry {
        let at = self.now();
        AuditEntry::new(self.generator.id(at), at, actor, action)
    }

    /// Whether the person somebody said they are exists in KaseyaOne, as far as can be known; "not reached" if the
    /// directory may not be asked just now.
    pub(crate) async fn look_up(&self, hint: Option<&str>) -> Finding {
        match (&self.directory, hint) {
            (Some(directory), Some(username)) => {
                directory.find_user(username, self.now()).await.unwrap_or(Finding::NotReached)
            }
            _ => Finding::NotKnowable,
        }
    }

    /// What is known of somebody's existence in KaseyaOne before the directory is asked.
    pub(crate) fn not_looked_up(&self) -> Finding {
        if self.directory.is_some() { Finding::NotReached } else { Finding::NotKnowable }
    }
}
