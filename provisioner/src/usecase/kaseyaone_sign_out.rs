//! Sessions that end because KaseyaOne says so: by a logout token from server to server (Back-Channel Logout 1.0) or
//! by an address that the browser loads in a frame (Front-Channel Logout 1.0). Both end sessions and do nothing else.

use super::session::{hash_kaseyaone_session, hash_secret};
use crate::app::App;
use crate::domain::audit::{Action, AuditActor, AuditEntry};
use crate::oidc::{AuthenticationError, LoggedOut, VerifyError};
use crate::store::{EndedSession, StoreError, Transaction};

/// Why KaseyaOne's word ended nothing.
#[derive(Debug, thiserror::Error)]
pub enum KaseyaOneSignOutError {
    /// The logout token is not what it should be. Which check failed is no secret: whoever set KaseyaOne up has to
    /// find out.
    #[error("the logout token {0}")]
    Refused(String),
    /// KaseyaOne's keys cannot be had; the same token may be taken later.
    #[error("the logout token cannot be checked now: {0}")]
    Unverifiable(AuthenticationError),
    /// The store does not answer; the same token may be taken later.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl From<AuthenticationError> for KaseyaOneSignOutError {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Verify(VerifyError::Check(check) | VerifyError::Told(check, _)) => {
                Self::Refused(format!("fails the check `{check}`"))
            }
            AuthenticationError::Verify(VerifyError::Expired(_)) => Self::Refused("has expired".to_owned()),
            AuthenticationError::Verify(VerifyError::UnknownKey) => {
                Self::Refused("names no key that is known".to_owned())
            }
            error => Self::Unverifiable(error),
        }
    }
}

/// Ends the sessions that a logout token names; a session that nobody has is no error.
pub async fn sign_out_by_logout_token(app: &App, token: &str) -> Result<(), KaseyaOneSignOutError> {
    let logout = app.relying_party.verify_logout(token, app.now()).await?;
    let issuer = app.config.kaseyaone.issuer.as_str();
    let mut transaction = app.store.write().await?;
    transaction.delete_logout_tokens_before(app.now()).await?;
    let seen = hash_secret(&format!("{issuer} {}", logout.token_id));
    if !transaction.insert_logout_token(&seen, logout.refused_from).await? {
        return Err(KaseyaOneSignOutError::Refused("was taken before".to_owned()));
    }
    let ended = match &logout.logged_out {
        LoggedOut::Session(sid) => {
            let session = hash_kaseyaone_session(app, sid);
            transaction.delete_sessions_of_kaseyaone_session(&session).await?
        }
        LoggedOut::SessionOf(sid, subject) => {
            let session = hash_kaseyaone_session(app, sid);
            transaction.delete_sessions_of_subject(issuer, subject, Some(&session)).await?
        }
        LoggedOut::Person(subject) => transaction.delete_sessions_of_subject(issuer, subject, None).await?,
    };
    append_audit(app, &mut transaction, ended, "logout token of KaseyaOne").await?;
    transaction.commit().await?;
    Ok(())
}

/// Ends the sessions that came of one session of KaseyaOne. Whoever loads the address has to name issuer and session
/// (Front-Channel Logout 1.0, 3); who names others learns nothing and ends nothing.
pub async fn sign_out_by_frame(app: &App, issuer: &str, session: &str) -> Result<(), StoreError> {
    if !app.relying_party.is_issuer(issuer) || session.is_empty() {
        return Ok(());
    }
    let mut transaction = app.store.write().await?;
    let session = hash_kaseyaone_session(app, session);
    let ended = transaction.delete_sessions_of_kaseyaone_session(&session).await?;
    append_audit(app, &mut transaction, ended, "logout frame of KaseyaOne").await?;
    transaction.commit().await
}

async fn append_audit(
    app: &App,
    transaction: &mut Transaction,
    mut ended: Vec<EndedSession>,
    by: &str,
) -> Result<(), StoreError> {
    ended.sort_by(|a, b| a.reference.as_str().cmp(b.reference.as_str()));
    for session in ended {
        let entry = AuditEntry {
            account: Some(session.account),
            to: Some(by.to_owned()),
            reference: Some(session.reference),
            ..app.audit_entry(AuditActor::KaseyaOne, Action::SignOut)
        };
        transaction.append_audit(&entry).await?;
    }
    Ok(())
}
