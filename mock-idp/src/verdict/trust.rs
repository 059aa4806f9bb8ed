//! Checks of what was believed: a wrong answer must lead nowhere, and an honest one somewhere. What a relying party
//! keeps to itself cannot be seen; what it does with the tokens can.

use super::seen::{Answer, Party, struck};
use super::{Check, Look, Rule, binding, rule};
use crate::fault::{Binds, CatalogueEntry, Point, Verdict};
use crate::journal::{Entry, Params};

const ANSWER: Rule = rule(
    "bad-answer-not-redeemed",
    "the code of an authorization response that has to be refused is not redeemed",
    "OIDC Core 3.1.2.7; RFC 9207 2.4; RFC 6749 4.1.2",
);
const TOKEN: Rule = rule(
    "bad-token-not-used",
    "the tokens of an answer that has to be refused are used for nothing",
    "OIDC Core 3.1.3.5, 3.1.3.7 and 5.3.4",
);
const HONEST: Rule = rule(
    "honest-token-used",
    "an unusual answer that has to be accepted is used as any other",
    "OIDC Core 3.1.3.3 and 3.1.3.7",
);

pub(super) fn checks(party: &Party<'_>) -> Vec<Check> {
    vec![
        ANSWER.judge(party.answers.iter().filter_map(|answer| redeemed(party, answer))),
        TOKEN.judge(responses(party).filter_map(|response| used(party, response))),
        HONEST.judge(responses(party).filter_map(|response| honest(party, response))),
    ]
}

/// Answers with tokens to a code or refresh token.
fn responses<'p>(party: &'p Party<'_>) -> impl Iterator<Item = &'p Entry> {
    let spent = party.redemptions.iter().chain(&party.refreshes);
    spent.map(|it| it.entry).filter(|entry| entry.status == 200 && entry.is_sent())
}

fn redeemed(party: &Party<'_>, answer: &Answer<'_>) -> Option<Look> {
    let request = answer.request.map(|index| &party.requests[index].params);
    let mut faults = struck(answer.entry, &[Point::Authorization], Verdict::Refuse);
    let fault = faults.find(|fault| is_duty(fault, request))?;
    let code = answer.code?;
    let mut entries = vec![answer.entry.seq];
    entries.extend(party.redemptions.iter().filter(|it| it.secret == code).map(|it| it.entry.seq));
    let problem = (entries.len() > 1).then(|| format!("a code was redeemed although {}", fault.sentence));
    Some(Look::new(entries, problem))
}

fn used(party: &Party<'_>, response: &Entry) -> Option<Look> {
    let request = response.form.first("code").and_then(|code| party.request_for(code));
    let request = request.map(|request| &request.params);
    let mut faults = struck(response, &[Point::IdToken, Point::TokenResponse], Verdict::Refuse);
    let unproven = response.has_id_token_without_tls();
    let binds =
        |fault: &&CatalogueEntry| is_duty(fault, request) || fault.binds == Binds::Signature && unproven;
    let here = faults.find(binds);
    let fault = here.or_else(|| struck_before(party, response))?;
    let uses = party.uses_of(response);
    let problem = (!uses.is_empty()).then(|| format!("tokens were used although {}", fault.sentence));
    Some(Look::new([vec![response.seq], uses].concat(), problem))
}

/// A fault in the making of the code shows in the ID token: by its nonce, or because the hint was about somebody else.
pub(super) fn struck_before(party: &Party<'_>, response: &Entry) -> Option<&'static CatalogueEntry> {
    let answer = party.answer_with(response.form.first("code")?)?;
    let request = answer.request.map(|index| &party.requests[index].params);
    let session = struck(answer.entry, &[Point::Session], Verdict::Refuse);
    let mut faults = struck(answer.entry, &[Point::Issue], Verdict::Refuse).chain(session);
    faults.find(|fault| is_duty(fault, request))
}

/// Whether a client that sent this request has to refuse. Where no request is known, only what binds everyone.
pub(super) fn is_duty(fault: &CatalogueEntry, request: Option<&Params>) -> bool {
    let nothing = Params::default();
    binding::by_request(fault.binds, request.unwrap_or(&nothing))
}

/// Only a relying party that used the tokens of every plain sign-in of the same person is blamed for not using these:
/// whether it needs userinfo, and whether it lets the person in, is its own affair.
fn honest(party: &Party<'_>, response: &Entry) -> Option<Look> {
    let fault = struck(response, &[Point::IdToken, Point::TokenResponse], Verdict::Accept).next()?;
    let plain: Vec<_> = responses(party)
        .filter(|other| other.faults.is_empty() && other.person == response.person)
        .filter(|other| struck_before(party, other).is_none())
        .collect();
    let always = !plain.is_empty() && plain.iter().all(|other| !party.uses_of(other).is_empty());
    let uses = party.uses_of(response);
    let only_this = response.faults.iter().all(|id| *id == fault.id);
    match (uses.is_empty(), always && only_this) {
        (false, _) => Some(Look::new([vec![response.seq], uses].concat(), None::<String>)),
        (true, true) => Some(Look::new(
            [response.seq],
            Some(format!("the tokens were not used because {}", fault.sentence)),
        )),
        (true, false) => None,
    }
}
