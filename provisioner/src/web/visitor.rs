//! The sender of a request for a page, and the frame of the page that is shown.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::failure::Failure;
use super::views::shell::{Notice, Place, Shell, ShellPerson};
use crate::app::AppState;
use crate::usecase::CurrentSession;

pub(crate) use crate::front::visitor::Visitor;

impl Visitor {
    /// The frame of a page for this sender.
    pub(crate) fn shell(&self, current: Place, notice: Option<Notice>) -> Shell {
        let person = self.current.as_ref().map(|session| ShellPerson {
            name: session.account.name.clone(),
            email: session.account.email.to_string(),
            admin: session.account.msp_admin,
        });
        Shell { person, current, notice }
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        Ok(Self::read(&parts.headers, app).await?)
    }
}

/// A sender who is signed in; anybody else is led to the sign-in page.
pub(crate) struct Inside {
    pub(crate) visitor: Visitor,
    pub(crate) current: CurrentSession,
}

impl FromRequestParts<AppState> for Inside {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        match visitor.current.clone() {
            Some(current) => Ok(Self { visitor, current }),
            None => Err(Redirect::to("/sign-in").into_response()),
        }
    }
}
