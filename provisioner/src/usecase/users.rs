//! Settings > Users: the list, and what an MSP Admin does with one account.

mod change;

use jiff::Timestamp;
use secrecy::SecretString;

use super::admission::{Actor, Admitted, Attempt, Denied, admit, by};
use super::create_account::create_account;
use crate::app::App;
use crate::domain::access::Access;
use crate::domain::account::{Account, AccountId, Origin, Status};
use crate::domain::audit::Action;
use crate::domain::email::{Email, EmailError};
use crate::domain::organization::{NameError, check_name};
use crate::domain::text::text_enum;
use crate::password::{self, PasswordError};
use crate::store::{AccountFilter, NewAccount, StoreError, Transaction};

pub use change::{
    MspAdmin, UserError, activate_user, allow_user_again, deactivate_user, remove_user, review_user,
    set_msp_admin,
};

/// Accounts on one page.
const PAGE_SIZE: u32 = 50;

/// An account with everything the list shows of it.
#[derive(Clone, Debug)]
pub struct User {
    /// The account.
    pub account: Account,
    /// What is assigned to it.
    pub access: Access,
    /// The address of the MSP Admin who added it.
    pub created_by: Option<String>,
    /// The address of the MSP Admin who reviewed it last.
    pub reviewed_by: Option<String>,
}

text_enum! {
    /// A view of the list.
    #[derive(Default)]
    pub enum UserView {
        /// Everybody but the removed.
        #[default]
        All = "all",
        /// Created automatically and not reviewed yet.
        New = "new",
        /// The deactivated.
        Deactivated = "deactivated",
        /// The removed.
        Removed = "removed",
    }
}

/// What of the list is wanted.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    /// The view.
    pub view: UserView,
    /// A text in address or name.
    pub search: Option<String>,
    /// The page, from 1; 0 counts as 1.
    pub page: u32,
    /// Only accounts created since.
    pub created_since: Option<Timestamp>,
}

/// One page of the list.
#[derive(Clone, Debug)]
pub struct UserPage {
    /// The users of this page.
    pub users: Vec<User>,
    /// How many the query shows, on all pages.
    pub total: u64,
    /// How many of "all users" the query hides.
    pub hidden: u64,
    /// This page.
    pub page: u32,
    /// The last page.
    pub pages: u32,
}

/// Why the list is not shown.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// A user that is added by hand.
#[derive(Clone, Copy, Debug)]
pub struct NewUser<'a> {
    /// The address.
    pub email: &'a str,
    /// The name.
    pub name: &'a str,
    /// A password for local sign-in, if the user shall have one.
    pub password: Option<&'a SecretString>,
}

/// Why a user is not added.
#[derive(Debug, thiserror::Error)]
pub enum AddUserError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
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
    /// The person who had the address was removed, and is kept out whatever is added.
    #[error(
        "a removed user has this e-mail address; choose Allow again for that user in the view Removed, and add the user then"
    )]
    KeptOut,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// One page of the users. What is hidden is counted, so that nobody looks in vain (S-74).
pub async fn list_users(app: &App, actor: &Actor, query: &UserQuery) -> Result<UserPage, UsersError> {
    let Admitted { mut transaction, .. } = admit::<UsersError>(app, actor, Attempt::See("users")).await?;
    let page = query.page.max(1);
    let found = transaction.list_accounts(&filter(query), page, PAGE_SIZE).await?;
    let everybody = AccountFilter { statuses: statuses(UserView::All), ..AccountFilter::default() };
    let all = transaction.count_accounts(&everybody).await?;
    let mut users = Vec::with_capacity(found.accounts.len());
    for account in found.accounts {
        users.push(read_user(&mut transaction, account).await?);
    }
    let hidden = if query.view == UserView::Removed { all } else { all.saturating_sub(found.total) };
    let pages = u32::try_from(found.total.div_ceil(u64::from(PAGE_SIZE))).unwrap_or(u32::MAX).max(1);
    Ok(UserPage { users, total: found.total, hidden, page, pages })
}

/// One user.
pub async fn get_user(app: &App, actor: &Actor, id: AccountId) -> Result<User, UserError> {
    let Admitted { mut transaction, .. } = admit::<UserError>(app, actor, Attempt::See("a user")).await?;
    let account = transaction.find_account(id).await?.ok_or(UserError::NotFound)?;
    Ok(read_user(&mut transaction, account).await?)
}

/// Adds a user by hand; the first sign-in fulfils the invitation. Nothing is assigned.
pub async fn add_user(app: &App, actor: &Actor, new: NewUser<'_>) -> Result<User, AddUserError> {
    let password_hash = match new.password {
        Some(password) => Some(hash_for(app, actor, password).await?),
        None => None,
    };
    let Admitted { mut transaction, admin } =
        admit::<AddUserError>(app, actor, Attempt::Change("users: add")).await?;
    let now = app.now();
    let email = Email::parse(new.email)?;
    if transaction.find_account_by_email(email.key()).await?.is_none()
        && transaction.find_removed_account_by_email(email.key()).await?.is_some()
    {
        return Err(AddUserError::KeptOut);
    }
    let new = NewAccount {
        id: app.generator.id(now),
        email,
        name: check_name(new.name)?,
        status: Status::Invited,
        origin: Origin::Manual,
        msp_admin: false,
        password_hash,
        created_at: now,
        created_by: Some(admin.id),
    };
    let entry = app.audit_entry(by(&admin), Action::AccountCreated);
    let account = create_account(&mut transaction, &new, entry).await?.ok_or(AddUserError::EmailTaken)?;
    let user = read_user(&mut transaction, account).await?;
    transaction.commit().await?;
    Ok(user)
}

/// Hashes a password for an MSP Admin only: hashing is expensive, and anybody can send a password. No transaction
/// is open while it is hashed, so whether the actor may is looked at once more afterwards.
async fn hash_for(app: &App, actor: &Actor, password: &SecretString) -> Result<String, AddUserError> {
    drop(admit::<AddUserError>(app, actor, Attempt::Change("users: add")).await?);
    Ok(password::hash(password, &app.generator, app.config.passwords).await?)
}

fn filter(query: &UserQuery) -> AccountFilter {
    AccountFilter {
        statuses: statuses(query.view),
        unreviewed_only: query.view == UserView::New,
        created_since: query.created_since,
        search: query.search.clone(),
    }
}

fn statuses(view: UserView) -> Vec<Status> {
    match view {
        UserView::All | UserView::New => vec![Status::Invited, Status::Active, Status::Deactivated],
        UserView::Deactivated => vec![Status::Deactivated],
        UserView::Removed => vec![Status::Removed],
    }
}

/// Everything the list shows of an account.
pub(super) async fn read_user(transaction: &mut Transaction, account: Account) -> Result<User, StoreError> {
    let access = transaction.get_access(account.id).await?;
    let created_by = address(transaction, account.created_by).await?;
    let reviewed_by = address(transaction, account.reviewed_by).await?;
    Ok(User { account, access, created_by, reviewed_by })
}

async fn address(transaction: &mut Transaction, id: Option<AccountId>) -> Result<Option<String>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    Ok(transaction.find_account(id).await?.map(|account| account.email.as_str().to_owned()))
}
