//! Checks of manners: where secrets travel, how the client authenticates, how it signs out.

use super::seen::{Party, Seen, is_nobodys, parameter};
use super::{Check, Look, Outcome, Rule, rule};
use crate::fault::{Point, catalogue};
use crate::journal::{Channel, Entry};

const NO_SECRET_IN_URL: Rule = rule(
    "no-secret-in-url",
    "no secret stands in an address, where logs and histories keep it",
    "RFC 6750 2.3; RFC 6749 2.3.1; RFC 9700 4.3",
);
const ONE_AUTHENTICATION: Rule = rule(
    "client-authentication-consistent",
    "the client authenticates by one method, always the same",
    "RFC 6749 2.3; OIDC Core 9",
);
const LOGOUT_HINT: Rule =
    rule("logout-hint", "a logout says by id_token_hint whose session ends", "RP-Initiated Logout 1.0, 2");
const LOGOUT_RETURN: Rule = rule(
    "logout-return",
    "a logout says by post_logout_redirect_uri where the person comes back to",
    "RP-Initiated Logout 1.0, 2 and 3",
);

/// Parameters that no address may hold. The code comes by an address, and the ID token of a logout may.
const SECRETS: [&str; 11] = [
    "client_secret",
    "code_verifier",
    "access_token",
    "refresh_token",
    "client_assertion",
    "assertion",
    "subject_token",
    "actor_token",
    "device_code",
    "password",
    "logout_token",
];

pub(super) fn checks(seen: &Seen<'_>, party: &Party<'_>) -> Vec<Check> {
    vec![
        NO_SECRET_IN_URL.judge(addresses(seen, party)),
        one_authentication(seen, party),
        LOGOUT_HINT.judge(logouts(seen, party, "id_token_hint")),
        LOGOUT_RETURN.judge(logouts(seen, party, "post_logout_redirect_uri")),
    ]
}

fn addresses<'s>(seen: &'s Seen<'_>, party: &'s Party<'_>) -> impl Iterator<Item = Look> + 's {
    let asked = seen.entries.iter().filter(|entry| entry.channel != Channel::Control);
    asked.filter(|entry| party.did(entry)).map(|entry| {
        let mut names = entry.query.iter().map(|(name, _)| name);
        let secret = names.find(|name| SECRETS.contains(name));
        Look::new([entry.seq], secret.map(|name| format!("{name} stood in an address")))
    })
}

/// Whether a fault made the provider advertise other methods than before.
fn methods_were_changed(seen: &Seen<'_>) -> bool {
    seen.armed.iter().filter(|record| record.fired > 0).any(|record| {
        catalogue::find(record.fault).is_ok_and(|fault| {
            fault.strikes.contains(&Point::Discovery) && fault.accompanies.contains(&Point::Redeem)
        })
    })
}

fn one_authentication(seen: &Seen<'_>, party: &Party<'_>) -> Check {
    let authenticated: Vec<(&Entry, &str)> = seen
        .entries
        .iter()
        .filter(|entry| entry.client.as_deref() == Some(party.client) && !is_nobodys(entry))
        .filter_map(|entry| Some((entry, entry.client_authentication?)))
        .filter(|(_, method)| !matches!(*method, "bearer" | "dpop"))
        .collect();
    let Some((_, usual)) = authenticated.first().copied() else { return ONE_AUTHENTICATION.not_judged("") };
    if authenticated.len() == 1 {
        return ONE_AUTHENTICATION
            .not_judged("it authenticated once, and whether always the same takes twice");
    }
    let check = ONE_AUTHENTICATION.judge(authenticated.iter().map(|(entry, method)| {
        let problem = (*method != usual).then(|| format!("it came by {usual}, then by {method}"));
        Look::new([entry.seq], problem)
    }));
    if check.outcome == Outcome::Fail && methods_were_changed(seen) {
        return ONE_AUTHENTICATION.not_judged("a fault changed the methods that discovery names");
    }
    check
}

/// An end-session request without any parameter may be a person's own: it is nobody's.
fn logouts<'s>(seen: &'s Seen<'_>, party: &'s Party<'_>, name: &'s str) -> impl Iterator<Item = Look> + 's {
    let asked = seen.entries.iter().filter(|entry| entry.operation == "end_session");
    let sent = asked.filter(|entry| !(entry.query.is_empty() && entry.form.is_empty()));
    sent.filter(|entry| party.did(entry)).map(move |entry| {
        Look::new([entry.seq], parameter(entry, name).is_none().then(|| format!("a logout had no {name}")))
    })
}
