//! Where somebody else may let a login begin (OIDC Core 4).

use serde_json::json;

use super::party::{Mode, Party, metadata, provider, register};
use super::registration::refusal;
use crate::support::Browser;

#[tokio::test]
async fn where_a_login_may_begin_is_read_back_from_the_client_configuration_endpoint() {
    let idp = provider().await;
    let more = json!({"initiate_login_uri": "https://rp.example.test/initiate"});
    let party = Party::with(&idp, "code", Mode::Usual, &more).await;
    assert_eq!(party.client["initiate_login_uri"], more["initiate_login_uri"]);
    let browser = Browser::new();
    let read = browser.http().get(party.text("registration_client_uri"));
    let read = browser.send(read.bearer_auth(party.text("registration_access_token"))).await;
    assert_eq!((read.status.as_u16(), read.json()), (200, party.client.clone()));
}

#[tokio::test]
async fn a_login_begins_over_https_or_on_this_machine() {
    let idp = provider().await;
    for (uri, status) in [
        ("http://rp.example.test/initiate", 400),
        ("https://rp.example.test/initiate", 201),
        ("http://127.0.0.1:8400/initiate", 201),
        ("http://[::1]:8400/initiate", 201),
        ("http://localhost:8400/initiate", 201),
        ("http://localhost.example.test/initiate", 400),
    ] {
        let answer = register(&idp, &metadata("code", &json!({"initiate_login_uri": uri}))).await;
        assert_eq!(answer.status, status, "{uri}: {}", answer.body);
        if status == 400 {
            assert_eq!(refusal(&answer), (400, "invalid_client_metadata".to_owned()));
        }
    }
}
