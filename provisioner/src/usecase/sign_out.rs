//! Signing out: here, and of KaseyaOne too if the person wants (RP-Initiated Logout 1.0).

use url::Url;

use super::admission::by;
use super::session::{BrowserToken, SessionToken, read_living};
use crate::app::App;
use crate::domain::audit::{Action, AuditEntry};
use crate::store::StoreError;

/// Of what to sign out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOutFrom {
    /// Of this service.
    Here,
    /// Of KaseyaOne too, if the session came from there.
    KaseyaOneToo,
}

/// What follows.
#[derive(Clone, Debug)]
pub struct SignedOut {
    /// Where KaseyaOne signs the person out; absent if it cannot, or need not.
    pub to: Option<Url>,
}

/// Ends the session of a cookie, and the question whether a KaseyaOne user of this browser is linked. The session
/// here is gone, whatever KaseyaOne does then.
pub async fn sign_out(
    app: &App,
    token: Option<&SessionToken>,
    browser: Option<&BrowserToken>,
    from: SignOutFrom,
) -> Result<SignedOut, StoreError> {
    let Some(token) = token else { return Ok(SignedOut { to: None }) };
    let mut transaction = app.store.write().await?;
    let living = read_living(app, &mut transaction, token).await?;
    transaction.delete_session(&token.hash()).await?;
    if let Some(browser) = browser {
        transaction.delete_link(&browser.hash()).await?;
    }
    let id_token = match living {
        Some((session, account)) => {
            let entry = AuditEntry {
                account: Some(account.id),
                reference: Some(session.reference),
                ..app.audit_entry(by(&account), Action::SignOut)
            };
            transaction.append_audit(&entry).await?;
            session.id_token
        }
        None => None,
    };
    transaction.commit().await?;
    let Some(id_token) = id_token.filter(|_| from == SignOutFrom::KaseyaOneToo) else {
        return Ok(SignedOut { to: None });
    };
    let mut return_to = app.base_url().clone();
    return_to.set_path("/sign-in");
    // RP-Initiated Logout 1.0, 2. Nothing depends on its coming back: the session here is gone already.
    let state = app.generator.token();
    Ok(SignedOut { to: app.relying_party.end_session_url(&id_token, &return_to, &state, app.now()).await })
}
