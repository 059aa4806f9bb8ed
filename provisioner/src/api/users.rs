//! MSP user accounts, and the three separate assignments.

use std::collections::BTreeSet;
use std::str::FromStr;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{Asked, Body, Caller, id, page, time};
use super::model::{Assignment, MspAdmin, NewUser, UserJson, UserList};
use super::problem::{Problem, ProblemCode};
use crate::app::AppState;
use crate::usecase::{self, AddUserError, AssignError, User, UserError, UserQuery, UserView, UsersError};

type Answer = Result<axum::Json<UserJson>, Problem>;

/// What of the list is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// `all` (default), `new`, `deactivated` or `removed`.
    view: Option<String>,
    /// A text in address or name.
    q: Option<String>,
    /// The page, from 1.
    #[param(value_type = Option<u32>, minimum = 1)]
    page: Option<String>,
    /// Only users created at this time (RFC 3339) or later.
    #[param(format = DateTime)]
    created_since: Option<String>,
}

/// The users. What the filter hides is counted.
#[utoipa::path(get, path = "/api/v1/users", params(ListQuery), responses((status = 200, body = UserList)))]
#[tracing::instrument(skip_all)]
pub(super) async fn list_users(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<axum::Json<UserList>, Problem> {
    let wanted = UserQuery {
        view: view(query.view.as_deref())?,
        search: query.q.filter(|text| !text.trim().is_empty()),
        page: page(query.page.as_deref())?,
        created_since: query.created_since.as_deref().map(|text| time("created_since", text)).transpose()?,
    };
    let found = usecase::list_users(&app, &visitor.actor(), &wanted).await.map_err(|error| match error {
        UsersError::Denied(denied) => Problem::from(denied),
        UsersError::Unavailable(error) => error.into(),
    })?;
    let users = found.users.iter().map(json).collect();
    Ok(axum::Json(UserList { users, total: found.total, hidden: found.hidden, page: found.page }))
}

/// Adds a user by hand, without any access. The first sign-in through KaseyaOne recognises the account.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    request_body = NewUser,
    responses((status = 201, body = UserJson))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn add_user(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Body(new): Body<NewUser>,
) -> Result<Response, Problem> {
    let password = new.password.map(SecretString::from);
    let input = usecase::NewUser { email: &new.email, name: &new.name, password: password.as_ref() };
    match usecase::add_user(&app, &visitor.actor(), input).await {
        Ok(user) => Ok((StatusCode::CREATED, axum::Json(json(&user))).into_response()),
        Err(AddUserError::Denied(denied)) => Err(denied.into()),
        Err(AddUserError::Unavailable(error)) => Err(error.into()),
        Err(AddUserError::EmailTaken) => Err(ProblemCode::EmailTaken.into()),
        Err(error @ AddUserError::KeptOut) => {
            Err(Problem::new(ProblemCode::NotPossible).detail(error.to_string()))
        }
        Err(error @ (AddUserError::Email(_) | AddUserError::Name(_) | AddUserError::Password(_))) => {
            Err(Problem::new(ProblemCode::InvalidInput).detail(error.to_string()))
        }
    }
}

/// One user.
#[utoipa::path(get, path = "/api/v1/users/{id}", params(("id" = String, Path)), responses((status = 200, body = UserJson)))]
#[tracing::instrument(skip_all)]
pub(super) async fn get_user(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
) -> Answer {
    changed(usecase::get_user(&app, &visitor.actor(), id(&user)?).await)
}

/// Deactivates a user and ends their sessions.
#[utoipa::path(post, path = "/api/v1/users/{id}/deactivate", params(("id" = String, Path)), responses((status = 200, body = UserJson)))]
#[tracing::instrument(skip_all)]
pub(super) async fn deactivate_user(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
) -> Answer {
    changed(usecase::deactivate_user(&app, &visitor.actor(), id(&user)?).await)
}

/// Activates a deactivated user.
#[utoipa::path(post, path = "/api/v1/users/{id}/activate", params(("id" = String, Path)), responses((status = 200, body = UserJson)))]
#[tracing::instrument(skip_all)]
pub(super) async fn activate_user(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
) -> Answer {
    changed(usecase::activate_user(&app, &visitor.actor(), id(&user)?).await)
}

/// Removes a user; a later sign-in does not create the account again until the person is allowed.
#[utoipa::path(post, path = "/api/v1/users/{id}/remove", params(("id" = String, Path)), responses((status = 200, body = UserJson)))]
#[tracing::instrument(skip_all)]
pub(super) async fn remove_user(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
) -> Answer {
    changed(usecase::remove_user(&app, &visitor.actor(), id(&user)?).await)
}

/// Lets a removed person come back: their next sign-in is a first one.
#[utoipa::path(post, path = "/api/v1/users/{id}/allow-again", params(("id" = String, Path)), responses((status = 200, body = UserJson)))]
#[tracing::instrument(skip_all)]
pub(super) async fn allow_user_again(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
) -> Answer {
    changed(usecase::allow_user_again(&app, &visitor.actor(), id(&user)?).await)
}

/// Marks a user as reviewed.
#[utoipa::path(post, path = "/api/v1/users/{id}/review", params(("id" = String, Path)), responses((status = 200, body = UserJson)))]
#[tracing::instrument(skip_all)]
pub(super) async fn review_user(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
) -> Answer {
    changed(usecase::review_user(&app, &visitor.actor(), id(&user)?).await)
}

/// Makes a user an MSP Admin, or takes that away.
#[utoipa::path(
    put,
    path = "/api/v1/users/{id}/msp-admin",
    params(("id" = String, Path)),
    request_body = MspAdmin,
    responses((status = 200, body = UserJson))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn set_msp_admin(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
    Body(wanted): Body<MspAdmin>,
) -> Answer {
    let wanted = if wanted.msp_admin { usecase::MspAdmin::Granted } else { usecase::MspAdmin::Withdrawn };
    changed(usecase::set_msp_admin(&app, &visitor.actor(), id(&user)?, wanted).await)
}

/// Assigns delegated capabilities, all that the user is to have.
#[utoipa::path(
    put,
    path = "/api/v1/users/{id}/capabilities",
    params(("id" = String, Path)),
    request_body = Assignment,
    responses((status = 200, body = UserJson))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn assign_capabilities(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
    Body(assignment): Body<Assignment>,
) -> Answer {
    let assigned = parsed(&assignment)?;
    assigned_to(usecase::assign_capabilities(&app, &visitor.actor(), id(&user)?, assigned).await)
}

/// Assigns Group Access, all groups the user is to belong to.
#[utoipa::path(
    put,
    path = "/api/v1/users/{id}/groups",
    params(("id" = String, Path)),
    request_body = Assignment,
    responses((status = 200, body = UserJson))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn assign_groups(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
    Body(assignment): Body<Assignment>,
) -> Answer {
    let assigned = parsed(&assignment)?;
    assigned_to(usecase::assign_groups(&app, &visitor.actor(), id(&user)?, assigned).await)
}

/// Assigns organization visibility, all organizations the user is to see.
#[utoipa::path(
    put,
    path = "/api/v1/users/{id}/organizations",
    params(("id" = String, Path)),
    request_body = Assignment,
    responses((status = 200, body = UserJson))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn assign_organizations(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(user): Path<String>,
    Body(assignment): Body<Assignment>,
) -> Answer {
    let assigned = parsed(&assignment)?;
    assigned_to(usecase::assign_organizations(&app, &visitor.actor(), id(&user)?, assigned).await)
}

fn json(user: &User) -> UserJson {
    UserJson::new(&user.account, &user.access)
}

fn view(text: Option<&str>) -> Result<UserView, Problem> {
    let Some(text) = text else { return Ok(UserView::default()) };
    text.parse().map_err(|_| {
        let views: Vec<_> = UserView::ALL.iter().map(|view| view.as_str()).collect();
        Problem::new(ProblemCode::InvalidInput)
            .detail(format!("`{text}` is no view; there are {}", views.join(", ")))
    })
}

fn parsed<T: FromStr + Ord>(assignment: &Assignment) -> Result<BTreeSet<T>, Problem> {
    let parse = |text: &String| text.parse().map_err(|_| unknown(format!("`{text}` cannot be assigned")));
    assignment.assigned.iter().map(parse).collect()
}

fn unknown(detail: String) -> Problem {
    Problem::new(ProblemCode::InvalidInput).detail(detail)
}

fn changed(outcome: Result<User, UserError>) -> Answer {
    outcome.map(|user| axum::Json(json(&user))).map_err(|error| match error {
        UserError::Denied(denied) => denied.into(),
        UserError::NotFound => ProblemCode::NotFound.into(),
        UserError::NotPossible(why) => Problem::new(ProblemCode::NotPossible).detail(why),
        UserError::LastAdministrator => ProblemCode::LastAdministrator.into(),
        UserError::Unavailable(error) => error.into(),
    })
}

fn assigned_to(outcome: Result<User, AssignError>) -> Answer {
    outcome.map(|user| axum::Json(json(&user))).map_err(|error| match error {
        AssignError::Denied(denied) => denied.into(),
        AssignError::NotFound => ProblemCode::NotFound.into(),
        error @ AssignError::UnknownTarget(_) => unknown(error.to_string()),
        AssignError::Unavailable(error) => error.into(),
    })
}
