//! Sessions of this service: opened by a sign-in, read at each request, never trusted for longer.

use std::marker::PhantomData;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::admission::Actor;
use crate::app::App;
use crate::domain::access::Access;
use crate::domain::account::Account;
use crate::domain::identity::Freshness;
use crate::domain::record::{Category, CauseCode, Method, Reference, SignInRecord};
use crate::store::{Hash, StoreError, StoredSession, Transaction};

/// How long a browser is known in which somebody signed in locally, and how long it keeps its cookie.
pub const BROWSER_KNOWN_FOR: SignedDuration = SignedDuration::from_hours(180 * 24);

/// A secret of 256 bits in a cookie. `Of` says in which, so that the one never passes for the other.
#[derive(Clone, Debug)]
pub struct Token<Of>(SecretString, PhantomData<Of>);

/// Marks the secret of a session.
#[derive(Clone, Debug)]
pub enum OfSession {}

/// Marks the secret of a browser.
#[derive(Clone, Debug)]
pub enum OfBrowser {}

/// The secret in the session cookie, made anew at each sign-in.
pub type SessionToken = Token<OfSession>;

/// The secret in the browser cookie, which binds a sign-in to the browser that began it, and by which a browser is
/// known in which somebody signed in locally.
pub type BrowserToken = Token<OfBrowser>;

impl<Of> Token<Of> {
    /// Wraps what a cookie holds; whether it means anything shows when it is looked up.
    pub fn from_cookie(value: String) -> Self {
        Self(value.into(), PhantomData)
    }

    /// The value for a cookie.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(super) fn hash(&self) -> Hash {
        hash_secret(self.expose())
    }
}

/// SHA-256, as all secrets are stored.
pub(super) fn hash_secret(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

/// A session of KaseyaOne, as it is stored and looked up: the provider chose the name, so anything may be in it.
pub(super) fn hash_kaseyaone_session(app: &App, sid: &str) -> Hash {
    hash_secret(&format!("{} {sid}", app.config.kaseyaone.issuer))
}

/// Who is signed in, as read just now.
#[derive(Clone, Debug)]
pub struct CurrentSession {
    /// The account, with its status and MSP Admin mark of this moment.
    pub account: Account,
    /// What it may do and see.
    pub access: Access,
    /// By which way it signed in.
    pub method: Method,
    /// The sign-in it came of.
    pub reference: Reference,
    /// When the person authenticated in KaseyaOne.
    pub auth_time: Option<Timestamp>,
    /// Whether that was for this session.
    pub freshness: Option<Freshness>,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Whether signing out of KaseyaOne too can be offered.
    pub kaseyaone: bool,
}

impl CurrentSession {
    /// The holder, as the one who asks.
    pub fn actor(&self) -> Actor {
        Actor::Account(self.account.id)
    }
}

/// A completed sign-in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The new session.
    pub session: SessionToken,
    /// Until when.
    pub expires_at: Timestamp,
    /// The account.
    pub account: Account,
    /// Whether the account came to be just now.
    pub created: bool,
    /// The cookie by which this browser is known for local sign-ins from now on; absent after one through KaseyaOne.
    pub browser: Option<BrowserToken>,
    /// Whether a KaseyaOne user waits for this account's answer in this browser.
    pub link_waits: bool,
    /// The reference of the sign-in.
    pub reference: Reference,
}

/// What a person learns when a sign-in makes no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Chooses the sentence.
    pub category: Category,
    /// Finds the record.
    pub reference: Reference,
    /// For status codes and logs; never shown to the person.
    pub code: CauseCode,
}

impl Refusal {
    pub(super) fn of(record: &SignInRecord, code: CauseCode) -> Self {
        Self { category: code.category(), reference: record.reference.clone(), code }
    }
}

/// The session of a cookie, if it lives and its account is active (S-25: read at every request).
pub async fn find_session(
    app: &App,
    token: Option<&SessionToken>,
) -> Result<Option<CurrentSession>, StoreError> {
    let Some(token) = token else { return Ok(None) };
    let mut transaction = app.store.read().await?;
    let Some((session, account)) = read_living(app, &mut transaction, token).await? else { return Ok(None) };
    let access = transaction.get_access(account.id).await?;
    Ok(Some(CurrentSession {
        account,
        access,
        method: session.method,
        reference: session.reference,
        auth_time: session.auth_time,
        freshness: session.freshness,
        started_at: session.started_at,
        expires_at: session.expires_at,
        kaseyaone: session.id_token.is_some(),
    }))
}

/// The session and account behind a token, if both are good.
pub(super) async fn read_living(
    app: &App,
    transaction: &mut Transaction,
    token: &SessionToken,
) -> Result<Option<(StoredSession, Account)>, StoreError> {
    let Some(session) = transaction.find_session(&token.hash(), app.now()).await? else { return Ok(None) };
    let account = transaction.find_account(session.account).await?;
    Ok(account.filter(Account::is_active).map(|account| (session, account)))
}

/// What a session is opened with.
pub(super) struct Opening<'a> {
    pub(super) account: &'a Account,
    pub(super) record: &'a SignInRecord,
    pub(super) replaced: Option<&'a SessionToken>,
    pub(super) kaseyaone_session: Option<Hash>,
    pub(super) id_token: Option<String>,
}

/// Opens a session with a new token; the one the browser had before ends, whoever's it was.
pub(super) async fn open_session(
    app: &App,
    transaction: &mut Transaction,
    opening: Opening<'_>,
) -> Result<(SessionToken, Timestamp), StoreError> {
    if let Some(replaced) = opening.replaced {
        transaction.delete_session(&replaced.hash()).await?;
    }
    let token = SessionToken::from_cookie(app.generator.token());
    let started_at = app.now();
    let expires_at = started_at + app.config.sign_in.session_lifetime;
    let session = StoredSession {
        token_hash: token.hash(),
        account: opening.account.id,
        reference: opening.record.reference.clone(),
        method: opening.record.method,
        started_at,
        expires_at,
        auth_time: opening.record.auth_time,
        freshness: opening.record.freshness,
        kaseyaone_session: opening.kaseyaone_session,
        id_token: opening.id_token,
    };
    transaction.insert_session(&session).await?;
    Ok((token, expires_at))
}
