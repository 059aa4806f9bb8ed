//! Requests that no operation takes: another path, another method, a body that is too long. Their answers say what is
//! there, and the journal has them, because a misspelt address is what a tester looks for.

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::http::place::Place;
use crate::http::reply::message;
use crate::journal::{Channel, Entry, Note, Params};
use crate::protocol::authorize::shorten;
use crate::protocol::error::Refusal;

/// The name of such a request in the journal.
pub(crate) const UNKNOWN: &str = "unknown";

/// Nothing is there: the near realms are named, because a misspelt realm is the usual reason.
pub(crate) async fn nothing_here(place: Place, request: Request) -> Response {
    let near = place.realms.near(place.whole_path.trim_matches('/'));
    let named = near.iter().map(|path| format!("/{path}")).collect::<Vec<_>>().join(", ");
    let path = shorten(&place.whole_path);
    let detail = if place.whole_path.contains("/_control/") {
        format!("there is no operation {path}; {}/openapi.json lists them all", place.base.control_url())
    } else if near.is_empty() {
        format!("there is nothing at {path}; this provider has no realm but the one at the root")
    } else {
        format!("there is nothing at {path}, and no realm of that name; realms are {named}")
    };
    let body = json!({"status": 404, "code": "nothing_here", "detail": detail, "near_realms": near});
    write_down(
        &place,
        &request.into_parts().0,
        UNKNOWN,
        StatusCode::NOT_FOUND,
        Refusal::new("nothing_here", detail),
    );
    problem(StatusCode::NOT_FOUND, body.to_string())
}

/// There is something, and it takes other methods; the header `Allow` names them.
pub(crate) async fn method_not_allowed(place: Place, request: Request) -> Response {
    let detail = format!("{} takes no {}", shorten(&place.whole_path), request.method());
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let body = json!({"status": 405, "code": "method_not_allowed", "detail": detail});
    write_down(&place, &request.into_parts().0, UNKNOWN, status, Refusal::new("method", detail));
    problem(status, body.to_string())
}

/// A request of an operation whose body is longer than any honest one.
pub(crate) fn too_long(place: &Place, operation: &'static str, unread: &Parts) -> Response {
    let detail = "the body is longer than 64 KiB";
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    write_down(place, unread, operation, status, Refusal::new("body_length", detail));
    (status, detail).into_response()
}

fn problem(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}

/// Writes down a request that was not read: without its body.
fn write_down(place: &Place, request: &Parts, operation: &'static str, status: StatusCode, refusal: Refusal) {
    // Control writes down what changes something, and watchers look at it all the time.
    if place.asked.starts_with("/_control") && matches!(request.method, Method::GET | Method::HEAD) {
        return;
    }
    let query = request.uri.query();
    let target = query.map_or_else(String::new, |query| format!("?{query}"));
    let first = [request.method.as_str(), " ", &place.whole_path, &target, " HTTP/1.1\r\n"];
    let mut state = place.realm.lock();
    let at = state.now();
    let forgotten = state.record(Entry {
        channel: Channel::Back,
        operation,
        method: request.method.to_string(),
        path: place.asked.to_string(),
        query: Params::parse(query.unwrap_or_default()),
        status: status.as_u16(),
        raw_request: message(&first, &request.headers, &[]),
        ..Entry::of(at, Note { refusal: Some(refusal), ..Note::default() })
    });
    drop(state);
    drop(forgotten);
}
