//! Whether the provider serves, and whom it is vouched for by, over HTTP.

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::control::problem::Problem;
use crate::http::place::Place;

/// That it serves.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The issuer.
    issuer: String,
}

/// Whether it serves. What a probe adds to the address is not looked at.
#[utoipa::path(get, path = "/_control/health", tag = "health", responses((status = OK, body = Health)))]
pub(crate) async fn health(Place { base, .. }: Place) -> Json<Health> {
    Json(Health { status: "ok", issuer: base.issuer.to_string() })
}

/// The certificate of the authority behind the provider's own, PEM: what a client under test has to trust.
#[utoipa::path(get, path = "/_control/tls/authority.pem", tag = "health",
    responses((status = OK, body = String, content_type = "application/x-pem-file"), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn authority(Place { realms, .. }: Place) -> Result<impl IntoResponse, Problem> {
    let pem = realms.authority().ok_or_else(Problem::no_authority)?.to_owned();
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem))
}
