//! Requests that were sent to KaseyaOne and wait for their callback.

use jiff::Timestamp;

use super::Transaction;
use super::sql::{Hash, Row, StoreError};
use crate::domain::account::AccountId;
use crate::domain::record::RecordId;

/// One redirect to KaseyaOne.
#[derive(Clone, Debug)]
pub struct SignInRequest {
    /// SHA-256 of the `state`.
    pub state_hash: Hash,
    /// SHA-256 of the token of the browser that began.
    pub browser_hash: Hash,
    /// What it is for.
    pub purpose: Purpose,
    /// The issuer it was sent to; a response of another one is refused (RFC 9700, 4.4).
    pub issuer: String,
    /// The nonce that the ID token has to carry.
    pub nonce: String,
    /// The PKCE verifier (RFC 7636).
    pub pkce_verifier: String,
    /// When it was sent.
    pub started_at: Timestamp,
    /// Until when the callback is taken.
    pub expires_at: Timestamp,
    /// When the callback came.
    pub consumed_at: Option<Timestamp>,
    /// Whether KaseyaOne was asked to authenticate the person afresh.
    pub asked_afresh: bool,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sign somebody in; the attempt has a record.
    SignIn(RecordId),
    /// To turn Allow on; the MSP Admin who asked.
    Bind(AccountId),
}

impl Transaction {
    /// Inserts a request.
    pub async fn insert_request(&mut self, request: &SignInRequest) -> Result<(), StoreError> {
        let (record, account) = match request.purpose {
            Purpose::SignIn(record) => (Some(record), None),
            Purpose::Bind(account) => (None, Some(account)),
        };
        self.sql(
            "INSERT INTO sign_in_request (state_hash, browser_hash, record_id, binding_account_id, issuer, nonce, \
             pkce_verifier, started_at, expires_at, asked_afresh) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .hash(&request.state_hash)
        .hash(&request.browser_hash)
        .id_if(record)
        .id_if(account)
        .bind(request.issuer.as_str())
        .bind(request.nonce.as_str())
        .bind(request.pkce_verifier.as_str())
        .time(request.started_at)
        .time(request.expires_at)
        .bind(request.asked_afresh)
        .run()
        .await?;
        Ok(())
    }

    /// The request that a `state` belongs to, consumed or not.
    pub async fn find_request(&mut self, state: &Hash) -> Result<Option<SignInRequest>, StoreError> {
        self.sql("SELECT * FROM sign_in_request WHERE state_hash = $1").hash(state).find(read_request).await
    }

    /// Consumes a request; false if somebody was faster. Of two callbacks only one goes on to the token endpoint.
    pub async fn consume_request(&mut self, state: &Hash, now: Timestamp) -> Result<bool, StoreError> {
        let consumed = self
            .sql("UPDATE sign_in_request SET consumed_at = $2 WHERE state_hash = $1 AND consumed_at IS NULL")
            .hash(state)
            .time(now)
            .run()
            .await?;
        Ok(consumed == 1)
    }

    /// How many requests of one browser wait for their callback.
    pub async fn count_waiting(&mut self, browser: &Hash, now: Timestamp) -> Result<u64, StoreError> {
        self.sql(
            "SELECT COUNT(*) AS count FROM sign_in_request \
             WHERE browser_hash = $1 AND consumed_at IS NULL AND expires_at > $2",
        )
        .hash(browser)
        .time(now)
        .count()
        .await
    }

    /// Ends the oldest waiting request of a browser, so that one browser cannot fill the table.
    pub async fn expire_oldest_waiting(&mut self, browser: &Hash, now: Timestamp) -> Result<(), StoreError> {
        self.sql(
            "UPDATE sign_in_request SET expires_at = $2 WHERE state_hash = (SELECT state_hash FROM sign_in_request \
             WHERE browser_hash = $1 AND consumed_at IS NULL AND expires_at > $2 \
             ORDER BY started_at, state_hash LIMIT 1)",
        )
        .hash(browser)
        .time(now)
        .run()
        .await?;
        Ok(())
    }

    /// Forgets the secrets of requests that ran out long ago.
    pub async fn delete_requests_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.sql(
            "DELETE FROM sign_in_request WHERE expires_at < $1 AND (record_id IS NULL OR EXISTS \
             (SELECT 1 FROM sign_in_record WHERE id = record_id AND outcome IS NOT NULL))",
        )
        .time(before)
        .run()
        .await
    }
}

fn read_request(row: &Row) -> Result<SignInRequest, StoreError> {
    let purpose = match (row.id_if("record_id")?, row.id_if("binding_account_id")?) {
        (Some(record), None) => Purpose::SignIn(record),
        (None, Some(account)) => Purpose::Bind(account),
        _ => return Err(StoreError::Inconsistent { column: "record_id" }),
    };
    Ok(SignInRequest {
        state_hash: row.hash("state_hash")?,
        browser_hash: row.hash("browser_hash")?,
        purpose,
        issuer: row.text("issuer")?,
        nonce: row.text("nonce")?,
        pkce_verifier: row.text("pkce_verifier")?,
        started_at: row.time("started_at")?,
        expires_at: row.time("expires_at")?,
        consumed_at: row.time_if("consumed_at")?,
        asked_afresh: row.get("asked_afresh")?,
    })
}
