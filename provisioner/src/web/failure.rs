//! What a page answers when a use case could not do what was asked. One exhaustive match; detail is logged here
//! once and never sent.

use axum::response::{IntoResponse, Redirect, Response};

use super::page::Matter;
use crate::store::StoreError;
use crate::usecase::{Denied, GetSingleSignOnError, OrganizationsError, UsersError};

/// Why there is no page of the expected kind.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Not signed in, or not an MSP Admin.
    Denied(Denied),
    /// It does not exist, or the person may not know of it.
    NotFound,
    /// The request makes no sense.
    NotUnderstood,
    /// The store does not answer.
    Unavailable(StoreError),
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<UsersError> for Failure {
    fn from(error: UsersError) -> Self {
        match error {
            UsersError::Denied(denied) => denied.into(),
            UsersError::Unavailable(error) => error.into(),
        }
    }
}

impl From<OrganizationsError> for Failure {
    fn from(error: OrganizationsError) -> Self {
        match error {
            OrganizationsError::Denied(denied) => denied.into(),
            OrganizationsError::NotFound => Self::NotFound,
            OrganizationsError::Name(_) | OrganizationsError::NameTaken => Self::NotUnderstood,
            OrganizationsError::Unavailable(error) => error.into(),
        }
    }
}

impl From<GetSingleSignOnError> for Failure {
    fn from(error: GetSingleSignOnError) -> Self {
        match error {
            GetSingleSignOnError::Denied(denied) => denied.into(),
            GetSingleSignOnError::Unavailable(error) => error.into(),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Denied(Denied::NotSignedIn) => Redirect::to("/sign-in").into_response(),
            Self::Denied(Denied::MspAdminRequired) => Matter::AdminsOnly.into_response(),
            Self::NotFound => Matter::NotFound.into_response(),
            Self::NotUnderstood => Matter::NotUnderstood.into_response(),
            Self::Unavailable(error) => {
                tracing::error!(%error, "the store does not answer");
                Matter::Unavailable.into_response()
            }
        }
    }
}
