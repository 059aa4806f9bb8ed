//! Faults of a launch from the portal.

use mock_idp::{Launch, MockIdp, Params, Target};

use crate::portal::{START, provider, query};
use crate::support::{Browser, CALLBACK, CLIENT};

/// A fault, and whether the browser was sent to such an address with such parameters because of it.
type Row = (&'static str, Effect);
type Effect = fn(&str, &Params, &MockIdp) -> bool;

one_test_each!(
    strikes_one_launch,
    Row,
    (authz_unsolicited_nostate, |to, params, _| {
        to == CALLBACK && params.first("code").is_some() && params.first("state").is_none()
    }),
    (authz_unsolicited_3pi_issuer, |to, params, idp| {
        to == START && params.first("iss") == Some(&format!("{}/1", idp.issuer()))
    }),
    (authz_unsolicited_3pi_target, |to, params, idp| {
        let target = params.first("target_link_uri");
        to == START
            && params.first("iss") == Some(idp.issuer())
            && target == Some("https://elsewhere.example/")
    }),
);

async fn strikes_one_launch(fault: &str, effect: Effect) {
    let idp = provider().await;
    let armed = idp.faults().arm(fault, Target::person("dana"), 1).expect("staged by the provider");
    let browser = Browser::new();
    let mut sent = Vec::new();
    for person in ["rui", "dana", "dana"] {
        let address = idp.people().launch(person, Launch::of(CLIENT)).expect("a launch");
        let location = browser.get(&address).await.location.expect("a redirect");
        let to = location.split('?').next().unwrap_or_default();
        sent.push(effect(to, &query(&location), &idp));
    }
    assert_eq!((sent.as_slice(), armed.fired()), ([false, true, false].as_slice(), 1), "{fault}");
    let struck = idp.journal().entries().into_iter().filter(|entry| entry.faults == [fault]).count();
    assert_eq!(struck, 1, "the journal tells of {fault}");
    // In the portal itself a launch is no other.
    let armed = idp.faults().arm(fault, Target::client(CLIENT), 1).expect("staged by the provider");
    browser.post(&idp.url("/portal"), &[("person", "dana")]).await;
    browser.post(&idp.url("/portal"), &[("client", CLIENT)]).await;
    assert_eq!(armed.fired(), 1, "{fault} in the portal");
}
