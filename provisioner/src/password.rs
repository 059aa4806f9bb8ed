//! Passwords of local sign-in: argon2id (RFC 9106), never in the clear, never on an async thread.

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::config::Passwords;
use crate::generator::Generator;

/// Longest password that is looked at, in bytes.
const LONGEST: usize = 1024;
/// Shortest password that is set, in characters (NIST SP 800-63B, 3.1.1.2).
const SHORTEST: usize = 12;

/// Passwords hashed at the same time: more than one per processor is no faster, and each takes its memory.
static AT_ONCE: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, NonZero::get)));

/// The password could not be hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 12 characters.
    #[error("the password has fewer than 12 characters")]
    TooShort,
    /// More than 1024 bytes.
    #[error("the password is longer than 1024 bytes")]
    TooLong,
    /// The configured cost is not possible.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

/// Hashes a password that is to be set.
pub(crate) async fn hash(
    password: &SecretString,
    generator: &Generator,
    cost: Passwords,
) -> Result<String, PasswordError> {
    if password.expose_secret().chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.expose_secret().len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    let (password, salt) = (password.clone(), generator.bytes::<16>());
    run(move || hash_with(password.expose_secret(), &salt, cost)).await
}

/// Whether a password is right. Without a stored hash the same work is done and the answer is no, so that the
/// time tells nobody whether an account exists.
pub(crate) async fn is_right(password: &SecretString, stored: Option<String>, cost: Passwords) -> bool {
    if password.expose_secret().len() > LONGEST {
        return false;
    }
    let password = password.clone();
    let outcome = run(move || {
        let Some(stored) = stored else {
            return hash_with(password.expose_secret(), &[0; 16], cost).map(|_| false);
        };
        let hash = PasswordHash::new(&stored).map_err(|error| PasswordError::Hash(error.to_string()))?;
        Ok(Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok())
    })
    .await;
    outcome.unwrap_or_else(|error| {
        tracing::error!(%error, "a password could not be checked");
        false
    })
}

fn hash_with(password: &str, salt: &[u8], cost: Passwords) -> Result<String, PasswordError> {
    let not_hashed = |error: String| PasswordError::Hash(error);
    let params = Params::new(cost.memory_kib, cost.iterations, 1, None)
        .map_err(|error| not_hashed(error.to_string()))?;
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| not_hashed(error.to_string()))?;
    Ok(hash.to_string())
}

async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let not_run = |error: String| PasswordError::Hash(error);
    let permit = AT_ONCE.acquire().await.map_err(|error| not_run(error.to_string()))?;
    let permitted = move || {
        // The work goes on when nobody waits for it any more, and holds its permit until it ends.
        let _permit = permit;
        work()
    };
    tokio::task::spawn_blocking(permitted).await.map_err(|error| not_run(error.to_string()))?
}
