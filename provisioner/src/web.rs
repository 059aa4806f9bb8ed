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
mod security;
mod sign_in;
mod single_sign_on;
mod sso;
mod users;
mod views;
mod visitor;
pub(crate) mod wording;

use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::app::AppState;
pub(crate) use page::Matter;
use security::SecurityHeaders;

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
        .fallback(|| async { Matter::NotFound })
        .method_not_allowed_fallback(|| async { Matter::MethodNotAllowed });
    guard(pages, app.base_url(), Matter::into_response)
        .merge(recover(callback(), Matter::into_response))
        .merge(crate::api::router(&app))
        .with_state(app)
        .layer(middleware::from_fn(move |request, next| headers.clone().apply(request, next)))
}

/// The pages people see.
fn pages() -> Router<AppState> {
    Router::new()
        .route("/", get(home::enter))
        .route("/home", get(home::show_home))
        .route("/no-access", get(home::show_no_access))
        .route("/sign-in", get(sign_in::show_sign_in).post(sign_in::sign_in_locally))
        .route(link::LINK_AT, get(link::show_link).post(link::answer))
        .route("/sign-out", post(home::leave))
        .route("/sso/start", get(sso::start_sign_in).head(sso::peek))
        .route("/organizations", get(organizations::show_organizations).post(organizations::add))
        .route("/organizations/{id}", get(organizations::show_organization))
        .route("/help/unified-login-with-kaseyaone", get(help::unified_login))
        .route("/help/user-roles-and-permission-boundaries", get(help::user_roles))
        .route("/static/{name}", get(assets::asset))
        .merge(settings())
}

/// Settings, for MSP Admins.
fn settings() -> Router<AppState> {
    Router::new()
        .route("/settings/users", get(users::show_users).post(users::add))
        .route("/settings/users/{id}/{action}", post(users::change))
        .route("/settings/users/exceptions", post(single_sign_on::save_exceptions))
        .route("/settings/users/single-sign-on", post(single_sign_on::press_toggle))
        .route(
            "/settings/users/single-sign-on/confirm",
            get(single_sign_on::show_company).post(single_sign_on::answer_company),
        )
        .route("/settings/users/sign-ins", get(records::list))
        .route("/settings/users/sign-ins/{reference}", get(records::show))
        .route("/settings/user-privileges", get(privileges::list))
        .route("/settings/user-privileges/groups", post(privileges::add))
        .route("/settings/user-privileges/{id}", get(privileges::show))
        .route("/settings/user-privileges/{id}/{part}", post(privileges::assign))
        .route("/settings/audit", get(records::audit))
}

/// What KaseyaOne sends or sends browsers to. It comes from another site by design, so it stays outside the guard: a
/// `form_post` changes nothing, and `state` and the browser's cookie protect the `GET` it leads to; a logout token is
/// signed; a frame has to know the session.
fn callback() -> Router<AppState> {
    Router::new()
        .route("/sso/callback", get(sso::finish_sign_in).head(sso::peek).post(sso::forward_callback))
        .route("/sso/backchannel-logout", post(logout::take_logout_token))
        .route("/sso/frontchannel-logout", get(logout::load_frame).head(sso::peek))
}
