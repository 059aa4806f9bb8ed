//! KaseyaOne identities and the accounts they are linked to.

use jiff::Timestamp;

use super::Transaction;
use super::accounts::LinkedIdentity;
use super::sql::{Row, StoreError};
use crate::domain::account::AccountId;
use crate::domain::identity::{Identity, Subject};

impl Transaction {
    /// Links an identity to an account; false if it is linked already. This is what makes "once" true: of many
    /// that try at the same time, the database lets one.
    pub async fn insert_identity(
        &mut self,
        identity: &Identity,
        account: AccountId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let inserted = self
            .sql(
                "INSERT INTO identity (issuer, company, subject, account_id, linked_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            )
            .bind(identity.issuer.as_str())
            .bind(identity.company.as_str())
            .bind(identity.subject.as_str())
            .id(account)
            .time(now)
            .run()
            .await?;
        Ok(inserted == 1)
    }

    /// The account an identity is linked to.
    pub async fn find_linked_account(
        &mut self,
        identity: &Identity,
    ) -> Result<Option<AccountId>, StoreError> {
        self.sql("SELECT account_id FROM identity WHERE issuer = $1 AND company = $2 AND subject = $3")
            .bind(identity.issuer.as_str())
            .bind(identity.company.as_str())
            .bind(identity.subject.as_str())
            .find(|row| row.id("account_id"))
            .await
    }

    /// Every MSP Admin with an identity of one company at one issuer.
    pub async fn list_linked_administrators(
        &mut self,
        issuer: &str,
        company: &str,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.sql(
            "SELECT identity.account_id FROM identity JOIN account ON account.id = identity.account_id \
                  WHERE issuer = $1 AND company = $2 AND account.msp_admin",
        )
        .bind(issuer)
        .bind(company)
        .read(|row| row.id("account_id"))
        .await
    }

    /// Forgets the identities of a removed account, so that its person may come back as a new account.
    pub async fn release_identities(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.sql("DELETE FROM identity WHERE account_id = $1").id(account).run().await?;
        Ok(())
    }

    /// Every identity, by key.
    pub async fn all_identities(&mut self) -> Result<Vec<LinkedIdentity>, StoreError> {
        self.sql("SELECT * FROM identity ORDER BY issuer, company, subject").read(read_linked).await
    }
}

/// The identity in the columns `issuer`, `company` and `subject`.
pub(super) fn read_identity(row: &Row) -> Result<Identity, StoreError> {
    let subject =
        Subject::parse(&row.text("subject")?).map_err(|_| StoreError::Inconsistent { column: "subject" })?;
    Ok(Identity { issuer: row.text("issuer")?, company: row.text("company")?, subject })
}

fn read_linked(row: &Row) -> Result<LinkedIdentity, StoreError> {
    Ok(LinkedIdentity {
        identity: read_identity(row)?,
        account: row.id("account_id")?,
        linked_at: row.time("linked_at")?,
    })
}
