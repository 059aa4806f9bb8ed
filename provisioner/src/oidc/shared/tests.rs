//! Who waits for whom. Fetches end when the test lets them.

use std::convert::Infallible;
use std::pin::pin;

use futures_util::future::{Ready, join, pending, poll_fn, poll_immediate, ready};
use tokio::sync::oneshot;

use super::Asker::{Logout, SignIn};
use super::*;

fn shared() -> Arc<Shared<u32>> {
    Arc::new(Shared::new(Pace {
        lifetime: SignedDuration::from_hours(1),
        retry_pause: SignedDuration::from_secs(30),
        empty_pause: SignedDuration::from_secs(5),
        renewal_pause: SignedDuration::from_mins(1),
    }))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn good(value: u32) -> Ready<Result<u32, &'static str>> {
    ready(Ok(value))
}

fn bad() -> Ready<Result<u32, &'static str>> {
    ready(Err("down"))
}

/// A fetch that fails the test when it begins.
fn never() -> impl Future<Output = Result<u32, Infallible>> {
    poll_fn(|_| panic!("nothing is fetched here"))
}

fn value<E: std::fmt::Debug>(got: Result<Arc<u32>, SharedError<E>>) -> u32 {
    *got.unwrap()
}

#[tokio::test]
async fn what_is_old_is_used_by_everybody_else_while_one_fetches() {
    let shared = shared();
    assert_eq!(value(shared.get(at(0), good(1)).await), 1);
    assert_eq!(value(shared.get(at(3599), never()).await), 1);
    let (end, fetched) = oneshot::channel();
    let mut fetching = pin!(shared.get(at(3600), fetched));
    assert!(poll_immediate(&mut fetching).await.is_none());
    assert_eq!(value(shared.get(at(3600), never()).await), 1, "without waiting");
    end.send(2).unwrap();
    assert_eq!(value(fetching.await), 2);
    assert_eq!(value(shared.get(at(3600), never()).await), 2);
}

#[tokio::test]
async fn a_renewal_holds_up_nobody_who_has_what_they_need() {
    let shared = shared();
    shared.get(at(0), good(1)).await.unwrap();
    let mut renewing = pin!(shared.renew(SignIn, at(1), pending::<Result<u32, Infallible>>()));
    assert!(poll_immediate(&mut renewing).await.is_none());
    assert_eq!(value(shared.get(at(1), never()).await), 1);
}

#[tokio::test]
async fn of_many_who_need_the_first_one_fetches_and_all_share_its_outcome() {
    let shared = shared();
    let (end, fetched) = oneshot::channel();
    let (one, other) = join(shared.get(at(0), fetched), async {
        let waiting = join(shared.get(at(0), never()), async {
            end.send(7).unwrap();
        });
        waiting.await.0
    })
    .await;
    assert_eq!((value(one), value(other)), (7, 7));
    let failing = shared_that_fails().await;
    assert!(matches!(failing, (Err(SharedError::Fetch(_)), Err(SharedError::JustFailed))), "{failing:?}");
}

type Outcome<E> = Result<Arc<u32>, SharedError<E>>;

async fn shared_that_fails() -> (Outcome<oneshot::error::RecvError>, Outcome<Infallible>) {
    let shared = shared();
    let (end, fetched) = oneshot::channel::<u32>();
    let waiting = async {
        let waiting = join(shared.get(at(0), never()), async { drop(end) });
        waiting.await.0
    };
    join(shared.get(at(0), fetched), waiting).await
}

#[tokio::test]
async fn after_a_failure_there_is_a_pause_and_then_another_fetch() {
    let shared = shared();
    assert!(matches!(shared.get(at(0), bad()).await, Err(SharedError::Fetch("down"))));
    assert!(matches!(shared.get(at(4), never()).await, Err(SharedError::JustFailed)));
    assert_eq!(value(shared.get(at(5), good(1)).await), 1);
    // The last good one outlives an outage, which is asked about every 30 seconds.
    assert_eq!(value(shared.get(at(4000), bad()).await), 1);
    assert_eq!(value(shared.get(at(4029), never()).await), 1);
    assert_eq!(value(shared.get(at(4030), good(2)).await), 2);
}

#[tokio::test]
async fn what_is_missing_is_asked_for_once_a_minute_whoever_asks() {
    let shared = shared();
    shared.get(at(0), good(1)).await.unwrap();
    assert_eq!(value(shared.renew(SignIn, at(1), good(2)).await), 2);
    for second in 1..61 {
        assert_eq!(value(shared.renew(SignIn, at(second), never()).await), 2);
    }
    assert!(matches!(shared.renew(SignIn, at(61), bad()).await, Err(SharedError::Fetch("down"))));
    let again = shared.renew(SignIn, at(62), never()).await;
    assert!(matches!(again, Err(SharedError::JustFailed)), "not: there is no such key");
    assert_eq!(value(shared.get(at(62), never()).await), 2, "known keys still verify");
    assert_eq!(value(shared.renew(SignIn, at(121), good(3)).await), 3);
}

/// Begins, and is gone at the first wait.
async fn hang_up(asking: impl Future) {
    assert!(poll_immediate(pin!(asking)).await.is_none(), "it waits");
}

#[tokio::test]
async fn a_first_fetch_comes_to_its_end_though_who_began_it_has_gone() {
    let shared = shared();
    let (end, fetched) = oneshot::channel();
    hang_up(shared.get(at(0), fetched)).await;
    end.send(1).unwrap();
    assert_eq!(value(shared.get(at(0), never()).await), 1);
}

#[tokio::test]
async fn what_is_old_is_replaced_though_who_began_it_has_gone() {
    let shared = shared();
    shared.get(at(0), good(1)).await.unwrap();
    let (end, fetched) = oneshot::channel();
    hang_up(shared.get(at(3600), fetched)).await;
    for _ in 0..3 {
        assert_eq!(value(shared.get(at(3600), never()).await), 1, "the fetch is still under way");
    }
    end.send(2).unwrap();
    assert_eq!(value(shared.renew(SignIn, at(3600), good(3)).await), 3, "after the one that may be too old");
    assert_eq!(value(shared.get(at(7199), never()).await), 3);
}

#[tokio::test]
async fn a_renewal_comes_to_its_end_though_who_asked_has_gone() {
    let shared = shared();
    shared.get(at(0), good(1)).await.unwrap();
    let (end, fetched) = oneshot::channel();
    hang_up(shared.renew(SignIn, at(1), fetched)).await;
    end.send(2).unwrap();
    assert_eq!(value(shared.renew(SignIn, at(2), never()).await), 2);
    assert_eq!(value(shared.get(at(2), never()).await), 2);
}

#[tokio::test]
async fn logout_tokens_use_up_no_renewal_of_a_sign_in() {
    let shared = shared();
    shared.get(at(0), good(1)).await.unwrap();
    assert_eq!(value(shared.renew(Logout, at(1), good(2)).await), 2);
    assert_eq!(value(shared.renew(Logout, at(60), never()).await), 2, "once a minute for all of them");
    assert_eq!(value(shared.renew(SignIn, at(60), good(3)).await), 3);
    assert_eq!(value(shared.renew(Logout, at(61), good(4)).await), 4);
}
