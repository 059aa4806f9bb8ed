//! Rows of the console: what of a person, a fault, an arming and a journal entry is shown.

pub(super) mod clients;
pub(super) mod rules;

use std::collections::BTreeSet;

use fixtures::{Person, Status};

use crate::fault::{ArmedRecord, CatalogueEntry, StagedBy, Target, catalogue};
use crate::journal::{Channel, Entry, Params};
use crate::realm::State;
use crate::realm::handed_out::{SentToken, TokenKind};

/// Most faults that a search shows.
const FAULTS: usize = 12;
/// Most armings on the page.
const ARMED: usize = 20;
/// Most answers and logout tokens that can be replayed from the page.
const HANDED_OUT: usize = 5;
/// What is offered before anybody has searched: one of each kind.
const USUAL: [&str; 8] = [
    "sig-bad-rs256",
    "idt-nonce-wrong",
    "idt-exp-past",
    "idt-aud-wrong",
    "authz-error-access-denied",
    "authz-state-wrong",
    "tok-503",
    "id-email-unverified",
];

pub(super) struct PersonRow {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) username: String,
    pub(super) email: String,
    pub(super) company: String,
    pub(super) company_key: String,
    pub(super) role: String,
    pub(super) status: &'static str,
    pub(super) is_active: bool,
}

impl PersonRow {
    pub(super) fn of(person: &Person, company: &str) -> Self {
        Self {
            key: person.key.clone(),
            name: person.full_name(),
            username: person.username.clone(),
            email: person.email.clone().unwrap_or_default(),
            company: company.to_owned(),
            company_key: person.company.clone(),
            role: person.role.clone(),
            status: status(person.status),
            is_active: person.status == Status::Active,
        }
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Invited => "invited",
        Status::Active => "active",
        Status::Deactivated => "deactivated",
        Status::Locked => "locked",
        Status::AddressNotAllowed => "address not allowed",
        Status::Deleted => "deleted",
    }
}

pub(super) struct FaultRow {
    pub(super) id: &'static str,
    pub(super) sentence: &'static str,
    /// What a correct relying party does.
    pub(super) right: String,
}

impl FaultRow {
    fn of(fault: &CatalogueEntry) -> Self {
        Self { id: fault.id, sentence: fault.sentence, right: fault.right_in_words() }
    }
}

/// The faults that are looked for, and how many more there are.
pub(super) fn faults(wanted: &str) -> (Vec<FaultRow>, usize) {
    let staged = || catalogue::all().filter(|fault| fault.staged_by == StagedBy::Provider);
    if wanted.is_empty() {
        let usual: Vec<_> =
            USUAL.iter().filter_map(|id| catalogue::find(id).ok()).map(FaultRow::of).collect();
        let more = staged().count() - usual.len();
        return (usual, more);
    }
    let found: Vec<_> =
        catalogue::searched(wanted).filter(|fault| fault.staged_by == StagedBy::Provider).collect();
    let more = found.len().saturating_sub(FAULTS);
    (found.into_iter().take(FAULTS).map(FaultRow::of).collect(), more)
}

pub(super) struct ArmedRow {
    pub(super) id: u64,
    pub(super) fault: &'static str,
    pub(super) sentence: &'static str,
    pub(super) target: String,
    pub(super) left: u64,
    pub(super) fired: u64,
    pub(super) is_armed: bool,
}

/// The newest armings.
pub(super) fn armed(state: &State) -> Vec<ArmedRow> {
    state.faults.list().iter().rev().take(ARMED).map(ArmedRow::of).collect()
}

impl ArmedRow {
    fn of(record: &ArmedRecord) -> Self {
        let target = match &record.target {
            Target::Next => "the next sign-in".to_owned(),
            Target::Person(key) => format!("person {key}"),
            Target::State(state) => format!("state {state}"),
            Target::Client(id) => format!("client {id}"),
        };
        Self {
            id: record.id,
            fault: record.fault,
            sentence: catalogue::find(record.fault).map_or("", |fault| fault.sentence),
            target,
            left: record.left,
            fired: record.fired,
            is_armed: record.armed && record.left > 0,
        }
    }
}

/// What was handed out and can be once more.
pub(super) struct HandedOutRow {
    pub(super) person: String,
    pub(super) client: String,
    /// The number of an authorization response, which a browser opens again; a logout token is sent instead.
    pub(super) answer: Option<u64>,
    /// Whom a logout token is about and for.
    pub(super) about: String,
}

/// The newest authorization responses, and the newest logout token of each person at each client.
pub(super) fn handed_out(state: &State) -> Vec<HandedOutRow> {
    let about = |person: &Option<String>| person.clone().unwrap_or_else(|| "nobody".to_owned());
    let responses = state.handed_out.responses().rev().take(HANDED_OUT);
    let mut rows: Vec<_> = responses
        .map(|sent| HandedOutRow {
            person: about(&sent.person),
            client: sent.client,
            answer: Some(sent.number),
            about: String::new(),
        })
        .collect();
    let mut told = BTreeSet::new();
    let newest = |sent: &&SentToken| told.insert((sent.person.clone(), sent.client.clone()));
    let logout_tokens = state.handed_out.tokens(TokenKind::LogoutToken).rev().filter(newest).take(HANDED_OUT);
    rows.extend(logout_tokens.map(|sent| HandedOutRow {
        person: about(&sent.person),
        client: sent.client.clone(),
        answer: None,
        about: about_whom(sent.person.as_deref(), &sent.client),
    }));
    rows
}

/// Whom a logout token is about and for, as the form sends it: names may have blanks.
fn about_whom(person: Option<&str>, client: &str) -> String {
    let person = person.map(|person| ("person", person));
    person.into_iter().chain([("client", client)]).collect::<Params>().encode()
}

pub(super) struct ClockRow {
    pub(super) now: String,
    /// The time that it would be if it were not wrong, as a field for times takes it.
    pub(super) field: String,
    pub(super) frozen: bool,
    pub(super) advanced: i64,
    /// How wrong it is, in seconds.
    pub(super) skew: String,
}

impl ClockRow {
    /// Whether there is anything to take back.
    pub(super) fn is_adjusted(&self) -> bool {
        self.frozen || self.advanced != 0 || self.skew != "0"
    }
}

pub(super) fn clock(state: &State) -> ClockRow {
    let reading = state.clock.reading();
    ClockRow {
        field: state.clock.right().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        now: format!("{:.0}", reading.now).replace('T', " ").replace('Z', " UTC"),
        frozen: reading.frozen,
        advanced: reading.advanced_seconds,
        skew: reading.skew_seconds.to_string(),
    }
}

pub(super) struct EntryRow {
    pub(super) seq: u64,
    pub(super) time: String,
    pub(super) who: &'static str,
    pub(super) operation: &'static str,
    pub(super) asked: String,
    pub(super) person: String,
    pub(super) client: String,
    pub(super) status: u16,
    /// `good`, `bad` or `struck`.
    pub(super) kind: &'static str,
    /// Why it was refused, and by which check.
    pub(super) refusal: Option<(String, String)>,
    pub(super) faults: Vec<&'static str>,
    /// The story it belongs to.
    pub(super) story: Option<String>,
}

impl EntryRow {
    /// Of a journal entry, and the story it belongs to; nothing of it is secret.
    pub(super) fn of(entry: &Entry, story: Option<&str>) -> Self {
        let kind = match (entry.faults.is_empty(), entry.status) {
            (false, _) => "struck",
            (true, 0 | 400..) => "bad",
            (true, _) => "good",
        };
        Self {
            seq: entry.seq,
            time: format!("{:.3}", entry.at)
                .split_once('T')
                .map_or(String::new(), |(_, time)| time.trim_end_matches('Z').to_owned()),
            who: match entry.channel {
                Channel::Front => "browser",
                Channel::Back => "server",
                Channel::Control => "test",
            },
            operation: entry.operation,
            asked: format!("{} {}", entry.method, entry.path),
            person: entry.person.clone().unwrap_or_default(),
            client: entry.client.clone().unwrap_or_default(),
            status: entry.status,
            kind,
            refusal: entry.refusal.as_ref().map(|refusal| (refusal.check.clone(), refusal.reason.clone())),
            faults: entry.faults.clone(),
            story: story.map(str::to_owned),
        }
    }
}
