//! The record of sign-ins and the audit trail.

use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{Asked, Caller, id, page};
use super::model::{AuditTrail, SignInJson, SignInList};
use super::problem::{Problem, ProblemCode};
use crate::app::AppState;
use crate::domain::record::Standing;
use crate::usecase::{self, AuditQuery, RecordsError, SignInQuery};

/// Which attempts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Only the attempt with this reference.
    reference: Option<String>,
    /// Only attempts that ended so, or `under_way`.
    outcome: Option<String>,
    /// Only attempts of people in whose address, typed user name or account name this text is.
    person: Option<String>,
    /// The page, from 1.
    #[param(value_type = Option<u32>, minimum = 1)]
    page: Option<String>,
}

/// Which audit entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditListQuery {
    /// Only entries about this user.
    account: Option<String>,
    /// The page, from 1.
    #[param(value_type = Option<u32>, minimum = 1)]
    page: Option<String>,
}

/// Attempts to sign in, the newest first.
#[utoipa::path(get, path = "/api/v1/sign-ins", params(ListQuery), responses((status = 200, body = SignInList)))]
#[tracing::instrument(skip_all)]
pub(super) async fn list_sign_ins(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<axum::Json<SignInList>, Problem> {
    let actor = &visitor.actor();
    let page = page(query.page.as_deref())?;
    if let Some(reference) = &query.reference {
        let sign_ins = match usecase::get_sign_in(&app, actor, reference).await {
            Ok(record) => vec![SignInJson::from(&record)],
            Err(RecordsError::NotFound) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        return Ok(axum::Json(SignInList { total: sign_ins.len() as u64, sign_ins, page: 1 }));
    }
    let standing = query.outcome.as_deref().map(standing).transpose()?;
    let wanted = SignInQuery { standing, person: query.person, page };
    let found = usecase::list_sign_ins(&app, actor, &wanted).await?;
    let sign_ins = found.items.iter().map(SignInJson::from).collect();
    Ok(axum::Json(SignInList { sign_ins, total: found.total, page: found.page }))
}

/// One attempt, by the reference the person was shown.
#[utoipa::path(
    get,
    path = "/api/v1/sign-ins/{reference}",
    params(("reference" = String, Path)),
    responses((status = 200, body = SignInJson))
)]
#[tracing::instrument(skip_all)]
pub(super) async fn get_sign_in(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Path(reference): Path<String>,
) -> Result<axum::Json<SignInJson>, Problem> {
    let record = usecase::get_sign_in(&app, &visitor.actor(), &reference).await?;
    Ok(axum::Json((&record).into()))
}

/// The audit trail, the newest entry first.
#[utoipa::path(get, path = "/api/v1/audit", params(AuditListQuery), responses((status = 200, body = AuditTrail)))]
#[tracing::instrument(skip_all)]
pub(super) async fn list_audit(
    State(app): State<AppState>,
    Caller(visitor): Caller,
    Asked(query): Asked<AuditListQuery>,
) -> Result<axum::Json<AuditTrail>, Problem> {
    let account = query.account.as_deref().map(id).transpose()?;
    let wanted = AuditQuery { account, page: page(query.page.as_deref())? };
    let found = usecase::list_audit(&app, &visitor.actor(), wanted).await?.entries;
    let entries = found.items.iter().map(Into::into).collect();
    Ok(axum::Json(AuditTrail { entries, total: found.total, page: found.page }))
}

fn standing(text: &str) -> Result<Standing, Problem> {
    text.parse().map_err(|_| {
        let all: Vec<_> = Standing::all().map(Standing::as_str).collect();
        Problem::new(ProblemCode::InvalidInput)
            .detail(format!("`{text}` is no outcome; there are {}", all.join(", ")))
    })
}

impl From<RecordsError> for Problem {
    fn from(error: RecordsError) -> Self {
        match error {
            RecordsError::Denied(denied) => denied.into(),
            RecordsError::NotFound => ProblemCode::NotFound.into(),
            RecordsError::Unavailable(error) => error.into(),
        }
    }
}
