//! One realm is one isolated issuer: its people, clients, keys, sessions, codes, tokens, clock, faults and journal.
//!
//! All state is behind one lock that is held for one request and never across an await. Realms share nothing that a
//! test could notice.

mod access_token;
pub(crate) mod asked;
pub(crate) mod authentication;
pub(crate) mod authorization_response;
pub(crate) mod barrier;
pub(crate) mod client_auth;
pub(crate) mod device;
pub(crate) mod directory;
pub(crate) mod error;
mod expiry;
pub(crate) mod fetched;
pub(crate) mod grants;
pub(crate) mod handed_out;
pub(crate) mod interaction;
mod introspection;
pub(crate) mod invent;
mod jwt_bearer;
pub(crate) mod kept;
pub(crate) mod launch;
pub(crate) mod lifecycle;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod mint;
pub(crate) mod missing;
pub(crate) mod on_the_spot;
mod password;
pub(crate) mod people;
pub(crate) mod pushed;
pub(crate) mod registration;
mod revocation;
mod session;
pub(crate) mod sign_in;
pub(crate) mod token_endpoint;
mod token_exchange;
pub(crate) mod tokens;
pub(crate) mod userinfo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fixtures::{AccessTokenFormat, Client, Fixtures, SigningAlgorithm, SubjectType, with_a_port};
use jiff::{SignedDuration, Timestamp};

use crate::clock::AdjustedClock;
use crate::fault::{ArmError, Armory, Point, SignIn};
use crate::generator::Generator;
use crate::journal::{Entry, Journal, Journals, Note, Written};
use crate::keys::KeyRing;
use crate::plan::Prepared;
use crate::protocol::base::Base;
use crate::protocol::claims::ClaimNames;
use crate::protocol::discovery::Switched;
use crate::realm::barrier::Barrier;
use crate::realm::device::DeviceGrant;
use crate::realm::directory::Directory;
use crate::realm::error::RealmError;
use crate::realm::fetched::Fetched;
use crate::realm::grants::{AccessGrant, CodeGrant, RefreshGrant, Session};
use crate::realm::handed_out::HandedOut;
use crate::realm::interaction::Interaction;
use crate::realm::kept::Kept;
use crate::realm::launch::Ready;
use crate::realm::on_the_spot::OnTheSpot;
use crate::realm::pushed::PushedRequest;
use crate::realm::registration::Registration;
use crate::rule::Rulebook;
use crate::switches::Switches;
use crate::tls::Wrong;

/// Life of a provider session.
pub(crate) const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// An issuer and what belongs to it.
pub(crate) struct Realm {
    /// Its path below the root; empty for the root.
    pub(crate) path: String,
    /// Its addresses, for whoever asks without a request.
    pub(crate) base: Arc<Base>,
    /// Name of the session cookie: cookies do not know ports, so every instance needs its own.
    pub(crate) cookie: String,
    /// How long `ok-slow` waits.
    pub(crate) slow: Duration,
    /// Whether a seed fixes everything that is made.
    seeded: bool,
    state: Mutex<State>,
    /// How it was when it was made.
    initial: Arc<State>,
    /// Snapshots by name.
    snapshots: Mutex<BTreeMap<String, Arc<State>>>,
}

/// Everything in a realm that changes.
#[derive(Clone)]
pub(crate) struct State {
    /// The addresses of the realm, as the request that is being answered sees them.
    pub(crate) base: Arc<Base>,
    pub(crate) people: Directory,
    pub(crate) clients: BTreeMap<String, Arc<Client>>,
    pub(crate) names: ClaimNames,
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) clock: AdjustedClock,
    /// What the clock showed when the state was locked, or a while before or after where something is issued then.
    reading: Timestamp,
    /// What the clock showed when the state was locked: what is over by then may be forgotten.
    today: Timestamp,
    pub(crate) generator: Generator,
    pub(crate) faults: Armory,
    pub(crate) rules: Rulebook,
    pub(crate) barriers: BTreeMap<String, Barrier>,
    pub(crate) journal: Journal,
    /// Wrong passwords and codes in a row, by what was typed as user name and company.
    failures: Kept<u32>,
    interactions: Kept<Interaction>,
    sessions: Kept<Session>,
    /// Clients that were given a code in a session, by its `sid`: those to tell when it ends.
    visits: Kept<BTreeSet<String>>,
    codes: Kept<CodeGrant>,
    access: Kept<AccessGrant>,
    refresh: Kept<RefreshGrant>,
    devices: Kept<DeviceGrant>,
    pushed: Kept<PushedRequest>,
    /// Launches from the portal that wait for a browser.
    launches: Kept<Ready>,
    /// Clients that registered themselves, by id.
    registrations: BTreeMap<String, Registration>,
    pub(crate) on_the_spot: OnTheSpot,
    pub(crate) people_on_the_spot: OnTheSpot,
    /// Assertions and proofs that were used: each is good once.
    seen: Kept<()>,
    /// What was fetched from addresses that clients registered.
    pub(crate) fetched: Fetched,
    /// Makes pairwise subjects of this realm its own.
    salt: String,
    pub(crate) switches: Switches,
    /// Who signs in without a page where nobody is hinted at.
    pub(crate) headless_as: Option<String>,
    /// Polls that a device is told to wait although the person has answered.
    pub(crate) pending_polls: u32,
    pub(crate) handed_out: HandedOut,
    /// What nonces for proofs are made of.
    pub(crate) dpop_secret: String,
    /// Makes people up, and nothing else: how many there are changes no code and no token.
    pub(crate) inventor: Generator,
}

/// What a realm starts from.
pub(crate) struct Setup {
    pub(crate) path: String,
    pub(crate) base: Base,
    pub(crate) fixtures: Fixtures,
    pub(crate) names: ClaimNames,
    pub(crate) clock: AdjustedClock,
    pub(crate) generator: Generator,
    /// What the generator was seeded with, if it was.
    pub(crate) seed: Option<u64>,
    pub(crate) slow: Duration,
    pub(crate) switches: Switches,
    pub(crate) headless_as: Option<String>,
    pub(crate) prepared: Prepared,
    /// Whether it serves by TLS.
    pub(crate) by_tls: bool,
    /// The journals of the process.
    pub(crate) journals: Journals,
}

impl Realm {
    pub(crate) fn new(mut setup: Setup) -> Result<Self, RealmError> {
        let inventor = setup.generator.apart("people");
        let dpop_secret = setup.generator.apart("dpop").secret();
        let suffix = setup.generator.letters();
        let base = Arc::new(setup.base);
        let mut state = State {
            base: Arc::clone(&base),
            people: Directory::new(setup.fixtures.companies, setup.fixtures.people),
            clients: setup
                .fixtures
                .clients
                .into_iter()
                .map(|client| (client.id.clone(), Arc::new(client)))
                .collect(),
            names: setup.names,
            ring: Arc::new(KeyRing::new(&setup.fixtures.keys, &suffix, setup.seed.is_some())?),
            reading: setup.clock.now(),
            today: setup.clock.now(),
            clock: setup.clock,
            generator: setup.generator,
            faults: Armory::new(setup.by_tls),
            rules: Rulebook::default(),
            barriers: BTreeMap::new(),
            journal: Journal::new(setup.journals),
            failures: Kept::default(),
            interactions: Kept::default(),
            sessions: Kept::default(),
            visits: Kept::default(),
            codes: Kept::default(),
            access: Kept::default(),
            refresh: Kept::default(),
            devices: Kept::default(),
            pushed: Kept::default(),
            launches: Kept::default(),
            registrations: BTreeMap::new(),
            on_the_spot: OnTheSpot::default(),
            people_on_the_spot: OnTheSpot::default(),
            seen: Kept::default(),
            fetched: Fetched::default(),
            salt: suffix.clone(),
            switches: setup.switches,
            headless_as: setup.headless_as,
            pending_polls: 0,
            handed_out: HandedOut::default(),
            dpop_secret,
            inventor,
        };
        state.invent(setup.prepared.invented_people, None)?;
        state.prepare(setup.prepared)?;
        let cookie = format!("mock_idp_{suffix}");
        Ok(Self {
            path: setup.path,
            base,
            cookie,
            slow: setup.slow,
            seeded: setup.seed.is_some(),
            initial: Arc::new(state.clone()),
            state: Mutex::new(state),
            snapshots: Mutex::default(),
        })
    }

    /// Everything as it is now.
    pub(crate) fn snapshot(&self) -> Arc<State> {
        Arc::new(self.lock().clone())
    }

    /// Everything as it was then. Where no seed fixes names, new ones are new all the same: nothing is handed out twice.
    pub(crate) fn restore(&self, snapshot: &State) {
        let mut state = self.lock();
        let generator = state.generator.clone();
        // Nobody could open them any more for those who wait.
        for barrier in std::mem::take(&mut state.barriers).values() {
            barrier.open();
        }
        // Those who wait for a document wait still.
        let fetched = std::mem::take(&mut state.fetched).with_documents_of(&snapshot.fetched);
        let then = State { barriers: BTreeMap::new(), fetched, ..snapshot.clone() };
        let now = std::mem::replace(&mut *state, then);
        state.journal.follow(&now.journal);
        if !self.seeded {
            state.generator = generator;
        }
    }

    /// Everything as it was when the realm was made.
    pub(crate) fn reset(&self) {
        self.restore(&self.initial);
    }

    /// The snapshots, by name.
    pub(crate) fn snapshots(&self) -> MutexGuard<'_, BTreeMap<String, Arc<State>>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, for one request. The clock is read here and nowhere else, so that all an answer says about time agrees.
    /// A panic elsewhere does not take the realm with it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.lock_at(&self.base)
    }

    /// The same for a request that sees the realm at these addresses.
    pub(crate) fn lock_at(&self, base: &Arc<Base>) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.reading = state.clock.now();
        state.today = state.reading;
        if !Arc::ptr_eq(&state.base, base) {
            state.base = Arc::clone(base);
        }
        state
    }
}

/// The sector of a client that has subjects of its own (OIDC Core 8.1): the host of its sector identifier or of its
/// redirect URIs.
pub(crate) fn sector_of(client: &Client) -> Option<String> {
    if client.subject_type == SubjectType::Public {
        return None;
    }
    let uri = client.sector_identifier_uri.as_ref().or(client.redirect_uris.first());
    let host = uri.and_then(|uri| url::Url::parse(&with_a_port(uri)).ok()?.host_str().map(str::to_owned));
    Some(host.unwrap_or_else(|| client.id.clone()))
}

impl State {
    /// What time it is for the request that is being answered.
    pub(crate) fn now(&self) -> Timestamp {
        self.reading
    }

    /// Arms what the realm starts with; a reset brings it back.
    fn prepare(&mut self, prepared: Prepared) -> Result<(), ArmError> {
        for arming in prepared.faults {
            self.check_target(&arming.target)?;
            self.faults.arm(&arming.fault, arming.target, arming.times.get(), arming.after)?;
        }
        for rule in prepared.rules {
            self.rules.add(rule);
        }
        Ok(())
    }

    /// Lets every fault that may strike here try; `apply` says whether it changed anything.
    pub(crate) fn strike(
        &mut self,
        point: Point,
        sign_in: &mut SignIn,
        note: &mut Note,
        mut apply: impl FnMut(&Self, &'static str) -> bool,
    ) {
        for (armed, fault) in self.faults.striking(point, sign_in) {
            if apply(self, fault) {
                self.faults.fired(armed, point, sign_in);
                note.faults.push(fault);
            }
        }
    }

    /// What is wrong with the certificate that is shown next.
    pub(crate) fn strike_handshake(&mut self) -> Option<Wrong> {
        let mut wrong = None;
        self.strike(Point::Handshake, &mut SignIn::default(), &mut Note::default(), |_, fault| {
            let this = match fault {
                "net-tls-selfsigned" => Some(Wrong::SelfSigned),
                "net-tls-expired" => Some(Wrong::Expired),
                "net-tls-wronghost" => Some(Wrong::OtherHost),
                _ => None,
            };
            let strikes = wrong.is_none() && this.is_some();
            wrong = wrong.or(this);
            strikes
        });
        wrong
    }

    /// What is switched on.
    pub(crate) fn switched(&self) -> Switched {
        Switched::by(self.clients.values().map(|client| &**client), self.switches)
    }

    /// Algorithms that some client gets signatures by.
    pub(crate) fn algorithms(&self) -> BTreeSet<SigningAlgorithm> {
        let of = |client: &Arc<Client>| {
            [
                Some(client.id_token_signed_response_alg),
                client.userinfo_signed_response_alg,
                (client.access_token_format == AccessTokenFormat::Jwt)
                    .then_some(client.access_token_signing_alg),
            ]
        };
        self.clients.values().flat_map(of).flatten().collect()
    }

    /// Writes an entry down; what gave way to it is better dropped when the lock is free again.
    pub(crate) fn record(&mut self, entry: Entry) -> Vec<Arc<Written>> {
        self.journal.add(entry)
    }
}
