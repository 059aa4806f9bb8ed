//! Reading and changing the Single Sign-On section. Turning Allow on is not here: see `bind_kaseyaone`.

use std::collections::BTreeSet;

use super::admission::{Actor, Admitted, Attempt, Denied, admit, by};
use crate::app::App;
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::{Action, AuditEntry};
use crate::domain::settings::{Change, ChangeRefusal, SingleSignOn};
use crate::store::{StoreError, Transaction};

/// Why the settings are not shown.
#[derive(Debug, thiserror::Error)]
pub enum GetSingleSignOnError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why the settings are not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeSingleSignOnError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The settings as they stand do not allow it.
    #[error(transparent)]
    Refused(ChangeRefusal),
    /// Afterwards no MSP Admin could sign in (S-36).
    #[error("no MSP Admin could sign in any more")]
    WouldLockOut,
    /// The list of exceptions names somebody who has no account.
    #[error("there is no account {0}")]
    UnknownAccount(AccountId),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// The settings as they are.
pub async fn get_single_sign_on(app: &App, actor: &Actor) -> Result<SingleSignOn, GetSingleSignOnError> {
    let Admitted { mut transaction, .. } =
        admit::<GetSingleSignOnError>(app, actor, Attempt::See("single sign-on")).await?;
    Ok(transaction.get_single_sign_on().await?)
}

/// Changes one thing. Nobody who can sign in now, as the last MSP Admin, is locked out by it.
pub async fn change_single_sign_on(
    app: &App,
    actor: &Actor,
    change: Change,
) -> Result<SingleSignOn, ChangeSingleSignOnError> {
    let Admitted { mut transaction, admin } =
        admit::<ChangeSingleSignOnError>(app, actor, Attempt::Change(name(&change))).await?;
    if let Change::Exceptions(accounts) = &change {
        check_accounts(&mut transaction, accounts).await?;
    }
    let before = transaction.get_single_sign_on().await?;
    let after = before.change(change).map_err(ChangeSingleSignOnError::Refused)?;
    if after == before {
        return Ok(after);
    }
    if would_lock_out(app, &mut transaction, &before, &after).await? {
        return Err(ChangeSingleSignOnError::WouldLockOut);
    }
    transaction.put_single_sign_on(&after).await?;
    for entry in differences(app, &admin, &before, &after) {
        transaction.append_audit(&entry).await?;
    }
    transaction.commit().await?;
    Ok(after)
}

fn name(change: &Change) -> &'static str {
    match change {
        Change::AllowOff => "single sign-on: allow off",
        Change::Require(true) => "single sign-on: require on",
        Change::Require(false) => "single sign-on: require off",
        Change::Create(true) => "single sign-on: create on",
        Change::Create(false) => "single sign-on: create off",
        Change::Exceptions(_) => "single sign-on: exceptions",
    }
}

async fn check_accounts(
    transaction: &mut Transaction,
    accounts: &BTreeSet<AccountId>,
) -> Result<(), ChangeSingleSignOnError> {
    for id in accounts {
        if transaction.find_account(*id).await?.is_none() {
            return Err(ChangeSingleSignOnError::UnknownAccount(*id));
        }
    }
    Ok(())
}

/// Whether MSP Admins can sign in before, and none of them after.
pub(super) async fn would_lock_out(
    app: &App,
    transaction: &mut Transaction,
    before: &SingleSignOn,
    after: &SingleSignOn,
) -> Result<bool, StoreError> {
    let somebody_before = admits_an_administrator(app, transaction, before).await?;
    Ok(somebody_before && !admits_an_administrator(app, transaction, after).await?)
}

/// Whether an MSP Admin could sign in under some settings.
pub(super) async fn admits_an_administrator(
    app: &App,
    transaction: &mut Transaction,
    settings: &SingleSignOn,
) -> Result<bool, StoreError> {
    let issuer = &app.config.kaseyaone.issuer;
    let linked = match &settings.company {
        Some(company) => transaction.list_linked_administrators(issuer, &company.id).await?,
        None => Vec::new(),
    };
    let linked = linked.into_iter().collect();
    let administrators = transaction.list_administrators().await?;
    Ok(administrators.iter().any(|admin| settings.admits(admin, &linked)))
}

/// One audit entry for each value that differs.
fn differences(app: &App, admin: &Account, before: &SingleSignOn, after: &SingleSignOn) -> Vec<AuditEntry> {
    let toggles = [
        ("allow", before.allow, after.allow),
        ("require", before.require, after.require),
        ("create", before.create, after.create),
    ];
    let changed = |from: String, to: String| AuditEntry {
        from: Some(from),
        to: Some(to),
        ..app.audit_entry(by(admin), Action::SettingsChanged)
    };
    let mut entries: Vec<_> = toggles
        .into_iter()
        .filter(|(_, from, to)| from != to)
        .map(|(name, from, to)| changed(format!("{name}: {}", on(from)), format!("{name}: {}", on(to))))
        .collect();
    if before.exceptions != after.exceptions {
        let (from, to) = (listed(&before.exceptions), listed(&after.exceptions));
        entries.push(changed(format!("exceptions: {from}"), format!("exceptions: {to}")));
    }
    entries
}

fn on(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

fn listed(accounts: &BTreeSet<AccountId>) -> String {
    if accounts.is_empty() {
        return "none".to_owned();
    }
    accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
