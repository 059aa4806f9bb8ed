//! Signing in with e-mail address and password. It never creates an account (S-02), and it tells nobody whether
//! an address is known: one answer and one duration for all that is wrong.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::admission::by;
use super::begin_sign_in::new_browser;
use super::session::{
    BROWSER_KNOWN_FOR, BrowserToken, Opening, Refusal, SessionToken, SignedIn, hash_secret, open_session,
};
use super::settle::begin_record;
use super::upkeep::keep_up;
use crate::app::App;
use crate::domain::account::{Account, AccountId, Status};
use crate::domain::audit::{Action, AuditEntry};
use crate::domain::email::Email;
use crate::domain::foreign::printable;
use crate::domain::record::{Cause, CauseCode, Method, Outcome, SignInRecord};
use crate::domain::settings::SingleSignOn;
use crate::password;
use crate::store::{Hash, StoreError, Transaction};

/// Failures of one address after which the right password does not help either: in one browser that is known for the
/// address, or in all others together. What strangers fail does not lock out whoever signed in here before.
const MOST_FAILURES: u64 = 10;
/// The time in which they count.
const FAILURE_WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Longest address that a record keeps as it was typed, in characters.
const LONGEST_TYPED: usize = 254;
/// Most browsers that are known for one address.
const MOST_BROWSERS: u32 = 20;

/// How often a sign-in whose account changed beside it begins its transaction anew. The second already finds the
/// account as it is now.
const MOST_ATTEMPTS: u32 = 5;

/// What a person typed.
#[derive(Clone, Copy, Debug)]
pub struct LocalSignIn<'a> {
    /// The address.
    pub email: &'a str,
    /// The password.
    pub password: &'a SecretString,
    /// The browser cookie, if there is one.
    pub browser: Option<&'a BrowserToken>,
    /// The session cookie, if there is one.
    pub session: Option<&'a SessionToken>,
}

/// Why a local sign-in makes no session.
#[derive(Debug, thiserror::Error)]
pub enum LocalSignInError {
    /// It is refused; the person gets a sentence and a reference.
    #[error("the sign-in is refused: {}", .0.code)]
    Refused(Refusal),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Signs in locally.
pub async fn local_sign_in(app: &App, input: LocalSignIn<'_>) -> Result<SignedIn, LocalSignInError> {
    keep_up(app).await;
    let email = Email::parse(input.email).ok();
    let stored = match &email {
        Some(email) => find_hash(app, email).await?,
        None => None,
    };
    let (owner, stored) = stored.unzip();
    let is_right = password::is_right(input.password, stored, app.config.passwords).await;
    // The password was that of this account, whoever has the address by now.
    let owner = owner.filter(|_| is_right);
    for _ in 0..MOST_ATTEMPTS {
        if let Some(signed) = attempt(app, input, email.as_ref(), owner).await? {
            return Ok(signed);
        }
    }
    Err(StoreError::Contended.into())
}

/// One transaction: read, judge, write, commit. None if the account changed meanwhile.
async fn attempt(
    app: &App,
    input: LocalSignIn<'_>,
    email: Option<&Email>,
    owner: Option<AccountId>,
) -> Result<Option<SignedIn>, LocalSignInError> {
    let mut transaction = app.store.write().await?;
    let settings = transaction.get_single_sign_on().await?;
    let mut record = begin_record(app, &mut transaction, Method::Local, &settings, None).await?;
    let now = record.started_at;
    record.person.email = Some(printable(input.email.trim(), LONGEST_TYPED));
    let address = hash_secret(email.map_or(input.email, |email| email.key().as_str()));
    let counted = Counted::find(&mut transaction, address, input.browser, now).await?;
    let account = match email {
        Some(email) => transaction.find_account_by_email(email.key()).await?,
        None => None,
    };
    let known = counted.known.as_ref();
    let failures = transaction.count_local_failures(&address, known, now - FAILURE_WINDOW).await?;
    match judge(account, owner, failures, &settings) {
        Ok(account) => open(app, transaction, record, account, &counted, input).await,
        Err(cause) => Err(refuse(app, transaction, record, cause, &counted).await?),
    }
}

/// Against whom failures count. It is found by the same statements whether or not anybody has the address.
struct Counted {
    address: Hash,
    /// The browser, if it is known for the address.
    known: Option<Hash>,
}

impl Counted {
    async fn find(
        transaction: &mut Transaction,
        address: Hash,
        browser: Option<&BrowserToken>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let browser = browser.map(BrowserToken::hash);
        let is_known = transaction.knows_browser(&address, browser.as_ref(), now - BROWSER_KNOWN_FOR).await?;
        Ok(Self { address, known: browser.filter(|_| is_known) })
    }
}

async fn find_hash(app: &App, email: &Email) -> Result<Option<(AccountId, String)>, StoreError> {
    let mut transaction = app.store.read().await?;
    let Some(account) = transaction.find_account_by_email(email.key()).await? else { return Ok(None) };
    let hash = transaction.find_password_hash(account.id).await?;
    Ok(hash.map(|hash| (account.id, hash)))
}

/// Whether the person may come in. Only somebody with the right password learns more than "wrong".
fn judge(
    account: Option<Account>,
    owner: Option<AccountId>,
    failures: u64,
    settings: &SingleSignOn,
) -> Result<Account, Cause> {
    if failures >= MOST_FAILURES {
        return Err(Cause::new(CauseCode::LocalLocked, "too many failures for this address in 15 minutes"));
    }
    let Some(account) = account.filter(|account| owner == Some(account.id)) else {
        return Err(Cause::new(CauseCode::LocalCredentials, "the address or the password is wrong"));
    };
    if account.status == Status::Deactivated {
        return Err(Cause::new(CauseCode::AccountDeactivated, "the MSP account is deactivated"));
    }
    if !settings.permits_local(account.id) {
        let reason = "KaseyaOne is required and the account is not among the exceptions";
        return Err(Cause::new(CauseCode::LocalNotPermitted, reason));
    }
    Ok(account)
}

async fn open(
    app: &App,
    mut transaction: Transaction,
    mut record: SignInRecord,
    mut account: Account,
    counted: &Counted,
    input: LocalSignIn<'_>,
) -> Result<Option<SignedIn>, LocalSignInError> {
    let now = app.now();
    account.status = Status::Active;
    account.last_sign_in_at = Some(now);
    if !transaction.record_sign_in(&account, now).await? {
        return Ok(None);
    }
    let browser = input.browser.cloned().unwrap_or_else(|| new_browser(app));
    let link_waits = transaction.find_link(&browser.hash(), account.id, now).await?.is_some();
    transaction.delete_local_failures(&counted.address, counted.known.as_ref()).await?;
    transaction.remember_browser(&counted.address, &browser.hash(), now, MOST_BROWSERS).await?;
    record.succeed(Outcome::SignedIn, account.id, now);
    transaction.update_record(&record).await?;
    let entry = AuditEntry {
        account: Some(account.id),
        to: Some(Method::Local.as_str().to_owned()),
        reference: Some(record.reference.clone()),
        ..app.audit_entry(by(&account), Action::SignIn)
    };
    transaction.append_audit(&entry).await?;
    let opening = Opening {
        account: &account,
        record: &record,
        replaced: input.session,
        kaseyaone_session: None,
        id_token: None,
    };
    let (session, expires_at) = open_session(app, &mut transaction, opening).await?;
    transaction.commit().await?;
    let reference = record.reference;
    let browser = Some(browser);
    Ok(Some(SignedIn { session, expires_at, account, created: false, browser, link_waits, reference }))
}

async fn refuse(
    app: &App,
    mut transaction: Transaction,
    mut record: SignInRecord,
    cause: Cause,
    counted: &Counted,
) -> Result<LocalSignInError, StoreError> {
    let now = app.now();
    let code = cause.code;
    if matches!(code, CauseCode::LocalCredentials) {
        transaction.insert_local_failure(record.id, &counted.address, counted.known.as_ref(), now).await?;
    }
    record.fail(Outcome::Refused, cause, now);
    transaction.update_record(&record).await?;
    transaction.commit().await?;
    Ok(LocalSignInError::Refused(Refusal::of(&record, code)))
}
