//! Whole sign-ins, as a browser and a relying party see them.

use crate::support::{Browser, CALLBACK, CLIENT, NORTHWIND, decode};
use mock_idp::{Launch, Mint, MockIdp};
use serde_json::json;

#[tokio::test]
async fn a_client_of_this_machine_may_come_back_to_any_port() {
    let idp = MockIdp::start().await;
    let any_port = |client: &mut fixtures::Client| {
        client.redirect_uris = vec!["http://127.0.0.1:*/callback".to_owned()];
    };
    idp.clients().change(CLIENT, any_port).expect("the client");
    let browser = Browser::new();
    for uri in ["http://127.0.0.1:4000/callback", "http://127.0.0.1:65535/callback"] {
        let answer = browser.authorize(&idp, &[("redirect_uri", uri), ("prompt", "none")]).await;
        assert!(answer.location.is_some_and(|location| location.starts_with(&format!("{uri}?"))), "{uri}");
    }
    for uri in [
        "http://127.0.0.1:*/callback",
        "http://127.0.0.1:4000/callback/",
        "http://localhost:4000/callback",
        "http://127.0.0.1:4000@evil.example/callback",
    ] {
        let answer = browser.authorize(&idp, &[("redirect_uri", uri), ("prompt", "none")]).await;
        assert_eq!((answer.status.as_u16(), answer.page()), (400, "kaseyaone-error"), "{uri}");
    }
    assert!(idp.people().launch("dana", Launch::of(CLIENT).unsolicited()).is_err(), "no port to send it to");
}

#[tokio::test]
async fn a_person_signs_in_with_user_name_password_and_code() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let login = browser.authorize(&idp, &[]).await;
    assert_eq!(login.page(), "kaseyaone-login");
    let interaction = login.interaction();
    let fields = [("interaction", interaction.as_str()), ("username", "Dana"), ("company", "northwind msp")];
    let next = browser.post(&idp.url("/account/login"), &fields).await;
    let password = browser.get(&idp.url(next.location.as_deref().expect("a redirect"))).await;
    assert_eq!(password.page(), "kaseyaone-password");
    let fields = [("interaction", interaction.as_str()), ("password", "kaseya-dana")];
    let next = browser.post(&idp.url("/account/password"), &fields).await;
    let code = browser.get(&idp.url(next.location.as_deref().expect("a redirect"))).await;
    assert_eq!(code.page(), "kaseyaone-code");
    let fields = [("interaction", interaction.as_str()), ("code", "123456")];
    let back = browser.post(&idp.url("/account/code"), &fields).await;
    assert!(back.location.as_deref().expect("a redirect").starts_with(CALLBACK));
    assert_eq!(back.param("state").as_deref(), Some("state-1"));
    assert_eq!(back.param("iss").as_deref(), Some(idp.issuer()));

    let tokens = browser.redeem(&idp, &back.param("code").expect("a code")).await.json();
    let (header, claims) = decode(tokens["id_token"].as_str().expect("an ID token"));
    assert_eq!(header["alg"], "RS256");
    for (name, value) in [
        ("iss", json!(idp.issuer())),
        ("sub", json!("k1-northwind-dana")),
        ("aud", json!("kaseya-mdr")),
        ("nonce", json!("nonce-1")),
        ("email", json!("dana@northwind.example")),
        ("email_verified", json!(true)),
        ("name", json!("Dana Reyes")),
        ("preferred_username", json!("dana")),
        ("company_id", json!("k1-co-1001")),
        ("company_name", json!(NORTHWIND)),
        ("role", json!("User")),
        ("modules", json!(["mdr"])),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    let userinfo = browser.userinfo(&idp, tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(userinfo["sub"], claims["sub"]);
    assert_eq!(userinfo["email"], claims["email"]);
}

#[tokio::test]
async fn an_independent_implementation_verifies_the_signature() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let minted = idp.mint(&Mint::new("rui", "kaseya-mdr").nonce("n-1")).expect("rui exists");
    let keys = browser.get(&idp.url("/.well-known/openid-configuration/jwks")).await;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&keys.body).expect("a key set");
    let header = jsonwebtoken::decode_header(&minted.id_token).expect("a header");
    let key = keys.find(&header.kid.expect("a kid")).expect("the key is published");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.set_audience(&["kaseya-mdr"]);
    validation.set_issuer(&[idp.issuer()]);
    let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
    let token =
        jsonwebtoken::decode::<serde_json::Value>(&minted.id_token, &key, &validation).expect("verified");
    assert_eq!(token.claims["nonce"], "n-1");
}

#[tokio::test]
async fn one_click_signs_in_and_deny_says_access_denied() {
    let idp = MockIdp::start().await;
    let back = Browser::new().sign_in(&idp, "zoe", &[]).await;
    assert!(back.param("code").is_some());
    let browser = Browser::new();
    let page = browser.authorize(&idp, &[]).await;
    let people = browser.get(&idp.url(&format!("/account/people?interaction={}", page.interaction()))).await;
    assert_eq!(people.page(), "kaseyaone-people");
    assert!(people.body.contains("Zoë Müller-Łukasz"));
    let fields = [("interaction", page.interaction()), ("deny", "deny".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let back = browser.post(&idp.url("/account/people"), &fields).await;
    assert_eq!(back.param("error").as_deref(), Some("access_denied"));
    assert_eq!(back.param("state").as_deref(), Some("state-1"));
}

#[tokio::test]
async fn a_live_session_answers_silently_with_the_old_auth_time() {
    let idp = MockIdp::start().await;
    idp.clock().freeze();
    let browser = Browser::new();
    browser.sign_in(&idp, "dana", &[]).await;
    let signed_in_at = idp.clock().now().as_second();
    idp.clock().advance(jiff::SignedDuration::from_hours(3));
    let silent = browser.authorize(&idp, &[("nonce", "nonce-2")]).await;
    let tokens = browser.redeem(&idp, &silent.param("code").expect("a code, silently")).await.json();
    let (_, claims) = decode(tokens["id_token"].as_str().unwrap());
    assert_eq!(claims["auth_time"], signed_in_at);
    assert_eq!(claims["nonce"], "nonce-2");
    for forced in [
        ("prompt", "login"),
        ("max_age", "0"),
        ("max_age", "3600"),
        ("prompt", "select_account"),
        ("login_hint", "rui"),
    ] {
        let page = browser.authorize(&idp, &[forced]).await;
        assert!(page.page().starts_with("kaseyaone-"), "{forced:?} asks: {page:?}");
    }
    idp.clock().advance(jiff::SignedDuration::from_hours(10));
    assert_eq!(
        browser.authorize(&idp, &[]).await.page(),
        "kaseyaone-login",
        "the session is over after 12 hours"
    );
}

#[tokio::test]
async fn a_second_use_of_a_code_revokes_what_the_first_gave() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").unwrap();
    let tokens = browser.redeem(&idp, &code).await.json();
    let access_token = tokens["access_token"].as_str().unwrap();
    assert_eq!(browser.userinfo(&idp, access_token).await.status, 200);
    let again = browser.redeem(&idp, &code).await;
    assert_eq!((again.status.as_u16(), again.json()["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(browser.userinfo(&idp, access_token).await.status, 401);
    let refusal = idp.journal().entries().into_iter().find_map(|entry| entry.refusal).expect("a refusal");
    assert_eq!(refusal.check, "code_single_use");
}
