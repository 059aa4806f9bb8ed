//! MSP user accounts in the store.

use jiff::Timestamp;

use super::Transaction;
use super::sql::{Row, StoreError};
use crate::domain::account::{Account, AccountId, Origin, Status};
use crate::domain::email::{Email, EmailKey};

/// What is written when an account comes to be. There is no access in it.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// Its address.
    pub email: Email,
    /// The name to show.
    pub name: String,
    /// Invited or active.
    pub status: Status,
    /// How it comes to be.
    pub origin: Origin,
    /// True only for the bootstrap account.
    pub msp_admin: bool,
    /// An argon2 hash, for accounts that may sign in locally.
    pub password_hash: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<AccountId>,
}

/// Which accounts a list shows.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Only these statuses.
    pub statuses: Vec<Status>,
    /// Only automatic accounts that nobody reviewed.
    pub unreviewed_only: bool,
    /// Only accounts created at or after this time.
    pub created_since: Option<Timestamp>,
    /// Only accounts whose address or name contains this text, whatever the case.
    pub search: Option<String>,
}

/// One page of accounts.
#[derive(Clone, Debug)]
pub struct AccountPage {
    /// The accounts of this page, by address.
    pub accounts: Vec<Account>,
    /// How many accounts the filter shows on all pages together.
    pub total: u64,
}

/// An identity and the account it is linked to.
#[derive(Clone, Debug)]
pub struct LinkedIdentity {
    /// The identity.
    pub identity: crate::domain::identity::Identity,
    /// The account.
    pub account: AccountId,
    /// Since when.
    pub linked_at: Timestamp,
}

macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "SELECT account.*, account.password_hash IS NOT NULL AS has_password, ",
            "EXISTS (SELECT 1 FROM identity WHERE identity.account_id = account.id) AS has_identity ",
            "FROM account ",
            $rest
        )
    };
}

macro_rules! matching {
    () => {
        "WHERE ((status = 'invited' AND $1) OR (status = 'active' AND $2) OR (status = 'deactivated' AND $3) \
         OR (status = 'removed' AND $4)) \
         AND (NOT $5 OR (origin = 'automatic' AND reviewed_at IS NULL)) \
         AND created_at >= $6 \
         AND (lower(email) LIKE $7 ESCAPE '!' OR lower(name) LIKE $7 ESCAPE '!') "
    };
}

impl Transaction {
    /// Inserts an account; false if its address is taken.
    pub async fn insert_account(&mut self, new: &NewAccount) -> Result<bool, StoreError> {
        let inserted = self
            .sql(
                "INSERT INTO account (id, email, email_key, name, status, origin, msp_admin, password_hash, \
                 created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                 ON CONFLICT DO NOTHING",
            )
            .id(new.id)
            .bind(new.email.as_str())
            .bind(new.email.key().as_str())
            .bind(new.name.as_str())
            .bind(new.status.as_str())
            .bind(new.origin.as_str())
            .bind(new.msp_admin)
            .bind(new.password_hash.as_deref())
            .time(new.created_at)
            .id_if(new.created_by)
            .run()
            .await?;
        Ok(inserted == 1)
    }

    /// One account by id, whatever its status.
    pub async fn find_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.sql(select_account!("WHERE id = $1")).id(id).find(read_account).await
    }

    /// The account that has an address now: never a removed one.
    pub async fn find_account_by_email(&mut self, key: &EmailKey) -> Result<Option<Account>, StoreError> {
        self.sql(select_account!("WHERE email_key = $1 AND status <> 'removed'"))
            .bind(key.as_str())
            .find(read_account)
            .await
    }

    /// The last removed account of an address that keeps its person out: one to which no identity was linked.
    pub async fn find_barred_account_by_email(
        &mut self,
        key: &EmailKey,
    ) -> Result<Option<Account>, StoreError> {
        self.sql(select_account!(
            "WHERE email_key = $1 AND status = 'removed' AND allowed_again_at IS NULL AND NOT EXISTS \
             (SELECT 1 FROM identity WHERE identity.account_id = account.id) ORDER BY id DESC LIMIT 1"
        ))
        .bind(key.as_str())
        .find(read_account)
        .await
    }

    /// The last removed account of an address whose person is kept out, by the address or by an identity.
    pub async fn find_removed_account_by_email(
        &mut self,
        key: &EmailKey,
    ) -> Result<Option<Account>, StoreError> {
        self.sql(select_account!(
            "WHERE email_key = $1 AND status = 'removed' AND allowed_again_at IS NULL ORDER BY id DESC LIMIT 1"
        ))
        .bind(key.as_str())
        .find(read_account)
        .await
    }

    /// The password hash of an account, if it has one.
    pub async fn find_password_hash(&mut self, id: AccountId) -> Result<Option<String>, StoreError> {
        let found = self
            .sql("SELECT password_hash FROM account WHERE id = $1")
            .id(id)
            .find(|row| row.get::<Option<String>>("password_hash"))
            .await?;
        Ok(found.flatten())
    }

    /// One page of the accounts a filter shows; `page` counts from 1.
    pub async fn list_accounts(
        &mut self,
        filter: &AccountFilter,
        page: u32,
        size: u32,
    ) -> Result<AccountPage, StoreError> {
        let total = self.count_accounts(filter).await?;
        let offset = i64::from(page.saturating_sub(1)) * i64::from(size);
        let sql = concat!(
            "SELECT account.*, account.password_hash IS NOT NULL AS has_password, ",
            "EXISTS (SELECT 1 FROM identity WHERE identity.account_id = account.id) AS has_identity ",
            "FROM account ",
            matching!(),
            "ORDER BY email_key, id LIMIT $8 OFFSET $9"
        );
        let query = filtered(self.sql(sql), filter);
        let accounts = query.bind(i64::from(size)).bind(offset).read(read_account).await?;
        Ok(AccountPage { accounts, total })
    }

    /// How many accounts a filter shows.
    pub async fn count_accounts(&mut self, filter: &AccountFilter) -> Result<u64, StoreError> {
        let sql = concat!("SELECT COUNT(*) AS count FROM account ", matching!());
        filtered(self.sql(sql), filter).count().await
    }

    /// Writes what a sign-in may change of an account, and makes it active. False if it changed nothing, because
    /// meanwhile the account may no longer sign in, or is no longer the MSP Admin, or the user, it was read as.
    ///
    /// The condition is checked on the row as it is, not as this transaction read it: a sign-in never takes back
    /// what an MSP Admin did beside it.
    pub async fn record_sign_in(&mut self, account: &Account, at: Timestamp) -> Result<bool, StoreError> {
        let updated = self
            .sql(
                "UPDATE account SET email = $2, email_key = $3, name = $4, status = 'active', \
                 last_sign_in_at = $5 WHERE id = $1 AND status IN ('active', 'invited') AND msp_admin = $6",
            )
            .id(account.id)
            .bind(account.email.as_str())
            .bind(account.email.key().as_str())
            .bind(account.name.as_str())
            .time(at)
            .bind(account.msp_admin)
            .run()
            .await?;
        Ok(updated == 1)
    }

    /// Makes sign-ins and other changes of an account wait until the end of the transaction. What is read after it
    /// stays true until then.
    pub async fn lock_account(&mut self, id: AccountId) -> Result<(), StoreError> {
        self.sql("UPDATE account SET status = status WHERE id = $1").id(id).run().await?;
        Ok(())
    }

    /// Writes the profile, status and marks of an account; never its id, origin or password. The account was read
    /// under [`Self::lock_account`].
    pub async fn update_account(&mut self, account: &Account) -> Result<(), StoreError> {
        self.sql(
            "UPDATE account SET email = $2, email_key = $3, name = $4, status = $5, msp_admin = $6, \
             last_sign_in_at = $7, removed_at = $8, allowed_again_at = $9 WHERE id = $1",
        )
        .id(account.id)
        .bind(account.email.as_str())
        .bind(account.email.key().as_str())
        .bind(account.name.as_str())
        .bind(account.status.as_str())
        .bind(account.msp_admin)
        .time_if(account.last_sign_in_at)
        .time_if(account.removed_at)
        .time_if(account.allowed_again_at)
        .run()
        .await?;
        Ok(())
    }

    /// Marks an account reviewed.
    pub async fn mark_reviewed(
        &mut self,
        id: AccountId,
        by: AccountId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.sql("UPDATE account SET reviewed_at = $2, reviewed_by = $3 WHERE id = $1")
            .id(id)
            .time(at)
            .id(by)
            .run()
            .await?;
        Ok(())
    }

    /// Every active MSP Admin.
    pub async fn list_administrators(&mut self) -> Result<Vec<Account>, StoreError> {
        self.sql(select_account!("WHERE msp_admin AND status = 'active' ORDER BY email_key"))
            .read(read_account)
            .await
    }

    /// Every account there ever was, by address and time.
    pub async fn all_accounts(&mut self) -> Result<Vec<Account>, StoreError> {
        self.sql(select_account!("ORDER BY email_key, created_at, id")).read(read_account).await
    }
}

fn filtered<'t>(query: super::sql::Query<'t>, filter: &AccountFilter) -> super::sql::Query<'t> {
    let shows = |status| filter.statuses.contains(&status);
    query
        .bind(shows(Status::Invited))
        .bind(shows(Status::Active))
        .bind(shows(Status::Deactivated))
        .bind(shows(Status::Removed))
        .bind(filter.unreviewed_only)
        .bind(filter.created_since.map_or(i64::MIN, Timestamp::as_millisecond))
        .bind(pattern(filter.search.as_deref()))
}

/// A LIKE pattern that finds the text anywhere, taken literally.
pub(super) fn pattern(search: Option<&str>) -> String {
    let mut pattern = String::from("%");
    for character in search.unwrap_or_default().trim().to_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    if pattern.len() > 1 {
        pattern.push('%');
    }
    pattern
}

fn read_account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.id("id")?,
        email: row.parse("email")?,
        name: row.text("name")?,
        status: row.parse("status")?,
        origin: row.parse("origin")?,
        msp_admin: row.get("msp_admin")?,
        created_at: row.time("created_at")?,
        created_by: row.id_if("created_by")?,
        last_sign_in_at: row.time_if("last_sign_in_at")?,
        reviewed_at: row.time_if("reviewed_at")?,
        reviewed_by: row.id_if("reviewed_by")?,
        removed_at: row.time_if("removed_at")?,
        allowed_again_at: row.time_if("allowed_again_at")?,
        has_password: row.get("has_password")?,
        has_identity: row.get("has_identity")?,
    })
}
