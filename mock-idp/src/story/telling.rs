//! What a sign-in came to, and what the relying party did next, in a sentence each.

use super::{StoryLine, StoryOutcome};
use crate::fault::{Binds, Point, Verdict, catalogue};
use crate::journal::Entry;

/// The line about a sign-in. There is at least one entry.
pub(super) fn line(id: &str, entries: &[&Entry]) -> StoryLine {
    let (outcome, mut sentence) = outcome(entries);
    let mut faults = Vec::new();
    for fault in entries.iter().flat_map(|entry| &entry.faults) {
        if !faults.contains(fault) {
            faults.push(*fault);
        }
    }
    if !faults.is_empty() {
        sentence = format!("{sentence} (struck: {})", faults.join(", "));
    }
    StoryLine {
        id: id.to_owned(),
        began: entries[0].at,
        person: entries.iter().rev().find_map(|entry| entry.person.clone()),
        client: entries.iter().find_map(|entry| entry.client.clone()),
        outcome,
        sentence,
        faults,
        first_entry: entries[0].seq,
    }
}

fn last<'a>(entries: &[&'a Entry], is: impl Fn(&Entry) -> bool) -> Option<&'a Entry> {
    entries.iter().rev().find(|entry| is(entry)).copied()
}

fn reason(entry: &Entry) -> String {
    match (&entry.refusal, entry.delivery) {
        (_, Some(delivery)) => delivery.words().to_owned(),
        (Some(refusal), None) => refusal.reason.clone(),
        (None, None) => format!("status {}", entry.status),
    }
}

fn is_answer(entry: &Entry) -> bool {
    !entry.is_logout() && !entry.asks_to_begin() && !entry.response.params.is_empty()
}

fn outcome(entries: &[&Entry]) -> (StoryOutcome, String) {
    let gave_tokens =
        last(entries, |entry| entry.operation == "token" && entry.status == 200 && entry.is_sent());
    let ended = last(entries, Entry::signs_out);
    if let Some(given) = gave_tokens {
        let signed_out = ended.is_some_and(|ended| ended.seq > given.seq);
        return if signed_out {
            (StoryOutcome::SignedOut, "tokens were given, and the person signed out again".to_owned())
        } else {
            (StoryOutcome::TokensGiven, "tokens were given".to_owned())
        };
    }
    if let Some(refused) = last(entries, |entry| entry.operation == "token") {
        return (StoryOutcome::NoTokens, format!("the token endpoint gave nothing: {}", reason(refused)));
    }
    if let Some(answer) = last(entries, is_answer) {
        return match answer.response.params.first("error") {
            Some(error) if answer.refusal.is_some() => {
                (StoryOutcome::Refused, format!("{error} went back: {}", reason(answer)))
            }
            Some(error) => (StoryOutcome::Refused, format!("{error} went back")),
            None => (StoryOutcome::CodeNotRedeemed, "a code went back, and nobody redeemed it".to_owned()),
        };
    }
    match last(entries, |entry| entry.refusal.is_some()) {
        Some(refused) => (StoryOutcome::Refused, format!("refused: {}", reason(refused))),
        None => (StoryOutcome::Unfinished, "nobody has answered the login yet".to_owned()),
    }
}

/// What the relying party did after it had an answer, and whether that was right.
pub(super) fn next(entries: &[&Entry]) -> String {
    let Some(answer) = last(entries, is_answer) else {
        return "The application has got no answer yet.".to_owned();
    };
    let after: Vec<_> = entries.iter().filter(|entry| entry.seq > answer.seq).collect();
    let did = |what: &str| after.iter().filter(|entry| entry.operation == what).count();
    let mut deeds = Vec::new();
    for (operation, once, often) in [
        ("token", "it called the token endpoint", "calls of the token endpoint"),
        ("userinfo", "it asked userinfo", "questions to userinfo"),
        ("introspection", "it looked into a token", "looks into tokens"),
        ("revocation", "it took a token back", "tokens taken back"),
        ("end_session", "the person was sent to sign out", "logouts"),
        ("backchannel_logout", "it was told of the logout", "logout tokens"),
    ] {
        match did(operation) {
            0 => {}
            1 => deeds.push(once.to_owned()),
            count => deeds.push(format!("{count} {often}")),
        }
    }
    let deeds = if deeds.is_empty() { "nothing more came from it".to_owned() } else { deeds.join(", ") };
    format!("After the answer: {deeds}.{}", judged(entries, did("userinfo") > 0, did("token") > 0))
}

/// Whether a struck answer was used, where that can be seen.
fn judged(entries: &[&Entry], asked_userinfo: bool, redeemed: bool) -> String {
    let refuse = |points: &[Point]| {
        let faults = entries.iter().flat_map(|entry| &entry.faults);
        faults.filter_map(|id| catalogue::find(id).ok()).find(|fault| {
            let binds = match fault.binds {
                Binds::Everyone => true,
                Binds::Signature => entries.iter().any(|entry| entry.has_id_token_without_tls()),
                _ => false,
            };
            binds
                && fault.verdict == Verdict::Refuse
                && fault.strikes.iter().all(|point| points.contains(point))
        })
    };
    let (fault, used, what) = if let Some(fault) = refuse(&[Point::Authorization]) {
        (fault, redeemed, "the answer")
    } else if let Some(fault) = refuse(&[Point::IdToken, Point::TokenResponse]) {
        (fault, asked_userinfo, "the tokens")
    } else {
        return String::new();
    };
    if used {
        format!(" It used {what} although {}, which has to be refused.", fault.sentence)
    } else {
        format!(" It made no use of {what}, and {} has to be refused.", fault.id)
    }
}
