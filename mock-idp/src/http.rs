//! The provider over HTTP: decode a request, call the realm, encode the answer, write the journal.
//!
//! No rule of the protocol is here. Every answer says that this is a test provider and forbids caching and framing.

pub(crate) mod account;
pub(crate) mod astray;
pub(crate) mod back;
pub(crate) mod connect;
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

use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::http::astray::{NO_HEAD, NOTHING_HERE, UNKNOWN, WRONG_METHOD};
use crate::http::delivery::{ErrorByRule, Instead, Sending};
use crate::http::place::{Entrance, Place, dispatch};
use crate::http::record::{Unanswered, write_down};
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::{Channel, Note};
use crate::protocol::discovery::path;
use crate::protocol::error::Refusal;
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
    pub(crate) run: fn(&Realm, &Incoming, &mut Note) -> Reply,
}

const fn operation(
    name: &'static str,
    channel: Channel,
    run: fn(&Realm, &Incoming, &mut Note) -> Reply,
) -> Operation {
    Operation { name, channel, cross_origin: false, run }
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

/// Every realm behind one entrance.
pub(crate) fn router(realms: Arc<Realms>, face: Face) -> Router {
    let mut inside = Router::new();
    if face != Face::Control {
        // Routes of the protocol are there once more under a prefix, for relying parties that read discovery.
        inside = inside.merge(protocol()).nest(crate::fault::documents::MOVED, protocol()).merge(front());
    }
    if face == Face::Protocol {
        inside = inside.merge(crate::control::health());
    } else {
        inside = inside.merge(crate::control::router());
    }
    let style = read(operation("style", Channel::Front, documents::style));
    let inside = inside
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
    let get_and_post = MethodFilter::GET.or(MethodFilter::POST);
    let front = Router::new()
        .route(path::AUTHORIZE, over(get_and_post, operation("authorize", Front, connect::authorize)))
        .route(path::END_SESSION, over(get_and_post, operation("end_session", Front, logout::end_session)))
        .method_not_allowed_fallback(wrong_method);
    front.merge(servers().layer(cors()))
}

/// The nonce that the next proof is to carry (RFC 9449 8.2).
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Any page may call what servers call: it has to bring its own credentials, and gets to see no cookie's worth. Headers
/// are allowed by name, because `*` does not stand for Authorization (Fetch 3.2.5). `Reply::completed` says the same.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::WWW_AUTHENTICATE, DPOP_NONCE, CHECK])
        .vary([])
}

/// What servers call, and pages without a server of their own.
fn servers() -> Router {
    let get_and_post = MethodFilter::GET.or(MethodFilter::POST);
    Router::new()
        .route(path::DISCOVERY, read(shared("discovery", documents::discovery)))
        .route(path::RFC_8414, read(shared("discovery", documents::discovery)))
        .route(path::JWKS, read(shared("jwks", documents::jwks)))
        .route(path::TOKEN, over(MethodFilter::POST, shared("token", connect::token)))
        .route(path::USERINFO, over(get_and_post, shared("userinfo", connect::userinfo)))
        .route(path::PUSH, over(MethodFilter::POST, shared("pushed_authorization", back::push)))
        .route(path::INTROSPECT, over(MethodFilter::POST, shared("introspection", back::introspect)))
        .route(path::REVOKE, over(MethodFilter::POST, shared("revocation", back::revoke)))
        .route(path::DEVICE, over(MethodFilter::POST, shared("device_authorization", back::authorize_device)))
        .route(path::REGISTER, over(MethodFilter::POST, shared("registration", registration::register)))
        .route(
            "/connect/register/{id}",
            over(
                MethodFilter::GET.or(MethodFilter::PUT).or(MethodFilter::DELETE),
                shared("registration", registration::look_after),
            ),
        )
        .method_not_allowed_fallback(wrong_method)
}

fn front() -> Router {
    use Channel::{Back, Front};
    let step = |name, show, submit| {
        read(operation(name, Front, show)).merge(over(MethodFilter::POST, operation(name, Front, submit)))
    };
    Router::new()
        .route("/", read(operation("home", Front, documents::home)))
        .route("/keys/{name}", read(operation("jwks", Back, documents::moved_jwks)))
        .route("/strangers/{name}", read(operation("stranger", Back, documents::stranger)))
        .route("/account/login", step("login", account::show_login, account::login))
        .route("/account/password", step("password", account::show_password, account::password))
        .route("/account/code", step("one_time_code", account::show_code, account::code))
        .route("/account/people", step("people", account::show_people, account::people))
        .route("/account/consent", step("consent", account::show_consent, account::consent))
        .route("/account/logout", over(MethodFilter::POST, operation("logout", Front, logout::logout)))
        .route(path::DEVICE_PAGE, step("device", device_page::show, device_page::answer))
        .route(path::PORTAL, step("portal", portal::show, portal::answer))
        .route("/portal/launch/{name}", read(operation("launch", Front, portal::launch)))
        .route("/scim/v2/Users", read(operation("scim_list_users", Back, scim::list_users)))
        .route("/scim/v2/Users/{id}", read(operation("scim_get_user", Back, scim::get_user)))
        .route(
            "/scim/v2/ServiceProviderConfig",
            read(operation("scim_service_provider_config", Back, scim::service_provider_config)),
        )
        .method_not_allowed_fallback(wrong_method)
}

fn read(operation: Operation) -> MethodRouter {
    over(MethodFilter::GET, operation)
}

fn over(methods: MethodFilter, operation: Operation) -> MethodRouter {
    on(methods, move |place: Place, request: Request| serve(place, operation, request))
}

async fn wrong_method(place: Place, request: Request) -> Response {
    serve(place, WRONG_METHOD, request).await
}

/// One request, from the wire to the journal.
async fn serve(place: Place, operation: Operation, request: Request) -> Response {
    // A HEAD must change nothing, and a GET here may hand out a code.
    let is_head = request.method() == Method::HEAD && operation.channel == Channel::Front;
    let operation = if is_head { NO_HEAD } else { operation };
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
    let of_person = operation.name == "authorize" && incoming.form.first("sub").is_some();
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

/// Every answer is marked, refusals of the router included.
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
