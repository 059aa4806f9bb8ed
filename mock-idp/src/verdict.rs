//! A verdict on the relying parties: what they did, as far as the journal shows it, held against what the
//! specifications ask of a client. Pure: entries go in, checks come out; nothing is asked and nothing is changed.
//!
//! What was not seen is not passed, and nothing that an honest relying party does is failed.

pub(crate) mod binding;
mod codes;
mod documents;
mod guess;
mod logout_tokens;
mod manners;
mod render;
mod requests;
mod seen;
mod trust;

use fixtures::nearest_remedy;
use serde::Serialize;

use crate::fault::ArmedRecord;
use crate::journal::Entry;
use crate::protocol::text::shorten;
use crate::verdict::seen::{Party, Seen};

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was seen, and right every time.
    Pass,
    /// It was wrong at least once.
    Fail,
    /// Nothing that shows it came by. That is no pass.
    NotSeen,
}

/// One check of one relying party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Check {
    /// The id.
    pub id: &'static str,
    /// What a correct relying party does, in one sentence.
    pub sentence: &'static str,
    /// The clause behind it.
    pub clause: &'static str,
    /// What it came to.
    pub outcome: Outcome,
    /// What was wrong, or why it was not judged; without secrets.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Numbers of the journal entries that show it.
    pub entries: Vec<u64>,
}

/// The checks of one relying party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClientJudgement {
    /// Id of the client.
    pub client: String,
    /// Every check, always in the same order.
    pub checks: Vec<Check>,
}

/// The verdict on every relying party that was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Judgement {
    /// By id of the client.
    pub clients: Vec<ClientJudgement>,
    /// How many exchanges the journal had forgotten, so that they are not judged: older ones give way to newer ones.
    pub forgotten: u64,
    /// Ids of the checks that were left out on request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excepted: Vec<&'static str>,
}

/// Why checks are not left out: somebody would believe in a verdict that is another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExceptError {
    /// There is no such check.
    #[error("there is no check {:?}; {}", shorten(.0), nearest_remedy(.0, ids().into_iter()))]
    Unknown(String),
    /// It is all of them.
    #[error("every check is excepted, so nothing would be judged; except fewer")]
    Everything,
}

impl Judgement {
    /// The verdict on one client; empty when it was not seen.
    #[must_use]
    pub fn of(&self, client: &str) -> Self {
        let clients = self.clients.iter().filter(|judged| judged.client == client).cloned().collect();
        Self { clients, forgotten: self.forgotten, excepted: self.excepted.clone() }
    }

    /// Without these checks, for who has reasons not to do what they ask for.
    pub fn except(mut self, checks: &[impl AsRef<str>]) -> Result<Self, ExceptError> {
        let known = ids();
        for id in checks.iter().map(AsRef::as_ref) {
            let found = known.iter().copied().find(|known| *known == id);
            let found = found.ok_or_else(|| ExceptError::Unknown(id.to_owned()))?;
            if !self.excepted.contains(&found) {
                self.excepted.push(found);
            }
        }
        if self.excepted.len() == known.len() {
            return Err(ExceptError::Everything);
        }
        for judged in &mut self.clients {
            judged.checks.retain(|check| !self.excepted.contains(&check.id));
        }
        Ok(self)
    }

    /// Whether somebody was seen, and nothing failed.
    pub fn is_clean(&self) -> bool {
        !self.clients.is_empty() && self.with(Outcome::Fail).next().is_none()
    }

    /// What came to this outcome, with the client.
    pub fn with(&self, outcome: Outcome) -> impl Iterator<Item = (&str, &Check)> {
        let all =
            self.clients.iter().flat_map(|judged| judged.checks.iter().map(move |check| (judged, check)));
        all.filter(move |(_, check)| check.outcome == outcome)
            .map(|(judged, check)| (judged.client.as_str(), check))
    }

    /// Panics when a check failed, and when there was nothing to judge: that would prove nothing.
    ///
    /// # Panics
    /// With [`Judgement::text`].
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(!self.clients.is_empty(), "{NOBODY}");
        assert!(self.with(Outcome::Fail).next().is_none(), "{}", self.text());
    }
}

/// What is said when there is nothing to judge.
const NOBODY: &str = "no relying party was seen, so nothing is proven: does the application use this issuer, and did somebody sign in?";

/// What a check is about.
struct Rule {
    id: &'static str,
    sentence: &'static str,
    clause: &'static str,
}

const fn rule(id: &'static str, sentence: &'static str, clause: &'static str) -> Rule {
    Rule { id, sentence, clause }
}

/// One look at one thing: where it is seen, and what is wrong with it.
struct Look {
    entries: Vec<u64>,
    problem: Option<String>,
}

impl Look {
    fn new(entries: impl Into<Vec<u64>>, problem: Option<impl Into<String>>) -> Self {
        Self { entries: entries.into(), problem: problem.map(Into::into) }
    }
}

impl Rule {
    /// Fails when one look found something wrong; passes when there was something to look at.
    fn judge(&self, looks: impl IntoIterator<Item = Look>) -> Check {
        self.judge_or(looks, "")
    }

    /// As [`judge`](Self::judge); says why where there was nothing to look at.
    fn judge_or(&self, looks: impl IntoIterator<Item = Look>, why: &str) -> Check {
        let (mut right, mut wrong, mut details) = (Vec::new(), Vec::new(), Vec::<String>::new());
        for look in looks {
            match look.problem {
                None => right.extend(look.entries),
                Some(problem) => {
                    wrong.extend(look.entries);
                    if !details.contains(&problem) {
                        details.push(problem);
                    }
                }
            }
        }
        match (wrong.is_empty(), right.is_empty()) {
            (false, _) => self.came_to(Outcome::Fail, details.join("; "), wrong),
            (true, false) => self.came_to(Outcome::Pass, String::new(), right),
            (true, true) => self.not_judged(why),
        }
    }

    fn not_judged(&self, why: impl Into<String>) -> Check {
        self.came_to(Outcome::NotSeen, why.into(), Vec::new())
    }

    fn came_to(&self, outcome: Outcome, detail: String, mut entries: Vec<u64>) -> Check {
        entries.sort_unstable();
        entries.dedup();
        Check { id: self.id, sentence: self.sentence, clause: self.clause, outcome, detail, entries }
    }
}

/// What is judged.
pub(crate) struct Evidence<'a> {
    /// Entries of the journal, oldest first.
    pub(crate) entries: &'a [Entry],
    /// How many older ones are not there any more.
    pub(crate) forgotten: u64,
    /// Everything armed since the start.
    pub(crate) armed: &'a [ArmedRecord],
    /// Whether a test moved the clock: then the time between two entries says nothing about who made them.
    pub(crate) clock_was_moved: bool,
}

/// Judges every client that was seen.
pub(crate) fn judge(evidence: &Evidence<'_>) -> Judgement {
    let seen = Seen::new(evidence);
    let clients = seen.parties.iter().map(|party| judge_party(&seen, party)).collect();
    Judgement { clients, forgotten: evidence.forgotten, excepted: Vec::new() }
}

/// Ids of all checks: those of a client that did nothing.
fn ids() -> Vec<&'static str> {
    let nothing = Evidence { entries: &[], forgotten: 0, armed: &[], clock_was_moved: false };
    let judged = judge_party(&Seen::new(&nothing), &Party::idle());
    judged.checks.into_iter().map(|check| check.id).collect()
}

fn judge_party(seen: &Seen<'_>, party: &Party<'_>) -> ClientJudgement {
    let mut checks = Vec::new();
    checks.extend(requests::checks(party));
    checks.extend(codes::checks(seen, party));
    checks.extend(trust::checks(party));
    checks.extend(manners::checks(seen, party));
    checks.extend(logout_tokens::checks(seen, party));
    checks.extend(documents::checks(seen, party));
    ClientJudgement { client: party.client.to_owned(), checks }
}
