//! User information, and what a resource says to a token that is no good.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::Value;

use crate::fault::documents::MAINTENANCE;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::http::token::redirect;
use crate::journal::Note;
use crate::protocol::discovery::PROOF_ALGORITHMS;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::realm::Realm;
use crate::realm::grants::access_name;

pub(crate) fn userinfo(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let presented = incoming.access_token();
    // Verified before the lock is taken for the answer.
    let ring = Arc::clone(&realm.lock().ring);
    let name = presented.and_then(|presented| access_name(&ring, presented.token));
    let answered = realm.lock_at(&incoming.place.base).userinfo(presented, name, &incoming.caller(), note);
    let userinfo = match answered {
        Ok(userinfo) => userinfo,
        Err(error) => return resource_error(&error, presented.is_some_and(|token| token.with_proof), note),
    };
    if userinfo.draft.status != StatusCode::OK {
        return Reply::sick(userinfo.draft.status);
    }
    if userinfo.draft.elsewhere {
        return redirect(StatusCode::FOUND, incoming);
    }
    if userinfo.draft.html {
        return Reply::html(StatusCode::OK, MAINTENANCE);
    }
    let body = Value::Object(userinfo.draft.claims);
    let mut reply = match userinfo.jwt {
        Some(jwt) => {
            note.response.body = Some(body);
            Reply::new(StatusCode::OK, "application/jwt", jwt.encode())
        }
        None => Reply::noted_json(StatusCode::OK, &body, note),
    };
    reply.then = userinfo.draft.then;
    reply
}

/// The challenge to a request for a resource, in the scheme that was used or that the error is about (RFC 6750 3, RFC 9449
/// 7.1).
pub(super) fn challenge(with_proof: bool, error: Option<&str>) -> String {
    let by_proof = with_proof || matches!(error, Some("invalid_dpop_proof" | "use_dpop_nonce"));
    let scheme = if by_proof { "DPoP" } else { "Bearer" };
    let algs = if by_proof { format!(", algs=\"{}\"", PROOF_ALGORITHMS.join(" ")) } else { String::new() };
    let error = error.map(|error| format!(", error=\"{error}\"")).unwrap_or_default();
    format!("{scheme} realm=\"mock-idp\"{algs}{error}")
}

/// RFC 6750 3.1 and RFC 9449 7.1: which error has which status, with the challenge of the scheme that was used.
fn resource_error(error: &OAuthError, with_proof: bool, note: &mut Note) -> Reply {
    let status = match error.code {
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNAUTHORIZED,
    };
    // RFC 6750 3.1: whoever shows no token at all is told of no error.
    let told = Some(error.code.as_str()).filter(|_| error.refusal.check != "bearer_present");
    Reply::oauth_error(error, status, note).with(header::WWW_AUTHENTICATE, challenge(with_proof, told))
}
