//! Everything the service knows, for tests that compare before and after. It is served to nobody.

use jiff::Timestamp;
use serde::Serialize;

use super::upkeep::{look_up_waiting, settle_abandoned};
use crate::app::App;
use crate::domain::access::Access;
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::AuditEntry;
use crate::domain::identity::Identity;
use crate::domain::organization::{AccessGroup, Organization};
use crate::domain::record::{Method, Reference, SignInRecord};
use crate::domain::settings::SingleSignOn;
use crate::store::{RecordFilter, StoreError};

/// Every domain entity, sorted by natural key.
#[derive(Clone, Debug, Serialize)]
pub struct Census {
    /// The settings.
    pub single_sign_on: SingleSignOn,
    /// Every account, removed ones too, with what is assigned to it, by address and time.
    pub accounts: Vec<AccountEntry>,
    /// Every identity, by key.
    pub identities: Vec<IdentityEntry>,
    /// Every session, by start and reference.
    pub sessions: Vec<SessionEntry>,
    /// Every organization, by name.
    pub organizations: Vec<Organization>,
    /// Every access group, by name.
    pub groups: Vec<AccessGroup>,
    /// Every sign-in record, the oldest first.
    pub sign_ins: Vec<SignInRecord>,
    /// Every audit entry, the oldest first.
    pub audit: Vec<AuditEntry>,
}

/// An account and its access.
#[derive(Clone, Debug, Serialize)]
pub struct AccountEntry {
    /// The account.
    pub account: Account,
    /// What is assigned to it.
    pub access: Access,
}

/// An identity and its account.
#[derive(Clone, Debug, Serialize)]
pub struct IdentityEntry {
    /// The identity.
    pub identity: Identity,
    /// The account.
    pub account: AccountId,
}

/// A session, without its token.
#[derive(Clone, Debug, Serialize)]
pub struct SessionEntry {
    /// Whose it is.
    pub account: AccountId,
    /// The sign-in it came of.
    pub reference: Reference,
    /// By which way.
    pub method: Method,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Takes the census.
pub async fn take_census(app: &App) -> Result<Census, StoreError> {
    settle_abandoned(app).await?;
    let (mut sign_ins, _) =
        app.store.read().await?.list_records(&RecordFilter::default(), 1, u32::MAX >> 1).await?;
    look_up_waiting(app, &mut sign_ins).await?;
    let mut transaction = app.store.read().await?;
    let mut accounts = Vec::new();
    for account in transaction.all_accounts().await? {
        let access = transaction.get_access(account.id).await?;
        accounts.push(AccountEntry { account, access });
    }
    let identities = transaction.all_identities().await?;
    let sessions = transaction.all_sessions().await?;
    let (mut audit, _) = transaction.list_audit(None, 1, u32::MAX >> 1).await?;
    sign_ins.reverse();
    audit.reverse();
    Ok(Census {
        single_sign_on: transaction.get_single_sign_on().await?,
        accounts,
        identities: identities
            .into_iter()
            .map(|linked| IdentityEntry { identity: linked.identity, account: linked.account })
            .collect(),
        sessions: sessions
            .into_iter()
            .map(|session| SessionEntry {
                account: session.account,
                reference: session.reference,
                method: session.method,
                started_at: session.started_at,
                expires_at: session.expires_at,
            })
            .collect(),
        organizations: transaction.all_organizations().await?,
        groups: transaction.all_groups().await?,
        sign_ins,
        audit,
    })
}
