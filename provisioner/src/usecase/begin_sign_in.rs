//! Sending a person to KaseyaOne. Nothing comes of it but a record and a request that waits (S-40).

use jiff::SignedDuration;
use url::Url;

use super::session::{BrowserToken, Refusal, SessionToken, hash_secret, read_living};
use super::settle::begin_record;
use super::upkeep::keep_up;
use crate::app::App;
use crate::domain::account::Account;
use crate::domain::checks::Finding;
use crate::domain::foreign::printable;
use crate::domain::record::{Cause, CauseCode, Method, Outcome, Reference, SignInRecord};
use crate::oidc::{DiscoveryError, ProviderStatus, RequestSecrets};
use crate::store::{Purpose, SignInRequest, StoreError, StoredSession, Transaction};

/// Most sign-ins one browser can have waiting.
const MOST_WAITING: u64 = 10;
/// How long an ended request is remembered, so that a replayed callback is known as such.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// Longest user name that is passed on, in characters.
const LONGEST_HINT: usize = 200;

/// What a sign-in begins with.
#[derive(Clone, Copy, Debug, Default)]
pub struct BeginSignIn<'a> {
    /// The browser cookie, if there is one.
    pub browser: Option<&'a BrowserToken>,
    /// The session cookie, if there is one.
    pub session: Option<&'a SessionToken>,
    /// The KaseyaOne user name the person typed, if they did. It is a hint and proves nothing (S-09).
    pub hint: Option<&'a str>,
}

/// What follows.
#[derive(Clone, Debug)]
pub enum Begun {
    /// The browser goes to KaseyaOne, with this cookie.
    Redirect {
        /// Where.
        to: Url,
        /// What the callback has to come with.
        browser: BrowserToken,
    },
    /// Somebody is signed in in this browser already; nothing happened (S-77).
    AlreadySignedIn {
        /// Who.
        account: Account,
        /// The record that says so.
        reference: Reference,
    },
}

/// Why a sign-in does not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginSignInError {
    /// It is refused; the person gets a sentence and a reference.
    #[error("the sign-in is refused: {}", .0.code)]
    Refused(Refusal),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// What the sign-in page offers.
#[derive(Clone, Copy, Debug)]
pub struct SignInOptions {
    /// Whether logging in with KaseyaOne is allowed.
    pub kaseyaone: bool,
    /// Whether KaseyaOne answers.
    pub provider: ProviderStatus,
}

/// What the sign-in page offers now.
pub async fn sign_in_options(app: &App) -> Result<SignInOptions, StoreError> {
    let settings = app.store.read().await?.get_single_sign_on().await?;
    let provider = app.relying_party.status(app.now()).await;
    Ok(SignInOptions { kaseyaone: settings.allow, provider })
}

/// Begins a sign-in through KaseyaOne.
pub async fn begin_sign_in(app: &App, input: BeginSignIn<'_>) -> Result<Begun, BeginSignInError> {
    keep_up(app).await;
    let hint = input.hint.and_then(readable_hint);
    let secrets = new_secrets(app);
    let is_allowed = app.store.read().await?.get_single_sign_on().await?.allow;
    // Asked before the transaction: the provider may be slow, and the answer changes nothing stored.
    let url = if is_allowed {
        Some(app.relying_party.authorization_url(&secrets, false, hint.as_deref(), app.now()).await)
    } else {
        None
    };
    let exists = match url {
        Some(Ok(_)) => Finding::NotReached,
        _ if hint.is_some() => app.not_looked_up(),
        _ => Finding::NotKnowable,
    };

    let mut transaction = app.store.write().await?;
    forget_old(app, &mut transaction).await?;
    let settings = transaction.get_single_sign_on().await?;
    let mut record = begin_record(app, &mut transaction, Method::KaseyaOne, &settings, hint).await?;
    if let Some(token) = input.session
        && let Some((session, account)) = read_living(app, &mut transaction, token).await?
    {
        return keep_session(app, transaction, record, &session, account).await;
    }
    record.checks.exists_in_kaseyaone = exists;
    let to = match url.filter(|_| settings.allow) {
        Some(Ok(url)) => url,
        Some(Err(error)) => {
            record.checks.authentication_completed = Finding::Fail;
            return Err(refuse(app, transaction, record, unreachable(&error)).await?);
        }
        None => {
            let cause = Cause::new(CauseCode::AllowOff, "logging in with KaseyaOne is turned off");
            return Err(refuse(app, transaction, record, cause).await?);
        }
    };
    let browser = input.browser.cloned().unwrap_or_else(|| new_browser(app));
    let request = new_request(app, &secrets, &browser, Purpose::SignIn(record.id), false);
    insert_request(app, &mut transaction, &request).await?;
    transaction.commit().await?;
    Ok(Begun::Redirect { to, browser })
}

/// Says that a session was open and nothing happened.
async fn keep_session(
    app: &App,
    mut transaction: Transaction,
    mut record: SignInRecord,
    session: &StoredSession,
    account: Account,
) -> Result<Begun, BeginSignInError> {
    let reason = format!("a session of {} from sign-in {} was open", account.email, session.reference);
    record.checks.used_kaseyaone = Finding::Fail;
    record.person.email = Some(account.email.as_str().to_owned());
    record.account = Some(account.id);
    record.fail(Outcome::NoNewSignIn, Cause::new(CauseCode::LeftoverSession, reason), app.now());
    transaction.update_record(&record).await?;
    transaction.commit().await?;
    Ok(Begun::AlreadySignedIn { account, reference: record.reference })
}

async fn refuse(
    app: &App,
    mut transaction: Transaction,
    mut record: SignInRecord,
    cause: Cause,
) -> Result<BeginSignInError, StoreError> {
    let code = cause.code;
    record.fail(Outcome::Refused, cause, app.now());
    transaction.update_record(&record).await?;
    transaction.commit().await?;
    Ok(BeginSignInError::Refused(Refusal::of(&record, code)))
}

/// The cause when the provider's documents cannot be had.
pub(super) fn unreachable(error: &DiscoveryError) -> Cause {
    Cause::new(CauseCode::ProviderUnavailable, error.to_string())
}

pub(super) fn new_secrets(app: &App) -> RequestSecrets {
    RequestSecrets {
        state: app.generator.token(),
        nonce: app.generator.token(),
        pkce_verifier: app.generator.token(),
    }
}

pub(super) fn new_browser(app: &App) -> BrowserToken {
    BrowserToken::from_cookie(app.generator.token())
}

pub(super) fn new_request(
    app: &App,
    secrets: &RequestSecrets,
    browser: &BrowserToken,
    purpose: Purpose,
    asked_afresh: bool,
) -> SignInRequest {
    let started_at = app.now();
    SignInRequest {
        state_hash: hash_secret(&secrets.state),
        browser_hash: browser.hash(),
        purpose,
        issuer: app.config.kaseyaone.issuer.clone(),
        nonce: secrets.nonce.clone(),
        pkce_verifier: secrets.pkce_verifier.clone(),
        started_at,
        expires_at: started_at + app.config.sign_in.request_lifetime,
        consumed_at: None,
        asked_afresh,
    }
}

/// Inserts a request; a browser that has too many waiting loses its oldest.
pub(super) async fn insert_request(
    app: &App,
    transaction: &mut Transaction,
    request: &SignInRequest,
) -> Result<(), StoreError> {
    if transaction.count_waiting(&request.browser_hash, app.now()).await? >= MOST_WAITING {
        transaction.expire_oldest_waiting(&request.browser_hash, app.now()).await?;
    }
    transaction.insert_request(request).await
}

async fn forget_old(app: &App, transaction: &mut Transaction) -> Result<(), StoreError> {
    transaction.delete_sessions_before(app.now()).await?;
    transaction.delete_links_before(app.now()).await?;
    transaction.delete_requests_before(app.now() - REMEMBERED).await?;
    Ok(())
}

/// A hint with control characters is none: KaseyaOne would be asked for somebody else without them.
fn readable_hint(hint: &str) -> Option<String> {
    let hint = hint.trim();
    let is_readable = !hint.is_empty() && !hint.chars().any(char::is_control);
    is_readable.then(|| printable(hint, LONGEST_HINT))
}
