//! Discovery, key set, what strangers keep here, style sheet and the front page.

use axum::http::{StatusCode, header};
use serde_json::{Map, Value, json};

use crate::fault::documents::{self, DocumentDraft};
use crate::fault::{Point, SignIn, key_set as keys};
use crate::http::neighbours::Neighbours;
use crate::http::pages;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::keys::strangers::{self, Stranger};
use crate::realm::Realm;

const STYLE: &str = include_str!("../../templates/mock-idp.css");

pub(crate) fn discovery(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let mut state = realm.lock_at(&incoming.place.base);
    let random = state.generator.short();
    let metadata =
        crate::protocol::discovery::metadata(&incoming.place.base, &state.names, &state.switched());
    let mut draft = DocumentDraft::new(metadata);
    let mut fetch = SignIn::default();
    state.strike(Point::Discovery, &mut fetch, note, |_, fault| {
        documents::discovery(fault, &incoming.place.base, &random, &mut draft)
    });
    state.faults.settle(Point::Discovery, &fetch);
    send(draft, note)
}

pub(crate) fn jwks(realm: &Realm, _: &Incoming, note: &mut Note) -> Reply {
    key_set(realm, true, note)
}

pub(crate) fn moved_jwks(realm: &Realm, _: &Incoming, note: &mut Note) -> Reply {
    key_set(realm, false, note)
}

fn key_set(realm: &Realm, at_standard_path: bool, note: &mut Note) -> Reply {
    let mut state = realm.lock();
    let keys = state.ring.jwks(&state.algorithms()).into_iter().map(Value::Object).collect();
    let mut draft = DocumentDraft::new(Map::from_iter([("keys".to_owned(), Value::Array(keys))]));
    state.strike(Point::Jwks, &mut SignIn::default(), note, |state, fault| {
        keys::jwks(fault, &state.ring, at_standard_path, &mut draft)
    });
    send(draft, note)
}

fn send(draft: DocumentDraft, note: &mut Note) -> Reply {
    let mut reply = if let Some(location) = &draft.location {
        Reply::new(StatusCode::FOUND, "text/plain", "").with(header::LOCATION, location)
    } else if let Some(html) = draft.html {
        Reply::html(draft.status, html)
    } else if draft.status == StatusCode::OK {
        let body = Value::Object(draft.body);
        Reply::noted_json(draft.status, &body, note)
    } else {
        Reply::sick(draft.status)
    };
    reply.then = draft.then;
    reply
}

/// What lies at an address that a token or an answer names for whoever follows it: the key of a stranger under the name
/// that is asked for, its certificate, claims about somebody. An honest relying party never comes here.
pub(crate) fn stranger(_: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let name = incoming.path.rsplit('/').next().unwrap_or_default();
    let body = match name {
        "certificate.pem" => {
            return Reply::new(StatusCode::OK, "application/x-pem-file", strangers::CERTIFICATE);
        }
        "claims" => json!({"role": "Root Master", "email": "mona@northwind.example", "email_verified": true}),
        kid => json!({"keys": [Stranger::Attacker.jwk(kid)]}),
    };
    Reply::noted_json(StatusCode::OK, &body, note)
}

pub(crate) fn style(_: &Realm, _: &Incoming, _: &mut Note) -> Reply {
    Reply::new(StatusCode::OK, "text/css; charset=utf-8", STYLE)
}

pub(crate) fn home(_: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let realms = if incoming.may_control() { Neighbours::of(&incoming.place) } else { Neighbours::default() };
    pages::home(&incoming.place.base, &realms, note)
}
