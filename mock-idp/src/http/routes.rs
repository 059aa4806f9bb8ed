//! Which operation is at which address, and which methods and pages may call it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::Response;
use axum::routing::{MethodRouter, any};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::http::entrance::{Entrance, dispatch};
use crate::http::not_found::{NOTHING_HERE, WRONG_METHOD};
use crate::http::operation::{Operation, operation, shared};
use crate::http::place::Place;
use crate::http::serve::serve;
use crate::http::{
    account, authorization, back_channel, device_page, documents, logout, portal, registration, scim,
    test_only, token, userinfo,
};
use crate::journal::Channel;
use crate::protocol::path;
use crate::realms::Realms;

/// What is served at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// Protocol and control.
    Both,
    /// The protocol alone: control is elsewhere.
    Protocol,
    /// Control alone.
    Control,
}

/// Every realm behind one entrance; with what is served of control there.
pub(crate) fn router(realms: Arc<Realms>, face: Face, control: Router) -> Router {
    let mut inside = Router::new();
    if face != Face::Control {
        // Routes of the protocol are there once more under a prefix, for relying parties that read discovery.
        inside = inside.merge(protocol()).nest(crate::fault::documents::MOVED, protocol()).merge(front());
    }
    let style = read(operation("style", Channel::Front, documents::style));
    let inside = inside
        .merge(control)
        .route("/assets/mock-idp.css", style)
        .fallback(async |place, request| serve(place, NOTHING_HERE, request).await);
    // With its state given here, no route is built anew for each request.
    let inside = inside.with_state(());
    Router::new().fallback(dispatch).with_state(Entrance { realms, inside }).layer(map_response(marked))
}

fn protocol() -> Router {
    use Channel::Front;
    let front = Router::new()
        .route(path::AUTHORIZE, over("GET, POST", operation("authorize", Front, authorization::authorize)))
        .route(path::END_SESSION, over("GET, POST", operation("end_session", Front, logout::end_session)));
    front.merge(servers().layer(from_fn(preflight)))
}

/// Any page may call what servers call: it has to bring its own credentials, and gets to see no cookie's worth. Headers
/// are allowed by name, because `*` does not stand for Authorization (Fetch 3.2.5). `Reply::completed` says so of answers.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .vary([])
}

/// Answers a browser that asks whether a page may call (Fetch 3.2.2). Any other OPTIONS is a request like all.
async fn preflight(request: Request, next: Next) -> Response {
    let asks = [header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD];
    if request.method() != Method::OPTIONS || !asks.iter().all(|name| request.headers().contains_key(name)) {
        return next.run(request).await;
    }
    let answered = cors().layer(service_fn(nothing));
    match answered.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn nothing(_: Request) -> Result<Response, Infallible> {
    Ok(Response::default())
}

/// What servers call, and pages without a server of their own.
fn servers() -> Router {
    Router::new()
        .route(path::DISCOVERY, read(shared("discovery", documents::discovery)))
        .route(path::RFC_8414, read(shared("discovery", documents::discovery)))
        .route(path::JWKS, read(shared("jwks", documents::jwks)))
        .route(path::TOKEN, over("POST", shared("token", token::token)))
        .route(path::USERINFO, over("GET, HEAD, POST", shared("userinfo", userinfo::userinfo)))
        .route(path::PUSH, over("POST", shared("pushed_authorization", back_channel::push)))
        .route(path::INTROSPECT, over("POST", shared("introspection", back_channel::introspect)))
        .route(path::REVOKE, over("POST", shared("revocation", back_channel::revoke)))
        .route(path::DEVICE, over("POST", shared("device_authorization", back_channel::authorize_device)))
        .route(path::REGISTER, over("POST", shared("registration", registration::register)))
        .route(
            "/connect/register/{id}",
            over("GET, HEAD, PUT, DELETE", shared("registration", registration::look_after)),
        )
}

fn front() -> Router {
    use Channel::{Back, Front};
    let step =
        |name, show, submit| at("GET, POST", operation(name, Front, show), operation(name, Front, submit));
    Router::new()
        .route("/", read(operation("home", Front, documents::home)))
        .route("/keys/{name}", read(operation("jwks", Back, documents::moved_jwks)))
        .route("/strangers/{name}", read(operation("stranger", Back, documents::stranger)))
        .route("/account/login", step("login", account::show_login, account::login))
        .route("/account/password", step("password", account::show_password, account::password))
        .route("/account/code", step("one_time_code", account::show_code, account::code))
        .route("/account/people", step("people", account::show_people, account::people))
        .route("/account/consent", step("consent", account::show_consent, account::consent))
        .route("/account/logout", over("POST", operation("logout", Front, logout::logout)))
        .route(path::DEVICE_PAGE, step("device", device_page::show, device_page::answer))
        .route(path::PORTAL, step("portal", portal::show, portal::answer))
        .route("/portal/launch/{name}", read(operation("launch", Front, portal::launch)))
        .route("/scim/v2/Users", read(operation("scim_list_users", Back, scim::list_users)))
        .route("/scim/v2/Users/{id}", read(operation("scim_get_user", Back, scim::get_user)))
        .route(
            "/scim/v2/ServiceProviderConfig",
            read(operation("scim_service_provider_config", Back, scim::service_provider_config)),
        )
}

fn read(operation: Operation) -> MethodRouter {
    // A HEAD must change nothing, and a GET of a browser may hand out a code.
    over(if operation.channel == Channel::Front { "GET" } else { "GET, HEAD" }, operation)
}

fn over(methods: &'static str, operation: Operation) -> MethodRouter {
    at(methods, operation, operation)
}

/// An address that takes these methods; what reads goes to one operation and what writes to another. Everything else is
/// refused with those there are (RFC 9110 15.5.6).
fn at(methods: &'static str, reads: Operation, writes: Operation) -> MethodRouter {
    let refused = Operation { allow: Some(methods), cross_origin: reads.cross_origin, ..WRONG_METHOD };
    any(async move |place: Place, request: Request| {
        let method = request.method();
        let operation = match *method {
            _ if !methods.split(", ").any(|taken| taken == method.as_str()) => refused,
            Method::GET | Method::HEAD => reads,
            _ => writes,
        };
        serve(place, operation, request).await
    })
}

/// Every answer is marked, refusals of the router included. What is no request (RFC 9112 3) is answered before it comes here.
async fn marked(mut response: Response) -> Response {
    test_only(response.headers_mut());
    response
}
