//! Requests that no operation takes: another path, another method, a body that cannot be read. Their answers say what is
//! there, and the journal has them, because a misspelt address is what a tester looks for.

use axum::http::StatusCode;
use serde_json::json;

use crate::http::operation::{Operation, operation};
use crate::http::place::Place;
use crate::http::record::shown_path;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::{Channel, Note};
use crate::protocol::endpoints::Endpoint;
use crate::protocol::error::Refusal;
use crate::protocol::text::shorten;
use crate::realm::Realm;

/// The name of such a request in the journal.
pub(crate) const UNKNOWN: &str = "unknown";

/// Nothing is there.
pub(super) const NOTHING_HERE: Operation = operation(UNKNOWN, Channel::Back, nothing_here);
/// There is something, and it takes other methods.
pub(super) const WRONG_METHOD: Operation = operation(UNKNOWN, Channel::Back, wrong_method);

/// What is near in the realm is named, and the near realms where there is none: something misspelt is the usual reason.
fn nothing_here(_: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let place = &incoming.place;
    let near = place.realms.near(place.whole_path.trim_matches('/'));
    let named = near.iter().map(|path| format!("/{path}")).collect::<Vec<_>>().join(", ");
    let path = shorten(&shown_path(&place.whole_path));
    let mut detail = if place.whole_path.contains("/_control/") {
        format!("there is no operation {path}; {}/openapi.json lists them all", place.base.control_url())
    } else if !place.realm.path.is_empty() {
        nothing_in(&place.realm.path, &path, place)
    } else if near.is_empty() {
        format!("there is nothing at {path}; this provider has no realm but the one at the root")
    } else {
        format!("there is nothing at {path}, and no realm of that name; realms are {named}")
    };
    if let Some((what, address)) = meant(place) {
        detail = format!("{detail}; {what} is at {address}");
    }
    let body = json!({"status": 404, "code": "nothing_here", "detail": detail, "near_realms": near});
    note.refusal = Some(Refusal::new("nothing_here", detail));
    Reply::new(StatusCode::NOT_FOUND, "application/problem+json", body.to_string())
}

/// The same in a realm that is there.
fn nothing_in(realm: &str, path: &str, place: &Place) -> String {
    let folder = format!("{realm}/");
    let paths = place.realms.paths();
    let below = paths.iter().filter(|path| path.starts_with(&folder)).take(5);
    let below: Vec<_> = below.map(|path| format!("/{path}")).collect();
    let rest =
        if below.is_empty() { String::new() } else { format!("; realms below it are {}", below.join(", ")) };
    format!("there is nothing at {path} in the realm /{realm}{rest}")
}

/// How much a misspelt name is like the right one.
const ALIKE: f64 = 0.9;

/// Endpoints as they are called elsewhere.
const CALLED: [(&str, Endpoint); 18] = [
    ("auth", Endpoint::Authorization),
    ("authorize", Endpoint::Authorization),
    ("authorization", Endpoint::Authorization),
    ("token", Endpoint::Token),
    ("userinfo", Endpoint::Userinfo),
    ("certs", Endpoint::Jwks),
    ("jwks", Endpoint::Jwks),
    ("jwks.json", Endpoint::Jwks),
    ("keys", Endpoint::Jwks),
    ("endsession", Endpoint::EndSession),
    ("end_session", Endpoint::EndSession),
    ("end-session", Endpoint::EndSession),
    ("logout", Endpoint::EndSession),
    ("par", Endpoint::PushedAuthorization),
    ("introspect", Endpoint::Introspection),
    ("introspection", Endpoint::Introspection),
    ("revoke", Endpoint::Revocation),
    ("revocation", Endpoint::Revocation),
];

/// What was probably looked for, and where it is.
fn meant(place: &Place) -> Option<(String, String)> {
    let base = &place.base;
    let last = place.whole_path.trim_end_matches('/').rsplit('/').next()?.to_ascii_lowercase();
    match last.as_str() {
        "openid-configuration" => {
            let address = format!("{}{}", base.front, base.discovery_path());
            Some(("the discovery document".to_owned(), address))
        }
        "console" => Some(("the console".to_owned(), format!("{}/console", base.control_url()))),
        name => {
            let like = |(called, _): &(&str, Endpoint)| strsim::jaro_winkler(called, name);
            let exact = CALLED.into_iter().find(|(called, _)| *called == name);
            let near = || CALLED.into_iter().max_by(|one, other| like(one).total_cmp(&like(other)));
            // Hardly any two short names are not alike.
            let is_near = |near: &(&str, Endpoint)| name.len() > 3 && like(near) > ALIKE;
            let (_, endpoint) = exact.or_else(|| near().filter(is_near))?;
            Some((format!("the {} endpoint", endpoint.as_str().replace('_', " ")), base.endpoint(endpoint)))
        }
    }
}

fn wrong_method(_: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let detail = format!("{} takes no {}", shorten(&shown_path(&incoming.place.asked)), incoming.method);
    let body = json!({"status": 405, "code": "method_not_allowed", "detail": detail});
    note.refusal = Some(Refusal::new("method", detail));
    Reply::new(StatusCode::METHOD_NOT_ALLOWED, "application/problem+json", body.to_string())
}

/// A request whose body was not read.
pub(super) fn unread(refusal: &Refusal, note: &mut Note) -> Reply {
    let is_long = refusal.check == "body_length";
    let status = if is_long { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
    note.refusal = Some(refusal.clone());
    Reply::new(status, "text/plain", refusal.reason.clone())
}
