//! What is known here of the person an assertion names. It reads, in the transaction of the decision.

use crate::domain::account::{Account, AccountId};
use crate::domain::decision::Known;
use crate::domain::email::Email;
use crate::domain::identity::{Identity, VerifiedAssertion};
use crate::store::{StoreError, Transaction};

/// What is known here of the person: by address, and by identity.
///
/// In this order: account and identity come to be at once, so whoever sees the account of somebody who is faster
/// sees its identity a moment later, and does not take the two for different people.
pub(super) async fn read_known(
    transaction: &mut Transaction,
    assertion: &VerifiedAssertion,
) -> Result<Known, StoreError> {
    let email = assertion.email.as_deref().and_then(|email| Email::parse(email).ok());
    let same_email = match &email {
        Some(email) => transaction.find_account_by_email(email.key()).await?,
        None => None,
    };
    let linked = match identity_of(assertion) {
        Some(identity) => find_linked(transaction, &identity).await?,
        None => None,
    };
    let same_email = match (same_email, &linked, &email) {
        (Some(account), Some(linked), _) if account.id == linked.id => None,
        (None, None, Some(email)) => transaction.find_barred_account_by_email(email.key()).await?,
        (same_email, ..) => same_email,
    };
    Ok(Known { linked, same_email })
}

async fn find_linked(
    transaction: &mut Transaction,
    identity: &Identity,
) -> Result<Option<Account>, StoreError> {
    match transaction.find_linked_account(identity).await? {
        Some(id) => Ok(Some(read_account(transaction, id).await?)),
        None => Ok(None),
    }
}

fn identity_of(assertion: &VerifiedAssertion) -> Option<Identity> {
    Some(Identity {
        issuer: assertion.issuer.clone(),
        company: assertion.company.as_ref()?.id.clone(),
        subject: assertion.subject.clone(),
    })
}

pub(super) async fn read_account(
    transaction: &mut Transaction,
    id: AccountId,
) -> Result<Account, StoreError> {
    transaction.find_account(id).await?.ok_or(StoreError::Inconsistent { column: "account_id" })
}
