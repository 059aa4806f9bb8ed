//! The organizations a person may see. What is not visible is answered like what does not exist (S-16).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::failure::Failure;
use super::input::{Asked, Sent};
use super::notices::{After, notice};
use super::page::Page;
use super::views::access::{Named, OrganizationPage, OrganizationsPage};
use super::views::shell::Place;
use super::visitor::Visitor;
use crate::app::AppState;
use crate::usecase::{OrganizationsError, add_organization, get_organization, list_organizations};

/// A name to add.
#[derive(Debug, Deserialize)]
pub(crate) struct NameForm {
    pub(crate) name: String,
}

/// `GET /organizations`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_organizations(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(after): Asked<After>,
) -> Result<Response, Failure> {
    let visible = list_organizations(&app, &visitor.actor()).await?;
    let organizations =
        visible.into_iter().map(|one| Named { id: one.id.to_string(), name: one.name }).collect();
    let may_add = visitor.current.as_ref().is_some_and(|current| current.account.msp_admin);
    let shell = visitor.shell(Place::Organizations, notice(after.done.as_deref()));
    Ok(Page::ok(OrganizationsPage { shell, organizations, may_add }))
}

/// `POST /organizations`
#[tracing::instrument(skip_all)]
pub(crate) async fn add(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(form): Sent<NameForm>,
) -> Result<Response, Failure> {
    match add_organization(&app, &visitor.actor(), &form.name).await {
        Ok(_) => Ok(Redirect::to("/organizations?done=organization-added").into_response()),
        Err(OrganizationsError::Name(_) | OrganizationsError::NameTaken) => {
            Ok(Redirect::to("/organizations?done=name-unusable").into_response())
        }
        Err(error) => Err(error.into()),
    }
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
    let found = get_organization(&app, &visitor.actor(), id).await?;
    let shell = visitor.shell(Place::Organizations, None);
    Ok(Page::ok(OrganizationPage { shell, id: found.id.to_string(), name: found.name }))
}
