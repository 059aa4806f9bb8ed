//! What the console answers: the page, or the way back to it after something was done.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};

use super::form::{Form, Typed};
use super::page::{Asked, Said, render};
use crate::http::place::Place;

/// The page and its files: nothing else may run, and no form may lead elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// The page, with what went wrong if anything did.
pub(super) fn answer(status: StatusCode, place: &Place, asked: &Asked, said: &Said<'_>) -> Response {
    shown(status, render(place, asked, said))
}

/// Back to the page as it was, with what was done; or the page with what went wrong, and what was typed.
pub(super) fn back(place: &Place, form: &Form, part: &str, done: Result<&str, String>) -> Response {
    let asked = Asked::of(form);
    match done {
        Ok(did) => {
            let (prefix, query) = (&place.base.prefix, asked.query(did));
            Redirect::to(&format!("{prefix}/_control/console?{query}#{part}")).into_response()
        }
        Err(error) => {
            let said = Said { error: Some(&error), part, typed: Typed::into(form), ..Said::default() };
            answer(StatusCode::UNPROCESSABLE_ENTITY, place, &asked, &said)
        }
    }
}

/// A page under the policy of the console.
pub(super) fn shown(status: StatusCode, html: String) -> Response {
    (status, [(header::CONTENT_SECURITY_POLICY, POLICY), (header::VARY, "accept")], Html(html))
        .into_response()
}

/// What went wrong, for the page to say.
pub(super) fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
