//! The answer of an MSP Admin to the question whether a KaseyaOne user is theirs.
//!
//! The question came of a KaseyaOne sign-in in some browser. It is answered in that browser alone, in a session that
//! the account's own password opened after the question, by an act of its own: whoever has a minute at the browser of
//! an MSP Admin gains nothing by the next local sign-in there.

use jiff::Timestamp;

use super::admission::by;
use super::session::{BrowserToken, SessionToken, read_living};
use crate::app::App;
use crate::domain::account::Account;
use crate::domain::audit::{Action, AuditEntry};
use crate::domain::identity::Company;
use crate::domain::record::{Method, Reference};
use crate::store::{StoreError, StoredLink, StoredSession, Transaction};

/// The KaseyaOne user that asks, in the words of KaseyaOne.
#[derive(Clone, Debug)]
pub struct LinkProposal {
    /// Its display name.
    pub name: Option<String>,
    /// Its user name.
    pub username: Option<String>,
    /// Its e-mail address.
    pub email: String,
    /// Its company.
    pub company: Company,
    /// The sign-in in which it asked.
    pub reference: Reference,
    /// When that was.
    pub asked_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

/// What the MSP Admin says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkAnswer {
    /// The KaseyaOne user is theirs.
    Link,
    /// It is not, or they do not want it.
    Decline,
}

/// Why there is nothing to see or to answer.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Nobody is signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// No KaseyaOne user asks this account in this browser, or not any more, or the session is not one that the
    /// account's password opened since.
    #[error("there is no KaseyaOne user to link")]
    NothingToConfirm,
    /// The KaseyaOne user, or the account, came to be linked meanwhile.
    #[error("the KaseyaOne user or the account is linked already")]
    AlreadyLinked,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// The KaseyaOne user that asks the holder of a session.
pub async fn find_link(
    app: &App,
    session: Option<&SessionToken>,
    browser: Option<&BrowserToken>,
) -> Result<LinkProposal, LinkError> {
    let mut transaction = app.store.read().await?;
    let (session, account) = holder(app, &mut transaction, session).await?;
    let browser = browser.ok_or(LinkError::NothingToConfirm)?.hash();
    let link = transaction.find_link(&browser, account.id, app.now()).await?;
    let link = link.filter(|link| may_answer(&session, link)).ok_or(LinkError::NothingToConfirm)?;
    Ok(LinkProposal {
        name: link.name,
        username: link.username,
        email: link.email,
        company: Company { id: link.identity.company, name: link.company_name },
        reference: link.reference,
        asked_at: link.asked_at,
        expires_at: link.expires_at,
    })
}

/// Links the KaseyaOne user, or does not. Either way the question is gone and the answer is in the audit trail.
pub async fn answer_link(
    app: &App,
    session: Option<&SessionToken>,
    browser: Option<&BrowserToken>,
    answer: LinkAnswer,
) -> Result<(), LinkError> {
    let mut transaction = app.store.write().await?;
    let (session, account) = holder(app, &mut transaction, session).await?;
    let browser = browser.ok_or(LinkError::NothingToConfirm)?.hash();
    // Nothing else may link, demote or deactivate the account between here and the commit.
    transaction.lock_account(account.id).await?;
    let account = transaction.find_account(account.id).await?.filter(Account::is_active);
    let account = account.ok_or(LinkError::NotSignedIn)?;
    let link = transaction.take_link(&browser, account.id, app.now()).await?;
    let link = link.filter(|link| may_answer(&session, link)).ok_or(LinkError::NothingToConfirm)?;
    let action = match answer {
        LinkAnswer::Link => {
            link_to(app, &mut transaction, &account, &link).await?;
            Action::IdentityLinked
        }
        LinkAnswer::Decline => Action::LinkDeclined,
    };
    let entry = AuditEntry {
        account: Some(account.id),
        to: Some(format!("{} in company {}", link.identity.subject.as_str(), link.identity.company)),
        reference: Some(link.reference),
        ..app.audit_entry(by(&account), action)
    };
    transaction.append_audit(&entry).await?;
    Ok(transaction.commit().await?)
}

async fn link_to(
    app: &App,
    transaction: &mut Transaction,
    account: &Account,
    link: &StoredLink,
) -> Result<(), LinkError> {
    let bound = transaction.get_single_sign_on().await?.company;
    if bound.is_none_or(|company| company.id != link.identity.company) {
        return Err(LinkError::NothingToConfirm);
    }
    if account.has_identity || !transaction.insert_identity(&link.identity, account.id, app.now()).await? {
        return Err(LinkError::AlreadyLinked);
    }
    Ok(())
}

async fn holder(
    app: &App,
    transaction: &mut Transaction,
    session: Option<&SessionToken>,
) -> Result<(StoredSession, Account), LinkError> {
    let token = session.ok_or(LinkError::NotSignedIn)?;
    read_living(app, transaction, token).await?.ok_or(LinkError::NotSignedIn)
}

/// The password was given after the question: an open session that somebody walked up to answers nothing.
fn may_answer(session: &StoredSession, link: &StoredLink) -> bool {
    session.method == Method::Local && session.started_at >= link.asked_at
}
