//! Metadata never lies: everything discovery advertises works.

use std::collections::BTreeSet;

use mock_idp::{Mint, MockIdp};
use serde_json::Value;

use crate::support::{Browser, decode};

async fn document(idp: &MockIdp) -> Value {
    Browser::new().get(&idp.url("/.well-known/openid-configuration")).await.json()
}

fn values(document: &Value, name: &str) -> Vec<String> {
    let list = document[name].as_array().unwrap_or_else(|| panic!("{name} is not a list"));
    list.iter().map(|value| value.as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn every_member_of_the_document_is_walked() {
    let idp = MockIdp::start().await;
    let walked = [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
        "scopes_supported",
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "token_endpoint_auth_methods_supported",
        "code_challenge_methods_supported",
        "claim_types_supported",
        "claims_supported",
        "acr_values_supported",
        "prompt_values_supported",
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "authorization_response_iss_parameter_supported",
        // Shown in logout.rs.
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ];
    let document = document(&idp).await;
    let advertised: BTreeSet<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(advertised, BTreeSet::from(walked), "a new member needs a test below");
    assert_eq!(document["issuer"], idp.issuer());
    for name in
        ["claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported"]
    {
        assert_eq!(document[name], false);
    }
    assert_eq!(values(&document, "subject_types_supported"), ["public"]);
    assert_eq!(values(&document, "claim_types_supported"), ["normal"]);
}

#[tokio::test]
async fn every_endpoint_answers() {
    let idp = MockIdp::start().await;
    let document = document(&idp).await;
    let browser = Browser::new();
    for (name, status) in [
        ("authorization_endpoint", 400),
        ("token_endpoint", 405),
        ("userinfo_endpoint", 401),
        ("jwks_uri", 200),
        ("end_session_endpoint", 200),
    ] {
        let answer = browser.get(document[name].as_str().expect(name)).await;
        assert_eq!(answer.status, status, "{name}");
    }
}

#[tokio::test]
async fn every_scope_mode_prompt_and_challenge_method_is_taken() {
    let idp = MockIdp::start().await;
    let document = document(&idp).await;
    let scopes = values(&document, "scopes_supported").join(" ");
    let answer = Browser::new().sign_in(&idp, "dana", &[("scope", &scopes)]).await;
    let browser = Browser::new();
    let tokens = browser.redeem(&idp, &answer.param("code").unwrap()).await.json();
    assert_eq!(tokens["scope"], scopes.as_str());
    assert!(tokens["refresh_token"].is_string());
    let claims = decode(tokens["id_token"].as_str().unwrap()).1;
    for claim in values(&document, "claims_supported") {
        assert!(!claims[&claim].is_null(), "{claim} is advertised and not sent");
    }
    let advertised = values(&document, "claims_supported");
    for claim in claims.as_object().unwrap().keys() {
        assert!(advertised.contains(claim), "{claim} is sent and not advertised");
    }
    assert_eq!(values(&document, "acr_values_supported"), [claims["acr"].as_str().unwrap()]);
    for mode in values(&document, "response_modes_supported") {
        let answer = Browser::new().sign_in(&idp, "dana", &[("response_mode", &mode)]).await;
        assert!(answer.status == 303 || answer.page() == "kaseyaone-continue", "{mode}");
    }
    for prompt in values(&document, "prompt_values_supported") {
        let answer = Browser::new().authorize(&idp, &[("prompt", &prompt)]).await;
        let asked = answer.page().starts_with("kaseyaone-")
            || answer.param("error").as_deref() == Some("login_required");
        assert!(asked, "{prompt}");
    }
    assert_eq!(values(&document, "code_challenge_methods_supported"), ["S256"]);
    assert_eq!(values(&document, "response_types_supported"), ["code"]);
    assert_eq!(values(&document, "grant_types_supported"), ["authorization_code", "refresh_token"]);
}

#[tokio::test]
async fn renamed_claims_are_sent_and_advertised_under_their_new_names() {
    let mut names = mock_idp::ClaimNames::default();
    names.rename("company_id=tenant").unwrap();
    let idp = MockIdp::builder().claim_names(names).start().await.unwrap();
    let claims = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap().id_token_claims();
    assert_eq!((claims["tenant"].as_str(), claims.get("company_id")), (Some("k1-co-1001"), None));
    let advertised = values(&document(&idp).await, "claims_supported");
    assert!(advertised.contains(&"tenant".to_owned()) && !advertised.contains(&"company_id".to_owned()));
}

#[tokio::test]
async fn auth_time_can_be_left_out_and_is_not_advertised_then() {
    let idp = MockIdp::builder().without_auth_time().start().await.unwrap();
    let claims = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap().id_token_claims();
    assert!(claims.get("auth_time").is_none());
    assert!(!values(&document(&idp).await, "claims_supported").contains(&"auth_time".to_owned()));
}

#[tokio::test]
async fn every_authentication_method_is_registered_with_a_client_that_can_use_it() {
    let idp = MockIdp::start().await;
    let advertised: BTreeSet<_> =
        values(&document(&idp).await, "token_endpoint_auth_methods_supported").into_iter().collect();
    let registered: BTreeSet<_> = idp
        .clients()
        .list()
        .iter()
        .flat_map(|client| client.auth_methods.clone())
        .map(|method| method.as_str().to_owned())
        .collect();
    assert_eq!(advertised, registered);
    let token = |client: &str| {
        let order = Mint::new("dana", client).scope("openid offline_access");
        idp.mint(&order).unwrap().refresh_token.unwrap()
    };
    let browser = Browser::new();
    let (basic, post, none) = (token("kaseya-mdr"), token("kaseya-mdr"), token("spa"));
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", basic.as_str())];
    assert_eq!(browser.token(&idp, &refresh).await.status, 200, "client_secret_basic");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", post.as_str()),
        ("client_id", "kaseya-mdr"),
        ("client_secret", crate::support::SECRET),
    ];
    assert_eq!(browser.post(&idp.url("/connect/token"), &refresh).await.status, 200, "client_secret_post");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", none.as_str()), ("client_id", "spa")];
    assert_eq!(browser.post(&idp.url("/connect/token"), &refresh).await.status, 200, "none");
}

#[tokio::test]
async fn signing_uses_an_advertised_algorithm_and_a_published_key() {
    let idp = MockIdp::start().await;
    let document = document(&idp).await;
    let header = decode(&idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap().id_token).0;
    let algorithms = values(&document, "id_token_signing_alg_values_supported");
    assert!(algorithms.contains(&header["alg"].as_str().unwrap().to_owned()));
    let keys = Browser::new().get(document["jwks_uri"].as_str().unwrap()).await.json();
    assert!(
        keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .any(|key| key["kid"] == header["kid"] && key["alg"] == header["alg"])
    );
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()), "no private half");
}

#[tokio::test]
async fn an_independent_relying_party_completes_a_sign_in() {
    use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
    use openidconnect::{
        AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge,
        RedirectUrl, Scope,
    };

    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let http = browser.http().clone();
    let issuer = IssuerUrl::new(idp.issuer().to_owned()).unwrap();
    let client_of = |request: openidconnect::HttpRequest| {
        let http = http.clone();
        async move {
            let request = reqwest::Request::try_from(request)?;
            let response = http.execute(request).await?;
            let mut answer = openidconnect::http::Response::builder().status(response.status());
            for (name, value) in response.headers() {
                answer = answer.header(name, value);
            }
            let body = response.bytes().await?.to_vec();
            Ok::<_, reqwest::Error>(answer.body(body).expect("a response"))
        }
    };
    let metadata = CoreProviderMetadata::discover_async(issuer, &client_of).await.expect("discovery");
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new("kaseya-mdr".to_owned()),
        Some(ClientSecret::new(crate::support::SECRET.to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(crate::support::CALLBACK.to_owned()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("email".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let login = browser.get(url.as_str()).await;
    let page = browser.get(&idp.url(login.location.as_deref().unwrap())).await;
    let fields = [("interaction", page.interaction()), ("person", "zoe".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let back = browser.post(&idp.url("/account/people"), &fields).await;
    assert_eq!(back.param("state").as_ref(), Some(state.secret()));
    let code = AuthorizationCode::new(back.param("code").unwrap());
    let tokens =
        client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&client_of).await;
    let tokens = tokens.expect("tokens");
    let id_token = tokens.extra_fields().id_token().expect("an ID token");
    let claims = id_token.claims(&client.id_token_verifier(), &nonce).expect("verified");
    assert_eq!(claims.subject().as_str(), "k1-northwind-zoe");
    assert_eq!(claims.email().map(|email| email.as_str()), Some("zoe@northwind.example"));
}
