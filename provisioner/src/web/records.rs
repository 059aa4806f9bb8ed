//! The record of sign-ins and the audit, for MSP Admins.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::failure::Failure;
use super::filter::{LeftOut, title};
use super::input::Asked;
use super::notices::alert;
use super::page::Page;
use super::present::{account_name, audit_row, sign_in_record, sign_in_row};
use super::views::record::{AuditPage, OutcomeOption, SignInsPage};
use super::views::shell::Place;
use super::views::{Link, Pager};
use super::visitor::Visitor;
use super::wording::administrator as words;
use crate::app::AppState;
use crate::domain::account::{Account, AccountId};
use crate::domain::record::{Reference, Standing};
use crate::usecase::{
    AuditQuery, RecordsError, SignInQuery, UserError, get_sign_in, get_user, list_audit, list_sign_ins,
};

/// What of the record is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct RecordQuery {
    reference: Option<String>,
    person: Option<String>,
    outcome: Option<String>,
    page: Option<String>,
}

/// What of the audit trail is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct TrailQuery {
    account: Option<String>,
    page: Option<String>,
}

/// `GET /settings/users/sign-ins`
#[tracing::instrument(skip_all)]
pub(crate) async fn list(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(query): Asked<RecordQuery>,
) -> Result<Response, Failure> {
    let reference = query.reference.as_deref().unwrap_or_default().trim().to_owned();
    if let Ok(known) = reference.parse::<Reference>()
        && get_sign_in(&app, &visitor.actor(), known.as_str()).await.is_ok()
    {
        return Ok(Redirect::to(&format!("/settings/users/sign-ins/{known}")).into_response());
    }
    let mut left_out = LeftOut::default();
    let mut wanted = sign_in_query(&query, &mut left_out);
    let mut found = list_sign_ins(&app, &visitor.actor(), &wanted).await.map_err(refused)?;
    if left_out.is_beyond(found.page, found.pages) {
        wanted.page = found.pages;
        found = list_sign_ins(&app, &visitor.actor(), &wanted).await.map_err(refused)?;
    }
    let missed =
        (!reference.is_empty()).then(|| format!("There is no sign-in with the reference {reference}."));
    let pages = (found.page, found.pages);
    let href = |page| page_href(&wanted, page);
    let person = wanted.person.clone().unwrap_or_default();
    let standing = wanted.standing.map(|standing| words::outcome(standing.outcome()));
    let view = [standing.as_ref().map_or("", |tag| tag.words()), person.as_str()];
    Ok(Page::ok(SignInsPage {
        shell: visitor.shell(Place::SignIns, missed.map(alert).or(left_out.notice())),
        title: title("Record of sign-ins", view, found.page),
        reference,
        outcomes: outcome_options(wanted.standing),
        caption: format!("{} attempts, page {} of {}", found.total, found.page, found.pages),
        rows: found.items.iter().map(sign_in_row).collect(),
        pager: Pager::new("Pages of the record", ["Newer attempts", "Older attempts"], pages, href),
        person,
    }))
}

/// What of the record an address asks for, as far as it can be read.
fn sign_in_query(query: &RecordQuery, left_out: &mut LeftOut) -> SignInQuery {
    SignInQuery {
        standing: left_out.read(
            query.outcome.as_deref(),
            |text| text.parse().ok(),
            |text| {
                format!(
                    "Attempts are shown however they ended: {text} is not an outcome. Choose one of the list."
                )
            },
        ),
        person: query.person.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
        page: left_out.page(query.page.as_deref()),
    }
}

/// `GET /settings/users/sign-ins/{reference}`
#[tracing::instrument(skip_all)]
pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Failure> {
    let record = get_sign_in(&app, &visitor.actor(), &reference).await.map_err(refused)?;
    let account = match record.account {
        Some(id) => find_account(&app, &visitor, id).await?,
        None => None,
    };
    Ok(Page::ok(sign_in_record(&record, account.as_ref(), visitor.shell(Place::SignIns, None))))
}

/// The account of a record; there may be none, because a record is written even when an account cannot be.
async fn find_account(app: &AppState, visitor: &Visitor, id: AccountId) -> Result<Option<Account>, Failure> {
    match get_user(app, &visitor.actor(), id).await {
        Ok(user) => Ok(Some(user.account)),
        Err(UserError::Denied(denied)) => Err(denied.into()),
        Err(UserError::Unavailable(error)) => Err(error.into()),
        Err(UserError::NotFound | UserError::NotPossible(_) | UserError::LastAdministrator) => Ok(None),
    }
}

/// `GET /settings/audit`
#[tracing::instrument(skip_all)]
pub(crate) async fn audit(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(query): Asked<TrailQuery>,
) -> Result<Response, Failure> {
    let mut left_out = LeftOut::default();
    let account = left_out.read(
        query.account.as_deref(),
        |text| text.parse().ok(),
        |text| format!("All entries are shown: {text} is not a user. Follow a name under About."),
    );
    let mut wanted = AuditQuery { account, page: left_out.page(query.page.as_deref()) };
    let mut found = list_audit(&app, &visitor.actor(), wanted).await.map_err(refused)?;
    if left_out.is_beyond(found.entries.page, found.entries.pages) {
        wanted.page = found.entries.pages;
        found = list_audit(&app, &visitor.actor(), wanted).await.map_err(refused)?;
    }
    let (entries, accounts) = (found.entries, found.accounts);
    let (page, pages) = (entries.page, entries.pages);
    let about = account
        .map(|id| Link::new(format!("/settings/user-privileges/{id}"), account_name(id, accounts.get(&id))));
    let href = |page: u32| match account {
        Some(id) => format!("/settings/audit?account={id}&page={page}"),
        None => format!("/settings/audit?page={page}"),
    };
    Ok(Page::ok(AuditPage {
        shell: visitor.shell(Place::Audit, left_out.notice()),
        title: title("Audit", about.as_ref().map(|about| about.text.as_str()), page),
        caption: format!("{} entries, the newest first, page {page} of {pages}", entries.total),
        entries: entries.items.iter().map(|entry| audit_row(entry, &accounts)).collect(),
        pager: Pager::new("Pages of the audit", ["Newer entries", "Older entries"], (page, pages), href),
        about,
    }))
}

fn outcome_options(chosen: Option<Standing>) -> Vec<OutcomeOption> {
    let all = OutcomeOption { value: "", words: "All".to_owned(), chosen: chosen.is_none() };
    let option = |standing: Standing| OutcomeOption {
        value: standing.as_str(),
        words: words::outcome(standing.outcome()).words().to_owned(),
        chosen: chosen == Some(standing),
    };
    std::iter::once(all).chain(Standing::all().map(option)).collect()
}

fn page_href(query: &SignInQuery, page: u32) -> String {
    let mut address = url::form_urlencoded::Serializer::new(String::new());
    if let Some(standing) = query.standing {
        address.append_pair("outcome", standing.as_str());
    }
    if let Some(person) = &query.person {
        address.append_pair("person", person);
    }
    address.append_pair("page", &page.to_string());
    format!("/settings/users/sign-ins?{}", address.finish())
}

fn refused(error: RecordsError) -> Failure {
    match error {
        RecordsError::Denied(denied) => denied.into(),
        RecordsError::NotFound => Failure::NotFound,
        RecordsError::Unavailable(error) => error.into(),
    }
}
