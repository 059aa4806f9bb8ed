//! What is done in the Single Sign-On section: toggles, exceptions, and linking the KaseyaOne company.

pub(super) mod section;

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::failure::Failure;
use super::input::{Sent, values};
use super::page::Page;
use super::sign_in::to_provider;
use super::users::{done, users_page_saying};
use super::views::shell::Place;
use super::views::users::{BindConfirmPage, Company};
use super::visitor::Visitor;
use crate::app::{App, AppState};
use crate::domain::account::AccountId;
use crate::domain::settings::{Change, ChangeRefusal, Toggle};
use crate::usecase::{
    BeginBindingError, BindingError, BindingFailure, ChangeSingleSignOnError, begin_binding,
    change_single_sign_on, confirm_binding, dismiss_binding, find_binding,
};

/// A toggle that is pressed.
#[derive(Debug, Deserialize)]
pub(crate) struct ToggleForm {
    toggle: String,
    value: String,
}

/// The answer to the company that was shown.
#[derive(Debug, Deserialize)]
pub(crate) struct ConfirmForm {
    decision: String,
}

/// `POST /settings/users/single-sign-on`
#[tracing::instrument(skip_all)]
pub(crate) async fn press_toggle(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(form): Sent<ToggleForm>,
) -> Result<Response, Failure> {
    let toggle: Toggle = form.toggle.parse().map_err(|_| Failure::NotUnderstood)?;
    let on = match form.value.as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(Failure::NotUnderstood),
    };
    match (toggle, on) {
        (Toggle::Allow, true) => authenticate(&app, &visitor).await,
        (Toggle::Allow, false) => apply(&app, &visitor, Change::AllowOff, "allow-off").await,
        (Toggle::Require, true) => apply(&app, &visitor, Change::Require(true), "require-on").await,
        (Toggle::Require, false) => apply(&app, &visitor, Change::Require(false), "require-off").await,
        (Toggle::Create, true) => apply(&app, &visitor, Change::Create(true), "create-on").await,
        (Toggle::Create, false) => apply(&app, &visitor, Change::Create(false), "create-off").await,
    }
}

/// `POST /settings/users/exceptions`
#[tracing::instrument(skip_all)]
pub(crate) async fn save_exceptions(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(fields): Sent<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let accounts: Result<BTreeSet<AccountId>, _> = values(&fields, "account_ids").map(str::parse).collect();
    let accounts = accounts.map_err(|_| Failure::NotUnderstood)?;
    apply(&app, &visitor, Change::Exceptions(accounts), "exceptions-saved").await
}

/// `GET /settings/users/single-sign-on/confirm`
#[tracing::instrument(skip_all)]
pub(crate) async fn show_company(State(app): State<AppState>, visitor: Visitor) -> Result<Response, Failure> {
    let Some(proposal) = find_binding(&app, &visitor.actor()).await.map_err(unbound)? else {
        return Ok(done("binding-failed"));
    };
    let mut who = proposal.username.unwrap_or_else(|| "not named".to_owned());
    if let Some(role) = proposal.role {
        who = format!("{who}, {role}");
    }
    Ok(Page::ok(BindConfirmPage {
        shell: visitor.shell(Place::Users, None),
        company: Company { id: proposal.company.id, name: proposal.company.name },
        authenticated_as: who,
    }))
}

/// `POST /settings/users/single-sign-on/confirm`
#[tracing::instrument(skip_all)]
pub(crate) async fn answer_company(
    State(app): State<AppState>,
    visitor: Visitor,
    Sent(form): Sent<ConfirmForm>,
) -> Result<Response, Failure> {
    if form.decision != "confirm" {
        dismiss_binding(&app, &visitor.actor()).await.map_err(unbound)?;
        return Ok(done("binding-cancelled"));
    }
    match confirm_binding(&app, &visitor.actor()).await {
        Ok(settings) => Ok(done(if settings.in_effect() { "in-effect-again" } else { "allow-on" })),
        Err(BindingError::NothingToConfirm) => Ok(done("binding-failed")),
        Err(BindingError::AlreadyOn) => Ok(done("allow-on")),
        Err(BindingError::WouldLockOut) => locked_out(&app, &visitor).await,
        Err(error) => Err(unbound(error)),
    }
}

/// The authentication to turn Allow on did not come to a company. Allow stays off.
pub(crate) async fn binding_failed(app: &App, visitor: &Visitor, failure: BindingFailure) -> Response {
    let status = match failure {
        BindingFailure::ProviderUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        BindingFailure::Cancelled
        | BindingFailure::Expired
        | BindingFailure::NotCompleted
        | BindingFailure::NotFresh
        | BindingFailure::NoCompany
        | BindingFailure::RoleNotAllowed => StatusCode::FORBIDDEN,
        BindingFailure::Denied(denied) => return Failure::from(denied).into_response(),
    };
    let sentence = format!("Allow Users to Log in with KaseyaOne stays off: {failure}.");
    users_page_saying(app, visitor, status, sentence).await.unwrap_or_else(IntoResponse::into_response)
}

async fn authenticate(app: &AppState, visitor: &Visitor) -> Result<Response, Failure> {
    match begin_binding(app, &visitor.actor(), visitor.browser.as_ref()).await {
        Ok(begun) => Ok(to_provider(app, begun.to.as_str(), &begun.browser)),
        Err(BeginBindingError::AlreadyOn) => Ok(done("allow-on")),
        Err(BeginBindingError::ProviderUnavailable) => {
            Ok(binding_failed(app, visitor, BindingFailure::ProviderUnavailable).await)
        }
        Err(BeginBindingError::Denied(denied)) => Err(denied.into()),
        Err(BeginBindingError::Unavailable(error)) => Err(error.into()),
    }
}

async fn apply(app: &App, visitor: &Visitor, change: Change, code: &str) -> Result<Response, Failure> {
    match change_single_sign_on(app, &visitor.actor(), change).await {
        Ok(_) => Ok(done(code)),
        Err(ChangeSingleSignOnError::Denied(denied)) => Err(denied.into()),
        Err(ChangeSingleSignOnError::Unavailable(error)) => Err(error.into()),
        Err(ChangeSingleSignOnError::UnknownAccount(_)) => Err(Failure::NotFound),
        Err(ChangeSingleSignOnError::Refused(refusal)) => {
            users_page_saying(app, visitor, StatusCode::CONFLICT, why(refusal).to_owned()).await
        }
        Err(ChangeSingleSignOnError::WouldLockOut) => locked_out(app, visitor).await,
    }
}

async fn locked_out(app: &App, visitor: &Visitor) -> Result<Response, Failure> {
    let sentence = "Nothing was changed: no MSP Admin would be able to sign in any more. Log in with KaseyaOne as an MSP Admin first: then log in with your password in the same browser, and answer Link this KaseyaOne user.".to_owned();
    users_page_saying(app, visitor, StatusCode::CONFLICT, sentence).await
}

fn why(refusal: ChangeRefusal) -> &'static str {
    match refusal {
        ChangeRefusal::RequireNeedsAllow => {
            "Require Login with KaseyaOne cannot be turned on while Allow Users to Log in with KaseyaOne is off."
        }
        ChangeRefusal::CreateNeedsAllow => {
            "Enable Automatic User Creation cannot be turned on while Allow Users to Log in with KaseyaOne is off, because automatic user creation relies on authentication through KaseyaOne."
        }
    }
}

fn unbound(error: BindingError) -> Failure {
    match error {
        BindingError::Denied(denied) => denied.into(),
        BindingError::NothingToConfirm | BindingError::AlreadyOn | BindingError::WouldLockOut => {
            Failure::NotFound
        }
        BindingError::Unavailable(error) => error.into(),
    }
}
