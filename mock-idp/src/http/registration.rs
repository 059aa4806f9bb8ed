//! Registration of clients over HTTP (RFC 7591, RFC 7592).

use axum::http::{Method, StatusCode, header};
use serde_json::{Map, Value};

use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::error::{OAuthError, Refusal};
use crate::realm::Realm;

pub(crate) fn register(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let mut state = realm.lock_at(&incoming.place.base);
    if !state.switches.registration {
        let reason = "clients do not register themselves here; switch it on with --registration (in code: with_registration)";
        note.refusal = Some(Refusal::new("registration", reason));
        return Reply::new(StatusCode::NOT_FOUND, "text/plain", reason);
    }
    let registered = state.register(&incoming.body, note);
    answer(registered, StatusCode::CREATED, note)
}

/// Reading, replacing and deleting; which one, the method says.
pub(crate) fn look_after(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let mut state = realm.lock_at(&incoming.place.base);
    let id = incoming.path.rsplit('/').next().unwrap_or_default();
    if let Err(error) = state.check_registrant(id, incoming.bearer(), note) {
        return Reply::oauth_error(&error, StatusCode::UNAUTHORIZED, note)
            .with(header::WWW_AUTHENTICATE, "Bearer realm=\"mock-idp\", error=\"invalid_token\"");
    }
    match incoming.method {
        Method::DELETE => {
            state.unregister(id);
            Reply::new(StatusCode::NO_CONTENT, "text/plain", "")
        }
        Method::PUT => {
            let registered = state.reregister(id, &incoming.body, note);
            answer(registered, StatusCode::OK, note)
        }
        _ => answer(Ok(state.registered(id)), StatusCode::OK, note),
    }
}

fn answer(registered: Result<Map<String, Value>, OAuthError>, status: StatusCode, note: &mut Note) -> Reply {
    match registered {
        Ok(document) => {
            let body = Value::Object(document);
            Reply::noted_json(status, &body, note)
        }
        Err(error) => Reply::oauth_error(&error, StatusCode::BAD_REQUEST, note),
    }
}
