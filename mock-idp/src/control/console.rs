//! The console: the nouns of the control interface on one page, for people. It works without its script, which only
//! loads the page anew when something has happened. It adds no rule of its own.

mod acts;
mod catalogue_page;
mod clients;
mod entry_page;
mod form;
mod order;
mod page;
mod rows;
mod rules;
mod tokens;
mod verdict_page;

use axum::Router;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

pub(super) use crate::control::console::catalogue_page::catalogue;
pub(super) use crate::control::console::entry_page::entry;
use crate::control::console::form::{Form, Typed};
use crate::control::console::page::{Asked, Said, render};
pub(super) use crate::control::console::verdict_page::verdict;
use crate::http::place::Place;

const SCRIPT: &str = include_str!("../../templates/console.js");
const STYLE: &str = include_str!("../../templates/console.css");

/// The page and its files: nothing else may run, and no form may lead elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

pub(super) fn router() -> Router {
    Router::new()
        .route("/_control", get(to_console))
        .route("/_control/", get(to_console))
        .route("/_control/console", get(show))
        .route("/_control/console/console.js", get(script))
        .route("/_control/console/console.css", get(style))
        .route("/_control/console/person", post(acts::person))
        .route("/_control/console/add", post(acts::add))
        .route("/_control/console/change", post(acts::change))
        .route("/_control/console/arm", post(acts::arm))
        .route("/_control/console/disarm", post(acts::disarm))
        .route("/_control/console/clock", post(acts::clock))
        .route("/_control/console/rule", post(rules::add))
        .route("/_control/console/take-back", post(rules::take_back))
        .route("/_control/console/register", post(clients::register))
        .route("/_control/console/reset", post(acts::reset))
        .route("/_control/console/issue", post(tokens::issue))
        .route("/_control/console/expire", post(tokens::expire))
        .route("/_control/console/replay", post(tokens::replay))
        .route("/_control/console/answers/{number}", get(tokens::open_again))
}

async fn to_console(Place { base, .. }: Place) -> Redirect {
    Redirect::to(&format!("{}/_control/console", base.prefix))
}

async fn show(place: Place, RawQuery(query): RawQuery) -> Response {
    answer(StatusCode::OK, &place, &Asked::read(query.as_deref().unwrap_or_default()), &Said::default())
}

/// The page, with what went wrong if anything did.
fn answer(status: StatusCode, place: &Place, asked: &Asked, said: &Said<'_>) -> Response {
    shown(status, render(place, asked, said))
}

/// Back to the page as it was, with what was done; or the page with what went wrong, and what was typed.
fn back(place: &Place, form: &Form, part: &str, done: Result<&str, String>) -> Response {
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
fn shown(status: StatusCode, html: String) -> Response {
    (status, [(header::CONTENT_SECURITY_POLICY, POLICY), (header::VARY, "accept")], Html(html))
        .into_response()
}

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}
