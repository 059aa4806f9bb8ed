//! The verdict over HTTP.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::control::browsers::want_page;
use crate::control::console::verdict_page;
use crate::control::problem::Problem;
use crate::control::query::Asked;
use crate::handles::verdict_on;
use crate::http::place::Place;
use crate::verdict::Judgement;

/// Whose, and how it is written.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VerdictQuery {
    /// Only this client (id).
    client: Option<String>,
    /// How it is written; JSON unless said otherwise, but a page for browsers.
    #[param(inline)]
    format: Option<Format>,
    /// Without these checks: ids with commas between.
    #[serde(default)]
    except: String,
    /// Whether the answer is 409 when a check failed or nobody was seen, for `curl -f`.
    #[serde(default)]
    fail: bool,
}

/// How a verdict is written.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// A document.
    Json,
    /// Lines to read.
    Text,
    /// JUnit XML.
    Junit,
    /// A page.
    Html,
}

/// What the journal says about the relying parties: each check with its clause and the entries that show it.
#[utoipa::path(get, path = "/_control/verdict", tag = "verdict", params(VerdictQuery),
    responses((status = OK, content((Judgement = "application/json"), (String = "text/plain"), (String = "application/xml"), (String = "text/html"))), (status = CONFLICT, description = "A check failed, or nobody was seen, and fail=true was asked for.", content((Judgement = "application/json"), (String = "text/plain"), (String = "application/xml"), (String = "text/html"))), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn read_verdict(
    place: Place,
    headers: HeaderMap,
    Asked(query): Asked<VerdictQuery>,
) -> Result<Response, Problem> {
    let all = verdict_on(&place.realm);
    let judgement = query.client.as_deref().map_or_else(|| all.clone(), |client| all.of(client));
    // Of nobody there is nothing bad to say: a name that is misspelt must not look like a relying party without fault.
    if let Some(id) = query.client.as_deref().filter(|_| judgement.clients.is_empty()) {
        let state = place.realm.lock();
        if !state.clients.contains_key(id) {
            return Err(state.no_client(id).into());
        }
    }
    let except: Vec<_> = query.except.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    let judgement = judgement.except(&except).map_err(|error| Problem::wrong_query(error.to_string()))?;
    let status = if query.fail && !judgement.is_clean() { StatusCode::CONFLICT } else { StatusCode::OK };
    let usual = if want_page(&headers) { Format::Html } else { Format::Json };
    let answer = match query.format.unwrap_or(usual) {
        Format::Html => verdict_page::verdict(&place, query.client.as_deref(), &judgement),
        Format::Json => axum::Json(judgement).into_response(),
        Format::Text => judgement.text().into_response(),
        Format::Junit => ([(header::CONTENT_TYPE, "application/xml")], judgement.junit()).into_response(),
    };
    Ok((status, answer).into_response())
}
