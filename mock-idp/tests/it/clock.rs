//! One answer, one reading of the clock: by a clock that goes on a second each time anybody looks at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use mock_idp::{Clock, Mint, MockIdp};
use serde_json::Value;

use crate::support::{Browser, decode};

/// Goes on by a second at each reading, and never otherwise.
#[derive(Default)]
struct Restless(AtomicI64);

impl Clock for Restless {
    fn now(&self) -> Timestamp {
        let readings = self.0.fetch_add(1, Ordering::SeqCst);
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20_000) + SignedDuration::from_secs(readings)
    }
}

async fn restless() -> MockIdp {
    MockIdp::builder().clock(Arc::new(Restless::default())).start().await.expect("a free port")
}

fn seconds(claims: &Value, name: &str) -> i64 {
    claims[name].as_i64().unwrap_or_else(|| panic!("{name} is no time: {claims}"))
}

#[tokio::test]
async fn the_clock_of_these_tests_goes_on_between_two_answers() {
    let idp = restless().await;
    let first = || idp.mint(&Mint::new("dana", "kaseya-mdr")).expect("dana").id_token_claims();
    assert!(seconds(&first(), "iat") < seconds(&first(), "iat"));
}

#[tokio::test]
async fn what_a_minted_token_says_about_time_agrees() {
    let idp = restless().await;
    let claims = idp.mint(&Mint::new("dana", "kaseya-mdr")).expect("dana").id_token_claims();
    assert_eq!(seconds(&claims, "auth_time"), seconds(&claims, "iat"), "the person authenticated now");
    assert_eq!(seconds(&claims, "exp"), seconds(&claims, "iat") + 300);
}

#[tokio::test]
async fn the_tokens_of_one_answer_were_made_at_the_same_moment() {
    let idp = restless().await;
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    let answer = browser.redeem(&idp, &code).await.json();
    let claims = decode(answer["id_token"].as_str().expect("an ID token")).1;
    let made_at = seconds(&claims, "iat");
    assert_eq!(seconds(&claims, "exp"), made_at + 300);
    // The access token lives from that moment on too, to the second, for as long as the answer says.
    let access_token = answer["access_token"].as_str().expect("an access token");
    let last_second = Timestamp::from_second(made_at + seconds(&answer, "expires_in") - 1).expect("a time");
    idp.clock().freeze();
    idp.clock().advance(last_second.duration_since(idp.clock().now()));
    assert_eq!(browser.userinfo(&idp, access_token).await.status, 200);
    idp.clock().advance(SignedDuration::from_secs(1));
    assert_eq!(browser.userinfo(&idp, access_token).await.status, 401);
}
