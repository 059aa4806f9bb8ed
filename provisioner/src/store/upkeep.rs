//! Keeping the record of sign-ins and what belongs to it small: many rows by one statement, never row by row.
//!
//! Anybody can make attempts without end. What is forgotten here is an attempt in which nobody proved anything:
//! KaseyaOne named nobody and no account was involved.

use jiff::Timestamp;

use super::Transaction;
use super::sql::StoreError;
use crate::domain::checks::Finding;
use crate::domain::record::{Cause, Outcome, RecordId};

/// How attempts end whose person never came back.
#[derive(Clone, Debug)]
pub struct Unreturned {
    /// Why.
    pub cause: Cause,
    /// What is known, where a user name was typed, of the person's existence in KaseyaOne.
    pub with_hint: Finding,
}

/// Which attempts of nobody in particular are kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// None that began before this.
    pub since: Timestamp,
    /// No more than this many, the newest.
    pub most: u32,
}

impl Transaction {
    /// Makes the upkeep of other processes wait until the end of the transaction: two that touch the same rows in
    /// different orders would stop each other.
    pub async fn lock_upkeep(&mut self) -> Result<(), StoreError> {
        self.sql("UPDATE upkeep SET id = id WHERE id = 1").run().await?;
        Ok(())
    }

    /// Ends attempts that are under way although every request they made has run out: the oldest, no more than
    /// `most`. How many it ended.
    pub async fn end_unreturned(
        &mut self,
        end: &Unreturned,
        now: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        self.sql(
            "UPDATE sign_in_record SET outcome = $1, cause_code = $2, cause_reason = $3, \
             authentication_completed = $4, exists_in_kaseyaone = CASE WHEN hint IS NULL THEN $5 ELSE $6 END, \
             used_kaseyaone = CASE WHEN used_kaseyaone = $9 THEN $5 ELSE used_kaseyaone END, \
             ended_at = (SELECT MAX(expires_at) FROM sign_in_request WHERE record_id = sign_in_record.id) \
             WHERE outcome IS NULL AND id IN (SELECT under_way.id FROM sign_in_record under_way \
             JOIN sign_in_request ON record_id = under_way.id WHERE under_way.outcome IS NULL \
             GROUP BY under_way.id HAVING MAX(expires_at) <= $7 ORDER BY under_way.id LIMIT $8)",
        )
        .bind(Outcome::Abandoned.as_str())
        .bind(end.cause.code.as_str())
        .bind(end.cause.reason.as_str())
        .bind(Finding::Fail.as_str())
        .bind(Finding::NotKnowable.as_str())
        .bind(end.with_hint.as_str())
        .time(now)
        .bind(i64::from(most))
        .bind(Finding::NotReached.as_str())
        .run()
        .await
    }

    /// Notes what the directory of KaseyaOne said of the person of an attempt that had ended before.
    pub async fn note_existence(&mut self, id: RecordId, finding: Finding) -> Result<(), StoreError> {
        self.sql(
            "UPDATE sign_in_record SET exists_in_kaseyaone = $2 WHERE id = $1 AND exists_in_kaseyaone = $3",
        )
        .id(id)
        .bind(finding.as_str())
        .bind(Finding::NotReached.as_str())
        .run()
        .await?;
        Ok(())
    }

    /// Forgets attempts of nobody in particular that are not to be kept, with their requests: the oldest, no more
    /// than `most`. How many it forgot.
    pub async fn forget_anonymous(&mut self, keep: Retention, most: u32) -> Result<u64, StoreError> {
        let Some(last) = self.find_last_to_forget(keep, most).await? else { return Ok(0) };
        self.sql(
            "DELETE FROM sign_in_request WHERE record_id IN (SELECT id FROM sign_in_record WHERE id <= $1 \
             AND subject IS NULL AND account_id IS NULL AND outcome IN ('abandoned', 'refused', 'expired'))",
        )
        .id(last)
        .run()
        .await?;
        // An attempt that ended since then still has its requests, and goes the next time.
        self.sql(
            "DELETE FROM sign_in_record WHERE id <= $1 \
             AND subject IS NULL AND account_id IS NULL AND outcome IN ('abandoned', 'refused', 'expired') \
             AND NOT EXISTS (SELECT 1 FROM sign_in_request WHERE record_id = sign_in_record.id)",
        )
        .id(last)
        .run()
        .await
    }

    /// Up to which attempt, in the order in which they began, this turn forgets.
    async fn find_last_to_forget(
        &mut self,
        keep: Retention,
        most: u32,
    ) -> Result<Option<RecordId>, StoreError> {
        let beyond: Option<RecordId> = self
            .sql(
                "SELECT id FROM sign_in_record WHERE subject IS NULL AND account_id IS NULL \
                 AND outcome IN ('abandoned', 'refused', 'expired') ORDER BY id DESC LIMIT 1 OFFSET $1",
            )
            .bind(i64::from(keep.most))
            .find(|row| row.id("id"))
            .await?;
        self.sql(
            "SELECT id FROM (SELECT id FROM sign_in_record WHERE subject IS NULL AND account_id IS NULL \
             AND outcome IN ('abandoned', 'refused', 'expired') AND (started_at < $1 OR id <= $2) \
             ORDER BY id LIMIT $3) oldest ORDER BY id DESC LIMIT 1",
        )
        .time(keep.since)
        .id_if(beyond)
        .bind(i64::from(most))
        .find(|row| row.id("id"))
        .await
    }
}
