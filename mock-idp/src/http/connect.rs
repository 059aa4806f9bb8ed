//! The endpoints of the protocol: authorize, token, userinfo, end of session.

use axum::http::{StatusCode, header};
use serde_json::Value;

use crate::http::pages;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::authorize::ResponseMode;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::realm::Realm;
use crate::realm::sign_in::{AuthorizationResponse, Authorized};
use crate::realm::tokens::Redeemed;

pub(crate) fn authorize(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let cookie = incoming.cookie(&realm.cookie);
    let authorized = realm.lock().authorize(incoming.params(), cookie, note);
    match authorized {
        Authorized::Page(refusal) => pages::error(&refusal, note),
        Authorized::Respond(response) => respond(&response, note),
        Authorized::Ask { interaction, chooser } => {
            let page = if chooser { "people" } else { "login" };
            let location = format!("/account/{page}?interaction={interaction}");
            note.response.location = Some(format!("/account/{page}"));
            Reply::see_other(&location)
        }
    }
}

/// Sends an authorization response the way it was asked for.
pub(crate) fn respond(response: &AuthorizationResponse, note: &mut Note) -> Reply {
    note.response.location = Some(response.to.redirect_uri.clone());
    note.response.params = response.params.clone();
    match response.to.response_mode {
        ResponseMode::Query => Reply::see_other(&response.params.append_to(&response.to.redirect_uri)),
        ResponseMode::FormPost => pages::form_post(&response.to, &response.params, note),
    }
}

pub(crate) fn token(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let redeemed = realm.lock().token(incoming.authorization(), &incoming.form, note);
    match redeemed {
        Redeemed::Error(error) => token_error(&error, note),
        Redeemed::Outage(status) => {
            let reply = Reply::new(status, "text/plain", "the provider is sick");
            if status == StatusCode::INTERNAL_SERVER_ERROR {
                reply
            } else {
                reply.with(header::RETRY_AFTER, "1")
            }
        }
        Redeemed::Tokens(draft) => {
            let id_token = draft.body.get("id_token").and_then(Value::as_str).and_then(crate::jose::decode);
            if let Some((header, claims)) = id_token {
                note.response.id_token_header = Some(header);
                note.response.id_token_claims = Some(claims);
            }
            let body = Value::Object(draft.body);
            let mut reply = match &draft.instead {
                Some((content_type, text)) => Reply::new(StatusCode::OK, content_type, text.clone()),
                None if draft.chunked => {
                    Reply::new(StatusCode::OK, "application/json;charset=UTF-8", body.to_string())
                }
                None => Reply::json(StatusCode::OK, &body),
            };
            note.response.body = Some(body);
            reply.slow = draft.slow;
            reply.chunked = draft.chunked;
            reply.with(header::PRAGMA, "no-cache")
        }
    }
}

/// RFC 6749 5.2: 401 with a challenge when the client tried to authenticate by header, else 400.
fn token_error(error: &OAuthError, note: &mut Note) -> Reply {
    match error.code {
        ErrorCode::InvalidClient => Reply::oauth_error(error, StatusCode::UNAUTHORIZED, note)
            .with(header::WWW_AUTHENTICATE, "Basic realm=\"mock-idp\""),
        _ => Reply::oauth_error(error, StatusCode::BAD_REQUEST, note),
    }
}

pub(crate) fn userinfo(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let userinfo = match realm.lock().userinfo(incoming.bearer(), note) {
        Ok(userinfo) => userinfo,
        // RFC 6750 3
        Err(error) => {
            let challenge = format!("Bearer realm=\"mock-idp\", error=\"{}\"", error.code.as_str());
            return Reply::oauth_error(&error, StatusCode::UNAUTHORIZED, note)
                .with(header::WWW_AUTHENTICATE, challenge);
        }
    };
    if userinfo.draft.status != StatusCode::OK {
        return Reply::new(userinfo.draft.status, "text/plain", "the provider is sick");
    }
    let body = Value::Object(userinfo.draft.claims);
    let reply = match userinfo.jwt {
        Some(jwt) => Reply::new(StatusCode::OK, "application/jwt", jwt),
        None => Reply::json(StatusCode::OK, &body),
    };
    note.response.body = Some(body);
    reply
}

pub(crate) fn end_session(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let ended = realm.lock().end_session(incoming.params(), incoming.cookie(&realm.cookie), note);
    let ended = match ended {
        Err(refusal) => return pages::error(&refusal, note),
        Ok(ended) => ended,
    };
    let return_to = ended.return_to.as_ref().map(|(uri, params)| params.append_to(uri));
    let mut reply = match return_to {
        Some(return_to) if ended.farewells.front.is_empty() => Reply::see_other(&return_to),
        // Front-Channel Logout 2: the browser loads the frames before it goes on.
        return_to => pages::signed_out(&ended.farewells.front, return_to.as_deref(), note),
    };
    if let Some((uri, params)) = ended.return_to {
        note.response.location = Some(uri);
        note.response.params = params;
    }
    reply.farewells = ended.farewells.back;
    reply.with(header::SET_COOKIE, format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", realm.cookie))
}
