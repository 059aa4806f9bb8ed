//! The console: the nouns of the control interface on one page, for people. It works without its script, which only
//! loads the page anew when something has happened. It adds no rule of its own.

mod acts;
mod answer;
pub(super) mod catalogue_page;
pub(super) mod entry_page;
mod form;
mod order;
mod page;
mod rows;
pub(super) mod verdict_page;

use axum::Router;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use crate::control::console::acts::{clients, rules, tokens};
use crate::control::console::answer::answer;
use crate::control::console::page::{Asked, Said};
use crate::http::place::Place;

const SCRIPT: &str = include_str!("../../templates/console.js");
const STYLE: &str = include_str!("../../templates/console.css");

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

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}
