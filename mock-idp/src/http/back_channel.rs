//! Endpoints that a client's server calls beside token and userinfo: look into tokens, take them back, push a request,
//! start a device.

use axum::http::StatusCode;
use serde_json::Value;

use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::http::token::token_error;
use crate::journal::Note;
use crate::protocol::error::OAuthError;
use crate::realm::Realm;

pub(crate) fn introspect(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let answered = realm.lock_at(&incoming.place.base).introspect(&incoming.caller(), &incoming.form, note);
    answer(answered, StatusCode::OK, note)
}

pub(crate) fn revoke(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let answered = realm.lock_at(&incoming.place.base).revoke(&incoming.caller(), &incoming.form, note);
    match answered {
        Ok(()) => Reply::new(StatusCode::OK, "text/plain", ""),
        Err(error) => token_error(&error, note),
    }
}

pub(crate) fn push(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let answered = realm.lock_at(&incoming.place.base).push(&incoming.caller(), &incoming.form, note);
    answer(answered, StatusCode::CREATED, note)
}

pub(crate) fn authorize_device(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let answered =
        realm.lock_at(&incoming.place.base).authorize_device(&incoming.caller(), &incoming.form, note);
    answer(answered, StatusCode::OK, note)
}

fn answer(answered: Result<Value, OAuthError>, status: StatusCode, note: &mut Note) -> Reply {
    match answered {
        Ok(body) => Reply::noted_json(status, &body, note),
        Err(error) => token_error(&error, note),
    }
}
