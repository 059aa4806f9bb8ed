//! Sessions that KaseyaOne ends, and the logout tokens that were taken.

use jiff::Timestamp;

use super::Transaction;
use super::sql::{Hash, Row, StoreError};
use crate::domain::account::AccountId;
use crate::domain::identity::Subject;
use crate::domain::record::Reference;

/// A session that was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// Whose it was.
    pub account: AccountId,
    /// The sign-in it came of.
    pub reference: Reference,
}

impl Transaction {
    /// Notes that a logout token was taken; false if it was taken before.
    pub async fn insert_logout_token(
        &mut self,
        token: &Hash,
        refused_from: Timestamp,
    ) -> Result<bool, StoreError> {
        let inserted = self
            .sql("INSERT INTO logout_token (token_hash, refused_from) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .hash(token)
            .time(refused_from)
            .run()
            .await?;
        Ok(inserted == 1)
    }

    /// Forgets logout tokens that their age refuses anyway.
    pub async fn delete_logout_tokens_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.sql("DELETE FROM logout_token WHERE refused_from < $1").time(before).run().await
    }

    /// Ends the sessions that came of one session of KaseyaOne.
    pub async fn delete_sessions_of_kaseyaone_session(
        &mut self,
        session: &Hash,
    ) -> Result<Vec<EndedSession>, StoreError> {
        self.sql("DELETE FROM session WHERE kaseyaone_session = $1 RETURNING account_id, reference")
            .hash(session)
            .read(read_ended)
            .await
    }

    /// Ends the sessions of a KaseyaOne user: all that came of a sign-in through KaseyaOne, or of one session there.
    pub async fn delete_sessions_of_subject(
        &mut self,
        issuer: &str,
        subject: &Subject,
        session: Option<&Hash>,
    ) -> Result<Vec<EndedSession>, StoreError> {
        self.sql(
            "DELETE FROM session WHERE method = 'kaseyaone' AND ($3 IS NULL OR kaseyaone_session = $3) \
             AND account_id IN (SELECT account_id FROM identity WHERE issuer = $1 AND subject = $2) \
             RETURNING account_id, reference",
        )
        .bind(issuer)
        .bind(subject.as_str())
        .hash_if(session)
        .read(read_ended)
        .await
    }
}

fn read_ended(row: &Row) -> Result<EndedSession, StoreError> {
    Ok(EndedSession { account: row.id("account_id")?, reference: row.parse("reference")? })
}
