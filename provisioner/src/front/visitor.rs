//! Who sends a request: the cookies it came with, and whose session that is, read anew each time (S-25).
//!
//! Being recognised here permits nothing; the use cases decide.

use axum::http::HeaderMap;

use super::cookies::{CookieKind, Cookies};
use crate::app::App;
use crate::usecase::{Actor, BrowserToken, CurrentSession, SessionToken, StoreError, find_session};

/// The sender of a request.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) session: Option<SessionToken>,
    pub(crate) browser: Option<BrowserToken>,
    pub(crate) current: Option<CurrentSession>,
}

impl Visitor {
    /// The sender of a request with these headers.
    pub(crate) async fn read(headers: &HeaderMap, app: &App) -> Result<Self, StoreError> {
        let cookies = Cookies::new(app.base_url());
        let read = |kind| cookies.read(kind, headers);
        let session = read(CookieKind::Session).map(SessionToken::from_cookie);
        let browser = read(CookieKind::Browser).map(BrowserToken::from_cookie);
        let current = find_session(app, session.as_ref()).await?;
        Ok(Self { session, browser, current })
    }

    /// The sender, as the one who asks a use case.
    pub(crate) fn actor(&self) -> Actor {
        self.current.as_ref().map_or(Actor::Anonymous, CurrentSession::actor)
    }
}
