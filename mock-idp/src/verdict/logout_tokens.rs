//! Checks of what became of logout tokens: 200 says that the person is signed out, 400 that the token was refused
//! (Back-Channel Logout 2.8). Any other answer says neither, as that of an address where nobody takes them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::seen::{Party, Seen, struck};
use super::trust::{is_duty, struck_before};
use super::{Check, Look, Rule, rule};
use crate::fault::{Point, Verdict, catalogue};
use crate::journal::Entry;

const BAD: Rule = rule(
    "bad-logout-token-refused",
    "a logout token that has to be refused is answered with 400",
    "Back-Channel Logout 1.0, 2.6 and 2.8",
);
const HONEST: Rule = rule(
    "honest-logout-token-obeyed",
    "a logout token about a session that began here is answered with 200",
    "Back-Channel Logout 1.0, 2.7 and 2.8",
);

/// What the relying party said of a logout token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Obeyed,
    Refused,
}

pub(super) fn checks(seen: &Seen<'_>, party: &Party<'_>) -> Vec<Check> {
    let first: Vec<&Entry> = first_deliveries(party);
    let said: Vec<(&Entry, Said)> = first.iter().filter_map(|entry| Some((*entry, said(entry)?))).collect();
    let why = match (first.is_empty(), said.is_empty()) {
        (false, true) => "no logout token was answered with 200 or 400",
        _ => "",
    };
    let bad = said.iter().filter_map(|(entry, said)| refused(entry, *said));
    let honest = said.iter().filter_map(|(entry, said)| obeyed(seen, party, entry, *said));
    vec![BAD.judge_or(bad, why), HONEST.judge_or(honest, why)]
}

/// Whether a token that comes a second time is refused is left to the relying party (2.6).
fn first_deliveries<'a>(party: &Party<'a>) -> Vec<&'a Entry> {
    let mut known = BTreeSet::new();
    let farewells = party.farewells.iter().copied();
    farewells.filter(|entry: &&'a Entry| known.insert(entry.form.first("logout_token"))).collect()
}

/// Some frameworks make 204 of a 200 without a body (2.8).
fn said(entry: &Entry) -> Option<Said> {
    match entry.status {
        200 | 204 => Some(Said::Obeyed),
        400 => Some(Said::Refused),
        _ => None,
    }
}

fn refused(entry: &Entry, said: Said) -> Option<Look> {
    let mut faults = struck(entry, &[Point::LogoutToken], Verdict::Refuse);
    let fault = faults.find(|fault| is_duty(fault, None))?;
    let problem = (said == Said::Obeyed).then(|| format!("it was obeyed although {}", fault.sentence));
    Some(Look::new([entry.seq], problem))
}

/// Who refuses is blamed only where nothing else can be the reason: the clock of the provider is that of everybody, its
/// keys were shown as they are, and an ID token that was in order named this person and session.
fn obeyed(seen: &Seen<'_>, party: &Party<'_>, entry: &Entry, said: Said) -> Option<Look> {
    if !entry.faults.iter().all(|id| catalogue::find(id).is_ok_and(|it| it.verdict == Verdict::Accept)) {
        return None;
    }
    if said == Said::Obeyed {
        return Some(Look::new([entry.seq], None::<String>));
    }
    let began =
        party.redemptions.iter().map(|it| it.entry).find(|response| began_here(party, response, entry));
    let began = began.filter(|_| !seen.clock_was_moved && !documents_were_struck(seen))?;
    Some(Look::new(
        [began.seq, entry.seq],
        Some("a logout token about a session that began here was refused"),
    ))
}

fn began_here(party: &Party<'_>, response: &Entry, farewell: &Entry) -> bool {
    let is_plain = response.status == 200 && response.is_sent() && response.faults.is_empty();
    let answer = response.form.first("code").and_then(|code| party.answer_with(code));
    let claims = |entry: &Entry| entry.response.id_token_claims.clone().unwrap_or_default();
    let (session, ended) = (claims(response), claims(farewell));
    let is_same = |name: &str| ended.get(name).is_none_or(|value| session.get(name) == Some(value));
    is_plain
        && answer.is_some_and(|answer| answer.entry.faults.is_empty())
        && struck_before(party, response).is_none()
        && session.get("sub").is_some_and(Value::is_string)
        && ["iss", "sub", "sid"].into_iter().all(is_same)
}

/// Whether a fault showed other keys, or another issuer, than there are.
fn documents_were_struck(seen: &Seen<'_>) -> bool {
    seen.armed.iter().filter(|record| record.fired > 0).any(|record| {
        catalogue::find(record.fault).is_ok_and(|fault| fault.strikes.iter().any(|point| point.is_document()))
    })
}
