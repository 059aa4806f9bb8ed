//! The control interface: the nouns of the library over HTTP, for tests in any language. It adds no rule of its own.

mod browsers;
mod clients;
mod clock;
mod companies;
mod console;
mod examples;
mod faults;
mod health;
mod journal;
mod keys;
mod number;
mod openapi;
mod people;
mod problem;
mod query;
mod realms;
mod rules;
mod stories;
mod tokens;
mod verdict;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use fixtures::nearest_remedy;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::control::problem::{LONGEST_BODY, Problem};
use crate::http::access::{is_here, shown_key};
use crate::http::fetch::MARK;
use crate::http::not_found::UNKNOWN;
use crate::http::origin::{host, is_elsewhere, only};
use crate::http::place::Place;
use crate::journal::{Channel, Entry, Note, Params};
use crate::protocol::text::shorten;
use crate::protocol::token::same_secret;
use crate::rule::OPERATIONS;

#[derive(OpenApi)]
#[openapi(info(
    title = "mock-idp control",
    description = "Companies, people, clients, faults, clock, journal, tokens, expiry and replay of a test provider."
))]
struct Document;

/// Routes under `/_control`.
pub(crate) fn router() -> Router {
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health::health))
        .routes(routes!(health::authority))
        .routes(routes!(realms::list_realms, realms::create_realm))
        .routes(routes!(realms::remove_realm))
        .routes(routes!(realms::reset))
        .routes(routes!(realms::list_snapshots))
        .routes(routes!(realms::take_snapshot, realms::forget_snapshot))
        .routes(routes!(realms::restore_snapshot))
        .routes(routes!(companies::list_companies, companies::add_company))
        .routes(routes!(companies::get_company, companies::remove_company))
        .routes(routes!(people::list_people, people::add_person))
        .routes(routes!(people::invent_people))
        .routes(routes!(people::get_person, people::change_person, people::delete_person))
        .routes(routes!(people::deactivate_person))
        .routes(routes!(people::lock_person))
        .routes(routes!(people::sign_out_everywhere))
        .routes(routes!(people::restore_person))
        .routes(routes!(people::change_email))
        .routes(routes!(people::rename_person))
        .routes(routes!(people::recreate_person))
        .routes(routes!(people::move_person))
        .routes(routes!(people::launch_client))
        .routes(routes!(clients::list_clients, clients::add_client))
        .routes(routes!(clients::get_client, clients::change_client, clients::remove_client))
        .routes(routes!(faults::list_catalogue))
        .routes(routes!(faults::list_faults, faults::arm_fault, faults::disarm_faults))
        .routes(routes!(faults::get_fault, faults::disarm_fault))
        .routes(routes!(rules::list_rules, rules::add_rule, rules::take_rules_back))
        .routes(routes!(rules::get_rule, rules::take_rule_back))
        .routes(routes!(rules::read_barrier))
        .routes(routes!(rules::release_barrier))
        .routes(routes!(keys::list_keys))
        .routes(routes!(keys::rotate_keys))
        .routes(routes!(clock::read_clock, clock::set_clock, clock::restore_clock))
        .routes(routes!(journal::read_journal, journal::clear_journal))
        .routes(routes!(journal::count_journal))
        .routes(routes!(journal::wait_for_journal))
        .routes(routes!(journal::read_entry))
        .routes(routes!(verdict::read_verdict))
        .routes(routes!(stories::list_stories))
        .routes(routes!(stories::tell_story))
        .routes(routes!(tokens::mint_tokens))
        .routes(routes!(tokens::expire))
        .routes(routes!(tokens::mint_logout_token))
        .routes(routes!(tokens::mint_session))
        .routes(routes!(tokens::mint_response))
        .routes(routes!(tokens::list_handed_out))
        .routes(routes!(tokens::send_logout_token))
        .split_for_parts();
    let document = Arc::new(openapi::completed(document));
    let plain = Arc::new(query::Plain::of(&document));
    router
        .layer(from_fn_with_state(Arc::clone(&plain), query::heard))
        .route("/_control/openapi.json", get(async move |place: Place| described(&document, &place)))
        .merge(console::router())
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn_with_state(plain, query::explained))
        .layer(from_fn(write_down))
        .layer(from_fn(only_who_may))
}

/// The document, with the address of this realm.
fn described(document: &Value, place: &Place) -> axum::Json<Value> {
    let control = place.base.control_url();
    axum::Json(openapi::of_realm(document, control.strip_suffix("/_control").unwrap_or(&control)))
}

/// The names that operations have in the journal, in order.
fn journaled() -> Vec<&'static str> {
    let mut all = OPERATIONS.to_vec();
    // What is sent, what tests do, and what nobody takes.
    all.extend(["backchannel_logout", "control", "fetch", UNKNOWN]);
    all.sort_unstable();
    all
}

/// The problem with an operation that is none of these.
fn unknown_operation(operation: &str, known: &[&'static str]) -> Problem {
    let remedy = nearest_remedy(operation, known.iter().copied());
    Problem::wrong_query(format!("there is no operation {:?}; {remedy}", shorten(operation)))
}

/// Whether the provider is up, where control is elsewhere: whoever watches it knows one address.
pub(crate) fn health() -> Router {
    Router::new().route(OPEN[0], get(health::health))
}

/// What anybody may know: that the provider is up, and whom it is vouched for by.
const OPEN: [&str; 2] = ["/_control/health", "/_control/tls/authority.pem"];

async fn only_who_may(place: Place, request: Request, next: Next) -> Response {
    let (method, headers) = (request.method(), request.headers());
    let host = host(request.uri(), headers);
    if headers.contains_key(MARK) {
        return Problem::own_request().into_response();
    }
    // An answer that is opened again goes to the application.
    let reads = !request.uri().path().contains("/console/answers/");
    let is_ours =
        || reads && is_opened(method, headers) || !is_elsewhere(host, headers, &place.base.control_url());
    let allowed = match place.realms.control_key() {
        _ if OPEN.contains(&request.uri().path()) => true,
        Some(key) => match shown_key(headers) {
            Some(shown) if !same_secret(key, &shown.key) => return Problem::no_key().into_response(),
            // A page can make a browser send a password it knows, but no bearer token.
            Some(shown) => shown.by_bearer || is_ours(),
            None => return Problem::no_key().into_response(),
        },
        None if !is_here(host.unwrap_or_default(), &place.realm.base.front) => {
            return Problem::strange_host().into_response();
        }
        None => is_ours(),
    };
    if allowed { next.run(request).await } else { Problem::foreign().into_response() }
}

/// Whether a person follows a link to read something: the page that has the link gets to see nothing of it.
fn is_opened(method: &Method, headers: &HeaderMap) -> bool {
    let says = |name, value| only(headers, name) == Some(value);
    method == Method::GET && says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document")
}

/// Changes made by a test stand in the journal between the requests they explain.
async fn write_down(Place { realm, .. }: Place, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let query = Params::parse(request.uri().query().unwrap_or_default());
    let response = next.run(request).await;
    if method == Method::GET || method == Method::HEAD {
        return response;
    }
    let mut state = realm.lock();
    let at = state.now();
    state.record(Entry {
        channel: Channel::Control,
        operation: "control",
        method: method.to_string(),
        path,
        query,
        status: response.status().as_u16(),
        ..Entry::of(at, Note::default())
    });
    drop(state);
    response
}
