//! The endpoints of the protocol: authorize, token, userinfo, end of session.

use std::sync::Arc;

use axum::http::{Method, StatusCode, header};
use serde_json::Value;

use crate::fault::documents::MAINTENANCE;
use crate::fault::issuer::elsewhere;
use crate::fault::token::Outage;
use crate::http::account::{comes_without_cookies, open_again};
use crate::http::cookies::{begun_cookie, session_cookie};
use crate::http::gzip;
use crate::http::pages;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::{Note, Params};
use crate::protocol::authorize::ResponseMode;
use crate::protocol::discovery::PROOF_ALGORITHMS;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::on_the_spot::person::{self, Named};
use crate::realm::Realm;
use crate::realm::grants::access_name;
use crate::realm::redeem::Redeemed;
use crate::realm::sign_in::{AuthorizationResponse, Authorized, Page};

pub(crate) fn authorize(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    if !names_somebody(incoming)
        && comes_without_cookies(realm, incoming)
        && let Some(opened) = open_again(incoming, note)
    {
        return opened;
    }
    let cookie = incoming.cookie(&realm.cookie);
    let (params, chosen) = match asked(incoming) {
        Ok(asked) => asked,
        Err(refusal) => return pages::error(&incoming.place.base, &refusal, note),
    };
    let authorized = realm.lock_at(&incoming.place.base).authorize(params, cookie, chosen.as_ref(), note);
    match authorized {
        Authorized::Page(refusal) => pages::error(&incoming.place.base, &refusal, note),
        // It is asked once more when that is there.
        Authorized::NotYet => Reply::new(StatusCode::SERVICE_UNAVAILABLE, "text/plain", ""),
        Authorized::Respond(response) => respond(incoming, &response, note),
        Authorized::SignedIn { response, session } => respond(incoming, &response, note)
            .with(header::SET_COOKIE, session_cookie(realm, incoming, &session)),
        Authorized::Ask { interaction, page } => {
            let page = match page {
                Page::Login => "login",
                Page::People => "people",
                Page::Consent => "consent",
            };
            note.response.location = Some(format!("/account/{page}"));
            Reply::see_other(&format!(
                "{}/account/{page}?interaction={interaction}",
                incoming.place.base.prefix
            ))
            .with(header::SET_COOKIE, begun_cookie(realm, incoming, &interaction))
        }
    }
}

/// Whether an authorization request is in the address, and what is posted says who answers it.
pub(super) fn names_somebody(incoming: &Incoming) -> bool {
    incoming.method == Method::POST && person::names_somebody(&incoming.query, &incoming.form)
}

/// The parameters of an authorization request. A test without a browser posts `sub` (or `username`) to the address of the
/// request instead of following it: the person with this key, user name, address or subject signs in without a page.
pub(super) fn asked(incoming: &Incoming) -> Result<(&Params, Option<Named<'_>>), Refusal> {
    if !names_somebody(incoming) {
        return Ok((incoming.params(), None));
    }
    let name = incoming.form.one("sub")?.or(incoming.form.one("username")?).unwrap_or_default();
    let (company, claims) = (incoming.form.one("company")?, incoming.form.one("claims")?);
    let named = Named { name, company: company.unwrap_or_default(), claims: claims.unwrap_or_default() };
    // Before the request counts: one that was pushed is used once.
    person::claims(named.claims)?;
    Ok((&incoming.query, Some(named)))
}

/// Sends an authorization response the way it was asked for.
pub(crate) fn respond(incoming: &Incoming, response: &AuthorizationResponse, note: &mut Note) -> Reply {
    note.response.location = Some(response.to.redirect_uri.clone());
    note.response.params = response.params.clone();
    match response.to.response_mode {
        ResponseMode::Query | ResponseMode::Fragment => {
            Reply::see_other(&response.to.address(&response.params))
        }
        ResponseMode::FormPost => {
            pages::form_post(&incoming.place.base, &response.to, &response.params, note)
        }
    }
}

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
fn redirect(status: StatusCode, incoming: &Incoming) -> Reply {
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
