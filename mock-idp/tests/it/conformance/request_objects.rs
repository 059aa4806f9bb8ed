//! Requests as JWTs: unsigned and signed, by value and by reference (OIDC Core 6).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::party::{MODES, Mode, Party, RESPONSE_TYPES, provider};
use crate::requests::Site;
use crate::support::{Browser, authorize_url};

/// Everything a request says, as a request object says it.
fn object(party: &Party<'_>) -> Value {
    let members = party.params(&[("state", "inside"), ("nonce", "inside")]).into_iter();
    Value::Object(members.map(|(name, value)| (name, json!(value))).collect::<Map<_, _>>())
}

fn unsigned(claims: &Value) -> String {
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#))
}

/// Sends only what OAuth wants outside (OIDC Core 6.1), logs in, and sees that what stood inside counted.
async fn sent(party: &Party<'_>, more: &[(&str, &str)]) {
    let outside: Vec<_> = [("state", ""), ("nonce", "")].iter().chain(more).copied().collect();
    let page = party.open(party.params(&outside)).await;
    let params = party.response(&party.log_in(&page).await);
    assert_eq!(params.first("state"), Some("inside"));
    let got = party.take(&params).await;
    assert_eq!(got.claims()["nonce"], "inside");
}

#[tokio::test]
async fn an_unsigned_request_object_is_taken_where_none_is_advertised() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            let document = party.browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
            assert_eq!(document["request_parameter_supported"], true);
            let algorithms = document["request_object_signing_alg_values_supported"].as_array().unwrap();
            assert!(algorithms.contains(&json!("none")));
            sent(&party, &[("request", &unsigned(&object(&party)))]).await;
        }
    }
}

#[tokio::test]
async fn an_unsigned_request_object_is_refused_where_another_algorithm_is_registered() {
    let idp = provider().await;
    let more = json!({"request_object_signing_alg": "RS256"});
    let party = Party::with(&idp, "code", Mode::Usual, &more).await;
    let request = unsigned(&object(&party));
    let answer = party.open(party.params(&[("request", &request)])).await;
    assert_eq!(party.error(&answer, "state-1"), "invalid_request_object");
}

#[tokio::test]
async fn the_redirect_uri_of_the_object_counts() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let party = Party::new(&idp, response_type).await;
        let request = unsigned(&object(&party));
        let elsewhere = ("redirect_uri", "https://rp.example.test/not-registered");
        sent(&party, &[("request", &request), elsewhere]).await;
    }
}

#[tokio::test]
async fn an_unsigned_request_object_is_fetched_from_the_address_that_was_registered() {
    let idp = provider().await;
    let site = Site::start().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            // OIDC Core 6.2: the fragment is a hash of what lies there.
            let uri = format!("{}/requesturi/one#47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", site.url);
            let more = json!({"request_uris": [uri]});
            let party = Party::with(&idp, response_type, mode, &more).await;
            let document = party.browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
            assert_eq!(document["request_uri_parameter_supported"], true);
            site.put("/requesturi/one", unsigned(&object(&party)));
            sent(&party, &[("request_uri", &uri)]).await;
        }
    }
}

#[tokio::test]
async fn a_request_uri_is_not_supported_where_discovery_says_so() {
    let idp = mock_idp::MockIdp::start().await;
    let document = Browser::new().get(&idp.url("/.well-known/openid-configuration")).await.json();
    assert_eq!(document["request_uri_parameter_supported"], false);
    let url = authorize_url(&idp, &[("request_uri", "https://rp.example.test/request")]);
    let answer = Browser::new().get(&url).await;
    assert_eq!(answer.param("error").as_deref(), Some("request_uri_not_supported"));
    assert_eq!(answer.param("state").as_deref(), Some("state-1"));
}

#[tokio::test]
async fn a_request_object_signed_by_rs256_is_fetched_and_verified() {
    let idp = provider().await;
    let site = Site::start().await;
    let uri = format!("{}/requesturi/two#x", site.url);
    let more = json!({"request_uris": [uri], "request_object_signing_alg": "RS256"});
    let party = Party::with(&idp, "code", Mode::Usual, &more).await;
    let mut claims = object(&party);
    claims["aud"] = json!(idp.issuer());
    claims["iss"] = party.client["client_id"].clone();
    site.put("/requesturi/two", party.signer.sign(&claims));
    sent(&party, &[("request_uri", &uri)]).await;
    site.put("/requesturi/two", unsigned(&claims));
    let answer = party.open(party.params(&[("request_uri", &uri)])).await;
    assert_eq!(party.error(&answer, "state-1"), "invalid_request_object");
}
