//! Reading the audit trail. Writing it is part of every use case that changes something.

use super::admission::{Actor, Admitted, Attempt, admit};
use super::sign_in_record::{RecordPage, RecordsError, paged};
use crate::app::App;
use crate::domain::audit::AuditEntry;
use crate::domain::id::AccountId;

/// Entries on one page.
const PAGE_SIZE: u32 = 100;

/// Which entries are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditQuery {
    /// Only those about this account.
    pub account: Option<AccountId>,
    /// The page, from 1; 0 counts as 1.
    pub page: u32,
}

/// One page of the audit trail, the newest first.
pub async fn list_audit(
    app: &App,
    actor: &Actor,
    query: AuditQuery,
) -> Result<RecordPage<AuditEntry>, RecordsError> {
    let Admitted { mut transaction, .. } =
        admit::<RecordsError>(app, actor, Attempt::See("the audit trail")).await?;
    let page = query.page.max(1);
    let (entries, total) = transaction.list_audit(query.account, page, PAGE_SIZE).await?;
    Ok(paged(entries, total, page, PAGE_SIZE))
}
