//! The pages: HTML that works without scripts, with a keyboard, on a narrow screen.
//!
//! A handler decodes a request, calls one use case and fills a view. Nothing here decides who may do what.

mod assets;
mod failure;
mod filter;
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
mod sign_in;
mod single_sign_on;
mod sso;
mod user_actions;
mod users;
mod views;
mod visitor;
mod wording;

use axum::Router;
use axum::response::{IntoResponse as _, Response};

use crate::app::AppState;
use crate::front::Route;
use crate::front::security::{Stopped, guard, recover};
use page::Matter;
use routes::Routes;

/// Pages, style sheet and callback. Whatever is found nowhere is a page too.
pub(crate) fn router(app: &AppState) -> Router<AppState> {
    let pages = pages()
        .into_router()
        .fallback(|| async { Matter::NotFound })
        .method_not_allowed_fallback(|| async { Matter::MethodNotAllowed });
    guard(pages, app.base_url(), told).merge(recover(callback().into_router(), told))
}

fn told(stopped: Stopped) -> Response {
    Matter::from(stopped).into_response()
}

/// Every page, the style sheet and the callback.
pub(crate) fn routes() -> Vec<Route> {
    pages().and(callback()).into_table()
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
        .get("/settings", users::lead_to_users)
        .get("/settings/users/", users::lead_to_users)
        .get("/settings/users", users::show_users)
        .post("/settings/users", users::add)
        .post("/settings/users/{id}/{action}", user_actions::change)
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
