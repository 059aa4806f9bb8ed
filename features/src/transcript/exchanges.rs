//! Who asked whom for what: each browser exchange with what the product asked the provider meanwhile.

use mock_idp::{Channel, Entry, Params};
use serde_json::Value;
use url::Url;

use super::{Symbols, offset};
use crate::{driver::tape::Exchange, world::stage::Stage};

/// Parameters that differ in every run, with the kind of their symbol.
const SYMBOLIC: [(&str, &str); 15] = [
    ("state", "state"),
    ("nonce", "nonce"),
    ("code", "code"),
    ("code_challenge", "s256"),
    ("code_verifier", "verifier"),
    ("interaction", "interaction"),
    ("sid", "sid"),
    ("at_hash", "at_hash"),
    ("jti", "jti"),
    ("kid", "kid"),
    ("access_token", "access_token"),
    ("refresh_token", "refresh_token"),
    ("id_token", "id_token"),
    ("id_token_hint", "id_token"),
    ("logout_token", "logout_token"),
];

/// Parameters whose value is nobody's business.
const SECRET: [&str; 2] = ["password", "client_secret"];

/// Claims that are times in seconds.
const TIMES: [&str; 4] = ["iat", "exp", "nbf", "auth_time"];

/// The lines of the section.
pub(super) fn lines(stage: &Stage, symbols: &mut Symbols) -> Vec<String> {
    let entries = stage.idp.journal().entries();
    let mut lines: Vec<String> = stage.summaries.iter().map(|summary| format!("   {summary}")).collect();
    for (number, exchange) in stage.tape().exchanges().iter().enumerate() {
        lines.extend(browser_lines(number + 1, exchange, symbols));
        let during = entries
            .iter()
            .filter(|entry| (exchange.provider_before + 1..=exchange.provider_after).contains(&entry.seq));
        lines.extend(
            during
                .filter(|entry| entry.channel == Channel::Back)
                .flat_map(|entry| back_lines(entry, symbols)),
        );
        learn_front(&entries, exchange, symbols);
    }
    lines
}

fn browser_lines(number: usize, exchange: &Exchange, symbols: &mut Symbols) -> Vec<String> {
    let Exchange { browser, at, method, url, status, .. } = exchange;
    let mut first =
        format!("{number:>2} {} {browser}→{} {method} {} {status}", offset(*at), host(url), url.path());
    let to = exchange.location.as_ref().map(|to| format!(" → {} {}", host(to), to.path()));
    let page = exchange.page.as_ref().map(|page| format!(" page={page}"));
    first.extend([to, page].into_iter().flatten());
    let mut lines = vec![first];
    lines.extend(detail("asked", &query(url, symbols)));
    lines.extend(detail(
        "sent",
        &params(&exchange.sent.iter().map(|(name, value)| (name, value)).collect(), symbols),
    ));
    lines.extend(detail(
        "sends to",
        &exchange.location.as_ref().map_or_else(Vec::new, |to| query(to, symbols)),
    ));
    lines.extend(exchange.cookies.iter().map(|cookie| format!("      set-cookie {}", without_value(cookie))));
    lines
}

fn back_lines(entry: &Entry, symbols: &mut Symbols) -> Vec<String> {
    let how = entry.client_authentication.map_or_else(String::new, |how| format!(" by {how}"));
    // The one request that the provider makes: its path is the whole address of the client.
    let (way, kind, path) = match Url::parse(&entry.path) {
        Ok(client) => ("idp→app", "logout token", client.path().to_owned()),
        Err(_) => ("app→idp", "ID token", entry.path.clone()),
    };
    let answer = match (entry.status, entry.delivery) {
        (0, Some(delivery)) => delivery.as_str().to_owned(),
        (status, Some(delivery)) => format!("{status} {}", delivery.as_str()),
        (status, None) => status.to_string(),
    };
    let mut lines = vec![format!("      {way} {} {path} {answer}{how}", entry.method)];
    lines.extend(detail("asked", &params(&entry.query, symbols)));
    lines.extend(detail("sent", &params(&entry.form, symbols)));
    learn(entry.response.body.as_ref(), symbols);
    for (name, token) in
        [("header", &entry.response.id_token_header), ("claims", &entry.response.id_token_claims)]
    {
        lines.extend(token.as_ref().map(|token| format!("      {kind} {name} {}", decoded(token, symbols))));
    }
    let answered = entry.response.body.as_ref().and_then(|body| body["error_description"].as_str());
    lines.extend(answered.filter(|_| way == "idp→app").map(|said| format!("      answered {said:?}")));
    lines.extend(
        entry.refusal.as_ref().map(|refusal| format!("      refused {}: {}", refusal.check, refusal.reason)),
    );
    lines.extend((!entry.faults.is_empty()).then(|| format!("      struck by {}", entry.faults.join(", "))));
    lines
}

/// What the provider told the browser may come back later in another place.
fn learn_front(entries: &[Entry], exchange: &Exchange, symbols: &mut Symbols) {
    for entry in entries
        .iter()
        .filter(|entry| entry.seq > exchange.provider_before && entry.seq <= exchange.provider_after)
    {
        params(&entry.response.params, symbols);
        learn(entry.response.body.as_ref(), symbols);
    }
}

fn detail(what: &str, pairs: &[String]) -> Option<String> {
    (!pairs.is_empty()).then(|| format!("      {what} {}", pairs.join(" ")))
}

fn query(url: &Url, symbols: &mut Symbols) -> Vec<String> {
    params(&Params::parse(url.query().unwrap_or_default()), symbols)
}

/// Parameters by name; what differs in every run becomes a symbol.
fn params(pairs: &Params, symbols: &mut Symbols) -> Vec<String> {
    let mut shown: Vec<String> = pairs
        .iter()
        .map(|(name, value)| {
            // A one-time code is what a person types; an authorization code is never all digits.
            let one_time = name == "code" && value.bytes().all(|byte| byte.is_ascii_digit());
            if one_time || SECRET.contains(&name) {
                return format!("{name}=<secret>");
            }
            learn_one(name, value, symbols);
            // A symbol stands for the whole value.
            let symbolic = is_symbolic(name);
            let value = &if symbolic { value.to_owned() } else { short(value) };
            let quoted = value.is_empty() || !symbolic && value.contains(char::is_whitespace);
            if quoted { format!("{name}={value:?}") } else { format!("{name}={value}") }
        })
        .collect();
    shown.sort();
    shown
}

fn is_symbolic(name: &str) -> bool {
    SYMBOLIC.iter().any(|(known, _)| *known == name)
}

fn learn_one(name: &str, value: &str, symbols: &mut Symbols) {
    if let Some((_, kind)) = SYMBOLIC.iter().find(|(known, _)| *known == name) {
        symbols.learn(kind, value);
    }
}

fn learn(value: Option<&Value>, symbols: &mut Symbols) {
    let Some(Value::Object(members)) = value else { return };
    for (name, member) in members {
        learn_one(name, member.as_str().unwrap_or_default(), symbols);
    }
}

/// A decoded half of a token: members sorted, times as distances.
fn decoded(token: &Value, symbols: &mut Symbols) -> String {
    learn(Some(token), symbols);
    let Value::Object(members) = token else { return token.to_string() };
    let mut shown: Vec<String> = members
        .iter()
        .map(|(name, value)| match seconds(value).map(jiff::Timestamp::from_second) {
            Some(Ok(at)) if TIMES.contains(&name.as_str()) => format!("{name}={}", offset(at)),
            _ => {
                format!("{name}={}", short(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            }
        })
        .collect();
    shown.sort();
    shown.join(" ")
}

/// A time as tokens say it: a number, perhaps with a fraction, or a faulty text.
fn seconds(value: &Value) -> Option<i64> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.split('.').next().filter(|whole| whole.len() == 10)?.parse().ok()
}

/// What nobody reads to the end, by its beginning.
fn short(value: &str) -> String {
    match value.chars().count() {
        0..=200 => value.to_owned(),
        length => format!("{}… ({length} characters)", value.chars().take(30).collect::<String>()),
    }
}

fn host(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The attributes of a cookie, and whether it is taken back. `Expires` says in wall time what `Max-Age` says.
fn without_value(cookie: &str) -> String {
    let (name, rest) = cookie.split_once('=').unwrap_or((cookie, ""));
    let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
    let value = if value.is_empty() { "" } else { "…" };
    let attributes =
        attributes.split(';').map(str::trim).filter(|attribute| !attribute.starts_with("Expires="));
    format!("{name}={value}; {}", attributes.collect::<Vec<_>>().join("; "))
}
