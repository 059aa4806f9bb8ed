//! The provider over HTTP: decode a request, call the realm, encode the answer, write the journal.
//!
//! No rule of the protocol is here. Every answer says that this is a test provider and forbids caching and framing.

pub(crate) mod account;
pub(crate) mod connect;
pub(crate) mod documents;
pub(crate) mod farewell;
pub(crate) mod pages;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod scim;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::{Channel, Entry, Note};
use crate::protocol::discovery::path;
use crate::realm::Realm;

/// An operation: its name in journal and log, who calls it, and what it does.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) channel: Channel,
    pub(crate) run: fn(&Realm, &Incoming, &mut Note) -> Reply,
}

const fn operation(
    name: &'static str,
    channel: Channel,
    run: fn(&Realm, &Incoming, &mut Note) -> Reply,
) -> Operation {
    Operation { name, channel, run }
}

/// Routes of the protocol, once at their place and once under the prefix for relying parties that read discovery.
pub(crate) fn router(realm: Arc<Realm>) -> Router {
    let control = crate::control::router(&realm);
    Router::new()
        .merge(protocol())
        .nest(crate::fault::documents::MOVED, protocol())
        .merge(front())
        .with_state(Arc::clone(&realm))
        .merge(control.with_state(realm))
        .layer(map_response(test_only))
}

fn protocol() -> Router<Arc<Realm>> {
    use Channel::{Back, Front};
    let get_and_post = MethodFilter::GET.or(MethodFilter::POST);
    Router::new()
        .route(path::DISCOVERY, read(operation("discovery", Back, documents::discovery)))
        .route(path::JWKS, read(operation("jwks", Back, documents::jwks)))
        .route(path::AUTHORIZE, over(get_and_post, operation("authorize", Front, connect::authorize)))
        .route(path::TOKEN, over(MethodFilter::POST, operation("token", Back, connect::token)))
        .route(path::USERINFO, over(get_and_post, operation("userinfo", Back, connect::userinfo)))
        .route(path::END_SESSION, over(get_and_post, operation("end_session", Front, connect::end_session)))
}

fn front() -> Router<Arc<Realm>> {
    use Channel::{Back, Front};
    let step = |name, show, submit| {
        read(operation(name, Front, show)).merge(over(MethodFilter::POST, operation(name, Front, submit)))
    };
    Router::new()
        .route("/", read(operation("home", Front, documents::home)))
        .route("/assets/mock-idp.css", read(operation("style", Front, documents::style)))
        .route("/keys/{name}", read(operation("jwks", Back, documents::moved_jwks)))
        .route("/account/login", step("login", account::show_login, account::login))
        .route("/account/password", step("password", account::show_password, account::password))
        .route("/account/code", step("one_time_code", account::show_code, account::code))
        .route("/account/people", step("people", account::show_people, account::people))
        .route("/scim/v2/Users", read(operation("scim_list_users", Back, scim::list_users)))
        .route("/scim/v2/Users/{id}", read(operation("scim_get_user", Back, scim::get_user)))
        .route(
            "/scim/v2/ServiceProviderConfig",
            read(operation("scim_service_provider_config", Back, scim::service_provider_config)),
        )
}

fn read(operation: Operation) -> MethodRouter<Arc<Realm>> {
    over(MethodFilter::GET, operation)
}

fn over(methods: MethodFilter, operation: Operation) -> MethodRouter<Arc<Realm>> {
    on(methods, move |State(realm): State<Arc<Realm>>, request: Request| serve(realm, operation, request))
}

/// One request, from the wire to the journal.
async fn serve(realm: Arc<Realm>, operation: Operation, request: Request) -> Response {
    // A HEAD must change nothing, and a GET here may hand out a code.
    if request.method() == Method::HEAD && operation.channel == Channel::Front {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let incoming = match Incoming::read(request).await {
        Ok(incoming) => incoming,
        Err(status) => return status.into_response(),
    };
    let mut note = Note::default();
    let mut reply = (operation.run)(&realm, &incoming, &mut note);
    write_down(&realm, operation, incoming, note, &reply);
    let farewells = std::mem::take(&mut reply.farewells);
    if !farewells.is_empty() {
        let realm = Arc::clone(&realm);
        // On its own, so that a browser that leaves takes no farewell with it.
        let delivery = tokio::spawn(async move { farewell::deliver(&realm, farewells).await });
        if let Err(error) = delivery.await {
            tracing::error!(%error, "logout tokens were not delivered");
        }
    }
    if reply.slow {
        be_slow(realm.slow).await;
    }
    reply.into_response()
}

#[expect(clippy::disallowed_methods, reason = "being slow is what the fault `ok-slow` is about")]
async fn be_slow(wait: std::time::Duration) {
    tokio::time::sleep(wait).await;
}

fn write_down(realm: &Realm, operation: Operation, incoming: Incoming, note: Note, reply: &Reply) {
    if let Some(refusal) = &note.refusal {
        tracing::info!(
            operation = operation.name,
            check = refusal.check,
            reason = refusal.reason,
            person = note.person,
            client = note.client,
            "refused"
        );
    }
    for fault in &note.faults {
        tracing::info!(operation = operation.name, fault, "fault fired");
    }
    let mut state = realm.lock();
    let at = state.now();
    state.record(Entry {
        seq: 0,
        at,
        channel: operation.channel,
        operation: operation.name,
        method: incoming.method.to_string(),
        path: incoming.path,
        query: incoming.query,
        form: incoming.form,
        client_authentication: note.client_authentication,
        person: note.person,
        client: note.client,
        state: note.state,
        status: reply.status.as_u16(),
        response: note.response,
        refusal: note.refusal,
        faults: note.faults,
    });
}

/// What every answer carries, refusals of the router included.
async fn test_only(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let always = [
        ("x-mock-idp", "testing-only"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let strict = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(strict);
    response
}
