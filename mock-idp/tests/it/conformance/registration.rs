//! Clients that register themselves, and what becomes of what they register.

use serde_json::{Value, json};

use super::party::{Mode, Party, RESPONSE_TYPES, metadata, provider, register};
use crate::requests::Site;
use crate::support::{Answer, CALLBACK};

pub(super) fn refusal(answer: &Answer) -> (u16, String) {
    assert!(answer.is_json(), "{answer:?}");
    (answer.status.as_u16(), answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_client_registers_the_address_of_its_keys_and_authenticates_by_them() {
    let idp = provider().await;
    let site = Site::start().await;
    let keys = site.put("/keys", crate::assertions::Signer::of("RS256").jwks().to_string());
    for response_type in RESPONSE_TYPES.into_iter().filter(|it| it.contains("code")) {
        let more = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": null, "jwks_uri": keys});
        let party = Party::with(&idp, response_type, Mode::Usual, &more).await;
        assert_eq!(party.client["jwks_uri"], keys.as_str());
        assert!(party.sign_in(&[]).await.back.is_some(), "{response_type}");
    }
    assert!(site.asked("/keys") > 0);
}

/// Registers a pairwise client whose sector lists these addresses.
async fn sector_of(listed: Value) -> Answer {
    let idp = provider().await;
    let site = Site::start().await;
    let uri = site.put("/redirect_uris.json", listed.to_string());
    let more = json!({"subject_type": "pairwise", "sector_identifier_uri": uri});
    register(&idp, &metadata("code", &more)).await
}

#[tokio::test]
async fn a_sector_that_lists_the_redirect_uri_is_registered() {
    let answer = sector_of(json!([CALLBACK])).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["subject_type"]), (201, &json!("pairwise")));
}

#[tokio::test]
async fn a_sector_that_does_not_list_the_redirect_uri_is_refused() {
    let answer = sector_of(json!(["https://rp.example.test/other"])).await;
    assert_eq!(refusal(&answer), (400, "invalid_client_metadata".to_owned()));
}

#[tokio::test]
async fn a_redirect_uri_with_a_fragment_is_refused() {
    let idp = provider().await;
    let more = json!({"redirect_uris": [format!("{CALLBACK}#fragment")]});
    let answer = register(&idp, &metadata("code", &more)).await;
    assert_eq!(refusal(&answer), (400, "invalid_redirect_uri".to_owned()));
}

/// A client whose redirect URI has a query.
fn with_query() -> Value {
    json!({"redirect_uris": [format!("{CALLBACK}?dummy1=lorem&dummy2=ipsum")]})
}

#[tokio::test]
async fn a_redirect_uri_keeps_the_query_that_was_registered() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in super::party::MODES {
            let party = Party::with(&idp, response_type, mode, &with_query()).await;
            // `response` holds the whole address, query included, against what was registered.
            party.sign_in(&[]).await;
        }
    }
}

/// Nothing goes back to the client: a page says that the redirect URI is wrong.
async fn gets_a_page(more: &Value, redirect_uri: &str) {
    let idp = provider().await;
    let party = Party::with(&idp, "code", Mode::Usual, more).await;
    let answer = party.open(party.params(&[("redirect_uri", redirect_uri)])).await;
    let found = (answer.status.as_u16(), answer.page(), &answer.location);
    assert_eq!(found, (400, "kaseyaone-error", &None), "{redirect_uri}");
    assert!(answer.body.contains("redirect_uri"), "it says what is wrong");
}

#[tokio::test]
async fn a_query_that_differs_from_the_registered_one_gets_a_page() {
    gets_a_page(&with_query(), &format!("{CALLBACK}?dummy1=lorem&dummy2=dolor")).await;
}

#[tokio::test]
async fn a_query_where_none_is_registered_gets_a_page() {
    gets_a_page(&json!({}), &format!("{CALLBACK}?dummy1=lorem&dummy2=ipsum")).await;
}

#[tokio::test]
async fn a_request_without_redirect_uri_gets_a_page_where_two_are_registered() {
    gets_a_page(&json!({"redirect_uris": [CALLBACK, "https://example.org/redirect"]}), "").await;
}
