//! The start page, "no access yet", and signing out.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::failure::Failure;
use super::input::{Asked, Sent};
use super::notices::{After, notice};
use super::page::Page;
use super::present::Names;
use super::views::AccessWords;
use super::views::access::{HomePage, NoAccessPage};
use super::views::shell::Place;
use super::visitor::{Inside, Visitor};
use crate::app::AppState;
use crate::domain::access::has_any;
use crate::front::cookies::{CookieKind, Cookies};
use crate::usecase::{CurrentSession, SignOutFrom, list_groups, list_organizations, sign_out};

/// Of what else to sign out.
#[derive(Debug, Deserialize)]
pub(crate) struct SignOutForm {
    also: Option<String>,
}

/// `GET /`
#[tracing::instrument(skip_all)]
pub(crate) async fn enter(visitor: Visitor, Asked(after): Asked<After>) -> Redirect {
    let Some(current) = &visitor.current else { return Redirect::to("/sign-in") };
    let page = if has_any(&current.account, &current.access) { "/home" } else { "/no-access" };
    match notice(after.done.as_deref()).and(after.done) {
        Some(code) => Redirect::to(&format!("{page}?done={code}")),
        None => Redirect::to(page),
    }
}

/// `GET /home`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_home(
    State(app): State<AppState>,
    Inside { visitor, current }: Inside,
    Asked(after): Asked<After>,
) -> Result<Response, Failure> {
    if !has_any(&current.account, &current.access) {
        return Ok(Redirect::to("/no-access").into_response());
    }
    let actor = visitor.actor();
    let organizations = list_organizations(&app, &actor).await?;
    let groups = if current.account.msp_admin { list_groups(&app, &actor).await? } else { Vec::new() };
    Ok(Page::ok(HomePage {
        shell: visitor.shell(Place::Home, notice(after.done.as_deref())),
        name: current.account.name.clone(),
        email: current.account.email.to_string(),
        admin: current.account.msp_admin,
        access: home_access(&current, &Names::new(&groups, &organizations)),
        by_kaseyaone: current.kaseyaone,
    }))
}

/// What the reader may do and see; an MSP Admin sees every organization.
fn home_access(current: &CurrentSession, names: &Names) -> AccessWords {
    let mut access = names.access(&current.access);
    if current.account.msp_admin {
        "All, as MSP Admin".clone_into(&mut access.organizations);
    }
    access
}

/// `GET /no-access`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_no_access(
    State(app): State<AppState>,
    Inside { visitor, current }: Inside,
) -> Response {
    let CurrentSession { account, kaseyaone, .. } = current;
    if has_any(&account, &current.access) {
        return Redirect::to("/home").into_response();
    }
    Page::ok(NoAccessPage {
        shell: visitor.shell(Place::Home, None),
        name: account.name,
        email: account.email.to_string(),
        whom_to_ask: whom_to_ask(app.config.contact.as_deref()),
        by_kaseyaone: kaseyaone,
    })
}

fn whom_to_ask(contact: Option<&str>) -> String {
    let contact = contact.unwrap_or("an MSP Admin of your company");
    format!(
        "Ask {contact} to assign access to you. When that is done, check again; there is no need to sign in again."
    )
}

/// `POST /sign-out`
#[tracing::instrument(skip_all)]
pub(crate) async fn leave(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(form): Sent<SignOutForm>,
) -> Result<Response, Failure> {
    let from = match form.also.as_deref() {
        Some("kaseyaone") => SignOutFrom::KaseyaOneToo,
        _ => SignOutFrom::Here,
    };
    let signed_out = sign_out(&app, visitor.session.as_ref(), visitor.browser.as_ref(), from).await?;
    let cookie = Cookies::new(app.base_url()).clear(CookieKind::Session);
    let to = signed_out.to.map_or_else(|| "/sign-in?signed_out=here".to_owned(), String::from);
    Ok((cookie, Redirect::to(&to)).into_response())
}
