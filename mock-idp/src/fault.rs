//! Faults: the catalogue of wrong behaviour by name, and the list of those that are armed.
//!
//! A fault strikes one chosen sign-in and counts how often it fired. It fires only when it really changed something;
//! a fault that did not fire proves nothing. What each fault changes is in the submodules, by the place it strikes.

pub(crate) mod authorization;
pub(crate) mod catalogue;
pub(crate) mod documents;
pub(crate) mod id_token;
pub(crate) mod identity;
pub(crate) mod issuer;
pub(crate) mod key_set;
pub(crate) mod launch;
pub(crate) mod logout;
pub(crate) mod session;
pub(crate) mod token;
pub(crate) mod userinfo;

use std::num::NonZeroU64;

use crate::protocol::text::meant;
use crate::realm::missing::instead;
use serde::{Deserialize, Serialize};

pub use catalogue::{Binds, CatalogueEntry, Point, StagedBy, Verdict};

/// Which sign-in a fault strikes.
///
/// ```
/// use mock_idp::Target;
/// assert_eq!(Target::person("dana"), Target::Person("dana".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The next sign-in that comes to the place where the fault strikes.
    Next,
    /// Sign-ins of this person (key), from the login onward.
    Person(String),
    /// The sign-in whose authorization request has this `state`.
    State(String),
    /// Sign-ins at this client.
    Client(String),
}

impl Target {
    /// The next sign-in.
    pub fn next() -> Self {
        Self::Next
    }

    /// Sign-ins of the person with this key.
    pub fn person(key: impl Into<String>) -> Self {
        Self::Person(key.into())
    }

    /// The sign-in with this `state`.
    pub fn state(state: impl Into<String>) -> Self {
        Self::State(state.into())
    }

    /// Sign-ins at the client with this id.
    pub fn client(id: impl Into<String>) -> Self {
        Self::Client(id.into())
    }
}

/// What to arm.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arming {
    /// Id of the fault.
    pub(crate) fault: String,
    /// Which sign-in: `"next"`, `{"person": "dana"}`, `{"state": "…"}` or `{"client": "…"}`.
    #[serde(default = "Target::next")]
    pub(crate) target: Target,
    /// How often.
    #[serde(default = "once")]
    #[schema(value_type = u64, minimum = 1)]
    pub(crate) times: NonZeroU64,
    /// How many sign-ins are spared first.
    #[serde(default)]
    pub(crate) after: u64,
}

fn once() -> NonZeroU64 {
    NonZeroU64::MIN
}

/// Why a fault was not armed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArmError {
    /// No fault has this id.
    #[error(transparent)]
    Unknown(#[from] UnknownFault),
    /// The provider cannot stage it: it takes people, a browser or the settings of the relying party.
    #[error(
        "the provider does not stage {id}: {sentence} (staged by {staged_by}); bring it about in the test itself, \
         `mock-idp faults` says who stages what"
    )]
    NotStagedHere {
        /// The fault.
        id: &'static str,
        /// What it takes.
        sentence: &'static str,
        /// Who stages it.
        staged_by: &'static str,
    },
    /// It strikes where nobody comes: without TLS there is no handshake, and in it no realm but the root is known.
    #[error(
        "{id} strikes the TLS handshake, and there is none here; arm it at the root of a provider that serves by TLS (--tls)"
    )]
    NoHandshake {
        /// The fault.
        id: &'static str,
    },
    /// It is aimed at somebody or something that is not there, so it could never strike.
    #[error("there is no {kind} {name:?}{}", instead(nearest, known))]
    NoSuchTarget {
        /// What it is aimed at.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The nearest name there is; empty when none is near.
        nearest: String,
        /// The names there are, as far as there is room.
        known: String,
    },
}

/// The fault with this id, if the provider stages it.
pub(crate) fn staged(id: &str) -> Result<&'static CatalogueEntry, ArmError> {
    let entry = catalogue::find(id)?;
    if entry.staged_by == StagedBy::Provider {
        return Ok(entry);
    }
    let staged_by = entry.staged_by.as_str();
    Err(ArmError::NotStagedHere { id: entry.id, sentence: entry.sentence, staged_by })
}

/// The same, if it can strike a provider that serves by TLS or not.
pub(crate) fn armable(id: &str, by_tls: bool) -> Result<&'static CatalogueEntry, ArmError> {
    let entry = staged(id)?;
    if !by_tls && entry.strikes.iter().all(|point| *point == Point::Handshake) {
        return Err(ArmError::NoHandshake { id: entry.id });
    }
    Ok(entry)
}

/// No fault has this id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault {id:?}{} mock-idp faults lists them all", if nearest.is_empty() { ";".to_owned() } else { meant(nearest) })]
pub struct UnknownFault {
    /// What was asked for.
    pub id: String,
    /// The nearest id there is; empty when none is near.
    pub nearest: String,
}

/// A fault that was armed, with what it did so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ArmedRecord {
    /// Number of the arming, unique in this provider.
    pub id: u64,
    /// Id of the fault.
    pub fault: &'static str,
    /// Which sign-in it strikes.
    pub target: Target,
    /// How many sign-ins are spared before it strikes.
    pub after: u64,
    /// How many were spared so far.
    pub spared: u64,
    /// How many strikes are left.
    pub left: u64,
    /// How often it changed something.
    pub fired: u64,
    /// False once it was disarmed. Whether it has anything left to strike says `left`.
    pub armed: bool,
    /// An honest answer was given where it struck: what accompanied it ends too.
    #[serde(skip)]
    over: bool,
}

/// The sign-in at hand: what a fault can be aimed at, and which faults have struck it already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SignIn {
    pub(crate) person: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) state: Option<String>,
    /// What its request hinted at.
    pub(crate) login_hint: Option<String>,
    pub(crate) struck: Vec<u64>,
    /// Faults that spared it.
    pub(crate) spared: Vec<u64>,
}

impl SignIn {
    /// Bytes that its request made it take, roughly.
    pub(crate) fn size(&self) -> usize {
        [&self.state, &self.login_hint].into_iter().flatten().map(String::len).sum()
    }
}

/// All faults armed since the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Armory {
    /// Whether there are handshakes to strike.
    by_tls: bool,
    records: Vec<ArmedRecord>,
}

impl Armory {
    pub(crate) fn new(by_tls: bool) -> Self {
        Self { by_tls, records: Vec::new() }
    }

    /// Whether a fault can be armed here.
    pub(crate) fn can_arm(&self, fault: &str) -> Result<(), ArmError> {
        armable(fault, self.by_tls).map(|_| ())
    }

    /// `after`: how many sign-ins are spared first.
    pub(crate) fn arm(
        &mut self,
        fault: &str,
        target: Target,
        times: u64,
        after: u64,
    ) -> Result<u64, ArmError> {
        let entry = armable(fault, self.by_tls)?;
        let id = self.records.len() as u64 + 1;
        self.records.push(ArmedRecord {
            id,
            fault: entry.id,
            target,
            after,
            spared: 0,
            left: times,
            fired: 0,
            armed: true,
            over: false,
        });
        Ok(id)
    }

    pub(crate) fn get(&self, id: u64) -> Option<&ArmedRecord> {
        self.records.iter().find(|record| record.id == id)
    }

    pub(crate) fn list(&self) -> &[ArmedRecord] {
        &self.records
    }

    pub(crate) fn disarm(&mut self, id: u64) {
        for record in self.records.iter_mut().filter(|record| record.id == id) {
            record.armed = false;
        }
    }

    /// Armed faults that may strike this sign-in at this point. Counts those that spare it.
    pub(crate) fn striking(&mut self, point: Point, sign_in: &mut SignIn) -> Vec<(u64, &'static str)> {
        let mut striking = Vec::new();
        for record in self.records.iter_mut().filter(|record| record.armed) {
            if sign_in.spared.contains(&record.id) || !may_strike(record, point, sign_in) {
                continue;
            }
            if record.spared < record.after {
                record.spared += 1;
                sign_in.spared.push(record.id);
            } else {
                striking.push((record.id, record.fault));
            }
        }
        striking
    }

    /// Notes that an answer is about to be given: what spared it and strikes no more is over everywhere, or the
    /// documents would contradict honest answers.
    pub(crate) fn settle(&mut self, point: Point, sign_in: &SignIn) {
        for record in self.records.iter_mut().filter(|record| record.left == 0 && !record.over) {
            let strikes_here =
                catalogue::find(record.fault).is_ok_and(|entry| entry.strikes.contains(&point));
            record.over = strikes_here && !sign_in.struck.contains(&record.id);
        }
    }

    /// Notes that a fault really changed something.
    pub(crate) fn fired(&mut self, id: u64, point: Point, sign_in: &mut SignIn) {
        let Some(record) = self.records.iter_mut().find(|record| record.id == id) else { return };
        let accompanies = catalogue::find(record.fault).is_ok_and(|entry| !entry.strikes.contains(&point));
        if !accompanies {
            record.fired += 1;
            record.left = record.left.saturating_sub(1);
        }
        if !sign_in.struck.contains(&id) {
            sign_in.struck.push(id);
        }
    }
}

fn may_strike(record: &ArmedRecord, point: Point, sign_in: &SignIn) -> bool {
    let Ok(entry) = catalogue::find(record.fault) else { return false };
    if entry.accompanies.contains(&point) {
        // Whoever fetches a document is not known: there the fault stands until an honest answer needs honest documents.
        // What begins in a document goes on in the sign-ins it is aimed at.
        let began_in_document = record.fired > 0 && entry.strikes.iter().all(|strike| strike.is_document());
        let here =
            sign_in.struck.contains(&record.id) || (began_in_document && aims_at(&record.target, sign_in));
        // Whoever is spared may come for the documents at any time.
        let in_turn = record.after == 0 || record.fired > 0;
        return !record.over && in_turn && (point.is_document() || here);
    }
    entry.strikes.contains(&point)
        && record.left > 0
        && (point.is_document() || aims_at(&record.target, sign_in))
}

fn aims_at(target: &Target, sign_in: &SignIn) -> bool {
    match target {
        Target::Next => true,
        Target::Person(key) => sign_in.person.as_ref() == Some(key),
        Target::State(state) => sign_in.state.as_ref() == Some(state),
        Target::Client(id) => sign_in.client.as_ref() == Some(id),
    }
}
