//! Checks of authorization requests: state, nonce, PKCE.

use std::collections::BTreeMap;

use super::guess::{NONCE_BITS, STATE_BITS, Values};
use super::seen::{Party, Request};
use super::{Check, Look, Rule, rule};

const STATE_PRESENT: Rule =
    rule("state-present", "every sign-in request has a state", "OIDC Core 3.1.2.1; RFC 9700 4.7.1");
const STATE_UNIQUE: Rule =
    rule("state-unique", "every sign-in request has a state of its own", "RFC 6749 10.12; RFC 9700 4.7.1");
const STATE_UNGUESSABLE: Rule = rule(
    "state-unguessable",
    "nobody can guess the state: 128 random bits, no counter, and not the nonce",
    "RFC 6749 10.10 and 10.12",
);
const NONCE_PRESENT: Rule = rule(
    "nonce-present",
    "every sign-in request has a nonce, or PKCE where the code flow brings the ID token, so that a stolen ID token or code is told from one's own",
    "OIDC Core 3.1.2.1 and 15.5.2; RFC 9700 2.1.1 and 4.5.3",
);
const NONCE_UNIQUE: Rule =
    rule("nonce-unique", "every sign-in request has a nonce of its own", "OIDC Core 15.5.2");
const NONCE_UNGUESSABLE: Rule = rule(
    "nonce-unguessable",
    "nobody can guess the nonce: 112 random bits, no counter",
    "OIDC Core 3.1.2.1 and 15.5.2",
);
const PKCE_PRESENT: Rule = rule(
    "pkce-present",
    "every request for a code has a code_challenge, or a nonce where the client has a secret",
    "RFC 7636 4.3; RFC 9700 2.1.1",
);
const PKCE_S256: Rule =
    rule("pkce-s256", "the challenge is made by S256, not plain", "RFC 7636 4.2 and 7.2; RFC 9700 2.1.1");
const PKCE_UNIQUE: Rule =
    rule("pkce-unique", "every request has a challenge of its own", "RFC 7636 7.1; RFC 9700 2.1.1");

/// Why a nonce in place of PKCE is neither right nor wrong.
const NOT_REDEEMED: &str = "requests had a nonce in place of PKCE, and no code was redeemed, which would show whether the client authenticates";

pub(super) fn checks(party: &Party<'_>) -> Vec<Check> {
    let requests = party.distinct_requests();
    let openid: Vec<_> = requests.iter().copied().filter(|request| is_openid(request)).collect();
    let for_code: Vec<_> = requests.iter().copied().filter(|request| asks_for_code(request)).collect();
    let unjudged = if for_code.is_empty() { "" } else { NOT_REDEEMED };
    vec![
        present(&STATE_PRESENT, &requests, "state"),
        unique(&STATE_UNIQUE, &requests, "state"),
        unguessable(&STATE_UNGUESSABLE, &requests, "state"),
        NONCE_PRESENT.judge(openid.iter().map(|request| by_nonce(request))),
        unique(&NONCE_UNIQUE, &openid, "nonce"),
        unguessable(&NONCE_UNGUESSABLE, &openid, "nonce"),
        PKCE_PRESENT.judge_or(for_code.iter().filter_map(|request| by_pkce(party, request)), unjudged),
        PKCE_S256.judge(for_code.iter().filter_map(|request| by_s256(request))),
        unique(&PKCE_UNIQUE, &for_code, "code_challenge"),
    ]
}

fn is_openid(request: &Request<'_>) -> bool {
    request.params.first("scope").is_some_and(|scope| scope.split(' ').any(|value| value == "openid"))
}

fn asks_for_code(request: &Request<'_>) -> bool {
    request.params.first("response_type").is_some_and(|kind| kind.split(' ').any(|value| value == "code"))
}

fn value<'a>(request: &'a Request<'_>, name: &str) -> Option<&'a str> {
    request.params.first(name).filter(|value| !value.is_empty())
}

fn present(rule: &Rule, requests: &[&Request<'_>], name: &str) -> Check {
    rule.judge(requests.iter().map(|request| {
        let problem = value(request, name).is_none().then(|| format!("a request had no {name}"));
        Look::new([request.entry.seq], problem)
    }))
}

/// A request that may do without a nonce is one for a code alone that PKCE binds (RFC 9700 4.5.3).
fn by_nonce(request: &Request<'_>) -> Look {
    let kinds = request.params.first("response_type").unwrap_or_default();
    let in_front = kinds.split(' ').any(|kind| kind == "id_token");
    let problem = if value(request, "nonce").is_some() {
        None
    } else if in_front {
        Some("a request for an ID token through the browser had no nonce")
    } else {
        let is_bound = value(request, "code_challenge").is_some();
        (!is_bound).then_some("a request had no nonce, and no PKCE in its place")
    };
    Look::new([request.entry.seq], problem)
}

/// Only a client that authenticates may have a nonce in place of PKCE (RFC 9700 2.1.1); whether it does shows later.
fn by_pkce(party: &Party<'_>, request: &Request<'_>) -> Option<Look> {
    // Without an ID token nothing says the nonce again.
    let nonce = value(request, "nonce").filter(|_| is_openid(request));
    let problem = match (value(request, "code_challenge"), nonce) {
        (Some(_), _) => None,
        (None, None) => Some("a request had no code_challenge, and no nonce in its place"),
        (None, Some(_)) => {
            let mut methods = party.redemptions.iter().filter_map(|it| it.entry.client_authentication);
            let is_public = methods.next()? == "none";
            is_public.then_some("a request of a client without a secret had no code_challenge")
        }
    };
    Some(Look::new([request.entry.seq], problem))
}

fn unique(rule: &Rule, requests: &[&Request<'_>], name: &str) -> Check {
    let mut first = BTreeMap::new();
    let having = requests.iter().filter_map(|request| Some((request.entry.seq, value(request, name)?)));
    let having: Vec<_> = having.collect();
    if having.len() == 1 {
        return rule
            .not_judged(format!("one sign-in had a {name}, and whether the next has another takes two"));
    }
    let looks = having.into_iter().map(|(seq, value)| match first.entry(value).or_insert(seq) {
        earlier if *earlier == seq => Look::new([seq], None::<String>),
        earlier => Look::new([*earlier, seq], Some(format!("two sign-ins had the same {name}"))),
    });
    rule.judge(looks.collect::<Vec<_>>())
}

fn unguessable(rule: &Rule, requests: &[&Request<'_>], name: &str) -> Check {
    let mut values = Values::default();
    let mut looks = Vec::new();
    for request in requests {
        let Some(value) = value(request, name) else { continue };
        let is_nonce = name == "state" && request.params.first("nonce") == Some(value);
        let bits = if name == "state" { STATE_BITS } else { NONCE_BITS };
        let weakness = values.weakness(value, bits);
        let problem = if is_nonce {
            Some("state and nonce are the same, and the nonce is in every ID token".to_owned())
        } else {
            weakness.map(|why| format!("a {name} can be guessed: {why}"))
        };
        looks.push(Look::new([request.entry.seq], problem));
    }
    rule.judge(looks)
}

fn by_s256(request: &Request<'_>) -> Option<Look> {
    value(request, "code_challenge")?;
    // RFC 7636 4.3: without a method it is plain.
    let method = value(request, "code_challenge_method").unwrap_or("plain");
    let problem = (method != "S256").then(|| "a challenge was the verifier itself (plain)".to_owned());
    Some(Look::new([request.entry.seq], problem))
}
