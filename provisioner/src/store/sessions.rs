//! Sessions of this service.

use jiff::Timestamp;

use super::Transaction;
use super::sql::{Hash, Row, StoreError};
use crate::domain::account::AccountId;
use crate::domain::identity::Freshness;
use crate::domain::record::{Method, Reference};

/// A session as it is stored; its token is only there as a hash.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// SHA-256 of the token.
    pub token_hash: Hash,
    /// Whose session it is.
    pub account: AccountId,
    /// The sign-in it came of.
    pub reference: Reference,
    /// By which way.
    pub method: Method,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When the person authenticated in KaseyaOne.
    pub auth_time: Option<Timestamp>,
    /// Whether that was for this session.
    pub freshness: Option<Freshness>,
    /// SHA-256 of issuer and `sid` of KaseyaOne: of any length, and compared as a whole.
    pub kaseyaone_session: Option<Hash>,
    /// The ID token, as hint for signing out of KaseyaOne too (RP-Initiated Logout 1.0, 2).
    pub id_token: Option<String>,
}

impl Transaction {
    /// Inserts a session.
    pub async fn insert_session(&mut self, session: &StoredSession) -> Result<(), StoreError> {
        self.sql(
            "INSERT INTO session (token_hash, account_id, reference, method, started_at, expires_at, auth_time, \
             freshness, kaseyaone_session, id_token) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .hash(&session.token_hash)
        .id(session.account)
        .bind(session.reference.as_str())
        .bind(session.method.as_str())
        .time(session.started_at)
        .time(session.expires_at)
        .time_if(session.auth_time)
        .bind(session.freshness.map(Freshness::as_str))
        .hash_if(session.kaseyaone_session.as_ref())
        .bind(session.id_token.as_deref())
        .run()
        .await?;
        Ok(())
    }

    /// The session of a token, if it has not run out.
    pub async fn find_session(
        &mut self,
        token: &Hash,
        now: Timestamp,
    ) -> Result<Option<StoredSession>, StoreError> {
        self.sql("SELECT * FROM session WHERE token_hash = $1 AND expires_at > $2")
            .hash(token)
            .time(now)
            .find(read_session)
            .await
    }

    /// Ends the session of a token.
    pub async fn delete_session(&mut self, token: &Hash) -> Result<(), StoreError> {
        self.sql("DELETE FROM session WHERE token_hash = $1").hash(token).run().await?;
        Ok(())
    }

    /// Ends every session of an account.
    pub async fn delete_sessions_of(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.sql("DELETE FROM session WHERE account_id = $1").id(account).run().await?;
        Ok(())
    }

    /// Forgets sessions that have run out.
    pub async fn delete_sessions_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.sql("DELETE FROM session WHERE expires_at < $1").time(before).run().await
    }

    /// Every session, by start and reference.
    pub async fn all_sessions(&mut self) -> Result<Vec<StoredSession>, StoreError> {
        self.sql("SELECT * FROM session ORDER BY started_at, reference").read(read_session).await
    }
}

fn read_session(row: &Row) -> Result<StoredSession, StoreError> {
    Ok(StoredSession {
        token_hash: row.hash("token_hash")?,
        account: row.id("account_id")?,
        reference: row.parse("reference")?,
        method: row.parse("method")?,
        started_at: row.time("started_at")?,
        expires_at: row.time("expires_at")?,
        auth_time: row.time_if("auth_time")?,
        freshness: row.parse_if("freshness")?,
        kaseyaone_session: row.hash_if("kaseyaone_session")?,
        id_token: row.get("id_token")?,
    })
}
