//! The provider inside a wiremock server, beside the stubs of an application.

use std::time::Duration;

use mock_idp::{ConfigFormat, MockIdpBuilder, Target, mount_into};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Browser, decode};

#[tokio::test]
async fn a_stub_of_the_application_and_the_provider_live_side_by_side() {
    let server = MockServer::start().await;
    Mock::given(path("/api/orders"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!(["an order"])))
        .expect(1)
        .mount(&server)
        .await;
    let idp = mount_into(&server).await;
    assert_eq!(idp.issuer(), server.uri());
    let browser = Browser::new();

    assert_eq!(browser.get(&format!("{}/api/orders", server.uri())).await.body, "[\"an order\"]");
    let discovery = browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
    assert_eq!(discovery["issuer"], server.uri());
    let keys = browser.get(discovery["jwks_uri"].as_str().unwrap()).await.json();
    assert!(keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()));

    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    let tokens = browser.redeem(&idp, &code).await.json();
    assert_eq!(decode(tokens["id_token"].as_str().unwrap()).1["iss"], server.uri());
    let userinfo = browser.userinfo(&idp, tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(userinfo["email"], "dana@northwind.example");
    let again = browser.authorize(&idp, &[("prompt", "none")]).await;
    assert!(again.param("code").is_some(), "the session's cookie came through: {again:?}");
    assert!(!idp.journal().entries().is_empty());
}

#[tokio::test]
async fn a_mock_of_a_higher_priority_comes_before_an_endpoint() {
    let server = MockServer::start().await;
    let idp = mount_into(&server).await;
    Mock::given(method("POST"))
        .and(path("/connect/token"))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    assert_eq!(browser.redeem(&idp, &code).await.status, 503);
    assert_eq!(browser.redeem(&idp, &code).await.status, 200, "the code was not spent by the stub");
}

#[tokio::test]
async fn faults_and_realms_and_configurations_work_as_anywhere() {
    let server = MockServer::start().await;
    let text = "realms: [{path: acme, people: [{key: bob, company: northwind}]}]";
    let builder = MockIdpBuilder::from_config(text, ConfigFormat::Yaml).unwrap();
    let idp = builder.mount_into(&server).await.unwrap();
    let realm = idp.realms().get("acme").unwrap();
    let armed = realm.faults().arm("idt-nonce-wrong", Target::person("bob"), 1).unwrap();
    let browser = Browser::new();
    let code = browser.sign_in_at(&idp, &realm, "bob").await.param("code").expect("a code");
    let tokens = browser.redeem(&realm, &code).await.json();
    let claims = decode(tokens["id_token"].as_str().unwrap()).1;
    assert_eq!(claims["iss"], format!("{}/acme", server.uri()));
    assert_ne!(claims["nonce"], "nonce-1");
    assert_eq!(armed.fired(), 1);
}

#[tokio::test]
async fn a_logout_does_not_wait_for_the_application_on_the_same_server() {
    let server = MockServer::start().await;
    Mock::given(path("/backchannel"))
        .respond_with(ResponseTemplate::new(200))
        .named("the application's logout")
        .expect(1)
        .mount(&server)
        .await;
    let builder = mock_idp::MockIdp::builder();
    let uri = format!("{}/backchannel", server.uri());
    let builder = builder.change_client("kaseya-mdr", |client| client.backchannel_logout_uri = Some(uri));
    let idp = builder.unwrap().mount_into(&server).await.unwrap();
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    let tokens = browser.redeem(&idp, &code).await.json();
    let hint = tokens["id_token"].as_str().unwrap();
    browser.get(&format!("{}?id_token_hint={hint}", idp.url("/connect/endsession"))).await;
    let query = mock_idp::JournalQuery::operation("backchannel_logout");
    let told = idp.journal().wait_for(&query, 1, Duration::from_secs(10)).await;
    assert!(told.is_ok(), "{told:?}");
}
