//! One realm is one isolated issuer: its people, clients, keys, sessions, codes, tokens, clock, faults and journal.
//!
//! All state is behind one lock that is held for one request and never across an await. Realms share nothing that a
//! test could notice.

pub(crate) mod grants;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod people;
pub(crate) mod replay;
pub(crate) mod sign_in;
pub(crate) mod tokens;
pub(crate) mod userinfo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fixtures::{Client, Company, Fixtures, Person, Status};
use jiff::{SignedDuration, Timestamp};

use crate::clock::AdjustedClock;
use crate::fault::{Armory, Point, SignIn};
use crate::generator::Generator;
use crate::journal::{Entry, Journal, Note};
use crate::keys::{KeyError, KeyRing};
use crate::protocol::authorize::AuthorizeRequest;
use crate::protocol::claims::ClaimNames;
use crate::realm::grants::{AccessGrant, CodeGrant, RefreshGrant, Session};
use crate::realm::replay::HandedOut;

/// Life of a provider session.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// An issuer and what belongs to it.
pub(crate) struct Realm {
    pub(crate) issuer: String,
    /// Name of the session cookie: cookies do not know ports, so every instance needs its own.
    pub(crate) cookie: String,
    /// How long `ok-slow` waits.
    pub(crate) slow: Duration,
    state: Mutex<State>,
}

/// Everything in a realm that changes.
pub(crate) struct State {
    pub(crate) issuer: String,
    pub(crate) companies: Vec<Company>,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) names: ClaimNames,
    /// Whether ID tokens say when the person authenticated.
    pub(crate) auth_time: bool,
    pub(crate) ring: KeyRing,
    pub(crate) clock: AdjustedClock,
    /// What the clock showed when the state was locked.
    reading: Timestamp,
    pub(crate) generator: Generator,
    pub(crate) faults: Armory,
    pub(crate) journal: Journal,
    /// Wrong passwords and codes in a row, by what was typed as user name and company.
    failures: BTreeMap<(String, String), u32>,
    interactions: BTreeMap<String, Interaction>,
    sessions: BTreeMap<String, Session>,
    /// Clients that were given a code in a session, by its `sid`: those to tell when it ends.
    visits: BTreeMap<String, BTreeSet<String>>,
    codes: BTreeMap<String, CodeGrant>,
    access: BTreeMap<String, AccessGrant>,
    refresh: BTreeMap<String, RefreshGrant>,
    pub(crate) handed_out: HandedOut,
}

/// A sign-in that waits for the person.
#[derive(Debug, Clone)]
pub(crate) struct Interaction {
    pub(crate) request: AuthorizeRequest,
    pub(crate) sign_in: SignIn,
    /// What was typed as user name and company.
    pub(crate) typed: Option<(String, String)>,
    /// The password was right: this person may type the code.
    pub(crate) proven: Option<String>,
    /// Authentication was demanded, not only needed.
    pub(crate) forced: bool,
}

/// What a realm starts from.
pub(crate) struct Setup {
    pub(crate) issuer: String,
    pub(crate) fixtures: Fixtures,
    pub(crate) names: ClaimNames,
    pub(crate) clock: AdjustedClock,
    pub(crate) generator: Generator,
    pub(crate) slow: Duration,
    pub(crate) auth_time: bool,
}

impl Realm {
    pub(crate) fn new(mut setup: Setup) -> Result<Self, KeyError> {
        let suffix = setup.generator.letters();
        let state = State {
            issuer: setup.issuer.clone(),
            companies: setup.fixtures.companies,
            people: setup.fixtures.people.into_iter().map(|person| (person.key.clone(), person)).collect(),
            clients: setup.fixtures.clients.into_iter().map(|client| (client.id.clone(), client)).collect(),
            names: setup.names,
            auth_time: setup.auth_time,
            ring: KeyRing::new(&setup.fixtures.keys, &suffix)?,
            reading: setup.clock.now(),
            clock: setup.clock,
            generator: setup.generator,
            faults: Armory::default(),
            journal: Journal::default(),
            failures: BTreeMap::new(),
            interactions: BTreeMap::new(),
            sessions: BTreeMap::new(),
            visits: BTreeMap::new(),
            codes: BTreeMap::new(),
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            handed_out: HandedOut::default(),
        };
        let cookie = format!("mock_idp_{suffix}");
        Ok(Self { issuer: setup.issuer, cookie, slow: setup.slow, state: Mutex::new(state) })
    }

    /// The state, for one request. The clock is read here and nowhere else, so that all an answer says about time agrees.
    /// A panic elsewhere does not take the realm with it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.reading = state.clock.now();
        state
    }
}

impl State {
    /// What time it is for the request that is being answered.
    pub(crate) fn now(&self) -> Timestamp {
        self.reading
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

    pub(crate) fn record(&mut self, entry: Entry) -> u64 {
        self.journal.add(entry)
    }

    /// The company of a person.
    pub(crate) fn company_of(&self, person: &Person) -> Option<&Company> {
        self.companies.iter().find(|company| company.key == person.company)
    }

    /// A person who is there; the deleted are not.
    pub(crate) fn present(&self, key: &str) -> Option<&Person> {
        self.people.get(key).filter(|person| person.status != Status::Deleted)
    }

    /// A person by what is typed on the login page. Neither part knows letter case.
    pub(crate) fn find_person(&self, username: &str, company: &str) -> Option<&Person> {
        let (username, company) = (username.trim().to_lowercase(), company.trim().to_lowercase());
        let company = self.companies.iter().find(|other| other.name.to_lowercase() == company)?;
        self.people.values().find(|person| {
            person.company == company.key
                && person.username.to_lowercase() == username
                && person.status != Status::Deleted
        })
    }

    /// The person a `login_hint` names, by key or by user name.
    pub(crate) fn hinted(&self, hint: &str) -> Option<&Person> {
        let by_name = || {
            self.people
                .values()
                .find(|person| person.username.eq_ignore_ascii_case(hint) && person.status != Status::Deleted)
        };
        self.present(hint).or_else(by_name)
    }

    /// Another active person of the same company, the first by key.
    pub(crate) fn somebody_else(&self, key: &str) -> Option<&Person> {
        let company = &self.people.get(key)?.company;
        let fits = |person: &&Person| {
            person.key != key
                && person.company == *company
                && person.status == Status::Active
                && person.email.is_some()
        };
        self.people.values().find(fits)
    }
}
