//! Checks of what became of logout tokens: 200 says that the person is signed out, 400 that the token was refused
//! (Back-Channel Logout 2.8). Any other answer says neither, as that of an address where nobody takes them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::seen::{Party, Seen, struck};
use super::trust::{is_duty, struck_before};
use super::{Check, Look, Rule, rule};
use crate::fault::{ArmedRecord, CatalogueEntry, Point, Verdict, catalogue};
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
    let bad = said.iter().filter_map(|(entry, said)| refused(seen, entry, *said));
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

/// The other effects of faults stand aside where an earlier token was sent again. When a token has expired is a matter of
/// clocks.
fn refused(seen: &Seen<'_>, entry: &Entry, said: Said) -> Option<Look> {
    if entry.faults.contains(&"out-bcl-replay-jti") {
        return None;
    }
    let mut faults = struck(entry, &[Point::LogoutToken], Verdict::Refuse);
    let can_tell = |fault: &&CatalogueEntry| !(seen.clock_was_moved && fault.id == "out-bcl-expired");
    let fault = faults.find(|fault| is_duty(fault, None) && can_tell(fault))?;
    let problem = (said == Said::Obeyed).then(|| format!("it was obeyed although {}", fault.sentence));
    Some(Look::new([entry.seq], problem))
}

/// Who refuses is blamed only where nothing else can be the reason: the clock of the provider is that of everybody, its
/// keys were there and as they are, and an ID token that was in order, whose access token was used, named this session.
fn obeyed(seen: &Seen<'_>, party: &Party<'_>, entry: &Entry, said: Said) -> Option<Look> {
    if !entry.faults.iter().all(|id| catalogue::find(id).is_ok_and(|it| it.verdict == Verdict::Accept)) {
        return None;
    }
    let began = party.redemptions.iter().map(|it| it.entry).find(|response| named(response, entry))?;
    let looked = [began.seq, entry.seq];
    if said == Said::Obeyed {
        return Some(Look::new(looked, None::<String>));
    }
    let is_sure = !seen.clock_was_moved
        && has_session(entry)
        && is_in_time(entry)
        && was_let_in(seen, party, began)
        && documents_were_in_order(seen);
    is_sure.then(|| Look::new(looked, Some("a logout token about a session that began here was refused")))
}

fn claims(entry: &Entry) -> Value {
    entry.response.id_token_claims.clone().unwrap_or_default()
}

/// Whether an ID token that was given before names the person, and the session, of this logout token.
fn named(response: &Entry, farewell: &Entry) -> bool {
    let (session, ended) = (claims(response), claims(farewell));
    let is_same = |name: &str| ended.get(name).is_none_or(|value| session.get(name) == Some(value));
    response.seq < farewell.seq
        && response.status == 200
        && response.is_sent()
        && session.get("sub").is_some_and(Value::is_string)
        && ["iss", "sub", "sid"].into_iter().all(is_same)
}

/// A token without one may be about a session that nobody had.
fn has_session(farewell: &Entry) -> bool {
    claims(farewell).get("sid").is_some_and(Value::is_string)
}

fn is_in_time(farewell: &Entry) -> bool {
    let (claims, at) = (claims(farewell), farewell.at.as_second());
    let second = |name: &str| claims.get(name).and_then(Value::as_i64);
    second("iat").is_some_and(|issued| issued <= at) && second("exp").is_some_and(|expires| expires > at)
}

/// Nothing was wrong about the sign-in from the answer to what its tokens were used for.
fn was_let_in(seen: &Seen<'_>, party: &Party<'_>, response: &Entry) -> bool {
    let is_plain = |entry: &Entry| entry.status == 200 && entry.is_sent() && entry.faults.is_empty();
    let answer = response.form.first("code").and_then(|code| party.answer_with(code));
    let uses = party.uses_of(response);
    let mut shown = seen.entries.iter().filter(|entry| uses.contains(&entry.seq));
    is_plain(response)
        && answer.is_some_and(|answer| answer.entry.faults.is_empty())
        && struck_before(party, response).is_none()
        && !uses.is_empty()
        && shown.all(is_plain)
}

/// Whether everybody could see the keys, and the issuer, that there are.
fn documents_were_in_order(seen: &Seen<'_>) -> bool {
    let mut documents = seen.entries.iter().filter(|entry| matches!(entry.operation, "discovery" | "jwks"));
    let is_wrong = |record: &ArmedRecord| {
        record.fired > 0
            && catalogue::find(record.fault)
                .is_ok_and(|fault| fault.strikes.iter().any(|point| point.is_document()))
    };
    documents.all(|entry| matches!(entry.status, 200 | 304) && entry.is_sent() && entry.faults.is_empty())
        && !seen.armed.iter().any(is_wrong)
}
