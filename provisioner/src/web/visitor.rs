//! Who sends a request: the cookies it came with, and whose session that is, read anew each time (S-25).
//!
//! Being recognised here permits nothing; the use cases decide.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::cookies::{CookieKind, Cookies};
use super::failure::Failure;
use super::views::shell::{Notice, Place, Shell, ShellPerson};
use crate::app::{App, AppState};
use crate::usecase::{Actor, BrowserToken, CurrentSession, SessionToken, find_session};

/// The sender of a request.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) session: Option<SessionToken>,
    pub(crate) browser: Option<BrowserToken>,
    pub(crate) current: Option<CurrentSession>,
}

impl Visitor {
    /// The sender, as the one who asks a use case.
    pub(crate) fn actor(&self) -> Actor {
        self.current.as_ref().map_or(Actor::Anonymous, CurrentSession::actor)
    }

    /// The frame of a page for this sender.
    pub(crate) fn shell(&self, current: Place, notice: Option<Notice>) -> Shell {
        let person = self.current.as_ref().map(|session| ShellPerson {
            name: session.account.name.clone(),
            email: session.account.email.to_string(),
            admin: session.account.msp_admin,
        });
        Shell { person, current, notice }
    }

    async fn read(parts: &Parts, app: &App) -> Result<Self, Failure> {
        let cookies = Cookies::new(app.base_url());
        let read = |kind| cookies.read(kind, &parts.headers);
        let session = read(CookieKind::Session).map(SessionToken::from_cookie);
        let browser = read(CookieKind::Browser).map(BrowserToken::from_cookie);
        let current = find_session(app, session.as_ref()).await?;
        Ok(Self { session, browser, current })
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        Self::read(parts, app).await
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
        let visitor = Visitor::read(parts, app).await.map_err(IntoResponse::into_response)?;
        match visitor.current.clone() {
            Some(current) => Ok(Self { visitor, current }),
            None => Err(Redirect::to("/sign-in").into_response()),
        }
    }
}
