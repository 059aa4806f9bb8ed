//! Every fault the provider stages: armed, seen to fire once, and seen to do what its sentence says, in a test of its name.
//! A fault without one fails `every_fault_the_provider_stages_has_a_test`.

mod awkward;
mod claims;
mod documents;
mod front;
mod handshakes;
mod launches;
mod logout_frames;
mod logout_tokens;
mod people;
mod seen;
mod signatures;
mod token_endpoint;
mod userinfo;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use mock_idp::{JournalQuery, MockIdp, StagedBy, Target};

use self::seen::{Row, Seen, Way, see};
use crate::one_test_each;
use crate::support::{Browser, decode};

/// What shows a fault: a module of these, and a test of it.
pub(crate) struct Shown {
    pub(crate) module: &'static str,
    pub(crate) test: &'static str,
}

macro_rules! shown_in {
    ($($module:ident),+) => {
        [$($module::ROWS.iter().map(|row| Shown { module: stringify!($module), test: row.0 }).collect::<Vec<_>>()),+]
    };
}

/// Every fault that has a test, and the test.
pub(crate) fn shown() -> BTreeMap<String, Shown> {
    let modules = shown_in!(
        awkward,
        claims,
        documents,
        front,
        handshakes,
        launches,
        logout_frames,
        logout_tokens,
        people,
        signatures,
        token_endpoint,
        userinfo,
        wire
    );
    modules.into_iter().flatten().map(|shown| (one_test_each::id(shown.test), shown)).collect()
}

#[test]
fn every_fault_the_provider_stages_has_a_test() {
    let shown: BTreeSet<_> = shown().into_keys().collect();
    let staged = mock_idp::catalogue().filter(|entry| entry.staged_by == StagedBy::Provider);
    let staged: BTreeSet<_> = staged.map(|entry| entry.id.to_owned()).collect();
    assert_eq!(staged.difference(&shown).collect::<Vec<_>>(), Vec::<&String>::new(), "faults without a test");
    assert_eq!(shown.difference(&staged).collect::<Vec<_>>(), Vec::<&String>::new(), "tests without a fault");
}

#[tokio::test]
async fn no_effect_shows_in_an_honest_sign_in() {
    let tables: [&[Row]; 9] = [
        awkward::ROWS,
        claims::ROWS,
        documents::ROWS,
        front::ROWS,
        people::ROWS,
        signatures::ROWS,
        token_endpoint::ROWS,
        userinfo::ROWS,
        wire::ROWS,
    ];
    let mut honest: Vec<(Way, Seen)> = Vec::new();
    let mut shown = Vec::new();
    for &(test, way, effect) in tables.into_iter().flatten() {
        if !honest.iter().any(|(known, _)| *known == way) {
            honest.push((way, see("idt-nonce-wrong", Target::person("rui"), way).await));
        }
        let (_, seen) = honest.iter().find(|(known, _)| *known == way).expect("just seen");
        assert_eq!(seen.fired, 0);
        // An effect may look for what only the fault brings about, and find nothing to look at.
        let effect = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| effect(seen)));
        shown.extend(effect.unwrap_or(false).then_some(test));
    }
    assert_eq!(shown, Vec::<&str>::new(), "these tests would pass without their fault");
}

#[test]
fn ids_are_unique() {
    let ids: Vec<_> = mock_idp::catalogue().map(|entry| entry.id).collect();
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
}

#[tokio::test]
async fn a_fault_for_one_person_spares_the_others() {
    let idp = MockIdp::start().await;
    let armed = idp.faults().arm("idt-nonce-wrong", Target::person("dana"), 1).unwrap();
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "rui", &[]).await.param("code").unwrap();
    let claims = decode(browser.redeem(&idp, &code).await.json()["id_token"].as_str().unwrap()).1;
    assert_eq!((claims["nonce"].as_str(), armed.fired()), (Some("nonce-1"), 0));
}

#[tokio::test]
async fn a_fault_strikes_by_state_and_by_client_and_not_after_it_was_disarmed() {
    let idp = MockIdp::start().await;
    let by_state = idp.faults().arm("authz-iss-missing", Target::state("the-one"), 1).unwrap();
    let by_client = idp.faults().arm("authz-param-dup", Target::client("spa"), 1).unwrap();
    let disarmed = idp.faults().arm("authz-state-missing", Target::next(), 1).unwrap();
    disarmed.disarm();
    let back = Browser::new().sign_in(&idp, "dana", &[("state", "another")]).await;
    assert!(back.param("iss").is_some() && back.param("state").is_some());
    let back = Browser::new().sign_in(&idp, "dana", &[("state", "the-one")]).await;
    assert!(back.param("iss").is_none());
    assert_eq!((by_state.fired(), by_client.fired(), disarmed.fired()), (1, 0, 0));
}

#[tokio::test]
async fn what_the_provider_does_not_stage_cannot_be_armed() {
    let idp = MockIdp::start().await;
    let error = idp.faults().arm("sess-callback-reload", Target::next(), 1).unwrap_err().to_string();
    assert!(error.contains("staged by browser"), "{error}");
}

#[tokio::test]
async fn a_moved_key_set_and_moved_endpoints_really_work() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    idp.faults().arm("ok-discovery", Target::next(), 1).unwrap();
    let document = browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
    let page =
        browser.get(&crate::support::authorize_url(&idp, &[]).replace("/connect", "/moved/connect")).await;
    assert_eq!(page.status, 303);
    assert_eq!(browser.get(document["jwks_uri"].as_str().unwrap()).await.status, 200);
    idp.faults().arm("jwks-uri-random", Target::next(), 1).unwrap();
    let document = browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
    assert!(
        !browser.get(document["jwks_uri"].as_str().unwrap()).await.json()["keys"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_fault_spares_as_many_sign_ins_as_it_was_told() {
    let idp = MockIdp::start().await;
    let armed = idp.faults().after(2).arm("idt-nonce-wrong", Target::next(), 1).unwrap();
    let weak = idp.faults().after(1).arm("jwks-kid-absent-single", Target::next(), 1).unwrap();
    let browser = Browser::new();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let code = Browser::new().sign_in(&idp, "dana", &[]).await.param("code").unwrap();
        let (header, claims) = decode(browser.redeem(&idp, &code).await.json()["id_token"].as_str().unwrap());
        let keys = browser.get(&idp.url("/.well-known/openid-configuration/jwks")).await;
        let named = keys.json()["keys"].as_array().unwrap().iter().any(|key| key["kid"] == header["kid"]);
        seen.push((claims["nonce"].as_str().unwrap() == "nonce-1", header["kid"].is_string(), named));
    }
    let honest = (true, true, true);
    assert_eq!(seen, [honest, (true, false, true), (false, true, true), honest]);
    assert_eq!((armed.fired(), weak.fired()), (1, 1));
    let body = r#"{"fault": "tok-503", "after": 3}"#;
    let record = browser.send(browser.http().post(idp.url("/_control/faults")).body(body)).await.json();
    assert_eq!((&record["after"], &record["left"]), (&3.into(), &1.into()));
}

#[tokio::test]
async fn a_guarded_fault_is_over_with_its_guard_and_has_to_have_fired() {
    let idp = MockIdp::start().await;
    let discovery = idp.url("/.well-known/openid-configuration");
    let guard = idp.faults().arm("disc-flap", Target::next(), 5).unwrap().expect(1);
    assert_eq!(Browser::new().get(&discovery).await.status, 503);
    drop(guard);
    assert_eq!(Browser::new().get(&discovery).await.status, 200, "it was scoped");
    drop(idp.faults().arm("disc-flap", Target::next(), 5).unwrap().scoped());
    assert_eq!(Browser::new().get(&discovery).await.status, 200, "it expected nothing");
    let idle = idp.faults().arm("disc-flap", Target::next(), 1).unwrap().expect(1);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(idle))).unwrap_err();
    let sentence = panic.downcast_ref::<String>().expect("a sentence");
    assert_eq!(sentence, "the fault disc-flap fired 0 times, expected were 1");
}

#[tokio::test]
async fn whoever_follows_an_address_of_a_fault_is_in_the_journal() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    for name in ["stranger", "certificate.pem", "claims"] {
        let answer = browser.get(&idp.url(&format!("/strangers/{name}"))).await;
        assert_eq!(answer.status, 200, "{name}");
    }
    assert!(
        browser
            .get(&idp.url("/strangers/certificate.pem"))
            .await
            .body
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    idp.journal().assert_count(&JournalQuery::operation("stranger"), 4);
    idp.faults().arm("tok-redirect", Target::next(), 1).unwrap();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").unwrap();
    let there = browser.redeem(&idp, &code).await.location.unwrap();
    let again = browser.redemption(&idp, &code).build().unwrap();
    let mut request = reqwest::Request::new(reqwest::Method::POST, there.parse().unwrap());
    *request.headers_mut() = again.headers().clone();
    *request.body_mut() = again.body().and_then(|body| body.as_bytes()).map(|bytes| bytes.to_vec().into());
    assert_eq!(
        browser.http().execute(request).await.unwrap().status(),
        200,
        "who follows gives everything away"
    );
    idp.journal().assert_count(&JournalQuery::operation("token"), 2);
}
