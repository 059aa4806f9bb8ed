//! For whom access tokens are, and which scope values of APIs a client may ask for.

use fixtures::{AccessTokenFormat, Grant};
use mock_idp::MockIdp;
use serde_json::{Value, json};

use crate::assertions::Signer;
use crate::support::{Browser, CALLBACK, CLIENT, SECRET, VERIFIER, authorize_url, decode, encode};

const API: &str = "https://api.test/";
const OTHER: &str = "https://other.test/";

async fn provider() -> MockIdp {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    let changed = |client: &mut fixtures::Client| {
        client.access_token_format = AccessTokenFormat::Jwt;
        "orders.read orders.write".clone_into(&mut client.scope);
        client.grants.push(Grant::ClientCredentials);
        client.grants.push(Grant::TokenExchange);
    };
    idp.clients().change(CLIENT, changed).expect("the client");
    idp
}

fn claims(tokens: &Value) -> Value {
    decode(tokens["access_token"].as_str().unwrap_or_else(|| panic!("no access token: {tokens}"))).1
}

/// The tokens of somebody who signed in with these parameters more.
async fn tokens(idp: &MockIdp, asked: &[(&str, &str)], redeemed: &[(&str, &str)]) -> Value {
    tokens_with(idp, "openid", asked, redeemed).await
}

async fn tokens_with(idp: &MockIdp, scope: &str, asked: &[(&str, &str)], redeemed: &[(&str, &str)]) -> Value {
    let browser = Browser::new();
    let more: String = encode(&asked.iter().copied().collect());
    let url = format!("{}&{more}", authorize_url(idp, &[("scope", scope)]));
    let page = browser.get(&url).await;
    let page = browser.get(&idp.url(page.location.as_deref().expect("a page"))).await;
    let form = [("interaction", &*page.interaction()), ("person", "dana")];
    let code = browser.post(&idp.url("/account/people"), &form).await.param("code").expect("a code");
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    form.extend(redeemed);
    browser.token(idp, &form).await.json()
}

#[tokio::test]
async fn a_token_is_for_what_was_asked_for_or_for_what_the_client_has() {
    let idp = provider().await;
    assert_eq!(claims(&tokens(&idp, &[], &[]).await)["aud"], idp.issuer());
    let both = [("resource", API), ("resource", OTHER)];
    assert_eq!(claims(&tokens(&idp, &both, &[]).await)["aud"], json!([API, OTHER]));
    assert_eq!(claims(&tokens(&idp, &both, &[("resource", OTHER)]).await)["aud"], OTHER);
    assert_eq!(claims(&tokens(&idp, &[("audience", "billing")], &[]).await)["aud"], "billing");
    assert_eq!(claims(&tokens(&idp, &[], &[("resource", API)]).await)["aud"], API);
    idp.clients().change(CLIENT, |client| client.audience = vec!["our-api".to_owned()]).expect("the client");
    let usual = tokens(&idp, &[], &[]).await;
    assert_eq!(claims(&usual)["aud"], "our-api");
    assert_eq!(decode(usual["id_token"].as_str().unwrap()).1["aud"], CLIENT, "ID tokens are for the client");
    assert_eq!(claims(&tokens(&idp, &[("resource", API)], &[]).await)["aud"], API);
    let own = Browser::new().token(&idp, &[("grant_type", "client_credentials"), ("resource", API)]).await;
    assert_eq!(claims(&own.json())["aud"], API);
}

#[tokio::test]
async fn refreshed_tokens_are_for_a_part_of_it_and_looking_into_them_tells() {
    let idp = provider().await;
    let both = [("resource", API), ("resource", OTHER)];
    let first = tokens_with(&idp, "openid offline_access", &both, &[("resource", API)]).await;
    let browser = Browser::new();
    let refresh = |tokens: &Value, more: &'static [(&'static str, &'static str)]| {
        let token = tokens["refresh_token"].as_str().expect("a refresh token").to_owned();
        let (browser, idp) = (&browser, &idp);
        async move {
            let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", &*token)];
            form.extend(more);
            browser.token(idp, &form).await.json()
        }
    };
    let refused = refresh(&first, &[("resource", "https://third.test/")]).await;
    assert_eq!(refused["error"], "invalid_target", "{refused}");
    let second = refresh(&first, &[("resource", OTHER)]).await;
    assert_eq!(claims(&second)["aud"], OTHER, "the refusal spent nothing");
    let third = refresh(&second, &[]).await;
    assert_eq!(claims(&third)["aud"], json!([API, OTHER]), "the grant is for both");
    let form = [
        ("token", third["access_token"].as_str().unwrap()),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
    ];
    let seen = browser.post(&idp.url("/connect/introspect"), &form).await.json();
    assert_eq!(seen["aud"], json!([API, OTHER]));
}

#[tokio::test]
async fn what_is_no_resource_is_refused_before_anything_is_spent() {
    let idp = provider().await;
    let browser = Browser::new();
    for wrong in ["orders", "/orders", "https://api.test/#part"] {
        let answer = browser.get(&authorize_url(&idp, &[("resource", wrong)])).await;
        assert_eq!(answer.param("error").as_deref(), Some("invalid_target"), "{wrong}");
        let form = [("grant_type", "client_credentials"), ("resource", wrong)];
        assert_eq!(browser.token(&idp, &form).await.json()["error"], "invalid_target", "{wrong}");
    }
    let code = browser.sign_in(&idp, "dana", &[("resource", API)]).await.param("code").expect("a code");
    let redeem = |resource: &'static str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("resource", resource),
        ];
        let form: Vec<_> = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let (browser, idp) = (&browser, &idp);
        async move {
            let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            browser.token(idp, &form).await.json()
        }
    };
    assert_eq!(redeem(OTHER).await["error"], "invalid_target");
    assert_eq!(claims(&redeem(API).await)["aud"], API, "the code was not spent");
}

#[tokio::test]
async fn a_client_may_ask_for_the_scope_values_that_it_has_and_a_person_reads_them() {
    let idp = provider().await;
    let given = tokens_with(&idp, "openid orders.read admin", &[], &[]).await;
    assert_eq!(given["scope"], "openid orders.read");
    assert_eq!(claims(&given)["scope"], "openid orders.read");
    let browser = Browser::new();
    let more = [("scope", "openid orders.read"), ("prompt", "consent")];
    let page = browser.authorize(&idp, &more).await;
    let form = [("interaction", &*page.interaction()), ("person", "dana")];
    let next = browser.post(&idp.url("/account/people"), &form).await.location.expect("a page");
    let asked = browser.get(&idp.url(&next)).await;
    assert!(
        asked.page() == "kaseyaone-consent" && asked.body.contains("orders.read at an API"),
        "{}",
        asked.body
    );
}

#[tokio::test]
async fn a_request_object_may_hold_several_resources() {
    let idp = provider().await;
    let now = idp.clock().now().as_second();
    let object = Signer::secret(SECRET).sign(&json!({
        "iss": CLIENT, "aud": idp.issuer(), "exp": now + 60, "resource": [API, OTHER],
    }));
    assert_eq!(claims(&tokens(&idp, &[("request", &object)], &[]).await)["aud"], json!([API, OTHER]));
}

#[tokio::test]
async fn who_exchanges_a_token_without_a_scope_gets_what_it_was_good_for() {
    let idp = provider().await;
    let mut token = tokens_with(&idp, "openid orders.read", &[("resource", API)], &[]).await;
    for _ in 0..3 {
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("subject_token", token["access_token"].as_str().expect("a token")),
        ];
        token = Browser::new().token(&idp, &form).await.json();
        assert_eq!(token["scope"], "openid orders.read");
        assert_eq!(claims(&token)["aud"], idp.issuer(), "it is for nobody in particular any more");
    }
}

#[tokio::test]
async fn an_id_token_lives_as_long_as_its_client_says() {
    let idp = provider().await;
    let life = |tokens: &Value| {
        let claims = decode(tokens["id_token"].as_str().expect("an ID token")).1;
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
    };
    assert_eq!(life(&tokens(&idp, &[], &[]).await), 300);
    idp.clients().change(CLIENT, |client| client.id_token_seconds = Some(3600)).expect("the client");
    assert_eq!(life(&tokens(&idp, &[], &[]).await), 3600);
}
