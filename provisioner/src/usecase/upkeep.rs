//! Ending attempts whose person never came back, and forgetting attempts of nobody in particular.
//!
//! Both happen in bounded batches: beside every so many attempts, so that whoever makes many also pays for the
//! upkeep of them, and when an MSP Admin opens the record.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::session::BROWSER_KNOWN_FOR;
use crate::app::App;
use crate::detached::to_the_end;
use crate::domain::checks::Finding;
use crate::domain::record::{Cause, CauseCode, SignInRecord};
use crate::store::{Retention, Store, StoreError, Unreturned};

/// How many attempts of this process there are between two turns.
const ATTEMPTS_PER_TURN: u64 = 64;
/// Most attempts that one turn ends, and most that it forgets. More than come between two turns.
const BATCH: u32 = 1_000;
/// Most batches that are ended before an MSP Admin is shown the record.
const MOST_BATCHES: u32 = 10;
/// How long an attempt of nobody in particular is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many of them are kept.
const MOST_KEPT: u32 = 10_000;
/// How long failed local sign-ins are kept: they count for less.
const FAILURES_KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Counts an attempt; when a turn is due, takes it, to its end even if whoever attempts has hung up, and one at a time.
/// A turn that fails is another attempt's matter.
pub(super) async fn keep_up(app: &App) {
    if !app.attempts.next().is_multiple_of(ATTEMPTS_PER_TURN) {
        return;
    }
    let Ok(turn) = Arc::clone(&app.upkeep).try_lock_owned() else { return };
    let (store, end, now) = (app.store.clone(), unreturned(app), app.now());
    to_the_end(async move {
        if let Err(error) = take_turn(&store, &end, now).await {
            tracing::warn!(%error, "the record of sign-ins could not be kept small");
        }
        drop(turn);
    })
    .await;
}

async fn take_turn(store: &Store, end: &Unreturned, now: Timestamp) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    transaction.lock_upkeep().await?;
    transaction.end_unreturned(end, now, BATCH).await?;
    let keep = Retention { since: now - KEPT_FOR, most: MOST_KEPT };
    transaction.forget_anonymous(keep, BATCH).await?;
    transaction.delete_local_failures_before(now - FAILURES_KEPT_FOR).await?;
    transaction.delete_browsers_before(now - BROWSER_KNOWN_FOR).await?;
    transaction.commit().await
}

/// Ends every sign-in whose requests have all run out: the person never came back. Of more than ten
/// thousand, the oldest; the others are under way until the next time.
pub(super) async fn settle_abandoned(app: &App) -> Result<(), StoreError> {
    for _ in 0..MOST_BATCHES {
        let mut transaction = app.store.write().await?;
        transaction.lock_upkeep().await?;
        let ended = transaction.end_unreturned(&unreturned(app), app.now(), BATCH).await?;
        transaction.commit().await?;
        if ended < u64::from(BATCH) {
            break;
        }
    }
    Ok(())
}

fn unreturned(app: &App) -> Unreturned {
    Unreturned {
        cause: Cause::new(CauseCode::RequestExpired, "the person did not come back from KaseyaOne"),
        with_hint: app.not_looked_up(),
    }
}

/// Asks the directory for the people of these records of whom it was not asked yet, as far as it may be asked now.
/// Only an MSP Admin who reads brings this about: nobody learns from it, or spends of it, by beginning to sign in.
pub(super) async fn look_up_waiting(app: &App, records: &mut [SignInRecord]) -> Result<(), StoreError> {
    for record in records.iter_mut().filter(|record| record.awaits_look_up()) {
        let found = app.look_up(record.person.hint.as_deref()).await;
        if found == Finding::NotReached {
            break;
        }
        record.checks.exists_in_kaseyaone = found;
        let mut transaction = app.store.write().await?;
        transaction.note_existence(record.id, found).await?;
        transaction.commit().await?;
    }
    Ok(())
}
