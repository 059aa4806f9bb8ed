//! Failed local sign-ins, and the browsers against which other people's failures do not count.
//!
//! Everything is kept by the hash of an address, whether or not anybody has it: the same statements run either way.

use jiff::Timestamp;

use super::Transaction;
use super::sql::{Hash, StoreError};
use crate::domain::id::Id;

impl Transaction {
    /// Whether a local sign-in with an address succeeded in a browser since a time.
    pub async fn knows_browser(
        &mut self,
        email: &Hash,
        browser: Option<&Hash>,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let known = self
            .sql(
                "SELECT COUNT(*) AS count FROM known_browser \
                 WHERE email_key_hash = $1 AND browser_hash = $2 AND last_sign_in_at > $3",
            )
            .hash(email)
            .hash_if(browser)
            .time(since)
            .count()
            .await?;
        Ok(known == 1)
    }

    /// Notes that a local sign-in with an address succeeded in a browser; of many browsers the last `most` are known.
    pub async fn remember_browser(
        &mut self,
        email: &Hash,
        browser: &Hash,
        at: Timestamp,
        most: u32,
    ) -> Result<(), StoreError> {
        self.sql(
            "INSERT INTO known_browser (email_key_hash, browser_hash, last_sign_in_at) VALUES ($1, $2, $3) \
             ON CONFLICT (email_key_hash, browser_hash) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at",
        )
        .hash(email)
        .hash(browser)
        .time(at)
        .run()
        .await?;
        self.sql(
            "DELETE FROM known_browser WHERE email_key_hash = $1 AND browser_hash NOT IN \
             (SELECT browser_hash FROM known_browser WHERE email_key_hash = $1 \
             ORDER BY last_sign_in_at DESC, browser_hash LIMIT $2)",
        )
        .hash(email)
        .bind(i64::from(most))
        .run()
        .await?;
        Ok(())
    }

    /// Notes a failed local sign-in for an address, in a browser that is known for it or in any other.
    pub async fn insert_local_failure<T>(
        &mut self,
        id: Id<T>,
        email: &Hash,
        known: Option<&Hash>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.sql("INSERT INTO local_failure (id, email_key_hash, browser_hash, at) VALUES ($1, $2, $3, $4)")
            .id(id)
            .hash(email)
            .hash_if(known)
            .time(at)
            .run()
            .await?;
        Ok(())
    }

    /// How many local sign-ins failed for an address since a time: in one known browser, or in all others together.
    pub async fn count_local_failures(
        &mut self,
        email: &Hash,
        known: Option<&Hash>,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        self.sql(
            "SELECT COUNT(*) AS count FROM local_failure \
             WHERE email_key_hash = $1 AND browser_hash IS NOT DISTINCT FROM $2 AND at > $3",
        )
        .hash(email)
        .hash_if(known)
        .time(since)
        .count()
        .await
    }

    /// Forgets the failures for an address in one known browser, or in all others together.
    pub async fn delete_local_failures(
        &mut self,
        email: &Hash,
        known: Option<&Hash>,
    ) -> Result<(), StoreError> {
        self.sql(
            "DELETE FROM local_failure WHERE email_key_hash = $1 AND browser_hash IS NOT DISTINCT FROM $2",
        )
        .hash(email)
        .hash_if(known)
        .run()
        .await?;
        Ok(())
    }

    /// Forgets failures before a time, of every address.
    pub async fn delete_local_failures_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.sql("DELETE FROM local_failure WHERE at < $1").time(before).run().await
    }

    /// Forgets browsers in which nobody has signed in locally since a time.
    pub async fn delete_browsers_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.sql("DELETE FROM known_browser WHERE last_sign_in_at < $1").time(before).run().await
    }
}
