//! Who asks, and whether they may. The account is read in the same transaction that does what was asked.

use jiff::SignedDuration;

use crate::app::App;
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::{Action, AuditActor};
use crate::store::{StoreError, Transaction};

/// How far apart the audited attempts of people who are not signed in are, at least. The trail is never shortened,
/// and anybody can make such attempts without end.
const ANONYMOUS_PACE: SignedDuration = SignedDuration::from_mins(1);

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who is not signed in.
    Anonymous,
    /// The holder of a session.
    Account(AccountId),
}

/// Why somebody may not do what they asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// They are not signed in; signing in helps.
    #[error("not signed in")]
    NotSignedIn,
    /// They are, but not as an MSP Admin.
    #[error("only an MSP Admin may do this")]
    MspAdminRequired,
}

/// What is asked for, in the words of the audit trail.
#[derive(Clone, Copy, Debug)]
pub(super) enum Attempt {
    /// To see something.
    See(&'static str),
    /// To change something.
    Change(&'static str),
}

/// An open transaction and the MSP Admin it is done for.
pub(super) struct Admitted {
    pub(super) transaction: Transaction,
    pub(super) admin: Account,
}

/// Opens the transaction of an MSP Admin. Anybody else is refused, and the refusal is audited (S-24). Changes wait for
/// each other from here to their end.
pub(super) async fn admit<E>(app: &App, actor: &Actor, attempt: Attempt) -> Result<Admitted, E>
where
    E: From<Denied> + From<StoreError>,
{
    let mut transaction = match attempt {
        Attempt::See(_) => app.store.read().await?,
        Attempt::Change(_) => app.store.write().await?,
    };
    let mut account = find_holder(&mut transaction, actor).await?;
    if let (Attempt::Change(_), Some(true)) = (attempt, account.as_ref().map(|account| account.msp_admin)) {
        // Whoever takes MSP Admin away holds this lock until it is durable: read again, it stays true to the end.
        // Others are refused above without it, so that nobody who may not change anything holds changes up.
        transaction.lock_single_sign_on().await?;
        account = find_holder(&mut transaction, actor).await?;
    }
    match account {
        Some(admin) if admin.msp_admin => Ok(Admitted { transaction, admin }),
        refused => {
            drop(transaction);
            audit_refusal(app, refused.as_ref(), attempt).await?;
            Err(if refused.is_some() { Denied::MspAdminRequired } else { Denied::NotSignedIn }.into())
        }
    }
}

/// Opens a reading transaction for anybody who is signed in.
pub(super) async fn admit_anyone<E>(app: &App, actor: &Actor) -> Result<(Transaction, Account), E>
where
    E: From<Denied> + From<StoreError>,
{
    let mut transaction = app.store.read().await?;
    let account = find_holder(&mut transaction, actor).await?;
    account.map(|account| (transaction, account)).ok_or_else(|| Denied::NotSignedIn.into())
}

async fn find_holder(transaction: &mut Transaction, actor: &Actor) -> Result<Option<Account>, StoreError> {
    let Actor::Account(id) = actor else { return Ok(None) };
    Ok(transaction.find_account(*id).await?.filter(Account::is_active))
}

async fn audit_refusal(app: &App, refused: Option<&Account>, attempt: Attempt) -> Result<(), StoreError> {
    let attempted = match (attempt, refused) {
        // Somebody who is not signed in and only looks is sent to the sign-in page.
        (Attempt::See(_), None) => return Ok(()),
        (Attempt::See(what), Some(_)) => format!("see {what}"),
        (Attempt::Change(what), _) => format!("change {what}"),
    };
    let mut entry = app.audit_entry(refused.map_or(AuditActor::Anonymous, by), Action::ChangeRefused);
    entry.to = Some(attempted);
    let mut transaction = app.store.write().await?;
    if refused.is_none() {
        let last = transaction.find_last_anonymous_refusal().await?;
        if last.is_some_and(|last| entry.at.duration_since(last) < ANONYMOUS_PACE) {
            return Ok(());
        }
    }
    transaction.append_audit(&entry).await?;
    transaction.commit().await
}

/// An account as actor of the audit trail.
pub(super) fn by(account: &Account) -> AuditActor {
    AuditActor::Account { id: account.id, email: account.email.as_str().to_owned() }
}
