//! Scopes, single claims and userinfo.

use serde_json::{Value, json};

use super::party::{MODES, Mode, Party, RESPONSE_TYPES, provider};

/// What each scope gives (OIDC Core 5.4), as far as a person has it.
const SCOPES: [(&str, &[&str]); 4] = [
    ("profile", &["name", "given_name", "family_name", "preferred_username"]),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number"]),
];

fn check(claims: &Value, asked: &[&str]) {
    for (scope, names) in SCOPES {
        for name in names {
            assert_eq!(claims.get(name).is_some(), asked.contains(&scope), "{name} for {asked:?}: {claims}");
        }
    }
    // OIDC Core 5.1: the types.
    assert!(claims.get("email_verified").is_none_or(Value::is_boolean), "{claims}");
    assert!(claims.get("address").is_none_or(Value::is_object), "{claims}");
    assert!(claims.get("name").is_none_or(Value::is_string), "{claims}");
}

/// Asks for these scopes by every response type and mode; what comes is in userinfo, or without an access token in the ID
/// token.
async fn ask_for(asked: &[&str]) {
    let idp = provider().await;
    let scope = format!("openid {}", asked.join(" "));
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            let got = party.sign_in(&[("scope", &scope)]).await;
            match got.access_token {
                Some(_) => check(&party.userinfo(&got).await, asked),
                None => check(got.claims(), asked),
            }
        }
    }
}

#[tokio::test]
async fn profile_gives_the_names() {
    ask_for(&["profile"]).await;
}

#[tokio::test]
async fn email_gives_the_address_and_whether_it_is_verified() {
    ask_for(&["email"]).await;
}

#[tokio::test]
async fn address_gives_an_object() {
    ask_for(&["address"]).await;
}

#[tokio::test]
async fn phone_gives_the_number() {
    ask_for(&["phone"]).await;
}

#[tokio::test]
async fn all_scopes_together_give_all_of_it() {
    ask_for(&["email", "phone", "address", "profile"]).await;
}

#[tokio::test]
async fn an_essential_claim_comes_where_it_was_asked_for_and_nowhere_else() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let party = Party::new(&idp, response_type).await;
        let place = if response_type == "id_token" { "id_token" } else { "userinfo" };
        let claims = json!({ place: {"name": {"essential": true}} }).to_string();
        let got = party.sign_in(&[("claims", &claims)]).await;
        assert_eq!(got.claims().get("name").is_some(), place == "id_token", "{response_type}");
        if place == "userinfo" {
            let userinfo = party.userinfo(&got).await;
            assert_eq!((&userinfo["name"], userinfo.get("email")), (&json!("Dana Reyes"), None));
        }
    }
}

#[tokio::test]
async fn userinfo_answers_get_post_by_header_and_post_by_body_alike() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES.into_iter().filter(|it| *it != "id_token") {
        let party = Party::new(&idp, response_type).await;
        let got = party.sign_in(&[("scope", "openid profile")]).await;
        let by_get = party.userinfo(&got).await;
        let (token, url) = (got.access_token.as_deref().expect("a token"), idp.url("/connect/userinfo"));
        let browser = &party.browser;
        let by_header = browser.send(browser.http().post(&url).bearer_auth(token)).await;
        let by_body = browser.post(&url, &[("access_token", token)]).await;
        for answer in [by_header, by_body] {
            assert_eq!((answer.status.as_u16(), answer.json()), (200, by_get.clone()), "{response_type}");
            assert!(answer.is_json(), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn userinfo_is_signed_by_rs256_for_a_client_that_registered_it() {
    let idp = provider().await;
    let more = json!({"userinfo_signed_response_alg": "RS256"});
    let party = Party::with(&idp, "code", Mode::Usual, &more).await;
    let document = party.browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
    assert!(document["userinfo_signing_alg_values_supported"].as_array().unwrap().contains(&json!("RS256")));
    let got = party.sign_in(&[]).await;
    let answer = party.browser.userinfo(&idp, got.access_token.as_deref().expect("a token")).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["content-type"]),
        (200, &"application/jwt".parse().unwrap())
    );
    let header = jsonwebtoken::decode_header(&answer.body).expect("a JWT");
    assert_eq!(header.alg, jsonwebtoken::Algorithm::RS256);
    let keys = party.browser.get(document["jwks_uri"].as_str().unwrap()).await;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&keys.body).expect("a key set");
    let key = keys.find(header.kid.as_deref().expect("a kid")).expect("a published key");
    let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
    let mut validation = jsonwebtoken::Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.set_audience(&[party.text("client_id")]);
    validation.set_issuer(&[idp.issuer()]);
    let claims = jsonwebtoken::decode::<Value>(&answer.body, &key, &validation).expect("genuine").claims;
    assert!(claims["sub"] == got.claims()["sub"] && claims.get("nonce").is_none(), "{claims}");
}
