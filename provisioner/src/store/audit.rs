//! The audit trail in the store: it is added to and read, and the database itself refuses anything else.

use jiff::Timestamp;

use super::Transaction;
use super::sql::{Row, StoreError};
use crate::domain::account::AccountId;
use crate::domain::audit::{Action, AuditActor, AuditEntry};
use crate::domain::record::Reference;

impl Transaction {
    /// Adds an entry.
    pub async fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let (kind, id, email) = match &entry.actor {
            AuditActor::Anonymous => ("anonymous", None, None),
            AuditActor::Operator => ("operator", None, None),
            AuditActor::KaseyaOne => ("kaseyaone", None, None),
            AuditActor::Account { id, email } => ("account", Some(*id), Some(email.as_str())),
        };
        self.sql(
            "INSERT INTO audit_entry (id, at, actor_kind, actor_id, actor_email, action, account_id, \
             value_from, value_to, reference) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .id(entry.id)
        .time(entry.at)
        .bind(kind)
        .id_if(id)
        .bind(email)
        .bind(entry.action.as_str())
        .id_if(entry.account)
        .bind(entry.from.as_deref())
        .bind(entry.to.as_deref())
        .bind(entry.reference.as_ref().map(Reference::as_str))
        .run()
        .await?;
        Ok(())
    }

    /// When somebody who is not signed in was last refused a change, as far as it was audited.
    pub async fn find_last_anonymous_refusal(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.sql(
            "SELECT at FROM audit_entry WHERE actor_kind = 'anonymous' AND action = $1 ORDER BY at DESC LIMIT 1",
        )
        .bind(Action::ChangeRefused.as_str())
        .find(|row| row.time("at"))
        .await
    }

    /// Entries, the newest first, of one account or of all; `page` counts from 1.
    pub async fn list_audit(
        &mut self,
        account: Option<AccountId>,
        page: u32,
        size: u32,
    ) -> Result<(Vec<AuditEntry>, u64), StoreError> {
        let total = self
            .sql("SELECT COUNT(*) AS count FROM audit_entry WHERE $1 OR account_id = $2")
            .bind(account.is_none())
            .id_if(account)
            .count()
            .await?;
        let entries = self
            .sql(
                "SELECT * FROM audit_entry WHERE $1 OR account_id = $2 ORDER BY at DESC, id DESC \
                 LIMIT $3 OFFSET $4",
            )
            .bind(account.is_none())
            .id_if(account)
            .bind(i64::from(size))
            .bind(i64::from(page.saturating_sub(1)) * i64::from(size))
            .read(read_entry)
            .await?;
        Ok((entries, total))
    }
}

fn read_entry(row: &Row) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        id: row.id("id")?,
        at: row.time("at")?,
        actor: read_actor(row)?,
        action: row.parse("action")?,
        account: row.id_if("account_id")?,
        from: row.get("value_from")?,
        to: row.get("value_to")?,
        reference: row.parse_if("reference")?,
    })
}

fn read_actor(row: &Row) -> Result<AuditActor, StoreError> {
    let inconsistent = StoreError::Inconsistent { column: "actor_kind" };
    match row.text("actor_kind")?.as_str() {
        "anonymous" => Ok(AuditActor::Anonymous),
        "operator" => Ok(AuditActor::Operator),
        "kaseyaone" => Ok(AuditActor::KaseyaOne),
        "account" => {
            let id = row.id_if("actor_id")?.ok_or(inconsistent)?;
            Ok(AuditActor::Account { id, email: row.text("actor_email")? })
        }
        _ => Err(inconsistent),
    }
}
