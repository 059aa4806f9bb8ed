//! The first MSP Admin, made by the operator on the command line: the only account that begins as one.

use secrecy::SecretString;

use super::create_account::create_account;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::account::{Account, Origin, Status};
use crate::domain::audit::{Action, AuditActor, AuditEntry};
use crate::domain::email::{Email, EmailError};
use crate::domain::organization::{NameError, check_name};
use crate::generator::Generator;
use crate::password::{self, PasswordError};
use crate::store::{NewAccount, OpenStoreError, Store, StoreError};

/// Why the account is not made.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenStoreError),
    /// The address is not usable.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// The name is not usable.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The password is not usable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Another account has the address.
    #[error("another account has this e-mail address")]
    EmailTaken,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Makes an MSP Admin who signs in locally.
pub async fn bootstrap_admin(
    config: &Config,
    clock: &dyn Clock,
    generator: &Generator,
    email: &str,
    name: &str,
    password: &SecretString,
) -> Result<Account, BootstrapError> {
    let (email, name) = (Email::parse(email)?, check_name(name)?);
    let password_hash = Some(password::hash(password, generator, config.passwords).await?);
    let store = Store::open(&config.database_url, config.database_connections).await?;
    let now = clock.now();
    let new = NewAccount {
        id: generator.id(now),
        email,
        name,
        status: Status::Active,
        origin: Origin::Bootstrap,
        msp_admin: true,
        password_hash,
        created_at: now,
        created_by: None,
    };
    let entry = AuditEntry::new(generator.id(now), now, AuditActor::Operator, Action::AccountCreated);
    let mut transaction = store.write().await?;
    let account = create_account(&mut transaction, &new, entry).await?.ok_or(BootstrapError::EmailTaken)?;
    transaction.commit().await?;
    store.close().await;
    Ok(account)
}
