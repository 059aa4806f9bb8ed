//! The control interface: the nouns of the library over HTTP, for tests in any language. It adds no rule of its own.

mod lives;
mod nouns;
mod problem;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::control::problem::Problem;
use crate::journal::{Channel, Entry, Params, ResponseSummary};
use crate::realm::Realm;

#[derive(OpenApi)]
#[openapi(info(
    title = "mock-idp control",
    description = "People, clients, faults, clock, journal, tokens, expiry and replay of a test provider."
))]
struct Document;

/// Routes under `/_control`.
pub(crate) fn router(realm: &Arc<Realm>) -> Router<Arc<Realm>> {
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(lives::health))
        .routes(routes!(nouns::list_people, nouns::add_person))
        .routes(routes!(nouns::get_person, nouns::change_person, nouns::delete_person))
        .routes(routes!(nouns::deactivate_person))
        .routes(routes!(nouns::lock_person))
        .routes(routes!(nouns::restore_person))
        .routes(routes!(nouns::list_clients, nouns::add_client))
        .routes(routes!(nouns::get_client, nouns::change_client))
        .routes(routes!(nouns::list_catalogue))
        .routes(routes!(nouns::list_faults, nouns::arm_fault, nouns::disarm_faults))
        .routes(routes!(nouns::get_fault, nouns::disarm_fault))
        .routes(routes!(lives::read_clock, lives::set_clock))
        .routes(routes!(lives::read_journal, lives::clear_journal))
        .routes(routes!(lives::mint_tokens))
        .routes(routes!(lives::expire))
        .routes(routes!(lives::replay))
        .split_for_parts();
    router
        .route("/_control/openapi.json", get(axum::Json(document)))
        .layer(from_fn_with_state(Arc::clone(realm), write_down))
        .layer(from_fn(no_foreign_pages))
}

/// A page of another site must not steer a provider on this machine.
async fn no_foreign_pages(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    match site {
        None | Some("none" | "same-origin") => next.run(request).await,
        Some(_) => Problem::foreign().into_response(),
    }
}

/// Changes made by a test stand in the journal between the requests they explain.
async fn write_down(State(realm): State<Arc<Realm>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let query = Params::parse(request.uri().query().unwrap_or_default());
    let response = next.run(request).await;
    if method == Method::GET || method == Method::HEAD {
        return response;
    }
    let mut state = realm.lock();
    let at = state.now();
    state.record(Entry {
        seq: 0,
        at,
        channel: Channel::Control,
        operation: "control",
        method: method.to_string(),
        path,
        query,
        form: Params::default(),
        client_authentication: None,
        person: None,
        client: None,
        state: None,
        status: response.status().as_u16(),
        response: ResponseSummary::default(),
        refusal: None,
        faults: Vec::new(),
    });
    drop(state);
    response
}
