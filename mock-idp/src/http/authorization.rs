//! The authorization endpoint, and how its answers travel.

use axum::http::{Method, StatusCode, header};

use crate::http::cookies::{begun_cookie, comes_without_cookies, open_again, session_cookie};
use crate::http::pages;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::{Note, Params};
use crate::protocol::authorize::{AuthorizationResponse, ResponseMode};
use crate::protocol::error::Refusal;
use crate::protocol::on_the_spot::person::{self, Named};
use crate::realm::Realm;
use crate::realm::sign_in::{Authorized, Page};

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
