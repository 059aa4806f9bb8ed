//! The provider over HTTP: decode a request, call the realm, encode the answer, write the journal.
//!
//! No rule of the protocol is here. Every answer says that this is a test provider and forbids caching and framing.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod astray;
pub(crate) mod back;
pub(crate) mod connect;
mod cookies;
pub(crate) mod delivery;
pub(crate) mod device_page;
pub(crate) mod documents;
pub(crate) mod farewell;
pub(crate) mod fetch;
pub(crate) mod gzip;
pub(crate) mod logout;
pub(crate) mod neighbours;
pub(crate) mod origin;
pub(crate) mod pages;
pub(crate) mod place;
pub(crate) mod portal;
mod record;
pub(crate) mod registration;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod scim;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::Response;
use axum::routing::{MethodRouter, any};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::http::astray::{NOTHING_HERE, UNKNOWN, WRONG_METHOD};
use crate::http::delivery::{ErrorByRule, Instead, Sending};
use crate::http::place::{Entrance, Place, dispatch};
use crate::http::record::{Unanswered, write_down};
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::{Channel, Note};
use crate::protocol::error::Refusal;
use crate::protocol::path;
use crate::realm::Realm;
use crate::realms::Realms;
use crate::wire::Lever;

/// An operation: its name in journal and log, who calls it, and what it does.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) channel: Channel,
    /// Pages of any site may call it, and read its answers.
    pub(crate) cross_origin: bool,
    /// What its address takes, where it is the refusal of everything else.
    pub(crate) allow: Option<&'static str>,
    pub(crate) run: fn(&Realm, &Incoming, &mut Note) -> Reply,
}

const fn operation(
    name: &'static str,
    channel: Channel,
    run: fn(&Realm, &Incoming, &mut Note) -> Reply,
) -> Operation {
    Operation { name, channel, cross_origin: false, allow: None, run }
}

/// One that servers call, and pages without a server of their own.
const fn shared(name: &'static str, run: fn(&Realm, &Incoming, &mut Note) -> Reply) -> Operation {
    Operation { cross_origin: true, ..operation(name, Channel::Back, run) }
}

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

/// Which check said no, for testers.
const CHECK: HeaderName = HeaderName::from_static("x-mock-idp-check");

/// Applications are told; a page says to a person what a person may know.
fn tells_check(operation: Operation) -> bool {
    operation.channel == Channel::Back || matches!(operation.name, "authorize" | "end_session")
}

fn protocol() -> Router {
    use Channel::Front;
    let front = Router::new()
        .route(path::AUTHORIZE, over("GET, POST", operation("authorize", Front, connect::authorize)))
        .route(path::END_SESSION, over("GET, POST", operation("end_session", Front, logout::end_session)));
    front.merge(servers().layer(from_fn(preflight)))
}

/// The nonce that the next proof is to carry (RFC 9449 8.2).
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

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
        .route(path::TOKEN, over("POST", shared("token", connect::token)))
        .route(path::USERINFO, over("GET, HEAD, POST", shared("userinfo", connect::userinfo)))
        .route(path::PUSH, over("POST", shared("pushed_authorization", back::push)))
        .route(path::INTROSPECT, over("POST", shared("introspection", back::introspect)))
        .route(path::REVOKE, over("POST", shared("revocation", back::revoke)))
        .route(path::DEVICE, over("POST", shared("device_authorization", back::authorize_device)))
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

/// One request, from the wire to the journal.
async fn serve(place: Place, operation: Operation, request: Request) -> Response {
    let realm = Arc::clone(&place.realm);
    let farewells_later = place.realms.farewells_later();
    let lever = request.extensions().get::<ConnectInfo<Lever>>().map(|ConnectInfo(lever)| lever.clone());
    let incoming = Incoming::read(place, request).await;
    // Browsers ask for things that nobody thought of: no rule is spent on them.
    let is_known = operation.name != UNKNOWN;
    let struck = if is_known { delivery::struck(&realm, operation.name, &incoming) } else { Vec::new() };
    let mut struck_note = Note::default();
    let mut unanswered = Unanswered::new(&realm, operation, &incoming, &struck);
    let (mut reply, mut note) = match delivery::before(&realm, &struck, &mut struck_note).await {
        Some(Instead::Reply(reply)) => (reply, std::mem::take(&mut struck_note)),
        Some(Instead::Error(error)) => answer(&realm, operation, &incoming, Some(&error)).await,
        None => answer(&realm, operation, &incoming, None).await,
    };
    note.faults.append(&mut struck_note.faults);
    if reply.slow {
        unanswered.note = note;
        delivery::pause(realm.slow).await;
        note = std::mem::take(&mut unanswered.note);
    }
    // From here on nothing is waited for until the journal has it.
    unanswered.end();
    if let Some(refusal) = note.refusal.as_ref().filter(|_| tells_check(operation)) {
        reply = reply.with(CHECK, &refusal.check);
    }
    if let Some(methods) = operation.allow {
        reply = reply.with(header::ALLOW, methods);
    }
    if let Some(nonce) = note.dpop_nonce.take() {
        reply = reply.with(DPOP_NONCE, nonce);
    }
    let farewells = std::mem::take(&mut reply.farewells);
    let reply = reply.completed(realm.lock_at(&incoming.place.base).now(), operation.cross_origin);
    let mut reply = if incoming.method == Method::HEAD { reply.without_body() } else { reply };
    reply.version = incoming.version;
    let mut sending = Sending::of(reply, &struck, lever.is_some());
    write_down(&realm, operation, incoming, note, &mut sending);
    if !farewells.is_empty() {
        let realm = Arc::clone(&realm);
        // On its own, so that a browser that leaves takes no farewell with it.
        let delivery = tokio::spawn(async move { farewell::deliver(&realm, farewells).await });
        if !farewells_later && let Err(error) = delivery.await {
            tracing::error!(%error, "logout tokens were not delivered");
        }
    }
    sending.send(lever.as_ref()).await
}

/// Whether it is the word of a person: who they are, and what they agree to. Applications send browsers to the
/// authorization endpoint and to that of logout, by POST too, and there they say nothing of the kind.
fn signs_in(operation: Operation, incoming: &Incoming) -> bool {
    let by_application = matches!(operation.name, "authorize" | "end_session");
    let of_person = operation.name == "authorize" && connect::names_somebody(incoming);
    let posted = incoming.method == Method::POST && operation.channel == Channel::Front;
    posted && (!by_application || of_person)
}

/// What lies at an address that a client registered is fetched when an answer needs it, and then it is answered anew.
/// With a rule's error nothing is carried out: the answer is that error, as this operation gives it.
async fn answer(
    realm: &Realm,
    operation: Operation,
    incoming: &Incoming,
    error: Option<&ErrorByRule>,
) -> (Reply, Note) {
    if let Some(refusal) = incoming.unread.as_ref().filter(|_| operation.name != UNKNOWN) {
        let mut note = Note::default();
        return (astray::unread(refusal, &mut note), note);
    }
    if signs_in(operation, incoming) && incoming.is_cross_site() {
        let mut note = Note::default();
        let reason = "a page of another site sent this form; open the page here and choose again";
        return (pages::error(&incoming.place.base, &Refusal::new("same_site", reason), &mut note), note);
    }
    let mut fetched: Vec<Awaited<'_>> = Vec::new();
    loop {
        let tried = fetched.iter().map(|it| it.address.clone()).collect();
        let mut note = Note { tried, ..Note::default() };
        let reply = match error {
            Some(error) => error.reply(realm, operation, incoming, &mut note),
            None => (operation.run)(realm, incoming, &mut note),
        };
        let Some(address) = note.wants.take() else {
            if !note.spent.is_empty() {
                realm.lock().fetched.forget(&note.spent);
            }
            return (reply, note);
        };
        realm.lock().forget_once(&note.once);
        realm.lock().fetched.await_one(&address);
        fetched.push(Awaited { realm, address: address.clone() });
        // An address that leads back to a provider would have it fetch for its own fetching, without end.
        if !incoming.is_fetch() {
            fetch::document(realm, &address).await;
        }
    }
}

/// A document that a request waits for, until it is answered or whoever sent it leaves.
struct Awaited<'a> {
    realm: &'a Realm,
    address: String,
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.realm.lock().fetched.answered(&self.address);
    }
}

/// Every answer is marked, refusals of the router included. What is no request (RFC 9112 3) is answered before it comes here.
async fn marked(mut response: Response) -> Response {
    test_only(response.headers_mut());
    response
}

/// What every answer carries.
pub(crate) fn test_only(headers: &mut HeaderMap) {
    let always = [
        ("x-mock-idp", "testing-only"),
        ("cache-control", "no-store"),
        // Not no-referrer: with it a form of our own comes from the origin null.
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let strict = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(strict);
}
