//! Discovery, key set, style sheet and the front page.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::fault::documents::{self, DocumentDraft};
use crate::fault::{Point, SignIn};
use crate::http::pages;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::realm::Realm;

const STYLE: &str = include_str!("../../templates/mock-idp.css");

pub(crate) fn discovery(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let mut state = realm.lock_at(&incoming.base);
    let random = state.generator.short();
    let metadata = crate::protocol::discovery::metadata(&incoming.base, &state.names, &state.switched());
    let mut draft = DocumentDraft::new(metadata);
    let mut fetch = SignIn::default();
    state.strike(Point::Discovery, &mut fetch, note, |_, fault| {
        documents::discovery(fault, &incoming.base.issuer, &random, &mut draft)
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
        documents::jwks(fault, &state.ring, at_standard_path, &mut draft)
    });
    send(draft, note)
}

fn send(draft: DocumentDraft, note: &mut Note) -> Reply {
    match draft.html {
        Some(html) => Reply::html(draft.status, html),
        None if draft.status != StatusCode::OK => {
            Reply::new(draft.status, "text/plain", "the provider is sick")
        }
        None => {
            let body = Value::Object(draft.body);
            let reply = Reply::json(draft.status, &body);
            note.response.body = Some(body);
            reply
        }
    }
}

pub(crate) fn style(_: &Realm, _: &Incoming, _: &mut Note) -> Reply {
    Reply::new(StatusCode::OK, "text/css; charset=utf-8", STYLE)
}

pub(crate) fn home(_: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    pages::home(&incoming.base, note)
}
