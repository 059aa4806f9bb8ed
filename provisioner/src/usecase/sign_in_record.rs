//! The record of sign-ins, for the administrator who asks why somebody is not here.

use super::admission::{Actor, Attempt, Denied, admit};
use super::upkeep::{look_up_waiting, settle_abandoned};
use crate::app::App;
use crate::domain::record::{Reference, SignInRecord, Standing};
use crate::store::{RecordFilter, StoreError};

/// Records on one page.
const PAGE_SIZE: u32 = 50;

/// Which records are wanted.
#[derive(Clone, Debug, Default)]
pub struct SignInQuery {
    /// Only attempts that stand so.
    pub standing: Option<Standing>,
    /// A text in the address, the typed user name or the account's name of the person.
    pub person: Option<String>,
    /// The page, from 1; 0 counts as 1.
    pub page: u32,
}

/// One page, the newest first.
#[derive(Clone, Debug)]
pub struct RecordPage<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: u64,
    /// This page.
    pub page: u32,
    /// The last page.
    pub pages: u32,
}

/// Why records are not shown.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// No record has this reference.
    #[error("there is no such record")]
    NotFound,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// One page of the record of sign-ins; attempts that ran out meanwhile are settled first.
pub async fn list_sign_ins(
    app: &App,
    actor: &Actor,
    query: &SignInQuery,
) -> Result<RecordPage<SignInRecord>, RecordsError> {
    drop(admit::<RecordsError>(app, actor, Attempt::See("sign-ins")).await?);
    settle_abandoned(app).await?;
    let filter = RecordFilter { standing: query.standing, person: query.person.clone() };
    let page = query.page.max(1);
    let (mut items, total) = app.store.read().await?.list_records(&filter, page, PAGE_SIZE).await?;
    look_up_waiting(app, &mut items).await?;
    Ok(paged(items, total, page, PAGE_SIZE))
}

/// One record by the reference the person was shown.
pub async fn get_sign_in(app: &App, actor: &Actor, reference: &str) -> Result<SignInRecord, RecordsError> {
    drop(admit::<RecordsError>(app, actor, Attempt::See("a sign-in")).await?);
    let reference: Reference = reference.parse().map_err(|_| RecordsError::NotFound)?;
    settle_abandoned(app).await?;
    let found = app.store.read().await?.find_record_by_reference(&reference).await?;
    let mut record = found.ok_or(RecordsError::NotFound)?;
    look_up_waiting(app, std::slice::from_mut(&mut record)).await?;
    Ok(record)
}

pub(super) fn paged<T>(items: Vec<T>, total: u64, page: u32, size: u32) -> RecordPage<T> {
    let pages = u32::try_from(total.div_ceil(u64::from(size))).unwrap_or(u32::MAX).max(1);
    RecordPage { items, total, page, pages }
}
