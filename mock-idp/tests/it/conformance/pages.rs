//! What a client registered for people to see is on the pages on which they decide.

use serde_json::{Value, json};

use super::party::{Mode, Party, provider};

/// The page on which a person decides, for a client that registered this too.
async fn login_page(more: &Value) -> (String, String) {
    let idp = provider().await;
    let party = Party::with(&idp, "code", Mode::Usual, more).await;
    let page = party.open(party.params(&[])).await;
    assert_eq!((page.status.as_u16(), page.page()), (200, "kaseyaone-login"));
    let chooser = party.open(party.params(&[("prompt", "select_account")])).await;
    assert_eq!(chooser.page(), "kaseyaone-people");
    let consent = party.open(party.params(&[("prompt", "consent")])).await;
    let form = [("interaction", consent.interaction()), ("person", "dana".to_owned())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let consent = party.follow(party.browser.post(&idp.url("/account/people"), &form).await).await;
    assert_eq!(consent.page(), "kaseyaone-consent");
    let policy = page.headers["content-security-policy"].to_str().expect("ASCII").to_owned();
    for other in [chooser, consent] {
        assert_eq!(other.headers["content-security-policy"], policy.as_str());
        for (_, uri) in more.as_object().expect("an object") {
            assert!(other.body.contains(uri.as_str().expect("text")), "{uri}: {}", other.body);
        }
    }
    (page.body, policy)
}

#[tokio::test]
async fn the_logo_of_a_client_is_on_the_login_page() {
    let (page, policy) = login_page(&json!({"logo_uri": "https://rp.example.test:8443/logo.png"})).await;
    assert!(page.contains("<img class=\"logo\" src=\"https://rp.example.test:8443/logo.png\""), "{page}");
    assert!(policy.contains("; img-src https://rp.example.test:8443"), "{policy}");
    let (page, policy) = login_page(&json!({})).await;
    assert!(!page.contains("<img") && !policy.contains("img-src"), "{policy}");
}

#[tokio::test]
async fn the_policy_of_a_client_is_linked_on_the_login_page() {
    let (page, _) = login_page(&json!({"policy_uri": "https://rp.example.test/policy"})).await;
    assert!(page.contains("href=\"https://rp.example.test/policy\""), "{page}");
}

#[tokio::test]
async fn the_terms_of_a_client_are_linked_on_the_login_page() {
    let (page, _) = login_page(&json!({"tos_uri": "https://rp.example.test/terms"})).await;
    assert!(page.contains("href=\"https://rp.example.test/terms\""), "{page}");
}
