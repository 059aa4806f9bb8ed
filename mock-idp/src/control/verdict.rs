//! The verdict over HTTP.

use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::control::problem::{Problem, wrong_query};
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
    /// How it is written; JSON unless said otherwise.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// How a verdict is written.
#[derive(Debug, Default, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// A document.
    #[default]
    Json,
    /// Lines to read.
    Text,
    /// JUnit XML.
    Junit,
}

/// What the journal says about the relying parties: each check with its clause and the entries that show it.
#[utoipa::path(get, path = "/_control/verdict", tag = "verdict", params(VerdictQuery),
    responses((status = OK, content((Judgement = "application/json"), (String = "text/plain"), (String = "application/xml"))), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn read_verdict(
    Place { realm, .. }: Place,
    query: Result<Query<VerdictQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| wrong_query(&error, &[]))?;
    let all = verdict_on(&realm);
    let judgement = query.client.as_deref().map_or_else(|| all.clone(), |client| all.of(client));
    // Of nobody there is nothing bad to say: a name that is misspelt must not look like a relying party without fault.
    if let Some(id) = query.client.as_deref().filter(|_| judgement.clients.is_empty()) {
        let state = realm.lock();
        if !state.clients.contains_key(id) {
            return Err(state.no_client(id).into());
        }
    }
    Ok(match query.format {
        Format::Json => axum::Json(judgement).into_response(),
        Format::Text => judgement.text().into_response(),
        Format::Junit => ([(header::CONTENT_TYPE, "application/xml")], judgement.junit()).into_response(),
    })
}
