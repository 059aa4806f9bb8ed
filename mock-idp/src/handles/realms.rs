//! The realms of a provider: made, found and removed.

use std::sync::Arc;

use fixtures::{Fixtures, Key};

use super::RealmHandle;
use crate::clock::Clock;
use crate::protocol::claims::ClaimNames;
use crate::protocol::endpoints::{Endpoint, Layout};
use crate::realm::error::RealmError;
use crate::realms::{KeyMaterial, Own, Realms};

/// The realms of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// idp.realms().create("acme").unwrap();
/// assert_eq!(idp.realms().paths(), ["", "acme"]);
/// assert!(idp.realms().remove("acme") && idp.realms().get("acme").is_none());
/// # });
/// ```
#[derive(Clone)]
pub struct RealmsHandle(pub(crate) Arc<Realms>);

impl RealmsHandle {
    /// Makes a realm from what the provider was started with. Its keys are its own.
    pub fn create(&self, path: &str) -> Result<RealmHandle, RealmError> {
        self.0.create(path, Own::default()).map(RealmHandle)
    }

    /// Begins a realm that differs from what the provider was started with.
    pub fn builder(&self, path: impl Into<String>) -> RealmBuilder {
        RealmBuilder { realms: Arc::clone(&self.0), path: path.into(), own: Own::default(), keys: None }
    }

    /// The realm at this path; the empty path is the root.
    pub fn get(&self, path: &str) -> Option<RealmHandle> {
        self.0.get(path).map(RealmHandle)
    }

    /// The paths of all realms, in order; that of the root is empty.
    pub fn paths(&self) -> Vec<String> {
        self.0.paths()
    }

    /// Removes a realm; false when there is none. The root stays.
    pub fn remove(&self, path: &str) -> bool {
        self.0.remove(path)
    }
}

/// A realm that is about to be made.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use fixtures::{Company, Fixtures, Person};
///
/// let idp = mock_idp::MockIdp::start().await;
/// let alice = Person { email: Some("alice@acme.example".to_owned()), ..Person::new("alice", "acme") };
/// let fixtures = Fixtures { companies: vec![Company::new("acme")], people: vec![alice], ..fixtures::embedded() };
/// let acme = idp.realms().builder("acme").seed(7).fixtures(fixtures).create().unwrap();
/// assert!(acme.people().get("dana").is_none() && acme.people().get("alice").is_some());
/// assert_ne!(acme.keys().published()[0]["n"], idp.keys().published()[0]["n"]);
/// # });
/// ```
#[must_use = "it is made by create"]
pub struct RealmBuilder {
    realms: Arc<Realms>,
    path: String,
    own: Own,
    keys: Option<Vec<Key>>,
}

impl RealmBuilder {
    /// Fixes every code, token, key and key name in it, together with its path.
    pub fn seed(mut self, seed: u64) -> Self {
        self.own.seed = Some(seed);
        self
    }

    /// Signs in whoever `login_hint` names without a page, and this person where nobody is hinted at.
    pub fn headless_as(mut self, person: impl Into<String>) -> Self {
        self.own.headless_as = Some(person.into());
        self
    }

    /// People, companies and clients. Keys are taken from [`keys`](Self::keys) alone.
    pub fn fixtures(mut self, fixtures: Fixtures) -> Self {
        self.own.fixtures = Some(fixtures);
        self
    }

    /// The keys it signs with, instead of some that no other realm has.
    pub fn keys(mut self, keys: Vec<Key>) -> Self {
        self.keys = Some(keys);
        self
    }

    /// The clock under its own.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.own.clock = Some(clock);
        self
    }

    /// Other names of KaseyaOne's claims.
    pub fn claim_names(mut self, names: ClaimNames) -> Self {
        self.own.names = Some(names);
        self
    }

    /// Endpoints and issuer like those of another product.
    pub fn layout(mut self, layout: Layout) -> Self {
        self.own.moved.layout = Some(layout);
        self
    }

    /// Puts an endpoint elsewhere, at a path below the realm.
    pub fn endpoint(mut self, endpoint: Endpoint, path: impl Into<String>) -> Self {
        self.own.moved.paths.push((endpoint, path.into()));
        self
    }

    /// Makes it. From then on its issuer answers.
    pub fn create(mut self) -> Result<RealmHandle, RealmError> {
        if let Some(keys) = self.keys {
            let fixtures = self.own.fixtures.unwrap_or_else(|| self.realms.fixtures());
            self.own.fixtures = Some(Fixtures { keys, ..fixtures });
            self.own.keys = KeyMaterial::Given;
        }
        self.realms.create(&self.path, self.own).map(RealmHandle)
    }
}
