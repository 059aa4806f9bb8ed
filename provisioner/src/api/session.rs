//! The session of an API client, and whether the service is alive.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Body, Caller};
use super::model::{Credentials, Session, UserJson};
use super::problem::{Problem, ProblemCode};
use crate::app::AppState;
use crate::front::cookies::{CookieKind, Cookies, signed_in_cookies};
use crate::usecase::{
    CurrentSession, LocalSignIn, LocalSignInError, SignOutFrom, find_session, local_sign_in, sign_out,
};

/// Whose session this is.
#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = Session)))]
#[tracing::instrument(skip_all)]
pub(super) async fn get_session(Caller(visitor): Caller) -> Result<axum::Json<Session>, Problem> {
    let current = visitor.current.ok_or(ProblemCode::NotSignedIn)?;
    Ok(axum::Json(session(&current)))
}

/// Signs in with e-mail address and password. It never creates an account.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    request_body = Credentials,
    responses((status = 201, body = Session))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn create_session(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Problem> {
    let password = SecretString::from(credentials.password);
    let input = LocalSignIn {
        email: &credentials.email,
        password: &password,
        browser: visitor.browser.as_ref(),
        session: visitor.session.as_ref(),
    };
    let signed_in = local_sign_in(&app, input).await.map_err(|error| match error {
        LocalSignInError::Refused(refusal) => Problem::from(&refusal),
        LocalSignInError::Unavailable(error) => error.into(),
    })?;
    let current = find_session(&app, Some(&signed_in.session)).await?.ok_or(ProblemCode::NotSignedIn)?;
    let cookies = signed_in_cookies(&app, &signed_in);
    Ok((StatusCode::CREATED, cookies, axum::Json(session(&current))).into_response())
}

/// Signs out here. Whoever is signed in to KaseyaOne stays so.
#[utoipa::path(delete, path = "/api/v1/session", responses((status = 204)))]
#[tracing::instrument(skip_all)]
pub(super) async fn delete_session(
    State(app): State<AppState>,
    Caller(visitor): Caller,
) -> Result<Response, Problem> {
    sign_out(&app, visitor.session.as_ref(), visitor.browser.as_ref(), SignOutFrom::Here).await?;
    let cookie = Cookies::new(app.base_url()).clear(CookieKind::Session);
    Ok((StatusCode::NO_CONTENT, cookie, ()).into_response())
}

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`; anything else is a problem.
    status: &'static str,
}

/// Whether the service answers and its database does.
#[utoipa::path(get, path = "/health", responses((status = 200, body = Health)))]
#[tracing::instrument(skip_all)]
pub(super) async fn health(State(app): State<AppState>) -> Result<axum::Json<Health>, Problem> {
    app.store.read().await?.get_single_sign_on().await?;
    Ok(axum::Json(Health { status: "ok" }))
}

fn session(current: &CurrentSession) -> Session {
    Session {
        user: UserJson::new(&current.account, &current.access),
        method: current.method.as_str(),
        started_at: current.started_at,
        expires_at: current.expires_at,
        reference: current.reference.to_string(),
    }
}
