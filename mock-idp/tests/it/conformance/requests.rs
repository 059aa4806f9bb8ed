//! Authorization requests: what has to be there, what may be there, and in which order.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::party::{MODES, Mode, Party, RESPONSE_TYPES, provider};
use crate::support::VERIFIER;

#[tokio::test]
async fn a_request_without_response_type_comes_back_as_invalid() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            let answer = party.open(party.params(&[("response_type", "")])).await;
            // In the query, because nothing was asked for that travels otherwise.
            let params = party.response_behind(&answer, '?');
            let found = (params.first("error"), params.first("state"), params.first("code"));
            assert_eq!(found, (Some("invalid_request"), Some("state-1"), None), "{response_type}");
        }
    }
}

#[tokio::test]
async fn a_nonce_is_needed_where_an_id_token_travels_through_the_browser() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            if party.has("id_token") {
                let answer = party.open(party.params(&[("nonce", "")])).await;
                assert_eq!(party.error(&answer, "state-1"), "invalid_request", "{response_type}");
            } else {
                let got = party.sign_in(&[("nonce", "")]).await;
                assert!(got.claims().get("nonce").is_none(), "{response_type}");
            }
        }
    }
}

#[tokio::test]
async fn parameters_that_need_not_be_understood_change_nothing() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            for (name, value) in [
                ("display", "page"),
                ("display", "popup"),
                ("ui_locales", "se"),
                ("claims_locales", "se"),
                ("login_hint", "buffy@example.test"),
                ("extra", "foobar"),
            ] {
                let party = Party::with(&idp, response_type, mode, &json!({})).await;
                let got = party.sign_in(&[(name, value)]).await;
                assert_eq!(got.claims()["sub"], "k1-northwind-dana", "{name}={value} by {response_type}");
            }
        }
    }
}

#[tokio::test]
async fn one_of_the_acr_values_that_are_advertised_is_in_the_id_token() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let party = Party::new(&idp, response_type).await;
        let document = party.browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
        let values = document["acr_values_supported"].as_array().expect("a list").clone();
        let asked = values.iter().filter_map(|value| value.as_str()).collect::<Vec<_>>().join(" ");
        let got = party.sign_in(&[("acr_values", &asked)]).await;
        assert!(values.contains(&got.claims()["acr"]), "{response_type}");
        let got = Party::new(&idp, response_type).await.sign_in(&[("acr_values", "1 2")]).await;
        assert!(got.claims()["acr"].is_string(), "values that are not to be had are no error");
    }
}

#[tokio::test]
async fn neither_parameters_nor_scopes_have_an_order() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            let mut params = party.params(&[("scope", "email openid")]);
            params.reverse();
            let page = party.open(params).await;
            let got = party.take(&party.response(&party.log_in(&page).await)).await;
            if got.access_token.is_some() {
                assert_eq!(party.userinfo(&got).await["email"], "dana@northwind.example");
            }
        }
    }
}

#[tokio::test]
async fn a_request_may_be_posted() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let party = Party::new(&idp, response_type).await;
        let params = party.params(&[]);
        let form: Vec<_> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page = party.follow(party.browser.post(&idp.url("/connect/authorize"), &form).await).await;
        party.take(&party.response(&party.log_in(&page).await)).await;
    }
}

#[tokio::test]
async fn a_challenge_is_taken_and_asks_for_its_verifier() {
    let idp = provider().await;
    let party = Party::with(&idp, "code id_token", Mode::Usual, &json!({})).await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let more = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let page = party.open(party.params(&more)).await;
    let params = party.response(&party.log_in(&page).await);
    let code = params.first("code").expect("a code");
    let without = [("grant_type", "authorization_code"), ("code", code)];
    assert_eq!(party.ask_for_tokens(&without).await.json()["error"], "invalid_grant");
    let with = [without[0], without[1], ("code_verifier", VERIFIER)];
    let tokens = party.token(&with).await;
    assert_eq!(party.verified(tokens["id_token"].as_str().expect("an ID token"))["nonce"], "nonce-1");
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_gets_a_page() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            let more = [("redirect_uri", "https://rp.example.test/not-registered")];
            let answer = party.open(party.params(&more)).await;
            let found = (answer.status.as_u16(), answer.page(), &answer.location);
            assert_eq!(found, (400, "kaseyaone-error", &None), "{response_type}");
            assert!(answer.body.contains("redirect_uri"), "it says what is wrong");
        }
    }
}
