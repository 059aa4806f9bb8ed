//! The routes of the pages, each declared once: the router and the table of what is served are made of the same lines.

use std::convert::Infallible;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::app::AppState;
use crate::front::Route;

/// Routes that are being declared.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<AppState>,
    table: Vec<Route>,
}

impl Routes {
    /// Something to look at.
    pub(super) fn get<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.declare("GET", path, on(MethodFilter::GET, handler))
    }

    /// Something that is sent.
    pub(super) fn post<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.declare("POST", path, on(MethodFilter::POST, handler))
    }

    /// What answers `HEAD` where looking would do something.
    pub(super) fn head<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.declare("HEAD", path, on(MethodFilter::HEAD, handler))
    }

    /// The routes of both.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        Self { router: self.router.merge(other.router), table: self.table }
    }

    pub(super) fn into_router(self) -> Router<AppState> {
        self.router
    }

    pub(super) fn into_table(self) -> Vec<Route> {
        self.table
    }

    fn declare(
        mut self,
        method: &'static str,
        path: &'static str,
        handler: MethodRouter<AppState, Infallible>,
    ) -> Self {
        self.table.push(Route { path: path.to_owned(), method });
        Self { router: self.router.route(path, handler), table: self.table }
    }
}
