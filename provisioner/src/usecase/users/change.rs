//! What an MSP Admin does with one account. No verb here gives access; see `assign`.

use super::{User, read_user};
use crate::app::App;
use crate::domain::account::{Account, AccountId, Status};
use crate::domain::audit::{Action, AuditEntry};
use crate::store::{StoreError, Transaction};
use crate::usecase::admission::{Actor, Admitted, Attempt, Denied, admit, by};
use crate::usecase::change_single_sign_on::admits_an_administrator;

/// Why nothing is done with an account.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The account is not in a state for it; the fragment says why.
    #[error("{0}")]
    NotPossible(&'static str),
    /// Afterwards no MSP Admin could sign in (S-36).
    #[error("no MSP Admin could sign in any more")]
    LastAdministrator,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Whether an account shall be an MSP Admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MspAdmin {
    /// It shall.
    Granted,
    /// It shall not.
    Withdrawn,
}

/// A change of one account under way.
struct Change {
    transaction: Transaction,
    admin: Account,
    account: Account,
}

/// Deactivates an account and ends its sessions.
pub async fn deactivate_user(app: &App, actor: &Actor, id: AccountId) -> Result<User, UserError> {
    let mut change = begin(app, actor, id, "users: deactivate").await?;
    if !matches!(change.account.status, Status::Active | Status::Invited) {
        return Err(UserError::NotPossible("the account is not in use"));
    }
    change.account.status = Status::Deactivated;
    change.transaction.delete_sessions_of(id).await?;
    change.finish(app, Action::AccountDeactivated, None).await
}

/// Takes a deactivated account into use again.
pub async fn activate_user(app: &App, actor: &Actor, id: AccountId) -> Result<User, UserError> {
    let mut change = begin(app, actor, id, "users: activate").await?;
    if change.account.status != Status::Deactivated {
        return Err(UserError::NotPossible("the account is not deactivated"));
    }
    change.account.status = Status::Active;
    change.finish(app, Action::AccountActivated, None).await
}

/// Removes an account. Its person is kept out until an MSP Admin allows them again.
pub async fn remove_user(app: &App, actor: &Actor, id: AccountId) -> Result<User, UserError> {
    let mut change = begin(app, actor, id, "users: remove").await?;
    if change.account.status == Status::Removed {
        return Err(UserError::NotPossible("the account is removed already"));
    }
    if change.account.msp_admin {
        return Err(UserError::NotPossible("an MSP Admin is demoted before being removed"));
    }
    change.account.status = Status::Removed;
    change.account.removed_at = Some(app.now());
    change.transaction.delete_sessions_of(id).await?;
    change.finish(app, Action::AccountRemoved, None).await
}

/// Lets the person of a removed account come back, as a new account with nothing of the old one.
pub async fn allow_user_again(app: &App, actor: &Actor, id: AccountId) -> Result<User, UserError> {
    let mut change = begin(app, actor, id, "users: allow again").await?;
    if !change.account.is_barred() {
        return Err(UserError::NotPossible("the person is not kept out"));
    }
    change.account.allowed_again_at = Some(app.now());
    change.transaction.release_identities(id).await?;
    change.finish(app, Action::AccountAllowedAgain, None).await
}

/// Gives or takes MSP Admin: the only way to it besides the command line (S-17).
pub async fn set_msp_admin(
    app: &App,
    actor: &Actor,
    id: AccountId,
    wanted: MspAdmin,
) -> Result<User, UserError> {
    let mut change = begin(app, actor, id, "users: MSP Admin").await?;
    let wanted = wanted == MspAdmin::Granted;
    if change.account.status == Status::Removed {
        return Err(UserError::NotPossible("the account is removed"));
    }
    if change.account.msp_admin == wanted {
        return Err(UserError::NotPossible("that is so already"));
    }
    change.account.msp_admin = wanted;
    let values = if wanted { ("no", "yes") } else { ("yes", "no") };
    change.finish(app, Action::MspAdminChanged, Some(values)).await
}

/// Marks an account reviewed by the MSP Admin who asks (S-82).
pub async fn review_user(app: &App, actor: &Actor, id: AccountId) -> Result<User, UserError> {
    let mut change = begin(app, actor, id, "users: review").await?;
    change.transaction.mark_reviewed(id, change.admin.id, app.now()).await?;
    change.finish(app, Action::AccountReviewed, None).await
}

async fn begin(app: &App, actor: &Actor, id: AccountId, what: &'static str) -> Result<Change, UserError> {
    let Admitted { mut transaction, admin } = admit::<UserError>(app, actor, Attempt::Change(what)).await?;
    // A sign-in beside this change must not open a session that its end of sessions does not see.
    transaction.lock_account(id).await?;
    let account = transaction.find_account(id).await?.ok_or(UserError::NotFound)?;
    Ok(Change { transaction, admin, account })
}

impl Change {
    async fn finish(
        mut self,
        app: &App,
        action: Action,
        values: Option<(&'static str, &'static str)>,
    ) -> Result<User, UserError> {
        self.transaction.update_account(&self.account).await?;
        let settings = self.transaction.get_single_sign_on().await?;
        if !admits_an_administrator(app, &mut self.transaction, &settings).await? {
            return Err(UserError::LastAdministrator);
        }
        let entry = AuditEntry {
            account: Some(self.account.id),
            from: values.map(|(from, _)| from.to_owned()),
            to: values.map(|(_, to)| to.to_owned()),
            ..app.audit_entry(by(&self.admin), action)
        };
        self.transaction.append_audit(&entry).await?;
        let account = self.transaction.find_account(self.account.id).await?.ok_or(UserError::NotFound)?;
        let user = read_user(&mut self.transaction, account).await?;
        self.transaction.commit().await?;
        Ok(user)
    }
}
