//! One request, from the wire to the journal: rules first, then the operation, then what goes out.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, Method, header};
use axum::response::Response;

use crate::http::delivery::{ErrorByRule, Instead, Sending};
use crate::http::not_found::UNKNOWN;
use crate::http::operation::Operation;
use crate::http::place::Place;
use crate::http::record::{Unanswered, write_down};
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::http::{authorization, backchannel_logout, delivery, fetch, not_found, pages};
use crate::journal::{Channel, Needs, Note};
use crate::protocol::error::Refusal;
use crate::realm::Realm;
use crate::wire::Lever;

/// Which check said no, for testers.
const CHECK: HeaderName = HeaderName::from_static("x-mock-idp-check");

/// Applications are told; a page says to a person what a person may know.
fn tells_check(operation: Operation) -> bool {
    operation.channel == Channel::Back || matches!(operation.name, "authorize" | "end_session")
}

/// The nonce that the next proof is to carry (RFC 9449 8.2).
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// One request, from the wire to the journal.
pub(super) async fn serve(place: Place, operation: Operation, request: Request) -> Response {
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
        let delivery = tokio::spawn(async move { backchannel_logout::deliver(&realm, farewells).await });
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
    let of_person = operation.name == "authorize" && authorization::names_somebody(incoming);
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
        return (not_found::unread(refusal, &mut note), note);
    }
    if signs_in(operation, incoming) && incoming.is_cross_site() {
        let mut note = Note::default();
        let reason = "a page of another site sent this form; open the page here and choose again";
        return (pages::error(&incoming.place.base, &Refusal::new("same_site", reason), &mut note), note);
    }
    let mut fetched: Vec<Awaited<'_>> = Vec::new();
    loop {
        let tried = fetched.iter().map(|it| it.address.clone()).collect();
        let mut note = Note { needs: Needs { tried, ..Needs::default() }, ..Note::default() };
        let reply = match error {
            Some(error) => error.reply(realm, operation, incoming, &mut note),
            None => (operation.run)(realm, incoming, &mut note),
        };
        let Some(address) = note.needs.wants.take() else {
            if !note.needs.spent.is_empty() {
                realm.lock().fetched.forget(&note.needs.spent);
            }
            return (reply, note);
        };
        realm.lock().forget_once(&note.needs.once);
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
