//! Instances: isolated, reproducible from a seed, quick to start, gone when dropped.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use mock_idp::{Mint, MockIdp, StartError};

use crate::support::{Browser, decode};

#[tokio::test]
async fn no_two_instances_share_a_key_name_or_a_cookie() {
    let mut kids = BTreeSet::new();
    for _ in 0..5 {
        let idp = MockIdp::start().await;
        let token = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap().id_token;
        assert!(kids.insert(decode(&token).0["kid"].to_string()));
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_tokens() {
    let mut minted = Vec::new();
    for _ in 0..2 {
        let idp = MockIdp::builder().seed(7).issuer("http://idp.example").start().await.unwrap();
        idp.clock().freeze();
        let to_epoch = jiff::Timestamp::UNIX_EPOCH.duration_since(idp.clock().now());
        idp.clock().advance(to_epoch);
        minted.push(idp.mint(&Mint::new("dana", "kaseya-mdr").scope("openid offline_access")).unwrap());
    }
    assert_eq!(minted[0], minted[1]);
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_option_that_changes_it() {
    let idp = MockIdp::start().await;
    let address = idp.address().to_string();
    let error = MockIdp::builder().bind(&address).start().await.unwrap_err();
    assert!(matches!(error, StartError::Bind { .. }));
    let sentence = error.to_string();
    assert!(sentence.contains(&address) && sentence.contains("--listen"), "{sentence}");
}

#[tokio::test]
async fn dropping_frees_the_port() {
    let idp = MockIdp::start().await;
    let address = idp.address();
    drop(idp);
    std::net::TcpListener::bind(address).expect("the port is free");
}

#[tokio::test]
async fn a_wrong_issuer_starts_nothing() {
    for issuer in ["127.0.0.1:9400", "ftp://x.example", "http://x.example/", "http://x.example?a=b", ""] {
        let error = MockIdp::builder().issuer(issuer).start().await.unwrap_err();
        assert!(matches!(error, StartError::Issuer(_)), "{issuer}");
    }
}

#[tokio::test]
async fn an_instance_starts_in_a_few_milliseconds() {
    let started = Instant::now();
    drop(MockIdp::start().await);
    println!(
        "MockIdp::start(): the first one, which parses keys and fixtures, with its stop: {:?}",
        started.elapsed()
    );
    let mut times = Vec::new();
    for _ in 0..9 {
        let started = Instant::now();
        let idp = MockIdp::start().await;
        times.push(started.elapsed());
        drop(idp);
    }
    times.sort();
    println!("MockIdp::start(): median {:?}, all {times:?}", times[4]);
    let limit = if cfg!(debug_assertions) { 30 } else { 5 };
    assert!(times[4] < Duration::from_millis(limit), "median {:?}", times[4]);
}

#[tokio::test]
async fn hundreds_of_instances_live_in_one_runtime() {
    let mut idps = Vec::new();
    for _ in 0..200 {
        idps.push(MockIdp::builder().on_current_runtime().start().await.unwrap());
    }
    let browser = Browser::new();
    for idp in &idps {
        let document = browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
        assert_eq!(document["issuer"], idp.issuer());
    }
}

#[tokio::test]
async fn all_times_of_one_token_come_from_one_reading() {
    let idp = MockIdp::start().await;
    idp.clock().skew(jiff::SignedDuration::from_mins(10));
    let claims = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap().id_token_claims();
    assert_eq!(claims["iat"], claims["auth_time"]);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
}

#[tokio::test]
async fn a_key_of_another_kind_starts_nothing_and_is_named_with_its_file() {
    let mut fixtures = fixtures::embedded();
    let of = |fixtures: &fixtures::Fixtures, kid: &str| fixtures.keys.iter().position(|key| key.kid == kid);
    let (rsa, elliptic) = (of(&fixtures, "test-rs256-a"), of(&fixtures, "test-es256"));
    let other = fixtures.keys[elliptic.expect("a key")].private_pem.clone();
    fixtures.keys[rsa.expect("a key")].private_pem = other;
    let started = MockIdp::builder().fixtures(fixtures).start().await;
    let error = started.map(|_| ()).expect_err("the key cannot sign").to_string();
    assert!(error.contains("keys/test-rs256-a.pem: holds no RS256 key"), "{error}");
    assert!(error.contains("openssl genpkey -algorithm RSA"), "{error}");
}
