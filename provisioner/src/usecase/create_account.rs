//! An account that an administrator makes, and its audit entry. What a sign-in creates comes with an identity, in
//! `complete_sign_in::apply`.

use crate::domain::account::Account;
use crate::domain::audit::AuditEntry;
use crate::store::{NewAccount, StoreError, Transaction};

/// Inserts the account and the entry about it; none if another account has the address.
pub(super) async fn create_account(
    transaction: &mut Transaction,
    new: &NewAccount,
    entry: AuditEntry,
) -> Result<Option<Account>, StoreError> {
    if !transaction.insert_account(new).await? {
        return Ok(None);
    }
    let entry = AuditEntry { account: Some(new.id), to: Some(new.email.as_str().to_owned()), ..entry };
    transaction.append_audit(&entry).await?;
    let account = transaction.find_account(new.id).await?;
    account.ok_or(StoreError::Inconsistent { column: "id" }).map(Some)
}
