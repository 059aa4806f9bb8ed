//! The record of sign-ins stays small, whatever anybody sends, and thousands of attempts cost a few statements.

use jiff::SignedDuration;
use provisioner::Clock as _;
use provisioner::domain::checks::Finding;
use provisioner::domain::record::{Cause, CauseCode, Outcome};
use provisioner::store::{Retention, Store, Unreturned};
use provisioner::usecase::{SignInQuery, list_sign_ins};

use crate::database::Database;
use crate::stage::{Browser, Stage, TestClock};

/// Attempts that began one second apart, each with a request, as anybody can make them.
pub(crate) async fn insert_attempts(database: &Database, first: i64, many: i64, outcome: Option<&str>) {
    let began = TestClock::held().now().as_millisecond();
    let numbers = if database.name == "SQLite" {
        format!(
            "WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {})",
            first + many - 1
        )
    } else {
        format!("WITH numbers AS (SELECT generate_series({first}, {}) AS n)", first + many - 1)
    };
    // Ids sort as the attempts began, as ids of version 7 do.
    let (id, hash, code) = if database.name == "SQLite" {
        ("unhex(printf('%032x', n))", "unhex(printf('%064x', n))", "printf('%06d', n)")
    } else {
        ("lpad(to_hex(n), 32, '0')::uuid", "decode(lpad(to_hex(n), 64, '0'), 'hex')", "lpad(n::text, 6, '0')")
    };
    let code = format!("replace(replace({code}, '0', 'A'), '1', 'B')");
    let outcome = outcome.map_or_else(|| "NULL".to_owned(), |outcome| format!("'{outcome}'"));
    let records = format!(
        "{numbers} INSERT INTO sign_in_record (id, reference, method, started_at, outcome, used_kaseyaone, allow_on, create_on, \
         exists_in_kaseyaone, authentication_completed, settings_allow, settings_require, settings_create, \
         settings_version) SELECT {id}, {code}, 'kaseyaone', {began} + n * 1000, {outcome}, 'pass', 'pass', 'pass', \
         'not_reached', 'not_reached', TRUE, FALSE, TRUE, 1 FROM numbers"
    );
    database.execute(&records).await;
    let requests = format!(
        "{numbers} INSERT INTO sign_in_request (state_hash, browser_hash, record_id, issuer, nonce, pkce_verifier, started_at, \
         expires_at, asked_afresh) SELECT {hash}, {hash}, {id}, 'x', 'x', 'x', {began} + n * 1000, \
         {began} + n * 1000 + 600000, FALSE FROM numbers"
    );
    database.execute(&requests).await;
}

fn end() -> Unreturned {
    Unreturned { cause: Cause::new(CauseCode::RequestExpired, "gone"), with_hint: Finding::NotReached }
}

#[tokio::test]
async fn thousands_of_abandoned_attempts_are_ended_in_batches_the_oldest_first() {
    for database in Database::every().await {
        let store = Store::open(&database.url, 5).await.expect("the database opens");
        insert_attempts(&database, 1, 3000, None).await;
        let began = TestClock::held().now();
        let mut transaction = store.write().await.unwrap();
        let during = began + SignedDuration::from_secs(600 + 100);
        assert_eq!(
            transaction.end_unreturned(&end(), during, 1000).await.unwrap(),
            100,
            "whose time is over"
        );
        let after = began + SignedDuration::from_hours(2);
        let mut ended = 100;
        for expected in [1000, 1000, 900, 0] {
            assert_eq!(transaction.end_unreturned(&end(), after, 1000).await.unwrap(), expected);
            ended += expected;
            let filter = provisioner::store::RecordFilter {
                standing: Some(Outcome::Abandoned.into()),
                ..Default::default()
            };
            let (newest, total) = transaction.list_records(&filter, 1, 1).await.unwrap();
            assert_eq!(total, ended);
            let began_at = began + SignedDuration::from_secs(ended.try_into().unwrap());
            assert_eq!(newest[0].started_at, began_at, "the oldest come first");
            assert_eq!(newest[0].ended_at, Some(began_at + SignedDuration::from_mins(10)));
        }
    }
}

#[tokio::test]
async fn an_administrator_who_opens_the_record_sees_every_attempt_that_ran_out_ended() {
    for database in Database::every().await {
        let stage = Stage::set(&database).await;
        insert_attempts(&database, 1, 2500, None).await;
        stage.clock.advance(SignedDuration::from_hours(2));
        let (mona, _) = stage.mona().await;
        let query = SignInQuery { standing: Some(Outcome::Abandoned.into()), ..SignInQuery::default() };
        let found = list_sign_ins(stage.server.app(), &mona, &query).await.unwrap();
        assert_eq!(found.total, 2500, "on {}", database.name);
        assert!(found.items.iter().all(|record| {
            record.checks.exists_in_kaseyaone == Finding::NotKnowable && record.cause.is_some()
        }));
    }
}

#[tokio::test]
async fn attempts_of_nobody_are_kept_for_a_time_and_up_to_a_number() {
    for database in Database::every().await {
        let store = Store::open(&database.url, 5).await.expect("the database opens");
        insert_attempts(&database, 1, 2000, Some("abandoned")).await;
        insert_attempts(&database, 5001, 500, Some("signed_in")).await;
        let began = TestClock::held().now();
        let mut transaction = store.write().await.unwrap();
        let all = Retention { since: began, most: 2000 };
        assert_eq!(transaction.forget_anonymous(all, 1000).await.unwrap(), 0);
        let fewer = Retention { since: began, most: 500 };
        for expected in [1000, 500, 0] {
            assert_eq!(
                transaction.forget_anonymous(fewer, 1000).await.unwrap(),
                expected,
                "{}",
                database.name
            );
        }
        let younger = Retention { since: began + SignedDuration::from_secs(1901), most: 500 };
        assert_eq!(transaction.forget_anonymous(younger, 1000).await.unwrap(), 400);
        let (kept, total) =
            transaction.list_records(&provisioner::store::RecordFilter::default(), 12, 50).await.unwrap();
        assert_eq!(total, 600, "who signed in is kept");
        assert_eq!(kept.last().unwrap().started_at, began + SignedDuration::from_secs(1901));
    }
}

#[tokio::test]
async fn whoever_begins_many_sign_ins_pays_for_their_upkeep() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        insert_attempts(&database, 1, 12_000, None).await;
        stage.clock.advance(SignedDuration::from_hours(4));
        let count = async |outcome: Option<Outcome>| {
            let mut transaction = stage.server.app().store.read().await.unwrap();
            transaction
                .list_records(
                    &provisioner::store::RecordFilter {
                        standing: outcome.map(Into::into),
                        ..Default::default()
                    },
                    1,
                    1,
                )
                .await
                .unwrap()
                .1
        };
        assert_eq!(count(Some(Outcome::Abandoned)).await, 0);
        for _ in 0..128 {
            stage.begin(&mut Browser::default(), None).await.expect("the sign-in begins");
        }
        let abandoned = count(Some(Outcome::Abandoned)).await;
        assert_eq!(abandoned, 2000, "on {}: two turns of a thousand each", database.name);
        // A month later, the upkeep of other attempts forgets them.
        stage.clock.advance(SignedDuration::from_hours(31 * 24));
        for _ in 0..64 {
            stage.begin(&mut Browser::default(), None).await.expect("the sign-in begins");
        }
        assert_eq!(
            count(Some(Outcome::Abandoned)).await,
            2000,
            "a thousand more ended, and as many forgotten"
        );
    }
}
