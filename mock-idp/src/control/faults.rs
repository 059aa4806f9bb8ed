//! Faults over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::control::browsers::Format;
use crate::control::console::catalogue_page;
use crate::control::number::Number;
use crate::control::problem::{Problem, read};
use crate::control::query::Asked;
use crate::fault::{ArmedRecord, Arming, CatalogueEntry};
use crate::handles::Faults;
use crate::http::place::Place;

/// Which faults, and how they are written.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CatalogueQuery {
    /// Only faults of which all these words are said.
    #[serde(default)]
    q: String,
    /// How they are written; JSON unless said otherwise, but a page for browsers.
    #[param(inline)]
    format: Option<Format>,
}

/// Every fault there is.
#[utoipa::path(get, path = "/_control/faults/catalogue", tag = "faults", params(CatalogueQuery),
    responses((status = OK, content((Vec<CatalogueEntry> = "application/json"), (String = "text/html"))), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn list_catalogue(
    place: Place,
    headers: HeaderMap,
    Asked(query): Asked<CatalogueQuery>,
) -> Result<Response, Problem> {
    if Format::of(query.format, &headers) == Format::Html {
        return Ok(catalogue_page::catalogue(&place, query.q.trim()));
    }
    let found: Vec<_> = crate::fault::catalogue::searched(&query.q).collect();
    Ok(Json(found).into_response())
}

/// Everything armed since the start, with how often it fired.
#[utoipa::path(get, path = "/_control/faults", tag = "faults", responses((status = OK, body = Vec<ArmedRecord>)))]
pub(crate) async fn list_faults(Place { realm, .. }: Place) -> Json<Vec<ArmedRecord>> {
    Json(Faults(realm).list())
}

/// Arms a fault.
#[utoipa::path(post, path = "/_control/faults", tag = "faults", request_body = Arming,
    responses((status = CREATED, body = ArmedRecord), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn arm_fault(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<ArmedRecord>), Problem> {
    let arming: Arming = read(&body)?;
    let faults = Faults(realm);
    let armed = faults.after(arming.after).arm(&arming.fault, arming.target, arming.times.get())?;
    Ok((StatusCode::CREATED, Json(faults.get(armed.id())?)))
}

/// Disarms everything.
#[utoipa::path(delete, path = "/_control/faults", tag = "faults", responses((status = NO_CONTENT)))]
pub(crate) async fn disarm_faults(Place { realm, .. }: Place) -> StatusCode {
    Faults(realm).disarm_all();
    StatusCode::NO_CONTENT
}

/// One arming, with how often it fired.
#[utoipa::path(get, path = "/_control/faults/{id}", tag = "faults", params(("id" = u64, Path)),
    responses((status = OK, body = ArmedRecord), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn get_fault(
    Place { realm, .. }: Place,
    Number(id): Number,
) -> Result<Json<ArmedRecord>, Problem> {
    Ok(Json(Faults(realm).get(id)?))
}

/// Disarms one.
#[utoipa::path(delete, path = "/_control/faults/{id}", tag = "faults", params(("id" = u64, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn disarm_fault(
    Place { realm, .. }: Place,
    Number(id): Number,
) -> Result<StatusCode, Problem> {
    Faults(realm).disarm(id)?;
    Ok(StatusCode::NO_CONTENT)
}
