//! The Single Sign-On settings.

use axum::extract::State;

use super::body::{Body, Caller};
use super::model::{Exceptions, SingleSignOnJson, SingleSignOnPatch};
use super::problem::{Problem, ProblemCode};
use crate::app::{App, AppState};
use crate::domain::id::Id;
use crate::domain::settings::{Change, ChangeRefusal};
use crate::front::route::SINGLE_SIGN_ON_AT;
use crate::front::visitor::Visitor;
use crate::usecase::{self, ChangeSingleSignOnError, GetSingleSignOnError};

type Answer = Result<axum::Json<SingleSignOnJson>, Problem>;

/// The settings as they are.
#[utoipa::path(get, path = "/api/v1/single-sign-on", responses((status = 200, body = SingleSignOnJson)))]
#[tracing::instrument(skip_all)]
pub(super) async fn get_single_sign_on(State(app): State<AppState>, Caller(visitor): Caller) -> Answer {
    let settings = usecase::get_single_sign_on(&app, &visitor.actor()).await.map_err(unseen)?;
    Ok(axum::Json((&settings).into()))
}

/// Changes one toggle. Turning `allow` on needs authentication through KaseyaOne and is a problem here that says
/// where.
#[utoipa::path(
    patch,
    path = "/api/v1/single-sign-on",
    request_body = SingleSignOnPatch,
    responses((status = 200, body = SingleSignOnJson))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn change_single_sign_on(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Body(patch): Body<SingleSignOnPatch>,
) -> Answer {
    match patch {
        SingleSignOnPatch { allow: Some(true), require: None, create: None } => {
            needs_authentication(&app, &visitor).await
        }
        SingleSignOnPatch { allow: Some(false), require: None, create: None } => {
            apply(&app, &visitor, Change::AllowOff).await
        }
        SingleSignOnPatch { allow: None, require: Some(on), create: None } => {
            apply(&app, &visitor, Change::Require(on)).await
        }
        SingleSignOnPatch { allow: None, require: None, create: Some(on) } => {
            apply(&app, &visitor, Change::Create(on)).await
        }
        _ => Err(Problem::new(ProblemCode::InvalidInput).detail("change exactly one toggle at a time")),
    }
}

/// Names the users who may keep signing in locally while KaseyaOne is required.
#[utoipa::path(
    put,
    path = "/api/v1/single-sign-on/exceptions",
    request_body = Exceptions,
    responses((status = 200, body = SingleSignOnJson))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn set_exceptions(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Body(exceptions): Body<Exceptions>,
) -> Answer {
    let accounts = exceptions.account_ids.into_iter().map(Id::from_uuid).collect();
    apply(&app, &visitor, Change::Exceptions(accounts)).await
}

/// Nothing changes: either it is on already, or a person has to authenticate.
async fn needs_authentication(app: &App, visitor: &Visitor) -> Answer {
    let settings = usecase::get_single_sign_on(app, &visitor.actor()).await.map_err(unseen)?;
    if settings.allow {
        return Ok(axum::Json((&settings).into()));
    }
    let address =
        app.base_url().join(SINGLE_SIGN_ON_AT).map_or_else(|_| SINGLE_SIGN_ON_AT.to_owned(), String::from);
    Err(Problem::new(ProblemCode::AuthenticationRequired)
        .detail("an MSP Admin turns it on at Settings > Users and authenticates through KaseyaOne")
        .authenticate_at(address))
}

async fn apply(app: &App, visitor: &Visitor, change: Change) -> Answer {
    let changed = usecase::change_single_sign_on(app, &visitor.actor(), change).await;
    changed.map(|settings| axum::Json((&settings).into())).map_err(|error| match error {
        ChangeSingleSignOnError::Denied(denied) => denied.into(),
        ChangeSingleSignOnError::Refused(refusal) => refused(refusal),
        ChangeSingleSignOnError::WouldLockOut => ProblemCode::LastAdministrator.into(),
        error @ ChangeSingleSignOnError::UnknownAccount(_) => {
            Problem::new(ProblemCode::InvalidInput).detail(error.to_string())
        }
        ChangeSingleSignOnError::Unavailable(error) => error.into(),
    })
}

fn refused(refusal: ChangeRefusal) -> Problem {
    let code = match refusal {
        ChangeRefusal::RequireNeedsAllow => ProblemCode::RequireNeedsAllow,
        ChangeRefusal::CreateNeedsAllow => ProblemCode::CreateNeedsAllow,
    };
    Problem::new(code).detail(refusal.to_string())
}

fn unseen(error: GetSingleSignOnError) -> Problem {
    match error {
        GetSingleSignOnError::Denied(denied) => denied.into(),
        GetSingleSignOnError::Unavailable(error) => error.into(),
    }
}
