//! Reading the audit trail. Writing it is part of every use case that changes something.

use std::collections::{BTreeMap, BTreeSet};

use super::admission::{Actor, Admitted, Attempt, admit};
use super::sign_in_record::{RecordPage, RecordsError, paged};
use crate::app::App;
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::AuditEntry;

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

/// Entries, and the accounts they are about.
#[derive(Clone, Debug)]
pub struct AuditTrail {
    /// One page, the newest first.
    pub entries: RecordPage<AuditEntry>,
    /// The accounts of the entries and of the query, removed ones too.
    pub accounts: BTreeMap<AccountId, Account>,
}

/// One page of the audit trail.
pub async fn list_audit(app: &App, actor: &Actor, query: AuditQuery) -> Result<AuditTrail, RecordsError> {
    let Admitted { mut transaction, .. } =
        admit::<RecordsError>(app, actor, Attempt::See("the audit trail")).await?;
    let page = query.page.max(1);
    let (entries, total) = transaction.list_audit(query.account, page, PAGE_SIZE).await?;
    let named: BTreeSet<AccountId> =
        entries.iter().filter_map(|entry| entry.account).chain(query.account).collect();
    let mut accounts = BTreeMap::new();
    for id in named {
        if let Some(account) = transaction.find_account(id).await? {
            accounts.insert(id, account);
        }
    }
    Ok(AuditTrail { entries: paged(entries, total, page, PAGE_SIZE), accounts })
}
