//! Requests and their answers on their way into the journal, answered or not.

use std::borrow::Cow;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::http::delivery::Sending;
use crate::http::operation::Operation;
use crate::http::request::Incoming;
use crate::journal::{Delivery, Entry, Note};
use crate::realm::Realm;
use crate::rule::Then;

/// Where launches wait for a browser, by an unguessable name.
const LAUNCHES: [&str; 2] = ["portal", "launch"];

/// A path as it may be shown: who has the address of a launch has the launch, as long as nobody has fetched it. Who
/// misspells the address has it too, so it is looked for wherever it stands and however it is written.
pub(super) fn shown_path(path: &str) -> Cow<'_, str> {
    if !percent_decode_str(path).decode_utf8_lossy().to_ascii_lowercase().contains(LAUNCHES[1]) {
        return path.into();
    }
    let slashed = path.replace("%2F", "/").replace("%2f", "/");
    let mut before = ["", ""].map(String::from);
    let mut at = 0;
    for piece in slashed.split_inclusive('/') {
        let segment =
            percent_decode_str(piece.trim_end_matches('/')).decode_utf8_lossy().to_ascii_lowercase();
        if !segment.is_empty() {
            if before == LAUNCHES {
                return format!("{}(secret)", &slashed[..at]).into();
            }
            let [_, last] = before;
            before = [last, segment];
        }
        at += piece.len();
    }
    path.into()
}

/// A request that is being answered. When whoever asked leaves before that, nobody goes on with it, and the journal says
/// so: what waited was a rule, or something that had to be fetched.
pub(super) struct Unanswered<'a> {
    realm: &'a Realm,
    operation: Operation,
    incoming: &'a Incoming,
    /// What is known of it so far.
    pub(super) note: Note,
}

impl<'a> Unanswered<'a> {
    pub(super) fn new(
        realm: &'a Realm,
        operation: Operation,
        incoming: &'a Incoming,
        struck: &[Then],
    ) -> Self {
        let note = Note { faults: struck.iter().map(Then::name).collect(), ..Note::default() };
        Self { realm, operation, incoming, note }
    }

    pub(super) fn end(mut self) {
        self.note = Note::default();
        std::mem::forget(self);
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        let note = std::mem::take(&mut self.note);
        let mut state = self.realm.lock();
        let at = state.now();
        let forgotten = state.record(Entry {
            delivery: Some(Delivery::Left),
            ..entry(at, self.operation, self.incoming.clone(), note)
        });
        drop(state);
        drop(forgotten);
    }
}

/// What a request was, and what was found out about it.
fn entry(at: Timestamp, operation: Operation, incoming: Incoming, note: Note) -> Entry {
    let raw_request = incoming.raw();
    let method = incoming.method.to_string();
    let path = shown_path(&incoming.place.asked).into_owned();
    Entry {
        channel: operation.channel,
        operation: operation.name,
        method,
        path,
        query: incoming.query,
        form: incoming.form,
        raw_request,
        ..Entry::of(at, note)
    }
}

pub(super) fn write_down(
    realm: &Realm,
    operation: Operation,
    incoming: Incoming,
    note: Note,
    sending: &mut Sending,
) {
    if let Some(refusal) = &note.refusal {
        tracing::info!(
            operation = operation.name,
            check = refusal.check,
            reason = refusal.reason,
            person = note.person,
            client = note.client,
            "refused"
        );
    }
    for fault in &note.faults {
        tracing::info!(operation = operation.name, fault, "fault fired");
    }
    let raw_response = std::mem::take(&mut sending.raw);
    let Sending { status, delivery, .. } = *sending;
    let mut entry =
        Entry { status, delivery, raw_response, ..entry(Timestamp::UNIX_EPOCH, operation, incoming, note) };
    let mut state = realm.lock();
    entry.at = state.now();
    let forgotten = state.record(entry);
    drop(state);
    drop(forgotten);
}
