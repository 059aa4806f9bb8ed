//! The question whether a KaseyaOne user is linked to the caller's account, and the answer. Only a session that the
//! account's password opened in the same browser, after the KaseyaOne sign-in, gets either.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Caller;
use super::model::CompanyJson;
use super::problem::{Problem, ProblemCode};
use crate::app::AppState;
use crate::front::visitor::Visitor;
use crate::usecase::{self, LinkAnswer, LinkError, LinkProposal};

/// A KaseyaOne user that asks to be linked, as KaseyaOne named it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KaseyaOneLink {
    name: Option<String>,
    username: Option<String>,
    email: String,
    company: CompanyJson,
    /// The reference of the KaseyaOne sign-in.
    reference: String,
    asked_at: Timestamp,
    expires_at: Timestamp,
}

impl From<LinkProposal> for KaseyaOneLink {
    fn from(proposal: LinkProposal) -> Self {
        Self {
            name: proposal.name,
            username: proposal.username,
            email: proposal.email,
            company: (&proposal.company).into(),
            reference: proposal.reference.to_string(),
            asked_at: proposal.asked_at,
            expires_at: proposal.expires_at,
        }
    }
}

/// The KaseyaOne user that waits to be linked to the caller's account.
#[utoipa::path(get, path = "/api/v1/session/kaseyaone-link", responses((status = 200, body = KaseyaOneLink)))]
#[tracing::instrument(skip_all)]
pub(super) async fn get_link(
    State(app): State<AppState>,
    Caller(visitor): Caller,
) -> Result<axum::Json<KaseyaOneLink>, Problem> {
    let found = usecase::find_link(&app, visitor.session.as_ref(), visitor.browser.as_ref()).await;
    Ok(axum::Json(found.map_err(problem)?.into()))
}

/// Links the KaseyaOne user that waits to the caller's account.
#[utoipa::path(post, path = "/api/v1/session/kaseyaone-link", responses((status = 204)))]
#[tracing::instrument(skip_all)]
pub(super) async fn confirm_link(
    State(app): State<AppState>,
    Caller(visitor): Caller,
) -> Result<StatusCode, Problem> {
    answer(&app, &visitor, LinkAnswer::Link).await
}

/// Does not link the KaseyaOne user that waits; the question is gone.
#[utoipa::path(delete, path = "/api/v1/session/kaseyaone-link", responses((status = 204)))]
#[tracing::instrument(skip_all)]
pub(super) async fn decline_link(
    State(app): State<AppState>,
    Caller(visitor): Caller,
) -> Result<StatusCode, Problem> {
    answer(&app, &visitor, LinkAnswer::Decline).await
}

async fn answer(app: &AppState, visitor: &Visitor, answer: LinkAnswer) -> Result<StatusCode, Problem> {
    let answered =
        usecase::answer_link(app, visitor.session.as_ref(), visitor.browser.as_ref(), answer).await;
    answered.map(|()| StatusCode::NO_CONTENT).map_err(problem)
}

fn problem(error: LinkError) -> Problem {
    match error {
        LinkError::NotSignedIn => Problem::new(ProblemCode::NotSignedIn),
        LinkError::NothingToConfirm => Problem::new(ProblemCode::NotFound),
        LinkError::AlreadyLinked => Problem::new(ProblemCode::NotPossible).detail(error.to_string()),
        LinkError::Unavailable(error) => error.into(),
    }
}
