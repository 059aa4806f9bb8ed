//! Sign-in records in the store. Nothing that is written here refers to the table of accounts, so a record can be
//! written even when an account cannot.

use super::Transaction;
use super::accounts::pattern;
use super::sql::{Row, StoreError};
use crate::domain::checks::Checks;
use crate::domain::identity::Freshness;
use crate::domain::record::{
    Cause, Outcome, PersonSeen, RecordId, Reference, SettingsThen, SignInRecord, Standing,
};

/// Which records a list shows.
#[derive(Clone, Debug, Default)]
pub struct RecordFilter {
    /// Only attempts that stand so.
    pub standing: Option<Standing>,
    /// Only attempts of people in whose address, typed user name or account name this text is, whatever the case.
    pub person: Option<String>,
}

macro_rules! matching {
    () => {
        "FROM sign_in_record WHERE ($1 = '' OR COALESCE(outcome, 'under_way') = $1) \
         AND ($2 = '%' OR lower(email) LIKE $2 ESCAPE '!' OR lower(hint) LIKE $2 ESCAPE '!' \
         OR account_id IN (SELECT id FROM account WHERE lower(name) LIKE $2 ESCAPE '!' \
         OR lower(email) LIKE $2 ESCAPE '!')) "
    };
}

impl Transaction {
    /// Inserts a record; false if its reference is taken.
    pub async fn insert_record(&mut self, record: &SignInRecord) -> Result<bool, StoreError> {
        let inserted = self
            .sql(
                "INSERT INTO sign_in_record (id, reference, method, started_at, used_kaseyaone, allow_on, \
                 create_on, exists_in_kaseyaone, authentication_completed, settings_allow, settings_require, \
                 settings_create, settings_version, hint) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING",
            )
            .id(record.id)
            .bind(record.reference.as_str())
            .bind(record.method.as_str())
            .time(record.started_at)
            .bind(record.checks.used_kaseyaone.as_str())
            .bind(record.checks.allow_on.as_str())
            .bind(record.checks.create_on.as_str())
            .bind(record.checks.exists_in_kaseyaone.as_str())
            .bind(record.checks.authentication_completed.as_str())
            .bind(record.settings.allow)
            .bind(record.settings.require)
            .bind(record.settings.create)
            .bind(record.settings.version)
            .bind(record.person.hint.as_deref())
            .run()
            .await?;
        Ok(inserted == 1)
    }

    /// Writes everything that can change of a record while it is under way or when it ends.
    pub async fn update_record(&mut self, record: &SignInRecord) -> Result<(), StoreError> {
        self.sql(
            "UPDATE sign_in_record SET ended_at = $2, outcome = $3, used_kaseyaone = $4, allow_on = $5, \
             create_on = $6, exists_in_kaseyaone = $7, authentication_completed = $8, cause_code = $9, \
             cause_reason = $10, settings_allow = $11, settings_require = $12, settings_create = $13, \
             settings_version = $14, auth_time = $15, freshness = $16, email = $17, subject = $18, \
             company = $19, account_id = $20 WHERE id = $1",
        )
        .id(record.id)
        .time_if(record.ended_at)
        .bind(record.outcome.map(Outcome::as_str))
        .bind(record.checks.used_kaseyaone.as_str())
        .bind(record.checks.allow_on.as_str())
        .bind(record.checks.create_on.as_str())
        .bind(record.checks.exists_in_kaseyaone.as_str())
        .bind(record.checks.authentication_completed.as_str())
        .bind(record.cause.as_ref().map(|cause| cause.code.as_str()))
        .bind(record.cause.as_ref().map(|cause| cause.reason.as_str()))
        .bind(record.settings.allow)
        .bind(record.settings.require)
        .bind(record.settings.create)
        .bind(record.settings.version)
        .time_if(record.auth_time)
        .bind(record.freshness.map(Freshness::as_str))
        .bind(record.person.email.as_deref())
        .bind(record.person.subject.as_deref())
        .bind(record.person.company.as_deref())
        .id_if(record.account)
        .run()
        .await?;
        Ok(())
    }

    /// One record by id.
    pub async fn find_record(&mut self, id: RecordId) -> Result<Option<SignInRecord>, StoreError> {
        self.sql("SELECT * FROM sign_in_record WHERE id = $1").id(id).find(read_record).await
    }

    /// One record by the code the person was shown.
    pub async fn find_record_by_reference(
        &mut self,
        reference: &Reference,
    ) -> Result<Option<SignInRecord>, StoreError> {
        self.sql("SELECT * FROM sign_in_record WHERE reference = $1")
            .bind(reference.as_str())
            .find(read_record)
            .await
    }

    /// Records, the newest first; `page` counts from 1.
    pub async fn list_records(
        &mut self,
        filter: &RecordFilter,
        page: u32,
        size: u32,
    ) -> Result<(Vec<SignInRecord>, u64), StoreError> {
        let standing = filter.standing.map_or("", Standing::as_str);
        let person = pattern(filter.person.as_deref());
        let total = self
            .sql(concat!("SELECT COUNT(*) AS count ", matching!()))
            .bind(standing)
            .bind(person.as_str())
            .count()
            .await?;
        let records = self
            .sql(concat!("SELECT * ", matching!(), "ORDER BY started_at DESC, id DESC LIMIT $3 OFFSET $4"))
            .bind(standing)
            .bind(person.as_str())
            .bind(i64::from(size))
            .bind(i64::from(page.saturating_sub(1)) * i64::from(size))
            .read(read_record)
            .await?;
        Ok((records, total))
    }
}

fn read_record(row: &Row) -> Result<SignInRecord, StoreError> {
    Ok(SignInRecord {
        id: row.id("id")?,
        reference: row.parse("reference")?,
        method: row.parse("method")?,
        started_at: row.time("started_at")?,
        ended_at: row.time_if("ended_at")?,
        outcome: row.parse_if("outcome")?,
        checks: Checks {
            used_kaseyaone: row.parse("used_kaseyaone")?,
            allow_on: row.parse("allow_on")?,
            create_on: row.parse("create_on")?,
            exists_in_kaseyaone: row.parse("exists_in_kaseyaone")?,
            authentication_completed: row.parse("authentication_completed")?,
        },
        cause: read_cause(row)?,
        settings: SettingsThen {
            allow: row.get("settings_allow")?,
            require: row.get("settings_require")?,
            create: row.get("settings_create")?,
            version: row.get("settings_version")?,
        },
        auth_time: row.time_if("auth_time")?,
        freshness: row.parse_if("freshness")?,
        person: PersonSeen {
            email: row.get("email")?,
            subject: row.get("subject")?,
            company: row.get("company")?,
            hint: row.get("hint")?,
        },
        account: row.id_if("account_id")?,
    })
}

fn read_cause(row: &Row) -> Result<Option<Cause>, StoreError> {
    let Some(code) = row.parse_if("cause_code")? else { return Ok(None) };
    Ok(Some(Cause { code, reason: row.get::<Option<String>>("cause_reason")?.unwrap_or_default() }))
}
