//! The callback: from the raw query to a session, or to a record that says why not.
//!
//! The request is consumed before the token endpoint is asked, so of two callbacks one goes on. The account, its
//! identity, its audit entries and the end of its record are one transaction, in `apply`.

mod apply;
mod claim;
mod known;

use url::Url;

use super::bind_kaseyaone::{BindingFailure, CompleteBindingError, complete_binding};
use super::session::{BrowserToken, Refusal, SessionToken, SignedIn};
use super::settle::{Failure, end_uncompleted};
use crate::app::App;
use crate::domain::account::Account;
use crate::domain::record::{CauseCode, RecordId, Reference};
use crate::oidc::callback::{Answer, Callback};
use crate::oidc::{Authentication, AuthenticationError, ExchangeError, VerifyError};
use crate::store::{Purpose, SignInRequest, StoreError};
use claim::{Claim, claim_request};

/// What a callback comes with.
#[derive(Clone, Copy, Debug)]
pub struct CompleteSignIn<'a> {
    /// The query as it came, undecoded.
    pub query: &'a str,
    /// The browser cookie, if there is one.
    pub browser: Option<&'a BrowserToken>,
    /// The session cookie, if there is one.
    pub session: Option<&'a SessionToken>,
}

/// What follows.
#[derive(Clone, Debug)]
pub enum Completed {
    /// The person is signed in.
    SignedIn(SignedIn),
    /// The person goes to KaseyaOne once more, for a fresh sign-in.
    Reauthenticate {
        /// Where.
        to: Url,
        /// The cookie of the browser.
        browser: BrowserToken,
    },
    /// The callback was used before, and the session that is open stays (reload, Back).
    AlreadySignedIn {
        /// Who is signed in.
        account: Account,
        /// The record that says so.
        reference: Reference,
    },
    /// An MSP Admin has authenticated to turn Allow on and has yet to confirm the company.
    ConfirmBinding,
}

/// Why a callback makes no session.
#[derive(Debug, thiserror::Error)]
pub enum CompleteSignInError {
    /// It is refused; the person gets a sentence and a reference.
    #[error("the sign-in is refused: {}", .0.code)]
    Refused(Refusal),
    /// It was to turn Allow on, and Allow stays off.
    #[error("the KaseyaOne login stays off: {0}")]
    BindingFailed(BindingFailure),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl From<CompleteBindingError> for CompleteSignInError {
    fn from(error: CompleteBindingError) -> Self {
        match error {
            CompleteBindingError::Failed(failure) => Self::BindingFailed(failure),
            CompleteBindingError::Unavailable(error) => Self::Unavailable(error),
        }
    }
}

/// Completes a sign-in, or the authentication that turns Allow on.
pub async fn complete_sign_in(
    app: &App,
    input: CompleteSignIn<'_>,
) -> Result<Completed, CompleteSignInError> {
    let callback = Callback::read(input.query);
    match claim_request(app, &callback, &input).await? {
        Claim::Claimed(request) => match request.purpose {
            Purpose::SignIn(record) => continue_sign_in(app, &input, &callback, &request, record).await,
            Purpose::Bind(admin) => {
                let authenticated = authenticate(app, &callback, &request).await;
                complete_binding(app, admin, input.session, &request, authenticated).await?;
                Ok(Completed::ConfirmBinding)
            }
        },
        Claim::Reused { account, reference } => {
            Ok(Completed::AlreadySignedIn { account: *account, reference })
        }
        Claim::BindingExpired => Err(CompleteSignInError::BindingFailed(BindingFailure::Expired)),
        Claim::Refused(refusal) => Err(CompleteSignInError::Refused(refusal)),
    }
}

async fn continue_sign_in(
    app: &App,
    input: &CompleteSignIn<'_>,
    callback: &Callback,
    request: &SignInRequest,
    record: RecordId,
) -> Result<Completed, CompleteSignInError> {
    match authenticate(app, callback, request).await {
        Ok(authentication) => apply::apply(app, input, request, record, authentication).await,
        Err(failure) => Err(CompleteSignInError::Refused(end_uncompleted(app, record, failure).await?)),
    }
}

/// From the answer of KaseyaOne to a verified assertion, or to the cause of its absence.
async fn authenticate(
    app: &App,
    callback: &Callback,
    request: &SignInRequest,
) -> Result<Authentication, Failure> {
    if let Answer::Malformed(what) = &callback.answer {
        return Err(Failure::refused(CauseCode::CallbackMalformed, *what));
    }
    check_response_issuer(app, callback, request).await?;
    match &callback.answer {
        Answer::Code(code) => {
            let outcome = app.relying_party.authenticate(code, request, &*app.clock).await;
            outcome.map_err(|error| explain(&error))
        }
        Answer::Error(error) if error == "access_denied" => {
            Err(Failure::refused(CauseCode::AccessDenied, "KaseyaOne answered access_denied"))
        }
        Answer::Error(error) => {
            Err(Failure::refused(CauseCode::ProviderError, format!("KaseyaOne answered {error}")))
        }
        Answer::Malformed(what) => Err(Failure::refused(CauseCode::CallbackMalformed, *what)),
    }
}

/// RFC 9207, 2.4, and RFC 9700, 4.4: the response is of the issuer this request was sent to.
async fn check_response_issuer(
    app: &App,
    callback: &Callback,
    request: &SignInRequest,
) -> Result<(), Failure> {
    let is_same = request.issuer == app.config.kaseyaone.issuer;
    match app.relying_party.accepts_issuer(callback.issuer.as_deref(), app.now()).await {
        Ok(true) if is_same => Ok(()),
        Ok(_) => Err(Failure::refused(CauseCode::ResponseIssuer, "iss: wrong, or missing though advertised")),
        Err(error) => Err(Failure::refused(CauseCode::ProviderUnavailable, error.to_string())),
    }
}

/// The cause behind an authentication that failed after KaseyaOne had sent a code.
fn explain(error: &AuthenticationError) -> Failure {
    let reason = error.to_string();
    match error {
        AuthenticationError::Discovery(_)
        | AuthenticationError::Keys(_)
        | AuthenticationError::KeysJustFailed
        | AuthenticationError::TooSlow
        | AuthenticationError::Exchange(ExchangeError::Unavailable(_)) => {
            Failure::refused(CauseCode::ProviderUnavailable, reason)
        }
        AuthenticationError::Exchange(ExchangeError::InvalidGrant) => {
            Failure::expired(CauseCode::CodeExpired, format!("invalid_grant: {reason}"))
        }
        AuthenticationError::Exchange(ExchangeError::Refused(_) | ExchangeError::Unusable(_))
        | AuthenticationError::Userinfo(_) => Failure::refused(CauseCode::ProviderError, reason),
        AuthenticationError::Exchange(ExchangeError::NoIdToken) => {
            Failure::refused(CauseCode::TokenInvalid, format!("id_token: {reason}"))
        }
        AuthenticationError::Verify(VerifyError::Expired(_)) => {
            Failure::expired(CauseCode::TokenExpired, format!("expiry: {reason}"))
        }
        AuthenticationError::Verify(VerifyError::UnknownKey) => {
            Failure::refused(CauseCode::TokenInvalid, format!("signature: {reason}"))
        }
        AuthenticationError::Verify(VerifyError::Check(check) | VerifyError::Told(check, _)) => {
            Failure::refused(CauseCode::TokenInvalid, format!("{check}: {reason}"))
        }
    }
}
