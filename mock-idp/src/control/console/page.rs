//! What stands on the console: gathered under one lock but for the people, bounded in every direction, so that a
//! hundred thousand people or ten thousand entries make no slow page.

use std::sync::Arc;

use askama::Template;
use fixtures::Person;

use super::form::{Form, Typed};
use super::order::{Issued, KINDS, Order};
use super::rows::clients::{ClientRow, clients};
use super::rows::rules::{CHOICES, RuleRow, rules};
use super::rows::{
    ArmedRow, ClockRow, EntryRow, FaultRow, HandedOutRow, PersonRow, armed, clock, faults, handed_out,
};
use crate::control::journaled;
use crate::http::neighbours::Neighbours;
use crate::http::place::Place;
use crate::journal::{Entry, JournalQuery, Params};
use crate::realm::State;
use crate::realm::directory::Everybody;
use crate::rule::OPERATIONS;
use crate::story::{SignIns, StoryLine};

/// Most people on the page.
const PEOPLE: usize = 50;
/// Most journal entries on the page.
const ENTRIES: usize = 50;
/// Most sign-ins on the page.
const SIGN_INS: usize = 8;
/// What the page is asked to show, as it stands in its address and is carried through every form.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// Looks for people.
    q: String,
    /// Looks for faults.
    fault: String,
    operation: String,
    person: String,
    /// What was just done, from a fixed list.
    did: String,
}

impl Asked {
    pub(super) fn read(query: &str) -> Self {
        let params = Params::parse(query);
        let text = |name: &str| params.first(name).unwrap_or_default().trim().to_owned();
        Self {
            q: text("q"),
            fault: text("fault"),
            operation: text("operation"),
            person: text("person"),
            did: text("did"),
        }
    }

    /// What the page showed on which a form was sent.
    pub(super) fn of(form: &Form) -> Self {
        Self::read(form.text("back"))
    }

    /// The address again, after something was done.
    pub(super) fn query(&self, did: &str) -> String {
        let mut params = Params::default();
        let all = [
            ("q", &*self.q),
            ("fault", &self.fault),
            ("operation", &self.operation),
            ("person", &self.person),
        ];
        for (name, value) in all.into_iter().chain([("did", did)]).filter(|(_, value)| !value.is_empty()) {
            params.push(name, value);
        }
        params.encode()
    }

    fn journal(&self) -> JournalQuery {
        let wanted = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        JournalQuery {
            operation: wanted(&self.operation),
            person: wanted(&self.person),
            ..JournalQuery::default()
        }
    }
}

/// What was done, in a sentence, and the part of the page that says it; nothing for a word that nobody knows.
fn sentence(did: &str) -> (&'static str, &'static str) {
    match did {
        "armed" => ("faults", "The fault is armed."),
        "disarmed" => ("faults", "Disarmed."),
        "rule" => ("rules", "The rule is there."),
        "taken-back" => ("rules", "Taken back."),
        "registered" => ("clients", "The address is registered."),
        "added" => ("people", "The person is there; the password is password, the one-time code 123456."),
        "changed" => ("people", "The person was changed."),
        "deactivate" => ("people", "The person was deactivated; sessions have ended."),
        "lock" => ("people", "The person was locked; sessions have ended."),
        "delete" => ("people", "The person was deleted, and can be restored."),
        "restore" => ("people", "The person is active again."),
        "recreate" => (
            "people",
            "The account was deleted and made again, with another subject; what was handed out is void.",
        ),
        "rename" => (
            "people",
            "The person has another user name, and with it another account: another subject, the old address.",
        ),
        "move" => ("people", "The person is in another company now."),
        "sign-out" => ("people", "Sessions have ended, and the applications were told."),
        "expired" => ("tokens", "Expired."),
        "replayed" => ("tokens", "The logout token was sent once more."),
        "reset" => ("realm", "Everything is as it was when the realm was made."),
        "real-time" => ("clock", "The clock has real time again."),
        "clock" => ("clock", "The clock was set."),
        _ => ("", ""),
    }
}

/// What the page says of what was just done.
#[derive(Default)]
pub(super) struct Said<'a> {
    /// What went wrong.
    pub(super) error: Option<&'a str>,
    /// Which part of the page it was asked of.
    pub(super) part: &'a str,
    /// What was typed there.
    pub(super) typed: Typed<'a>,
    pub(super) issued: &'a [Issued],
    /// What the form of tokens said.
    pub(super) order: Order,
}

#[derive(Template)]
#[template(path = "console.html")]
struct Console<'a> {
    prefix: &'a str,
    /// What stands before the pages of the protocol, wherever they are served.
    front: &'a str,
    issuer: &'a str,
    asked: &'a Asked,
    /// The address of this page, for every form to lead back to.
    back: String,
    error: Option<&'a str>,
    /// The part of the page that says what went wrong or was done.
    part: &'a str,
    typed: Typed<'a>,
    issued: &'a [Issued],
    /// Whom what was issued is about.
    about: String,
    order: &'a Order,
    kinds: &'static [(&'static str, &'static str)],
    done: &'static str,
    clock: ClockRow,
    faults: Vec<FaultRow>,
    more_faults: usize,
    armed: Vec<ArmedRow>,
    rules: Vec<RuleRow>,
    choices: &'static [(&'static str, &'static str)],
    ruled: &'static [&'static str],
    /// All of them, by id.
    clients: Vec<String>,
    registered: Vec<ClientRow>,
    more_clients: usize,
    sign_ins: Vec<StoryLine>,
    entries: Vec<EntryRow>,
    /// Number of the newest entry.
    newest: u64,
    operations: Vec<&'static str>,
    people: Vec<PersonRow>,
    found: usize,
    roles: &'static [&'static str],
    companies: Vec<(String, String)>,
    handed_out: Vec<HandedOutRow>,
    realms: Neighbours,
}

/// The page.
pub(super) fn render(place: &Place, asked: &Asked, said: &Said<'_>) -> String {
    let realms = Neighbours::of(place);
    let (part, done) = sentence(&asked.did);
    let (faults, more_faults) = faults(&asked.fault);
    // Among many people this takes a while, and nobody is to wait for it.
    let everybody = place.realm.lock_at(&place.base).people.everybody();
    let (people, found) = people(&everybody, &asked.q);
    let state = place.realm.lock_at(&place.base);
    let row = |person: &Arc<Person>| {
        let company = state.people.company_of(person);
        PersonRow::of(person, company.map_or(&*person.company, |company| &*company.name))
    };
    let people = people.iter().map(row).collect();
    let (registered, more_clients) = clients(&state);
    let newest = state.journal.iter().next_back().map_or(0, |entry| entry.seq);
    let told = SignIns::of(state.journal.iter());
    let mut sign_ins = told.list();
    sign_ins.truncate(SIGN_INS);
    let console = Console {
        prefix: &place.base.prefix,
        front: &place.base.front,
        issuer: &place.base.issuer,
        asked,
        back: asked.query(""),
        error: said.error,
        typed: said.typed,
        issued: said.issued,
        about: said.order.about(&state),
        order: &said.order,
        kinds: &KINDS,
        part: said.error.map_or(part, |_| said.part),
        done,
        clock: clock(&state),
        faults,
        more_faults,
        armed: armed(&state),
        rules: rules(&state),
        choices: &CHOICES,
        ruled: &OPERATIONS,
        clients: state.clients.keys().cloned().collect(),
        registered,
        more_clients,
        sign_ins,
        entries: entries(&state, &asked.journal(), &told),
        newest,
        operations: journaled(),
        people,
        found,
        roles: &fixtures::ROLES,
        companies: state.people.companies().iter().map(|it| (it.key.clone(), it.name.clone())).collect(),
        handed_out: handed_out(&state),
        realms,
    };
    drop(state);
    // The template is compiled in and writes to a string: rendering has nothing to fail on.
    console.render().unwrap_or_default()
}

/// The newest entries that are looked for; style sheets interest nobody.
fn entries(state: &State, wanted: &JournalQuery, told: &SignIns<'_>) -> Vec<EntryRow> {
    let stories = told.by_entry();
    let newest = state.journal.iter().rev().filter(|entry| entry.operation != "style");
    let row = |entry: &Entry| EntryRow::of(entry, stories.get(&entry.seq).copied());
    newest.filter(|entry| wanted.matches(entry)).take(ENTRIES).map(row).collect()
}

/// The first people who are looked for, and how many there are in all.
fn people(everybody: &Everybody, wanted: &str) -> (Vec<Arc<Person>>, usize) {
    if wanted.is_empty() {
        let all = everybody.people();
        return (all.iter().take(PEOPLE).cloned().collect(), all.len());
    }
    let mut found = everybody.described(wanted);
    let first: Vec<_> = found.by_ref().take(PEOPLE).cloned().collect();
    let count = first.len() + found.count();
    (first, count)
}
