//! The look-up in KaseyaOne's directory: who brings it about, and how often.

use jiff::SignedDuration;
use provisioner::config::Directory;
use provisioner::domain::checks::Finding;
use provisioner::domain::record::SignInRecord;
use provisioner::usecase::{SignInQuery, get_sign_in, list_sign_ins};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::database::Database;
use crate::stage::{Browser, Stage, TestClock};

/// A directory in which nobody is.
async fn directory() -> MockServer {
    let server = MockServer::start().await;
    let nobody = ResponseTemplate::new(200).set_body_json(json!({ "Resources": [] }));
    Mock::given(method("GET")).and(path("/scim/v2/Users")).respond_with(nobody).mount(&server).await;
    server
}

async fn stage(directory: &MockServer) -> (Database, Stage) {
    let database = Database::sqlite();
    let url = format!("{}/scim/v2", directory.uri()).parse().expect("a URL");
    let stage = Stage::set_with(&database, TestClock::held(), |config| {
        config.kaseyaone.directory = Some(Directory { url, token: "secret".into() });
    })
    .await;
    (database, stage)
}

async fn asked(directory: &MockServer) -> usize {
    directory.received_requests().await.expect("they are recorded").len()
}

#[tokio::test]
async fn nobody_has_the_directory_asked_by_beginning_to_sign_in() {
    let directory = directory().await;
    let (_database, stage) = stage(&directory).await;
    // Allow is off: the attempt ends at once.
    let refusal = stage.begin(&mut Browser::default(), Some("dana")).await.expect_err("Allow is off");
    assert_eq!(asked(&directory).await, 0);
    let (mona, _) = stage.mona().await;
    let record = get_sign_in(stage.server.app(), &mona, refusal.reference.as_str()).await.unwrap();
    assert_eq!(record.checks.exists_in_kaseyaone, Finding::Fail, "an MSP Admin who reads has it asked");
    get_sign_in(stage.server.app(), &mona, refusal.reference.as_str()).await.unwrap();
    stage.clock.advance(SignedDuration::from_mins(5));
    get_sign_in(stage.server.app(), &mona, refusal.reference.as_str()).await.unwrap();
    assert_eq!(asked(&directory).await, 1, "and the answer is kept");
}

#[tokio::test]
async fn however_many_attempts_there_are_the_directory_is_asked_for_thirty_names_a_minute() {
    let directory = directory().await;
    let (_database, stage) = stage(&directory).await;
    for number in 0..50 {
        let hint = format!("person-{number}");
        stage.begin(&mut Browser::default(), Some(&hint)).await.expect_err("Allow is off");
    }
    let (mona, _) = stage.mona().await;
    let known = async || {
        let found = list_sign_ins(stage.server.app(), &mona, &SignInQuery::default()).await.unwrap().items;
        found
            .iter()
            .filter(|record: &&SignInRecord| record.checks.exists_in_kaseyaone == Finding::Fail)
            .count()
    };
    assert_eq!((known().await, asked(&directory).await), (30, 30));
    assert_eq!((known().await, asked(&directory).await), (30, 30), "not more within the minute");
    stage.clock.advance(SignedDuration::from_mins(1));
    assert_eq!((known().await, asked(&directory).await), (49, 49), "the page has 50 records, one is Mona's");
}

#[tokio::test]
async fn many_who_come_back_refused_at_once_with_one_name_ask_once() {
    let directory = directory().await;
    let (_database, stage) = stage(&directory).await;
    stage.bring_into_effect().await;
    let mut arrivals = Vec::new();
    for _ in 0..8 {
        let mut browser = Browser::default();
        let to = stage.begin(&mut browser, Some("dana")).await.expect("the sign-in begins");
        let (_, sent) = to.query_pairs().find(|(name, _)| name == "state").expect("a state");
        let query = format!("error=access_denied&state={sent}&iss={}", stage.idp.issuer());
        arrivals.push((browser, format!("http://localhost/sso/callback?{query}").parse().expect("a URL")));
    }
    let back = arrivals.iter().map(|(browser, callback)| stage.complete(browser, callback));
    for outcome in futures_util::future::join_all(back).await {
        outcome.expect_err("access was denied");
    }
    assert_eq!(asked(&directory).await, 1);
    let stranger = Browser::default();
    let replayed = stage.complete(&stranger, &arrivals[0].1).await;
    replayed.expect_err("another browser");
    assert_eq!(asked(&directory).await, 1, "nor does a callback that belongs to no request of this browser");
}
