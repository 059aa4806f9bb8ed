//! Organizations, access groups, and the report of the Security Operations Center.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::body::{Body, Caller, id};
use super::model::{Groups, Named, NewName, Organizations};
use super::problem::{Problem, ProblemCode};
use crate::app::AppState;
use crate::domain::soc::Case;
use crate::usecase::{self, OrganizationsError};

/// The organizations the caller may see.
#[utoipa::path(get, path = "/api/v1/organizations", responses((status = 200, body = Organizations)))]
#[tracing::instrument(skip_all)]
pub(super) async fn list_organizations(
    State(app): State<AppState>,
    Caller(visitor): Caller,
) -> Result<axum::Json<Organizations>, Problem> {
    let visible = usecase::list_organizations(&app, &visitor.actor()).await?;
    Ok(axum::Json(Organizations { organizations: visible.iter().map(Named::from).collect() }))
}

/// Adds an organization; nobody but MSP Admins sees it until it is assigned.
#[utoipa::path(
    post,
    path = "/api/v1/organizations",
    request_body = NewName,
    responses((status = 201, body = Named))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn add_organization(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Body(new): Body<NewName>,
) -> Result<Response, Problem> {
    let added = usecase::add_organization(&app, &visitor.actor(), &new.name).await?;
    Ok((StatusCode::CREATED, axum::Json(Named::from(&added))).into_response())
}

/// One organization, if the caller may see it.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{id}",
    params(("id" = String, Path)),
    responses((status = 200, body = Named))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn get_organization(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(organization): Path<String>,
) -> Result<axum::Json<Named>, Problem> {
    if visitor.current.is_none() {
        return Err(ProblemCode::NotSignedIn.into());
    }
    let found = usecase::get_organization(&app, &visitor.actor(), id(&organization)?).await?;
    Ok(axum::Json((&found).into()))
}

/// The access groups.
#[utoipa::path(get, path = "/api/v1/groups", responses((status = 200, body = Groups)))]
#[tracing::instrument(skip_all)]
pub(super) async fn list_groups(
    State(app): State<AppState>,
    Caller(visitor): Caller,
) -> Result<axum::Json<Groups>, Problem> {
    let groups = usecase::list_groups(&app, &visitor.actor()).await?;
    Ok(axum::Json(Groups { groups: groups.iter().map(Named::from).collect() }))
}

/// Adds an access group; nobody belongs to it.
#[utoipa::path(
    post,
    path = "/api/v1/groups",
    request_body = NewName,
    responses((status = 201, body = Named))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn add_group(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Body(new): Body<NewName>,
) -> Result<Response, Problem> {
    let added = usecase::add_group(&app, &visitor.actor(), &new.name).await?;
    Ok((StatusCode::CREATED, axum::Json(Named::from(&added))).into_response())
}

/// What the Security Operations Center evaluated, investigated and did. No user appears in it.
#[utoipa::path(get, path = "/api/v1/soc/report", responses((status = 200, body = Vec<utoipa::openapi::Object>)))]
#[tracing::instrument(skip_all)]
pub(super) async fn soc_report(
    State(app): State<AppState>,
    Caller(visitor): Caller,
) -> Result<axum::Json<Vec<Case>>, Problem> {
    Ok(axum::Json(usecase::soc_report(&app, &visitor.actor()).await?))
}

impl From<OrganizationsError> for Problem {
    fn from(error: OrganizationsError) -> Self {
        match error {
            OrganizationsError::Denied(denied) => denied.into(),
            OrganizationsError::NotFound => ProblemCode::NotFound.into(),
            OrganizationsError::NameTaken => ProblemCode::NameTaken.into(),
            error @ OrganizationsError::Name(_) => {
                Problem::new(ProblemCode::InvalidInput).detail(error.to_string())
            }
            OrganizationsError::Unavailable(error) => error.into(),
        }
    }
}
