//! The token endpoint, and how it goes wrong.

use axum::http::{StatusCode, header};
use serde_json::Value;

use crate::fault::issuer::elsewhere;
use crate::fault::token::Outage;
use crate::http::gzip;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::realm::Realm;
use crate::realm::token_endpoint::Redeemed;

pub(crate) fn token(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let redeemed = realm.lock_at(&incoming.place.base).token(&incoming.caller(), &incoming.form, note);
    let made = match redeemed {
        Redeemed::Error(error) => return token_error(&error, note),
        Redeemed::Outage(what) => return outage(what, incoming),
        // The lock is free again while the tokens are signed.
        Redeemed::Tokens(ordered) => ordered.sign(),
    };
    let draft = realm.lock_at(&incoming.place.base).token_response(&made, note);
    let body = Value::Object(draft.body);
    let status = draft.status.unwrap_or(StatusCode::OK);
    let mut reply = match (&draft.instead, draft.grows_to) {
        (Some((content_type, text)), _) => Reply::new(status, content_type, text.clone()),
        (None, Some(length)) => {
            let packed = gzip::blanks_after(body.to_string().as_bytes(), length);
            Reply::new(status, "application/json", packed).with(header::CONTENT_ENCODING, "gzip")
        }
        (None, None) if draft.chunked => {
            Reply::new(status, "application/json;charset=UTF-8", body.to_string())
        }
        (None, None) => Reply::noted_json(status, &body, note),
    };
    if !note.response.unread {
        note.response.body = Some(body);
    }
    reply.slow = draft.slow;
    reply.chunked = draft.chunked;
    reply.then = draft.then;
    reply.with(header::PRAGMA, "no-cache")
}

fn outage(outage: Outage, incoming: &Incoming) -> Reply {
    match outage {
        Outage::Status(status) => {
            let reply = Reply::sick(status);
            match status {
                StatusCode::INTERNAL_SERVER_ERROR => reply,
                _ => reply.with(header::RETRY_AFTER, "1"),
            }
        }
        Outage::Elsewhere(status) => redirect(status, incoming),
        Outage::Wire(then) => {
            let mut reply = Reply::sick(StatusCode::SERVICE_UNAVAILABLE);
            reply.then = Some(then);
            reply
        }
    }
}

/// To the same endpoint at another origin.
pub(super) fn redirect(status: StatusCode, incoming: &Incoming) -> Reply {
    let location = format!("{}{}", elsewhere(&incoming.place.base.front), incoming.place.asked);
    Reply::new(status, "text/plain", "").with(header::LOCATION, location)
}

/// RFC 6749 5.2: 401 with a challenge when the client tried to authenticate by header, else 400.
pub(super) fn token_error(error: &OAuthError, note: &mut Note) -> Reply {
    match error.code {
        ErrorCode::InvalidClient => Reply::oauth_error(error, StatusCode::UNAUTHORIZED, note)
            .with(header::WWW_AUTHENTICATE, "Basic realm=\"mock-idp\""),
        _ => Reply::oauth_error(error, StatusCode::BAD_REQUEST, note),
    }
}
