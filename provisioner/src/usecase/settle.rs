//! The record of a sign-in at its beginning, and its end without a session.

use super::session::Refusal;
use crate::app::App;
use crate::domain::checks::Finding;
use crate::domain::record::{Cause, CauseCode, Method, Outcome, RecordId, SignInRecord};
use crate::domain::settings::SingleSignOn;
use crate::store::{StoreError, Transaction};

/// How a sign-in ends that makes no session.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) outcome: Outcome,
    pub(super) cause: Cause,
}

impl Failure {
    /// A refusal.
    pub(super) fn refused(code: CauseCode, reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::Refused, cause: Cause::new(code, reason) }
    }

    /// Something was too old.
    pub(super) fn expired(code: CauseCode, reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::Expired, cause: Cause::new(code, reason) }
    }
}

/// Begins the record of a sign-in, under a reference nobody else has.
pub(super) async fn begin_record(
    app: &App,
    transaction: &mut Transaction,
    method: Method,
    settings: &SingleSignOn,
    hint: Option<String>,
) -> Result<SignInRecord, StoreError> {
    let now = app.now();
    let (id, reference) = (app.generator.id(now), app.generator.reference());
    let mut record = SignInRecord::begun(id, reference, method, settings, now);
    record.person.hint = hint;
    while !transaction.insert_record(&record).await? {
        record.reference = app.generator.reference();
    }
    Ok(record)
}

/// Ends the attempt of a record because authentication was not completed (check 5).
pub(super) async fn end_uncompleted(
    app: &App,
    id: RecordId,
    failure: Failure,
) -> Result<Refusal, StoreError> {
    let hint = {
        let mut transaction = app.store.read().await?;
        transaction.find_record(id).await?.and_then(|record| record.person.hint)
    };
    // The directory is asked while no transaction is open.
    let exists = app.look_up(hint.as_deref()).await;
    let mut transaction = app.store.write().await?;
    let record = transaction.find_record(id).await?;
    let mut record = record.ok_or(StoreError::Inconsistent { column: "record_id" })?;
    let settings = transaction.get_single_sign_on().await?;
    record.judge_by(&settings);
    record.checks.exists_in_kaseyaone = exists;
    record.leave_uncompleted();
    let code = failure.cause.code;
    record.fail(failure.outcome, failure.cause, app.now());
    transaction.update_record(&record).await?;
    transaction.commit().await?;
    Ok(Refusal::of(&record, code))
}

/// Records a callback that belongs to no open sign-in.
pub(super) async fn record_stray(
    app: &App,
    mut transaction: Transaction,
    failure: Failure,
) -> Result<Refusal, StoreError> {
    let settings = transaction.get_single_sign_on().await?;
    let mut record = begin_record(app, &mut transaction, Method::KaseyaOne, &settings, None).await?;
    record.checks.exists_in_kaseyaone = Finding::NotKnowable;
    record.leave_uncompleted();
    let code = failure.cause.code;
    record.fail(failure.outcome, failure.cause, record.started_at);
    transaction.update_record(&record).await?;
    transaction.commit().await?;
    Ok(Refusal::of(&record, code))
}
