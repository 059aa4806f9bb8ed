//! The KaseyaOne company an MSP Admin authenticated in and has yet to confirm.

use jiff::Timestamp;

use super::Transaction;
use super::sql::{Row, StoreError};
use crate::domain::account::AccountId;
use crate::domain::identity::Company;

/// A company that waits for confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBinding {
    /// The company.
    pub company: Company,
    /// The KaseyaOne user name of the MSP Admin.
    pub username: Option<String>,
    /// Their role in KaseyaOne.
    pub role: Option<String>,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
}

impl Transaction {
    /// Keeps the proposal of an MSP Admin; an earlier one of theirs is replaced.
    pub async fn put_binding(
        &mut self,
        account: AccountId,
        binding: &StoredBinding,
    ) -> Result<(), StoreError> {
        self.delete_binding(account).await?;
        self.sql(
            "INSERT INTO binding_proposal (account_id, company_id, company_name, username, role, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .id(account)
        .bind(binding.company.id.as_str())
        .bind(binding.company.name.as_str())
        .bind(binding.username.as_deref())
        .bind(binding.role.as_deref())
        .time(binding.expires_at)
        .run()
        .await?;
        Ok(())
    }

    /// The proposal of an MSP Admin that is still good.
    pub async fn find_binding(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<StoredBinding>, StoreError> {
        self.sql("SELECT * FROM binding_proposal WHERE account_id = $1 AND expires_at > $2")
            .id(account)
            .time(now)
            .find(read_binding)
            .await
    }

    /// Forgets the proposal of an MSP Admin.
    pub async fn delete_binding(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.sql("DELETE FROM binding_proposal WHERE account_id = $1").id(account).run().await?;
        Ok(())
    }
}

fn read_binding(row: &Row) -> Result<StoredBinding, StoreError> {
    Ok(StoredBinding {
        company: Company { id: row.text("company_id")?, name: row.text("company_name")? },
        username: row.get("username")?,
        role: row.get("role")?,
        expires_at: row.time("expires_at")?,
    })
}
