//! Finding the request a callback belongs to, and consuming it. Everything that belongs to none is recorded too.

use super::{CompleteSignIn, CompleteSignInError};
use crate::app::App;
use crate::domain::account::Account;
use crate::domain::record::{Cause, CauseCode, Method, Outcome, Reference};
use crate::oidc::callback::{Answer, Callback};
use crate::store::{Purpose, SignInRequest, StoreError, Transaction};
use crate::usecase::session::{Refusal, hash_secret, read_living};
use crate::usecase::settle::{Failure, begin_record, end_uncompleted, record_stray};
use crate::usecase::upkeep::keep_up;

/// What a callback turned out to be.
pub(super) enum Claim {
    /// The first and only callback of an open request; it is consumed now.
    Claimed(Box<SignInRequest>),
    /// A callback that was used before, in a browser with an open session.
    Reused { account: Box<Account>, reference: Reference },
    /// The request to turn Allow on is too old.
    BindingExpired,
    /// Anything else.
    Refused(Refusal),
}

/// Consumes the request of a callback, in one transaction, before anything is asked of KaseyaOne.
pub(super) async fn claim_request(
    app: &App,
    callback: &Callback,
    input: &CompleteSignIn<'_>,
) -> Result<Claim, CompleteSignInError> {
    keep_up(app).await;
    let mut transaction = app.store.write().await?;
    let request = match find_own_request(&mut transaction, callback, input).await? {
        Ok(request) => request,
        Err(stray) => return Ok(Claim::Refused(record_stray(app, transaction, stray).await?)),
    };
    // Of two callbacks at the same time both may find it open; only one consumes it.
    if request.consumed_at.is_some() || !transaction.consume_request(&request.state_hash, app.now()).await? {
        return Ok(reject_replay(app, transaction, input).await?);
    }
    transaction.commit().await?;
    if app.now() < request.expires_at {
        return Ok(Claim::Claimed(Box::new(request)));
    }
    let Purpose::SignIn(record) = request.purpose else { return Ok(Claim::BindingExpired) };
    let failure = Failure::expired(CauseCode::RequestExpired, "the sign-in request was too old");
    Ok(Claim::Refused(end_uncompleted(app, record, failure).await?))
}

/// The request of this `state`, if this browser began it. Nothing is consumed for anybody else.
async fn find_own_request(
    transaction: &mut Transaction,
    callback: &Callback,
    input: &CompleteSignIn<'_>,
) -> Result<Result<SignInRequest, Failure>, StoreError> {
    let Some(state) = &callback.state else { return Ok(Err(without_state(callback))) };
    let Some(request) = transaction.find_request(&hash_secret(state)).await? else {
        return Ok(Err(Failure::refused(CauseCode::StateMismatch, "state: not one of ours")));
    };
    if input.browser.is_some_and(|browser| browser.hash() == request.browser_hash) {
        return Ok(Ok(request));
    }
    let reason = "the callback came from another browser than the one that began the sign-in";
    Ok(Err(Failure::refused(CauseCode::OtherBrowser, reason)))
}

fn without_state(callback: &Callback) -> Failure {
    match &callback.answer {
        Answer::Malformed(what) => Failure::refused(CauseCode::CallbackMalformed, *what),
        Answer::Code(_) | Answer::Error(_) => {
            Failure::refused(CauseCode::StateMismatch, "state: missing from the callback")
        }
    }
}

/// A callback that was used before: harmless where somebody is signed in, refused elsewhere.
async fn reject_replay(
    app: &App,
    mut transaction: Transaction,
    input: &CompleteSignIn<'_>,
) -> Result<Claim, StoreError> {
    let living = match input.session {
        Some(token) => read_living(app, &mut transaction, token).await?,
        None => None,
    };
    let reason = "the callback had been used before; no code was traded";
    let Some((_, account)) = living else {
        let failure = Failure::refused(CauseCode::CallbackReplayed, reason);
        return Ok(Claim::Refused(record_stray(app, transaction, failure).await?));
    };
    let settings = transaction.get_single_sign_on().await?;
    let mut record = begin_record(app, &mut transaction, Method::KaseyaOne, &settings, None).await?;
    record.leave_uncompleted();
    record.person.email = Some(account.email.as_str().to_owned());
    record.account = Some(account.id);
    record.fail(Outcome::NoNewSignIn, Cause::new(CauseCode::CallbackReplayed, reason), record.started_at);
    transaction.update_record(&record).await?;
    transaction.commit().await?;
    Ok(Claim::Reused { account: Box::new(account), reference: record.reference })
}
