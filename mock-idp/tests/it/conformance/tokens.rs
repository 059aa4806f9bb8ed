//! What comes of a sign-in: codes, ID tokens, access tokens and refresh tokens, by every response type and mode.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::party::{MODES, Mode, Party, RESPONSE_TYPES, metadata, provider, register};
use crate::assertions::Signer;
use crate::requests::Site;
use crate::support::Browser;

#[tokio::test]
async fn every_response_type_and_mode_gives_tokens_that_verify() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            let got = party.sign_in(&[]).await;
            for claims in [&got.front, &got.back].into_iter().flatten() {
                assert_eq!(claims["nonce"], "nonce-1", "{response_type}");
                assert!(claims.get("name").is_none() && claims.get("email").is_none(), "not asked for");
            }
            if got.access_token.is_some() {
                let userinfo = party.userinfo(&got).await;
                assert!(userinfo.get("nonce").is_none() && userinfo.get("name").is_none(), "{userinfo}");
            }
        }
    }
}

#[tokio::test]
async fn a_client_may_send_its_secret_in_the_body() {
    let idp = provider().await;
    let more = json!({"token_endpoint_auth_method": "client_secret_post"});
    for response_type in RESPONSE_TYPES.into_iter().filter(|it| it.contains("code")) {
        let party = Party::with(&idp, response_type, Mode::Usual, &more).await;
        assert!(party.sign_in(&[]).await.back.is_some(), "{response_type}");
    }
}

#[tokio::test]
async fn an_id_token_is_signed_by_rs256_under_a_published_kid() {
    let idp = provider().await;
    for more in [json!({}), json!({"id_token_signed_response_alg": "RS256"})] {
        for response_type in RESPONSE_TYPES {
            let party = Party::with(&idp, response_type, Mode::Usual, &more).await;
            assert_eq!(party.client["id_token_signed_response_alg"], "RS256");
            let header = jsonwebtoken::decode_header(&party.sign_in(&[]).await.id_token).expect("a header");
            assert!(header.alg == jsonwebtoken::Algorithm::RS256 && header.kid.is_some(), "{header:?}");
        }
    }
}

#[tokio::test]
async fn an_unsigned_id_token_is_neither_advertised_nor_registered() {
    let idp = provider().await;
    let document = Browser::new().get(&idp.url("/.well-known/openid-configuration")).await.json();
    let algorithms = document["id_token_signing_alg_values_supported"].as_array().expect("a list");
    assert!(!algorithms.contains(&json!("none")) && algorithms.contains(&json!("RS256")), "{algorithms:?}");
    let more = json!({"id_token_signed_response_alg": "none"});
    let refused = register(&idp, &metadata("code", &more)).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_client_metadata")));
}

#[tokio::test]
async fn a_code_used_again_at_once_or_later_is_refused_and_revokes() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES.into_iter().filter(|it| it.contains("code")) {
        for seconds in [0, 30] {
            let party = Party::new(&idp, response_type).await;
            let page = party.open(party.params(&[])).await;
            let params = party.response(&party.log_in(&page).await);
            let got = party.take(&params).await;
            party.userinfo(&got).await;
            idp.clock().advance(SignedDuration::from_secs(seconds));
            let code = params.first("code").expect("a code");
            let again = party.ask_for_tokens(&[("grant_type", "authorization_code"), ("code", code)]).await;
            assert_eq!((again.status.as_u16(), &again.json()["error"]), (400, &json!("invalid_grant")));
            assert!(again.is_json(), "{again:?}");
            let token = got.access_token.as_deref().expect("an access token");
            assert_eq!(party.browser.userinfo(&idp, token).await.status, 401, "{response_type}");
        }
    }
}

/// With what a client registers, and asks for, that wants to stay.
fn staying(response_type: &str) -> Value {
    let mut grants = vec!["authorization_code", "refresh_token"];
    if response_type != "code" {
        grants.push("implicit");
    }
    json!({ "grant_types": grants })
}

const OFFLINE: [(&str, &str); 2] = [("scope", "openid offline_access"), ("prompt", "consent")];

/// OIDC Core 12.2: the ID token of a refresh agrees with the first one.
async fn refreshed(party: &Party<'_>, first: &Value, refresh_token: &str, more: &[(&str, &str)]) -> Value {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    let form: Vec<_> = form.iter().chain(more).copied().collect();
    let tokens = party.token(&form).await;
    let claims = party.verified(tokens["id_token"].as_str().expect("an ID token"));
    for same in ["iss", "sub", "aud", "auth_time", "azp"] {
        assert_eq!(claims.get(same), first.get(same), "{same}");
    }
    assert!(claims["iat"].as_i64() > first["iat"].as_i64() && claims.get("nonce").is_none(), "{claims}");
    let access_token = tokens["access_token"].as_str().expect("an access token");
    assert_eq!(party.browser.userinfo(party.idp, access_token).await.status, 200);
    tokens
}

#[tokio::test]
async fn a_refreshed_id_token_agrees_with_the_first_and_the_token_serves_one_client() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES.into_iter().filter(|it| it.contains("code")) {
        let one = Party::with(&idp, response_type, Mode::Usual, &staying(response_type)).await;
        let other = Party::with(&idp, response_type, Mode::Usual, &staying(response_type)).await;
        let got = one.sign_in(&OFFLINE).await;
        let token = got.tokens["refresh_token"].as_str().expect("a refresh token");
        assert!(token.len() >= 22 && token.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{token}");
        let foreign = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let refused = other.ask_for_tokens(&foreign).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_grant")));
        idp.clock().advance(SignedDuration::from_secs(1));
        let first = got.back.as_ref().expect("an ID token");
        let tokens = refreshed(&one, first, token, &[("scope", "openid offline_access")]).await;
        assert_ne!(tokens["access_token"], got.tokens["access_token"]);
    }
}

#[tokio::test]
async fn a_client_changes_its_key_between_sign_in_and_refresh() {
    let idp = provider().await;
    let site = Site::start().await;
    let keys = site.put("/keys", Signer::of("RS256").jwks().to_string());
    let mut more = staying("code");
    more["token_endpoint_auth_method"] = json!("private_key_jwt");
    more["jwks_uri"] = json!(keys);
    more["jwks"] = Value::Null;
    let mut party = Party::with(&idp, "code", Mode::Usual, &more).await;
    let got = party.sign_in(&OFFLINE).await;
    party.signer = Signer::of("ES256");
    site.put("/keys", party.signer.jwks().to_string());
    idp.clock().advance(SignedDuration::from_secs(1));
    let token = got.tokens["refresh_token"].as_str().expect("a refresh token");
    refreshed(&party, got.claims(), token, &[]).await;
    assert_eq!(site.asked("/keys"), 2, "once for each key");
}

#[tokio::test]
async fn an_assertion_may_be_addressed_to_the_issuer() {
    let idp = provider().await;
    let more = json!({"token_endpoint_auth_method": "private_key_jwt"});
    let party = Party::with(&idp, "code", Mode::Usual, &more).await;
    assert!(party.client.get("client_secret").is_none());
    assert!(party.sign_in(&[]).await.back.is_some());
}
