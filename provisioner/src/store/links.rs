//! The KaseyaOne user that asks to be linked to an MSP Admin, until that MSP Admin answers.

use jiff::Timestamp;

use super::Transaction;
use super::identities::read_identity;
use super::sql::{Hash, Row, StoreError};
use crate::domain::account::AccountId;
use crate::domain::identity::Identity;
use crate::domain::record::Reference;

/// A KaseyaOne user that waits for the answer of an MSP Admin, in the words of KaseyaOne.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLink {
    /// The account that would be linked.
    pub account: AccountId,
    /// The identity that asks.
    pub identity: Identity,
    /// The name of its company.
    pub company_name: String,
    /// Its display name.
    pub name: Option<String>,
    /// Its user name.
    pub username: Option<String>,
    /// Its verified e-mail address.
    pub email: String,
    /// The sign-in in which it asked.
    pub reference: Reference,
    /// When it asked.
    pub asked_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

impl Transaction {
    /// Keeps who asks in a browser; whoever asked there before is forgotten.
    pub async fn put_link(&mut self, browser: &Hash, link: &StoredLink) -> Result<(), StoreError> {
        self.sql(
            "INSERT INTO link_confirmation (browser_hash, account_id, issuer, company, subject, company_name, \
             name, username, email, reference, asked_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (browser_hash) DO UPDATE SET \
             account_id = excluded.account_id, issuer = excluded.issuer, company = excluded.company, \
             subject = excluded.subject, company_name = excluded.company_name, name = excluded.name, \
             username = excluded.username, email = excluded.email, reference = excluded.reference, \
             asked_at = excluded.asked_at, expires_at = excluded.expires_at",
        )
        .hash(browser)
        .id(link.account)
        .bind(link.identity.issuer.as_str())
        .bind(link.identity.company.as_str())
        .bind(link.identity.subject.as_str())
        .bind(link.company_name.as_str())
        .bind(link.name.as_deref())
        .bind(link.username.as_deref())
        .bind(link.email.as_str())
        .bind(link.reference.as_str())
        .time(link.asked_at)
        .time(link.expires_at)
        .run()
        .await?;
        Ok(())
    }

    /// Who asks this account in this browser.
    pub async fn find_link(
        &mut self,
        browser: &Hash,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<StoredLink>, StoreError> {
        self.sql(
            "SELECT * FROM link_confirmation WHERE browser_hash = $1 AND account_id = $2 AND expires_at > $3",
        )
        .hash(browser)
        .id(account)
        .time(now)
        .find(read_link)
        .await
    }

    /// Takes who asks this account in this browser; of many that take, one gets it.
    pub async fn take_link(
        &mut self,
        browser: &Hash,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<StoredLink>, StoreError> {
        self.sql(
            "DELETE FROM link_confirmation WHERE browser_hash = $1 AND account_id = $2 AND expires_at > $3 \
             RETURNING *",
        )
        .hash(browser)
        .id(account)
        .time(now)
        .find(read_link)
        .await
    }

    /// Forgets who asks in a browser, whomever.
    pub async fn delete_link(&mut self, browser: &Hash) -> Result<(), StoreError> {
        self.sql("DELETE FROM link_confirmation WHERE browser_hash = $1").hash(browser).run().await?;
        Ok(())
    }

    /// Forgets those whose time has run out.
    pub async fn delete_links_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.sql("DELETE FROM link_confirmation WHERE expires_at < $1").time(before).run().await
    }
}

fn read_link(row: &Row) -> Result<StoredLink, StoreError> {
    Ok(StoredLink {
        account: row.id("account_id")?,
        identity: read_identity(row)?,
        company_name: row.text("company_name")?,
        name: row.get("name")?,
        username: row.get("username")?,
        email: row.text("email")?,
        reference: row.parse("reference")?,
        asked_at: row.time("asked_at")?,
        expires_at: row.time("expires_at")?,
    })
}
