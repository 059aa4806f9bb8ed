//! Checks of how often discovery and key set are fetched. Nobody says who fetches them, so only a client that is alone
//! is judged.

use super::seen::{Party, Seen};
use super::{Check, Outcome, Rule, rule};
use crate::fault::catalogue;
use crate::journal::Entry;

const DISCOVERY: Rule = rule(
    "discovery-cached",
    "the discovery document is kept, and not fetched anew for every sign-in",
    "OIDC Discovery 4; RFC 9111 4",
);
const KEYS: Rule = rule(
    "keys-cached",
    "the key set is kept, and fetched anew only for a key that is not known",
    "OIDC Core 10.1.1; RFC 9111 4",
);

/// A document that is older than this may be fetched anew at leisure: nobody keeps one for less.
const FRESH_SECONDS: i64 = 5 * 60;
/// So many fetches prove nothing: a service may start several times or in several places, and be asked whether it is
/// well.
const FREE_FETCHES: usize = 4;

pub(super) fn checks(seen: &Seen<'_>, party: &Party<'_>) -> Vec<Check> {
    vec![kept(&DISCOVERY, "discovery", seen, party), kept(&KEYS, "jwks", seen, party)]
}

fn kept(rule: &Rule, operation: &str, seen: &Seen<'_>, party: &Party<'_>) -> Check {
    if !party.is_alone {
        return rule.not_judged("there are several clients, and nobody says who fetches a document");
    }
    // Before the first sign-in a test may ask whether the provider is there.
    let Some(first) = party.requests.first().map(|request| request.entry.seq) else {
        return rule.not_judged("");
    };
    let fetches: Vec<&Entry> = seen.entries.iter().filter(|entry| entry.operation == operation).collect();
    if fetches.is_empty() {
        return rule.not_judged("");
    }
    let too_soon = fetches.windows(2).filter(|pair| {
        let (before, after) = (pair[0], pair[1]);
        let age = after.at.duration_since(before.at).as_secs();
        after.seq > first && age < FRESH_SECONDS && before.status == 200 && before.faults.is_empty()
    });
    let entries: Vec<u64> = too_soon.map(|pair| pair[1].seq).collect();
    let sign_ins = party.redemptions.len();
    let excused = excused(seen);
    let most = FREE_FETCHES.max(sign_ins / 2).saturating_add(excused);
    if entries.len() <= most {
        // Fewer fetches than sign-ins: some went without one.
        let is_kept = entries.is_empty() && fetches.len() < sign_ins;
        let enough = enough(excused);
        if sign_ins < enough && !is_kept {
            return rule.not_judged(format!(
                "too few sign-ins: {sign_ins} were seen, and {enough} tell whoever fetches anew for each from others"
            ));
        }
        return rule.came_to(Outcome::Pass, String::new(), fetches.iter().map(|entry| entry.seq).collect());
    }
    let detail = format!(
        "{} fetches of a document that was fresh, in {sign_ins} sign-ins; {most} were excused",
        entries.len()
    );
    rule.came_to(Outcome::Fail, detail, entries)
}

/// So many sign-ins it takes until one fetch for each, the first of which is never too soon, is more than what is free
/// and excused.
fn enough(excused: usize) -> usize {
    let beyond_free = excused.saturating_add(FREE_FETCHES + 2);
    beyond_free.max(excused.saturating_mul(2).saturating_add(3))
}

/// Whoever meets a wrong signature, an unknown key or a sick provider may look again.
fn excused(seen: &Seen<'_>) -> usize {
    let struck = seen.entries.iter().filter(|entry| !entry.faults.is_empty()).count();
    let documents = seen.armed.iter().filter(|record| {
        catalogue::find(record.fault)
            .is_ok_and(|fault| fault.strikes.iter().chain(fault.accompanies).any(|point| point.is_document()))
    });
    let fired: u64 = documents.map(|record| record.fired).sum();
    struck + usize::try_from(fired).unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_is_the_first_number_at_which_a_fetch_for_each_fails() {
        let fails = |sign_ins: usize, excused| sign_ins - 1 > FREE_FETCHES.max(sign_ins / 2) + excused;
        for excused in 0..40 {
            let enough = enough(excused);
            assert!(!fails(enough - 1, excused) && (enough..enough + 50).all(|more| fails(more, excused)));
        }
    }
}
