//! Clients that hang up. The server drops their requests at whatever those wait for; nobody else may notice.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::future::poll_immediate;
use jiff::SignedDuration;
use mock_idp::Target;
use provisioner::config::Directory;
use provisioner::domain::record::Outcome;
use provisioner::store::RecordFilter;
use provisioner::usecase::sign_out_by_logout_token;
use url::Url;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::database::Database;
use crate::gate::{Gate, Held};
use crate::stage::{Browser, Stage, TestClock};
use crate::upkeep::insert_attempts;

/// Drops a request as soon as what it asks for has come to the gate; what lets that go on.
async fn hang_up(request: impl Future, held: Held) -> tokio::sync::oneshot::Sender<()> {
    tokio::select! {
        _ = request => panic!("it waits for what is held"),
        reached = held.reached => reached.expect("the gate stands"),
    }
    held.release
}

#[tokio::test]
async fn a_stranger_who_hangs_up_spends_no_renewal_of_the_keys() {
    let database = Database::sqlite();
    let (stage, gate) = Stage::in_effect_behind_a_gate(&database).await;
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let forged = format!("{}.{}.{}", encode(r#"{"alg":"RS256","kid":"unknown"}"#), encode("{}"), encode("x"));
    let held = gate.hold("/.well-known/openid-configuration/jwks");
    let release = hang_up(sign_out_by_logout_token(stage.server.app(), &forged), held).await;
    release.send(()).expect("the service still waits for the keys");
    let rotated = stage.idp.faults().arm("jwks-rotate-just-before", Target::person("dana"), 1).unwrap();
    stage.sign_in(&mut Browser::default(), "dana").await.expect("the new keys are fetched for her");
    assert_eq!(rotated.fired(), 1);
}

/// Somebody who typed a name and comes back refused.
async fn refused(stage: &Stage, hint: &str) -> (Browser, Url) {
    let mut browser = Browser::default();
    let to = stage.begin(&mut browser, Some(hint)).await.expect("the sign-in begins");
    let (_, sent) = to.query_pairs().find(|(name, _)| name == "state").expect("a state");
    let query = format!("error=access_denied&state={sent}&iss={}", stage.idp.issuer());
    (browser, format!("http://localhost/sso/callback?{query}").parse().expect("a URL"))
}

#[tokio::test]
async fn the_directory_is_asked_once_for_a_name_though_those_who_come_back_hang_up() {
    let directory = MockServer::start().await;
    let nobody = ResponseTemplate::new(200).set_body_json(serde_json::json!({ "Resources": [] }));
    Mock::given(method("GET")).respond_with(nobody).mount(&directory).await;
    let gate = Gate::listen().await;
    let url = format!("{}/scim/v2", gate.issuer).parse().expect("a URL");
    let gate = gate.open(*directory.address());
    let database = Database::sqlite();
    let stage = Stage::set_with(&database, TestClock::held(), |config| {
        config.kaseyaone.directory = Some(Directory { url, token: "secret".into() });
    })
    .await;
    stage.bring_into_effect().await;

    let (browser, callback) = refused(&stage, "dana").await;
    let release = hang_up(stage.complete(&browser, &callback), gate.hold("/scim/v2/Users")).await;
    let (browser, callback) = refused(&stage, "dana").await;
    let again = gate.hold("/scim/v2/Users");
    release.send(()).expect("the service still waits for the directory");
    tokio::select! {
        outcome = stage.complete(&browser, &callback) => { outcome.expect_err("access was denied"); }
        _ = again.reached => panic!("the directory is asked a second time"),
    }
    assert_eq!(directory.received_requests().await.expect("they are recorded").len(), 1);
}

#[tokio::test]
async fn clients_that_hang_up_pay_for_the_upkeep_all_the_same() {
    for database in Database::every().await {
        let stage = Stage::in_effect(&database).await;
        insert_attempts(&database, 1, 1_500, None).await;
        stage.clock.advance(SignedDuration::from_hours(4));
        for _ in 0..64 {
            let mut browser = Browser::default();
            let begun = std::pin::pin!(stage.begin(&mut browser, None));
            assert!(poll_immediate(begun).await.is_none(), "it waits for the store");
        }
        // A server that stops lets the upkeep finish.
        let (config, runtime) = (stage.config.clone(), stage.runtime.clone());
        stage.server.stop().await;
        let server = provisioner::serve(config, runtime).await.expect("the service starts again");
        let mut transaction = server.app().store.read().await.unwrap();
        let filter = RecordFilter { standing: Some(Outcome::Abandoned.into()), ..Default::default() };
        let (_, abandoned) = transaction.list_records(&filter, 1, 1).await.unwrap();
        assert_eq!(abandoned, 1000, "on {}: one turn", database.name);
    }
}
