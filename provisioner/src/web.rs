//! The pages: HTML that works without scripts, with a keyboard, on a narrow screen.
//!
//! A handler decodes a request, calls one use case and fills a view. Nothing here decides who may do what.

mod assets;
mod cookies;
mod failure;
mod help;
mod home;
mod input;
mod link;
mod logout;
mod notices;
mod organizations;
mod page;
mod present;
mod privileges;
mod records;
mod routes;
mod security;
mod sign_in;
mod single_sign_on;
mod sso;
mod users;
mod views;
mod visitor;
pub(crate) mod wording;

use axum::response::IntoResponse as _;
use axum::{Router, middleware};

use crate::app::AppState;
pub(crate) use page::Matter;
use routes::Routes;
use security::SecurityHeaders;

pub use routes::Route;

pub(crate) use cookies::{CookieKind, Cookies};
use security::recover;

pub(crate) use security::guard;
pub(crate) use sign_in::signed_in_cookies;
pub(crate) use single_sign_on::AUTHENTICATE_AT;
pub(crate) use visitor::Visitor;

/// Everything that is served: pages, API, callback, style sheet.
pub(crate) fn router(app: AppState) -> Router {
    let headers = SecurityHeaders::new(app.base_url(), &app.config.kaseyaone.issuer);
    let pages = pages()
        .into_router()
        .fallback(|| async { Matter::NotFound })
        .method_not_allowed_fallback(|| async { Matter::MethodNotAllowed });
    guard(pages, app.base_url(), Matter::into_response)
        .merge(recover(callback().into_router(), Matter::into_response))
        .merge(crate::api::router(&app))
        .with_state(app)
        .layer(middleware::from_fn(move |request, next| headers.clone().apply(request, next)))
}

/// Everything that is served, by path: the pages as they are routed, the API as its document says. Only what is not
/// found anywhere else is left out.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut table = pages().and(callback()).into_table();
    table.extend(crate::api::routes());
    table.sort();
    table
}

/// The pages people see.
fn pages() -> Routes {
    Routes::default()
        .get("/", home::enter)
        .get("/home", home::show_home)
        .get("/no-access", home::show_no_access)
        .get("/sign-in", sign_in::show_sign_in)
        .post("/sign-in", sign_in::sign_in_locally)
        .get(link::LINK_AT, link::show_link)
        .post(link::LINK_AT, link::answer)
        .post("/sign-out", home::leave)
        .get("/sso/start", sso::start_sign_in)
        .head("/sso/start", sso::peek)
        .get("/organizations", organizations::show_organizations)
        .post("/organizations", organizations::add)
        .get("/organizations/{id}", organizations::show_organization)
        .get("/help/unified-login-with-kaseyaone", help::unified_login)
        .get("/help/user-roles-and-permission-boundaries", help::user_roles)
        .get("/static/{name}", assets::asset)
        .and(settings())
}

/// Settings, for MSP Admins.
fn settings() -> Routes {
    Routes::default()
        .get("/settings/users", users::show_users)
        .post("/settings/users", users::add)
        .post("/settings/users/{id}/{action}", users::change)
        .post("/settings/users/exceptions", single_sign_on::save_exceptions)
        .post("/settings/users/single-sign-on", single_sign_on::press_toggle)
        .get("/settings/users/single-sign-on/confirm", single_sign_on::show_company)
        .post("/settings/users/single-sign-on/confirm", single_sign_on::answer_company)
        .get("/settings/users/sign-ins", records::list)
        .get("/settings/users/sign-ins/{reference}", records::show)
        .get("/settings/user-privileges", privileges::list)
        .post("/settings/user-privileges/groups", privileges::add)
        .get("/settings/user-privileges/{id}", privileges::show)
        .post("/settings/user-privileges/{id}/{part}", privileges::assign)
        .get("/settings/audit", records::audit)
}

/// What KaseyaOne sends or sends browsers to. It comes from another site by design, so it stays outside the guard: a
/// `form_post` changes nothing, and `state` and the browser's cookie protect the `GET` it leads to; a logout token is
/// signed; a frame has to know the session.
fn callback() -> Routes {
    Routes::default()
        .get("/sso/callback", sso::finish_sign_in)
        .head("/sso/callback", sso::peek)
        .post("/sso/callback", sso::forward_callback)
        .post("/sso/backchannel-logout", logout::take_logout_token)
        .get("/sso/frontchannel-logout", logout::load_frame)
        .head("/sso/frontchannel-logout", sso::peek)
}
