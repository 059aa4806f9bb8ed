//! The record of sign-ins and the audit, for MSP Admins.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::failure::Failure;
use super::filter::LeftOut;
use super::input::Asked;
use super::notices::alert;
use super::page::Page;
use super::present::{audit_row, sign_in_record, sign_in_row};
use super::privileges::PageQuery;
use super::views::record::{AuditPage, OutcomeOption, SignInsPage};
use super::views::shell::Place;
use super::visitor::Visitor;
use super::wording::administrator as words;
use crate::app::AppState;
use crate::domain::id::AccountId;
use crate::domain::record::{Outcome, Reference};
use crate::usecase::{
    AuditQuery, RecordsError, SignInQuery, UserQuery, get_sign_in, list_audit, list_sign_ins, list_users,
};

/// What of the record is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct RecordQuery {
    reference: Option<String>,
    outcome: Option<String>,
    page: Option<String>,
}

/// `GET /settings/users/sign-ins`
#[tracing::instrument(skip_all)]
pub(crate) async fn list(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(query): Asked<RecordQuery>,
) -> Result<Response, Failure> {
    let reference = query.reference.unwrap_or_default().trim().to_owned();
    if let Ok(known) = reference.parse::<Reference>()
        && get_sign_in(&app, &visitor.actor(), known.as_str()).await.is_ok()
    {
        return Ok(Redirect::to(&format!("/settings/users/sign-ins/{known}")).into_response());
    }
    let mut left_out = LeftOut::default();
    let outcome: Option<Outcome> = left_out.read(
        query.outcome.as_deref(),
        |text| text.parse().ok(),
        |text| {
            format!(
                "Attempts are shown however they ended: {text} is not an outcome. Choose one of the list."
            )
        },
    );
    let mut wanted = SignInQuery { outcome, page: left_out.page(query.page.as_deref()) };
    let mut found = list_sign_ins(&app, &visitor.actor(), wanted).await.map_err(refused)?;
    if left_out.is_beyond(found.page, found.pages) {
        wanted.page = found.pages;
        found = list_sign_ins(&app, &visitor.actor(), wanted).await.map_err(refused)?;
    }
    let missed =
        (!reference.is_empty()).then(|| format!("There is no sign-in with the reference {reference}."));
    let next = (found.page < found.pages).then_some(found.page + 1);
    Ok(Page::ok(SignInsPage {
        shell: visitor.shell(Place::SignIns, missed.map(alert).or(left_out.notice())),
        reference,
        outcomes: outcome_options(outcome),
        caption: format!("{} attempts, page {} of {}", found.total, found.page, found.pages),
        rows: found.items.iter().map(sign_in_row).collect(),
        next: next.map(|page| page_href(outcome, page)),
    }))
}

/// `GET /settings/users/sign-ins/{reference}`
#[tracing::instrument(skip_all)]
pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Failure> {
    let record = get_sign_in(&app, &visitor.actor(), &reference).await.map_err(refused)?;
    Ok(Page::ok(sign_in_record(&record, visitor.shell(Place::SignIns, None))))
}

/// `GET /settings/audit`
#[tracing::instrument(skip_all)]
pub(crate) async fn audit(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(query): Asked<PageQuery>,
) -> Result<Response, Failure> {
    let mut left_out = LeftOut::default();
    let mut wanted = AuditQuery { account: None, page: left_out.page(query.page.as_deref()) };
    let mut found = list_audit(&app, &visitor.actor(), wanted).await.map_err(refused)?;
    if left_out.is_beyond(found.page, found.pages) {
        wanted.page = found.pages;
        found = list_audit(&app, &visitor.actor(), wanted).await.map_err(refused)?;
    }
    let users =
        list_users(&app, &visitor.actor(), &UserQuery::default()).await.map_err(super::users::refused)?;
    let names: BTreeMap<AccountId, String> =
        users.users.into_iter().map(|user| (user.account.id, user.account.email.to_string())).collect();
    Ok(Page::ok(AuditPage {
        shell: visitor.shell(Place::Audit, left_out.notice()),
        caption: format!("{} entries, the newest first, page {} of {}", found.total, found.page, found.pages),
        entries: found.items.iter().map(|entry| audit_row(entry, &names)).collect(),
        older: (found.page < found.pages).then(|| format!("/settings/audit?page={}", found.page + 1)),
    }))
}

fn outcome_options(chosen: Option<Outcome>) -> Vec<OutcomeOption> {
    let all = OutcomeOption { value: "", words: "All".to_owned(), chosen: chosen.is_none() };
    let option = |outcome: &Outcome| OutcomeOption {
        value: outcome.as_str(),
        words: words::outcome(Some(*outcome)).words().to_owned(),
        chosen: chosen == Some(*outcome),
    };
    std::iter::once(all).chain(Outcome::ALL.iter().map(option)).collect()
}

fn page_href(outcome: Option<Outcome>, page: u32) -> String {
    let outcome = outcome.map_or("", Outcome::as_str);
    format!("/settings/users/sign-ins?outcome={outcome}&page={page}")
}

fn refused(error: RecordsError) -> Failure {
    match error {
        RecordsError::Denied(denied) => denied.into(),
        RecordsError::NotFound => Failure::NotFound,
        RecordsError::Unavailable(error) => error.into(),
    }
}
