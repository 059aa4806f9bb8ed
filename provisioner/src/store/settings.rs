//! The Single Sign-On settings in the store: one row, and the list of exceptions.

use super::Transaction;
use super::sql::{Row, StoreError};
use crate::domain::identity::Company;
use crate::domain::settings::SingleSignOn;

impl Transaction {
    /// The settings as they are now.
    pub async fn get_single_sign_on(&mut self) -> Result<SingleSignOn, StoreError> {
        let settings = self.sql("SELECT * FROM single_sign_on WHERE id = 1").find(read_settings).await?;
        let mut settings = settings.ok_or(StoreError::Inconsistent { column: "single_sign_on" })?;
        let exceptions =
            self.sql("SELECT account_id FROM local_login_exception").read(|row| row.id("account_id")).await?;
        settings.exceptions = exceptions.into_iter().collect();
        Ok(settings)
    }

    /// Makes changes of settings and of MSP Admins wait for each other until the end of the transaction.
    pub async fn lock_single_sign_on(&mut self) -> Result<(), StoreError> {
        self.sql("UPDATE single_sign_on SET version = version WHERE id = 1").run().await?;
        Ok(())
    }

    /// Stores the settings.
    pub async fn put_single_sign_on(&mut self, settings: &SingleSignOn) -> Result<(), StoreError> {
        let company = settings.company.as_ref();
        self.sql(
            "UPDATE single_sign_on SET allow_kaseyaone = $1, require_kaseyaone = $2, create_accounts = $3, \
             company_id = $4, company_name = $5, version = $6 WHERE id = 1",
        )
        .bind(settings.allow)
        .bind(settings.require)
        .bind(settings.create)
        .bind(company.map(|company| company.id.as_str()))
        .bind(company.map(|company| company.name.as_str()))
        .bind(settings.version)
        .run()
        .await?;
        self.sql("DELETE FROM local_login_exception").run().await?;
        for account in &settings.exceptions {
            self.sql("INSERT INTO local_login_exception (account_id) VALUES ($1)").id(*account).run().await?;
        }
        Ok(())
    }
}

fn read_settings(row: &Row) -> Result<SingleSignOn, StoreError> {
    let company = row.get::<Option<String>>("company_id")?;
    let name = row.get::<Option<String>>("company_name")?;
    Ok(SingleSignOn {
        allow: row.get("allow_kaseyaone")?,
        require: row.get("require_kaseyaone")?,
        create: row.get("create_accounts")?,
        company: company.map(|id| Company { name: name.unwrap_or_else(|| id.clone()), id }),
        exceptions: std::collections::BTreeSet::new(),
        version: row.get("version")?,
    })
}
