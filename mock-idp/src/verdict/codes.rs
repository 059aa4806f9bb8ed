//! Checks of what goes to the token endpoint: codes, verifiers, refresh tokens, and what follows an error.

use std::collections::BTreeSet;

use super::seen::{Party, Request, Seen, Spent, by_secret};
use super::{Check, Look, Rule, rule};
use crate::journal::{Channel, Delivery, Entry, Params};
use crate::protocol::pkce::challenge_of;

const PKCE_VERIFIER: Rule = rule(
    "pkce-verifier",
    "the code comes with the verifier whose hash was the challenge",
    "RFC 7636 4.5 and 4.6",
);
const REDIRECT_URI: Rule = rule(
    "redirect-uri-sent",
    "the code comes with the redirect URI of its request",
    "RFC 6749 4.1.3; OIDC Core 3.1.3.1",
);
const CODE_ONCE: Rule =
    rule("code-once", "a code that was taken is not sent again", "RFC 6749 4.1.2 and 10.5");
const CODE_ONLY_AT_TOKEN: Rule = rule(
    "code-only-at-token-endpoint",
    "a code goes to the token endpoint and nowhere else, in the body",
    "RFC 6749 4.1.3; RFC 9700 4.2.4",
);
const UNSOLICITED: Rule = rule(
    "unsolicited-code-refused",
    "a code that comes without a sign-in that began here is not redeemed",
    "RFC 6749 10.12; RFC 9700 4.7; OIDC Core 15.5.2",
);
const CODE_PROMPT: Rule =
    rule("code-prompt", "a code is redeemed within a minute", "RFC 6749 4.1.2; OIDC Core 3.1.3.2");
const ERRORS_NOT_RETRIED: Rule = rule(
    "errors-not-retried",
    "what the token endpoint refused is not sent again, and a sick provider is not pestered",
    "RFC 6749 5.2; RFC 9110 10.2.3",
);
const REFRESH_ONCE: Rule = rule(
    "refresh-token-once",
    "a refresh token that was taken is not sent again",
    "RFC 6749 6; RFC 9700 4.14.2",
);

/// Seconds from the response to the token request. A browser needs one or two; a person is not in between.
const PROMPT_SECONDS: i64 = 60;
/// So often a request may be sent to a provider that is sick: once, and again after each of two pauses.
const ATTEMPTS_AT_A_SICK_PROVIDER: usize = 3;

pub(super) fn checks(seen: &Seen<'_>, party: &Party<'_>) -> Vec<Check> {
    vec![
        PKCE_VERIFIER.judge(party.redemptions.iter().filter_map(|it| verifier(party, it))),
        REDIRECT_URI.judge(party.redemptions.iter().filter_map(|it| redirect_uri(party, it))),
        sent_once(&CODE_ONCE, &party.redemptions, "code"),
        CODE_ONLY_AT_TOKEN.judge(elsewhere(seen, party)),
        UNSOLICITED.judge(party.unsolicited().map(|(entry, code)| unsolicited(party, entry, code))),
        promptness(seen, party),
        ERRORS_NOT_RETRIED.judge(retries(&party.redemptions).chain(retries(&party.refreshes))),
        sent_once(&REFRESH_ONCE, &party.refreshes, "refresh token"),
    ]
}

fn verifier(party: &Party<'_>, it: &Spent<'_>) -> Option<Look> {
    let request: &Request<'_> = party.request_for(it.secret)?;
    let challenge = request.params.first("code_challenge").filter(|challenge| !challenge.is_empty())?;
    let verifier = it.entry.form.first("code_verifier").filter(|verifier| !verifier.is_empty());
    let problem = match verifier {
        None => Some("a code came without its verifier"),
        Some(verifier) => {
            let hash = challenge_of(verifier);
            let is_plain = request.params.first("code_challenge_method") != Some("S256");
            let fits = hash == challenge || (is_plain && verifier == challenge);
            let fits = fits || is_of_another_sign_in(party, &hash);
            (!fits).then_some("a verifier does not fit the challenge of its request")
        }
    };
    Some(Look::new([request.entry.seq, it.entry.seq], problem))
}

/// Then somebody put this code into another browser, and the verifier is what finds that out (RFC 9700 4.5.3.1).
fn is_of_another_sign_in(party: &Party<'_>, hash: &str) -> bool {
    party.requests.iter().any(|request| request.params.first("code_challenge") == Some(hash))
}

/// Whether it is that of the request can only be told where the request was seen.
fn redirect_uri(party: &Party<'_>, it: &Spent<'_>) -> Option<Look> {
    let sent = it.entry.form.first("redirect_uri").filter(|uri| !uri.is_empty());
    let asked = party.request_for(it.secret).and_then(|request| request.params.first("redirect_uri"));
    let problem = match (sent, asked) {
        (None, _) => Some("a code came without redirect_uri"),
        (Some(_), None) => return None,
        (Some(sent), Some(asked)) => (sent != asked).then_some("a code came with another redirect_uri"),
    };
    Some(Look::new([it.entry.seq], problem))
}

fn unsolicited(party: &Party<'_>, answer: &Entry, code: &str) -> Look {
    match party.redemptions.iter().find(|it| it.secret == code) {
        Some(it) => Look::new([answer.seq, it.entry.seq], Some("a code that nobody asked for was redeemed")),
        None => Look::new([answer.seq], None::<String>),
    }
}

/// What was answered with tokens is used up. What was never taken says nothing.
fn sent_once(rule: &Rule, spent: &[Spent<'_>], what: &str) -> Check {
    let looks = by_secret(spent).into_values().filter_map(|group| {
        let taken = group.iter().position(|it| it.entry.status == 200 && has_come(it.entry))?;
        let problem = (taken + 1 < group.len()).then(|| format!("a {what} that had been taken came again"));
        Some(Look::new(group.iter().map(|it| it.entry.seq).collect::<Vec<_>>(), problem))
    });
    rule.judge_or(looks, &format!("no {what} was taken"))
}

/// Whoever got no answer, half of one, or one so slowly that patience was over cannot know that the secret is used up.
fn has_come(entry: &Entry) -> bool {
    entry.delivery.is_none_or(|delivery| delivery == Delivery::Padded)
}

fn elsewhere(seen: &Seen<'_>, party: &Party<'_>) -> Vec<Look> {
    let codes: BTreeSet<&str> = party.answers.iter().filter_map(|answer| answer.code).collect();
    let has = |params: &Params| params.iter().any(|(_, value)| codes.contains(value));
    // Where no operation is, anybody may have put it: a browser that followed a wrong link, for one.
    let misplaced = |entry: &&Entry| {
        entry.channel != Channel::Control
            && entry.operation != "unknown"
            && party.did(entry)
            && (has(&entry.query) || (entry.operation != "token" && has(&entry.form)))
    };
    let problem = "a code was sent elsewhere than in the body of a token request";
    let wrong = seen.entries.iter().filter(misplaced).map(|entry| Look::new([entry.seq], Some(problem)));
    let right = party.redemptions.iter().filter(|it| codes.contains(it.secret));
    wrong.chain(right.map(|it| Look::new([it.entry.seq], None::<String>))).collect()
}

/// Between the response and the token request lies a browser, and whoever uses it may wait. So one late code says
/// nothing; most of several do.
fn promptness(seen: &Seen<'_>, party: &Party<'_>) -> Check {
    let late = |it: &Spent<'_>| {
        let answered = party.answer_with(it.secret)?.entry;
        let took = it.entry.at.duration_since(answered.at).as_secs();
        let problem = (took > PROMPT_SECONDS).then(|| format!("a code was redeemed after {took} seconds"));
        Some(Look::new([answered.seq, it.entry.seq], problem))
    };
    let (late, prompt): (Vec<_>, Vec<_>) =
        party.redemptions.iter().filter_map(late).partition(|look| look.problem.is_some());
    let is_habit = late.len() > 1 && late.len() > prompt.len();
    match (is_habit, seen.clock_was_moved) {
        (true, false) => CODE_PROMPT.judge(late),
        (true, true) => CODE_PROMPT.not_judged("the clock was moved"),
        (false, _) if prompt.is_empty() && !late.is_empty() => {
            CODE_PROMPT.not_judged("the only code came late, and a browser may have kept it")
        }
        (false, _) => CODE_PROMPT.judge(prompt),
    }
}

fn retries<'s>(spent: &'s [Spent<'_>]) -> impl Iterator<Item = Look> + 's {
    by_secret(spent).into_values().filter_map(|group| {
        let is_sick = |status: u16| status == 429 || status >= 500;
        // RFC 9449 8: whoever is told a nonce sends the same again, with it.
        let wants_nonce =
            |it: &Spent<'_>| it.entry.refusal.as_ref().is_some_and(|refusal| refusal.check == "dpop_nonce");
        let is_refused = |it: &Spent<'_>| it.entry.status >= 400 && !is_sick(it.entry.status);
        let refused = group.iter().position(|it| is_refused(it) && !wants_nonce(it));
        let sick = group.iter().filter(|it| is_sick(it.entry.status)).count();
        if refused.is_none() && sick == 0 {
            return None;
        }
        let problem = if refused.is_some_and(|refused| refused + 1 < group.len()) {
            Some("what was refused came again")
        } else {
            (sick > ATTEMPTS_AT_A_SICK_PROVIDER).then_some("a sick provider was asked again and again")
        };
        Some(Look::new(group.iter().map(|it| it.entry.seq).collect::<Vec<_>>(), problem))
    })
}
