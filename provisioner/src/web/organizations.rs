//! The organizations a person may see. What is not visible is answered like what does not exist (S-16).

use axum::extract::{Path, State};
use axum::response::Response;

use super::failure::Failure;
use super::page::Page;
use super::views::access::{Named, OrganizationPage, OrganizationsPage};
use super::views::shell::Place;
use super::visitor::Visitor;
use crate::app::AppState;
use crate::usecase::{OrganizationsError, get_organization, list_organizations};

/// `GET /organizations`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_organizations(
    State(app): State<AppState>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let visible = list_organizations(&app, &visitor.actor()).await.map_err(refused)?;
    let organizations =
        visible.into_iter().map(|one| Named { id: one.id.to_string(), name: one.name }).collect();
    Ok(Page::ok(OrganizationsPage { shell: visitor.shell(Place::Organizations, None), organizations }))
}

/// `GET /organizations/{id}`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_organization(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    if visitor.current.is_none() {
        return Err(Failure::Denied(crate::usecase::Denied::NotSignedIn));
    }
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let found = get_organization(&app, &visitor.actor(), id).await.map_err(refused)?;
    let shell = visitor.shell(Place::Organizations, None);
    Ok(Page::ok(OrganizationPage { shell, id: found.id.to_string(), name: found.name }))
}

pub(crate) fn refused(error: OrganizationsError) -> Failure {
    match error {
        OrganizationsError::Denied(denied) => denied.into(),
        OrganizationsError::NotFound => Failure::NotFound,
        OrganizationsError::Name(_) | OrganizationsError::NameTaken => Failure::NotUnderstood,
        OrganizationsError::Unavailable(error) => error.into(),
    }
}
