//! The nouns a test works with: people, clients, faults, clock, journal, minting, replays. Each is a cheap handle on
//! the realm and holds its lock only for the one call.

mod clients;
mod clock;
mod companies;
mod faults;
mod journal;
mod keys;
mod people;
mod realms;
mod rules;
mod stories;
mod tokens;
mod verdict;

use std::sync::Arc;

pub use self::clients::Clients;
pub use self::clock::ClockHandle;
pub use self::companies::Companies;
pub use self::faults::{ArmedFault, Faults, FaultsAfter, ScopedFault};
pub use self::journal::JournalHandle;
pub use self::keys::Keys;
pub use self::people::People;
pub use self::realms::{RealmBuilder, RealmsHandle};
pub use self::rules::{ActiveRule, RuleBuilder, RuleError, Rules};
pub use self::stories::{SaveError, Stories};
pub use self::tokens::{Minter, Replays};
pub(crate) use self::verdict::verdict_on;
use crate::realm::mint::{Mint, MintError, Minted};
pub use crate::realm::missing::NotFound;
use crate::realm::{Realm, State};
use crate::rule::When;

/// A realm: one issuer with people, clients, keys, clock, faults and journal of its own.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// let acme = idp.realms().create("acme/eu").unwrap();
/// assert_eq!(acme.issuer(), format!("{}/acme/eu", idp.issuer()));
/// acme.people().deactivate("dana").unwrap();
/// assert_ne!(idp.people().get("dana"), acme.people().get("dana"), "realms share nothing");
/// # });
/// ```
#[derive(Clone)]
pub struct RealmHandle(pub(crate) Arc<Realm>);

impl RealmHandle {
    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.0.base.issuer
    }

    /// The address of the discovery document.
    pub fn discovery_url(&self) -> String {
        self.url(&self.0.base.discovery_path())
    }

    /// The path below the root; empty for the root itself.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The address of the control API of this realm.
    pub fn control_url(&self) -> String {
        self.0.base.control_url()
    }

    /// An address in this realm.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.base.front)
    }

    /// The people.
    pub fn people(&self) -> People {
        People(Arc::clone(&self.0))
    }

    /// The companies.
    pub fn companies(&self) -> Companies {
        Companies(Arc::clone(&self.0))
    }

    /// The relying parties.
    pub fn clients(&self) -> Clients {
        Clients(Arc::clone(&self.0))
    }

    /// The faults.
    pub fn faults(&self) -> Faults {
        Faults(Arc::clone(&self.0))
    }

    /// The rules.
    pub fn rules(&self) -> Rules {
        Rules(Arc::clone(&self.0))
    }

    /// Begins a rule: when a request looks like this.
    pub fn when(&self, when: When) -> RuleBuilder {
        RuleBuilder { realm: Arc::clone(&self.0), when, times: None, after: 0 }
    }

    /// The clock.
    pub fn clock(&self) -> ClockHandle {
        ClockHandle(Arc::clone(&self.0))
    }

    /// The journal.
    pub fn journal(&self) -> JournalHandle {
        JournalHandle(Arc::clone(&self.0))
    }

    /// The signing keys.
    pub fn keys(&self) -> Keys {
        Keys(Arc::clone(&self.0))
    }

    /// Puts everything back to how it was when the realm was made. Keys keep their names.
    pub fn reset(&self) {
        self.0.reset();
    }

    /// Everything as it is now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.0.snapshot())
    }

    /// Puts everything back to how it was then.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.0.restore(&snapshot.0);
    }

    /// Minting and expiring.
    pub fn minter(&self) -> Minter {
        Minter(Arc::clone(&self.0))
    }

    /// What was handed out before.
    pub fn replay(&self) -> Replays {
        Replays(Arc::clone(&self.0))
    }

    /// Makes tokens without a login.
    pub fn mint(&self, order: &Mint) -> Result<Minted, MintError> {
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

/// Everything in a realm as it was at one time: companies, people, clients, sessions, tokens, clock, faults, rules, journal.
#[derive(Clone)]
pub struct Snapshot(pub(crate) Arc<State>);
