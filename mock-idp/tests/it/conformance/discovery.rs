//! The discovery document as the tests of the configuration walk it, over TLS; and new keys in the key set.

use std::collections::BTreeSet;

use mock_idp::{Mint, MockIdp, Target};
use serde_json::Value;

async fn secured() -> (MockIdp, reqwest::Client) {
    let idp = MockIdp::builder().tls([""; 0]).with_registration().start().await.expect("a free port");
    let authority = idp.authority_pem().expect("an authority").as_bytes().to_vec();
    let authority = reqwest::Certificate::from_pem(&authority).expect("PEM");
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([authority]).build().expect("a client");
    (idp, http)
}

/// The document, from an answer that is as it has to be.
async fn document(idp: &MockIdp, http: &reqwest::Client) -> Value {
    let answer = http.get(idp.url("/.well-known/openid-configuration")).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().expect("ASCII").starts_with("application/json"));
    answer.json().await.expect("JSON")
}

/// Every address in the document is one over TLS, without a fragment.
fn every_address_is_https(document: &Value) {
    let addresses = document.as_object().expect("an object").iter();
    let addresses = addresses.filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"));
    let mut seen = 0;
    for (name, value) in addresses {
        let url = url::Url::parse(value.as_str().expect("text")).expect("an address");
        assert!(url.scheme() == "https" && url.fragment().is_none() && url.has_host(), "{name}: {url}");
        seen += 1;
    }
    assert!(seen >= 9, "{document}");
}

fn holds(document: &Value, name: &str, wanted: &[&str]) {
    let list = document[name].as_array().unwrap_or_else(|| panic!("{name} is no list"));
    let list: Vec<_> = list.iter().map(|value| value.as_str().expect("text")).collect();
    let unique: BTreeSet<_> = list.iter().collect();
    assert!(!list.is_empty() && unique.len() == list.len(), "{name}: {list:?}");
    for value in wanted {
        assert!(list.contains(value), "{name} lacks {value}: {list:?}");
    }
}

#[tokio::test]
async fn the_document_holds_what_a_dynamic_provider_must_support() {
    let (idp, http) = secured().await;
    let document = document(&idp, &http).await;
    assert_eq!(document["issuer"], idp.issuer());
    let issuer = url::Url::parse(idp.issuer()).expect("an address");
    assert!(issuer.scheme() == "https" && issuer.query().is_none() && issuer.fragment().is_none());
    every_address_is_https(&document);
    holds(&document, "response_types_supported", &["code", "id_token", "id_token token"]);
    holds(&document, "grant_types_supported", &["authorization_code", "implicit", "refresh_token"]);
    holds(&document, "subject_types_supported", &["public", "pairwise"]);
    holds(&document, "id_token_signing_alg_values_supported", &["RS256"]);
    holds(&document, "userinfo_signing_alg_values_supported", &["RS256"]);
    holds(&document, "request_object_signing_alg_values_supported", &["none", "RS256"]);
    holds(&document, "claims_supported", &["sub", "iss", "name", "email"]);
    holds(&document, "scopes_supported", &["openid", "profile", "email", "address", "phone"]);
    holds(&document, "ui_locales_supported", &[]);
    holds(&document, "code_challenge_methods_supported", &["S256"]);
    let by = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    holds(&document, "token_endpoint_auth_methods_supported", &by);
    for switch in
        ["request_parameter_supported", "request_uri_parameter_supported", "claims_parameter_supported"]
    {
        assert_eq!(document[switch], true, "{switch}");
    }
    let named = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "registration_endpoint"];
    for endpoint in named.into_iter().chain(["jwks_uri"]) {
        assert!(document[endpoint].is_string(), "{endpoint}");
    }
    let keys = http.get(document["jwks_uri"].as_str().unwrap()).send().await.expect("an answer");
    check_keys(&keys.json().await.expect("JSON"));
}

/// Names are there and differ, everything is for signatures, and nothing is private.
fn check_keys(set: &Value) {
    let keys = set["keys"].as_array().expect("a list");
    let names: BTreeSet<_> = keys.iter().map(|key| key["kid"].as_str().expect("a kid")).collect();
    assert_eq!(names.len(), keys.len(), "{names:?}");
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
        assert!(key["use"] == "sig" && key["kty"].is_string(), "{key}");
    }
}

#[tokio::test]
async fn the_document_says_how_sessions_end() {
    let (idp, http) = secured().await;
    let document = document(&idp, &http).await;
    every_address_is_https(&document);
    assert!(document["end_session_endpoint"].is_string());
    for channel in ["backchannel", "frontchannel"] {
        for ability in ["logout_supported", "logout_session_supported"] {
            assert_eq!(document[format!("{channel}_{ability}")], true, "{channel}_{ability}");
        }
    }
}

#[tokio::test]
async fn new_keys_come_under_new_names_and_the_old_ones_stay() {
    let (idp, http) = secured().await;
    let set = || async {
        let answer = http.get(idp.url("/.well-known/openid-configuration/jwks")).send().await;
        let set: Value = answer.expect("an answer").json().await.expect("JSON");
        check_keys(&set);
        set["keys"].as_array().expect("a list").clone()
    };
    let before = set().await;
    let armed = idp.faults().arm("jwks-rotate-just-before", Target::next(), 1).expect("a fault");
    let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).expect("dana and the client");
    assert_eq!(armed.fired(), 1);
    let after = set().await;
    let gone = before.iter().filter(|key| !after.contains(key)).count();
    let new: Vec<_> = after.iter().filter(|key| !before.contains(key)).collect();
    assert!(gone == 0 && !new.is_empty(), "{before:?} {after:?}");
    for key in &new {
        for part in ["kid", "n"] {
            assert!(before.iter().all(|old| old[part] != key[part]), "{part} was there before");
        }
    }
    let header = jsonwebtoken::decode_header(&minted.id_token).expect("a header");
    assert!(new.iter().any(|key| key["kid"].as_str() == header.kid.as_deref()), "the new one signs");
}

#[tokio::test]
async fn every_rotation_brings_a_key_that_was_never_published_and_a_seed_fixes_it() {
    let [idp, again] = [MockIdp::builder().seed(5).start().await, MockIdp::builder().seed(5).start().await]
        .map(|started| started.expect("a provider"));
    let rsa = |idp: &MockIdp| -> Vec<(String, String)> {
        let published = idp.keys().published().into_iter().filter(|key| key["kty"] == "RSA");
        published.map(|key| (key["kid"].to_string(), key["n"].to_string())).collect()
    };
    let mut before = rsa(&idp);
    for rotation in 1..=4 {
        let signing = idp.keys().rotate();
        let after = rsa(&idp);
        let new: Vec<_> = after.iter().filter(|key| !before.contains(key)).collect();
        assert_eq!((new.len(), after.len()), (1, before.len() + 1), "rotation {rotation}");
        assert_eq!(new[0].0, format!("{signing:?}"), "the new key signs");
        for (kid, modulus) in &before {
            assert!(*kid != new[0].0 && *modulus != new[0].1, "rotation {rotation}: {kid} is used again");
        }
        let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).expect("tokens");
        assert_eq!(crate::support::decode(&minted.id_token).0["kid"], signing);
        again.keys().rotate();
        assert_eq!(rsa(&again), after, "rotation {rotation}");
        before = after;
    }
}
