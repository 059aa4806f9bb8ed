//! Turning Allow on: an MSP Admin authenticates in KaseyaOne, sees the company, confirms it (S-32, S-33).

use jiff::Timestamp;
use url::Url;

use super::admission::{Actor, Admitted, Attempt, Denied, admit, by};
use super::begin_sign_in::{insert_request, new_browser, new_request, new_secrets};
use super::change_single_sign_on::would_lock_out;
use super::session::{BrowserToken, SessionToken, read_living};
use super::settle::Failure;
use crate::app::App;
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::{Action, AuditActor, AuditEntry};
use crate::domain::foreign::printable;
use crate::domain::freshness::judge;
use crate::domain::identity::{Company, Freshness, VerifiedAssertion};
use crate::domain::record::CauseCode;
use crate::domain::settings::SingleSignOn;
use crate::oidc::Authentication;
use crate::store::{Purpose, SignInRequest, StoreError, StoredBinding};

/// Longest text of KaseyaOne that a proposal keeps, in characters.
const LONGEST_CLAIM: usize = 200;

/// The browser goes to KaseyaOne.
#[derive(Clone, Debug)]
pub struct BindingBegun {
    /// Where.
    pub to: Url,
    /// The cookie the callback has to come with.
    pub browser: BrowserToken,
}

/// Why the authentication does not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginBindingError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Allow is on already.
    #[error("logging in with KaseyaOne is on already")]
    AlreadyOn,
    /// KaseyaOne does not answer.
    #[error("KaseyaOne cannot be reached")]
    ProviderUnavailable,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why the authentication leaves Allow off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindingFailure {
    /// The MSP Admin cancelled in KaseyaOne, or KaseyaOne refused them.
    #[error("the KaseyaOne authentication was cancelled")]
    Cancelled,
    /// It took too long.
    #[error("the KaseyaOne authentication took too long")]
    Expired,
    /// What came back was not a valid authentication.
    #[error("the KaseyaOne authentication was not completed")]
    NotCompleted,
    /// A KaseyaOne session from before answered, although a fresh sign-in was asked for.
    #[error("KaseyaOne answered from an earlier session")]
    NotFresh,
    /// KaseyaOne named no company.
    #[error("KaseyaOne named no company")]
    NoCompany,
    /// The role in KaseyaOne does not allow it.
    #[error("linking a company takes the Master or Admin role in KaseyaOne")]
    RoleNotAllowed,
    /// KaseyaOne does not answer.
    #[error("KaseyaOne cannot be reached")]
    ProviderUnavailable,
    /// Whoever came back is not the MSP Admin who began.
    #[error("only the MSP Admin who began may complete this")]
    Denied(Denied),
}

/// What ends the authentication without a proposal.
#[derive(Debug, thiserror::Error)]
pub(super) enum CompleteBindingError {
    /// Allow stays off.
    #[error(transparent)]
    Failed(#[from] BindingFailure),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// The company that waits for confirmation.
#[derive(Clone, Debug)]
pub struct BindingProposal {
    /// The company.
    pub company: Company,
    /// The KaseyaOne user name of the MSP Admin.
    pub username: Option<String>,
    /// Their role there.
    pub role: Option<String>,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
}

/// Why a proposal is not read or confirmed.
#[derive(Debug, thiserror::Error)]
pub enum BindingError {
    /// Only an MSP Admin may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no proposal of this MSP Admin, or it has run out.
    #[error("there is no company to confirm")]
    NothingToConfirm,
    /// Allow came to be on meanwhile; the company it is bound to stays.
    #[error("logging in with KaseyaOne is on already")]
    AlreadyOn,
    /// Afterwards no MSP Admin could sign in (S-36).
    #[error("no MSP Admin could sign in any more")]
    WouldLockOut,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Begins the authentication. KaseyaOne is always asked for a fresh sign-in: with two KaseyaOne accounts, a
/// session from before would bind the wrong company without a question.
pub async fn begin_binding(
    app: &App,
    actor: &Actor,
    browser: Option<&BrowserToken>,
) -> Result<BindingBegun, BeginBindingError> {
    let secrets = new_secrets(app);
    let Admitted { mut transaction, admin } =
        admit::<BeginBindingError>(app, actor, Attempt::Change("single sign-on: allow on")).await?;
    if transaction.get_single_sign_on().await?.allow {
        return Err(BeginBindingError::AlreadyOn);
    }
    let browser = browser.cloned().unwrap_or_else(|| new_browser(app));
    let request = new_request(app, &secrets, &browser, Purpose::Bind(admin.id), true);
    insert_request(app, &mut transaction, &request).await?;
    transaction.commit().await?;
    match app.relying_party.authorization_url(&secrets, true, None, app.now()).await {
        Ok(to) => Ok(BindingBegun { to, browser }),
        Err(error) => {
            tracing::warn!(%error, "KaseyaOne cannot be used");
            Err(BeginBindingError::ProviderUnavailable)
        }
    }
}

/// The callback of the authentication: keeps the proposal, or audits why there is none.
pub(super) async fn complete_binding(
    app: &App,
    admin: AccountId,
    session: Option<&SessionToken>,
    request: &SignInRequest,
    authenticated: Result<Authentication, Failure>,
) -> Result<(), CompleteBindingError> {
    let mut transaction = app.store.write().await?;
    let living = match session {
        Some(token) => read_living(app, &mut transaction, token).await?.map(|(_, account)| account),
        None => None,
    };
    let account = living.filter(|account| account.id == admin && account.msp_admin);
    let checked = match &account {
        None => {
            Err((BindingFailure::Denied(Denied::MspAdminRequired), "another person came back".to_owned()))
        }
        Some(_) => check_authentication(app, request, authenticated),
    };
    let outcome = match checked {
        Ok(binding) => {
            transaction.put_binding(admin, &binding).await?;
            Ok(())
        }
        Err((failure, reason)) => {
            let actor = account.as_ref().map_or(AuditActor::Anonymous, by);
            let mut entry = app.audit_entry(actor, Action::BindingFailed);
            entry.to = Some(reason);
            transaction.append_audit(&entry).await?;
            Err(failure.into())
        }
    };
    transaction.commit().await?;
    outcome
}

/// From the authentication to a proposal: fresh, with a company, by a role that may.
fn check_authentication(
    app: &App,
    request: &SignInRequest,
    authenticated: Result<Authentication, Failure>,
) -> Result<StoredBinding, (BindingFailure, String)> {
    let assertion = authenticated.map_err(|failure| (category(&failure), failure.cause.reason))?.assertion;
    let policy = app.config.sign_in.freshness_policy();
    let recency = judge(assertion.auth_time, request.started_at, app.now(), &policy);
    if recency.freshness != Freshness::Fresh {
        return Err((BindingFailure::NotFresh, format!("the authentication was {}", recency.freshness)));
    }
    propose(app, assertion)
}

fn propose(app: &App, assertion: VerifiedAssertion) -> Result<StoredBinding, (BindingFailure, String)> {
    let Some(company) = assertion.company else {
        return Err((BindingFailure::NoCompany, "KaseyaOne named no company".to_owned()));
    };
    let role = assertion.role.unwrap_or_default();
    if !app.config.kaseyaone.binding_roles.contains(&role) {
        return Err((BindingFailure::RoleNotAllowed, format!("the role is `{}`", bounded(&role))));
    }
    Ok(StoredBinding {
        company: Company { id: bounded(&company.id), name: bounded(&company.name) },
        username: assertion.username.as_deref().map(bounded),
        role: Some(bounded(&role)),
        expires_at: app.now() + app.config.sign_in.request_lifetime,
    })
}

fn category(failure: &Failure) -> BindingFailure {
    match failure.cause.code {
        CauseCode::AccessDenied => BindingFailure::Cancelled,
        CauseCode::ProviderUnavailable => BindingFailure::ProviderUnavailable,
        CauseCode::CodeExpired | CauseCode::TokenExpired | CauseCode::RequestExpired => {
            BindingFailure::Expired
        }
        _ => BindingFailure::NotCompleted,
    }
}

fn bounded(text: &str) -> String {
    printable(text, LONGEST_CLAIM)
}

/// The proposal of this MSP Admin, if one waits.
pub async fn find_binding(app: &App, actor: &Actor) -> Result<Option<BindingProposal>, BindingError> {
    let Admitted { mut transaction, admin } =
        admit::<BindingError>(app, actor, Attempt::See("the company to confirm")).await?;
    let found = transaction.find_binding(admin.id, app.now()).await?;
    Ok(found.map(|binding| BindingProposal {
        company: binding.company,
        username: binding.username,
        role: binding.role,
        expires_at: binding.expires_at,
    }))
}

/// Confirms the company: Allow is on from here, and people of this company can sign in.
pub async fn confirm_binding(app: &App, actor: &Actor) -> Result<SingleSignOn, BindingError> {
    let Admitted { mut transaction, admin } =
        admit::<BindingError>(app, actor, Attempt::Change("single sign-on: confirm the company")).await?;
    let binding = transaction.find_binding(admin.id, app.now()).await?;
    let binding = binding.ok_or(BindingError::NothingToConfirm)?;
    let before = transaction.get_single_sign_on().await?;
    if before.allow {
        return Err(BindingError::AlreadyOn);
    }
    let after = before.bind(binding.company);
    if would_lock_out(app, &mut transaction, &before, &after).await? {
        return Err(BindingError::WouldLockOut);
    }
    transaction.put_single_sign_on(&after).await?;
    transaction.delete_binding(admin.id).await?;
    for entry in audit_binding(app, &admin, &before, &after) {
        transaction.append_audit(&entry).await?;
    }
    transaction.commit().await?;
    Ok(after)
}

/// Drops the proposal; Allow stays as it is.
pub async fn dismiss_binding(app: &App, actor: &Actor) -> Result<(), BindingError> {
    let Admitted { mut transaction, admin } =
        admit::<BindingError>(app, actor, Attempt::Change("single sign-on: dismiss the company")).await?;
    transaction.delete_binding(admin.id).await?;
    transaction.commit().await?;
    Ok(())
}

fn audit_binding(app: &App, admin: &Account, before: &SingleSignOn, after: &SingleSignOn) -> Vec<AuditEntry> {
    let company = |settings: &SingleSignOn| {
        let company = settings.company.as_ref();
        company.map_or_else(|| "company: none".to_owned(), |company| format!("company: {}", company.id))
    };
    let changed = |from: String, to: String| AuditEntry {
        from: Some(from),
        to: Some(to),
        ..app.audit_entry(by(admin), Action::SettingsChanged)
    };
    let mut entries = vec![changed("allow: off".to_owned(), "allow: on".to_owned())];
    if company(before) != company(after) {
        entries.push(changed(company(before), company(after)));
    }
    if after.in_effect() {
        entries.push(app.audit_entry(by(admin), Action::CreationInEffect));
    }
    entries
}
