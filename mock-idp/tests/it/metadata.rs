//! Metadata never lies: everything discovery advertises works, and what is not switched on is not advertised.

use std::collections::BTreeSet;

use fixtures::{AuthMethod, Client, Grant, ResponseType, SigningAlgorithm, SubjectType};
use mock_idp::{Mint, MockIdp};
use serde_json::{Value, json};

use crate::assertions::{Signer, client_assertion};
use crate::support::{Browser, SECRET, decode};

async fn document(idp: &MockIdp) -> Value {
    Browser::new().get(&idp.url("/.well-known/openid-configuration")).await.json()
}

fn values(document: &Value, name: &str) -> Vec<String> {
    let list = document[name].as_array().unwrap_or_else(|| panic!("{name} is not a list"));
    list.iter().map(|value| value.as_str().expect("text").to_owned()).collect()
}

/// A provider with everything switched on that a client can switch on.
async fn everything() -> MockIdp {
    let idp = MockIdp::builder().with_registration().start().await.expect("a free port");
    idp.clients()
        .change("kaseya-mdr", |client| {
            client.response_types = ResponseType::ALL.to_vec();
            client.grants = Grant::ALL.to_vec();
            client.auth_methods = vec![
                AuthMethod::ClientSecretBasic,
                AuthMethod::ClientSecretPost,
                AuthMethod::ClientSecretJwt,
            ];
        })
        .expect("the client is there");
    idp
}

#[tokio::test]
async fn every_member_of_the_document_is_walked() {
    let walked = BTreeSet::from([
        // every_endpoint_answers
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
        "pushed_authorization_request_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "device_authorization_endpoint",
        "registration_endpoint",
        // every_scope_mode_prompt_and_challenge_method_is_taken
        "scopes_supported",
        "response_modes_supported",
        "code_challenge_methods_supported",
        "claim_types_supported",
        "claims_supported",
        "acr_values_supported",
        "prompt_values_supported",
        "display_values_supported",
        "ui_locales_supported",
        // every_response_type_gives_what_it_names
        "response_types_supported",
        // grants.rs has one test for each
        "grant_types_supported",
        // every_signing_algorithm_signs
        "id_token_signing_alg_values_supported",
        "userinfo_signing_alg_values_supported",
        "subject_types_supported",
        // every_authentication_method_authenticates
        "token_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        // requests.rs
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_request_uri_registration",
        "request_object_signing_alg_values_supported",
        "require_pushed_authorization_requests",
        "authorization_response_iss_parameter_supported",
        // grants.rs
        "dpop_signing_alg_values_supported",
        // logout.rs
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ]);
    let idp = everything().await;
    let document = document(&idp).await;
    let advertised: BTreeSet<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(advertised, walked, "a new member needs a test");
    assert_eq!(document["issuer"], idp.issuer());
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test]
async fn what_nobody_is_registered_for_is_not_advertised() {
    let idp = MockIdp::start().await;
    let document = document(&idp).await;
    assert_eq!(values(&document, "response_types_supported"), ["code"]);
    assert_eq!(values(&document, "subject_types_supported"), ["public"]);
    assert_eq!(values(&document, "id_token_signing_alg_values_supported"), ["RS256"]);
    assert!(!values(&document, "grant_types_supported").contains(&"implicit".to_owned()));
    for absent in ["registration_endpoint", "userinfo_signing_alg_values_supported"] {
        assert!(document.get(absent).is_none(), "{absent}");
    }
    assert!(document.get("device_authorization_endpoint").is_some(), "the client television is for devices");
    let grants = |grants: Vec<Grant>| move |client: &mut Client| client.grants = grants;
    idp.clients().change("television", grants(vec![Grant::RefreshToken])).unwrap();
    let document = self::document(&idp).await;
    assert!(document.get("device_authorization_endpoint").is_none());
}

#[tokio::test]
async fn the_same_document_is_at_the_address_of_rfc_8414() {
    let idp = MockIdp::start().await;
    let here = Browser::new().get(&idp.url("/.well-known/oauth-authorization-server")).await.json();
    assert_eq!(here, document(&idp).await);
}

#[tokio::test]
async fn every_endpoint_answers() {
    let idp = everything().await;
    let document = document(&idp).await;
    let browser = Browser::new();
    for (name, status) in [
        ("authorization_endpoint", 400),
        ("token_endpoint", 405),
        ("userinfo_endpoint", 401),
        ("jwks_uri", 200),
        ("end_session_endpoint", 200),
        ("pushed_authorization_request_endpoint", 405),
        ("introspection_endpoint", 405),
        ("revocation_endpoint", 405),
        ("device_authorization_endpoint", 405),
        ("registration_endpoint", 405),
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
        let separator = if mode == "fragment" { "#code=" } else { "?code=" };
        let there = answer.location.as_deref().is_some_and(|location| location.contains(separator));
        assert!(there || (mode == "form_post" && answer.page() == "kaseyaone-continue"), "{mode}");
    }
    for prompt in values(&document, "prompt_values_supported") {
        let answer = Browser::new().authorize(&idp, &[("prompt", &prompt)]).await;
        let asked = answer.page().starts_with("kaseyaone-")
            || answer.param("error").as_deref() == Some("login_required");
        assert!(asked, "{prompt}");
    }
    for (name, parameter) in [("display_values_supported", "display"), ("ui_locales_supported", "ui_locales")]
    {
        for value in values(&document, name) {
            let answer = Browser::new().authorize(&idp, &[(parameter, &value)]).await;
            assert_eq!(answer.page(), "kaseyaone-login", "{parameter}={value}");
        }
    }
    assert_eq!(values(&document, "code_challenge_methods_supported"), ["S256"]);
    assert_eq!(values(&document, "claim_types_supported"), ["normal"]);
}

#[tokio::test]
async fn every_response_type_gives_what_it_names() {
    let idp = everything().await;
    let advertised = values(&document(&idp).await, "response_types_supported");
    assert_eq!(advertised.len(), ResponseType::ALL.len());
    for response_type in advertised {
        let answer = Browser::new().sign_in(&idp, "dana", &[("response_type", &response_type)]).await;
        let has = |name: &str| response_type.split(' ').any(|part| part == name);
        for (parameter, part) in [("code", "code"), ("id_token", "id_token"), ("access_token", "token")] {
            assert_eq!(answer.param(parameter).is_some(), has(part), "{parameter} in {response_type}");
        }
        let separator = if response_type == "code" { '?' } else { '#' };
        assert!(answer.location.as_deref().unwrap().contains(separator), "{response_type}");
        if let Some(id_token) = answer.param("id_token") {
            let claims = decode(&id_token).1;
            assert_eq!(claims["nonce"], "nonce-1");
            assert_eq!(claims.get("c_hash").is_some(), has("code"), "{response_type}");
            assert_eq!(claims.get("at_hash").is_some(), has("token"), "{response_type}");
        }
        if let Some(access_token) = answer.param("access_token") {
            assert_eq!(Browser::new().userinfo(&idp, &access_token).await.status, 200, "{response_type}");
            assert_eq!(answer.param("token_type").as_deref(), Some("Bearer"));
        }
        if let Some(code) = answer.param("code") {
            assert_eq!(Browser::new().redeem(&idp, &code).await.status, 200, "{response_type}");
        }
    }
}

#[tokio::test]
async fn every_signing_algorithm_signs_and_its_key_is_published() {
    let idp = everything().await;
    let advertised = values(&document(&idp).await, "id_token_signing_alg_values_supported");
    assert_eq!(values(&document(&idp).await, "userinfo_signing_alg_values_supported"), advertised);
    for alg in SigningAlgorithm::ALL {
        assert!(advertised.contains(&alg.as_str().to_owned()));
        idp.clients()
            .change("kaseya-mdr", |client| {
                client.id_token_signed_response_alg = alg;
                client.userinfo_signed_response_alg = Some(alg);
                client.access_token_format = fixtures::AccessTokenFormat::Jwt;
                client.access_token_signing_alg = alg;
                client.subject_type = SubjectType::Pairwise;
            })
            .unwrap();
        let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap();
        let userinfo = Browser::new().userinfo(&idp, &minted.access_token).await;
        assert_eq!(userinfo.headers["content-type"], "application/jwt");
        let keys = Browser::new().get(&idp.url("/.well-known/openid-configuration/jwks")).await;
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&keys.body).expect("a key set");
        for token in [&minted.id_token, &minted.access_token, &userinfo.body] {
            let header = jsonwebtoken::decode_header(token).expect("a header");
            assert_eq!(format!("{:?}", header.alg), alg.as_str());
            let key = keys.find(header.kid.as_deref().expect("a kid")).expect("a published key");
            let mut validation = jsonwebtoken::Validation::new(header.alg);
            validation.validate_aud = false;
            validation.required_spec_claims.clear();
            let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
            let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).expect("genuine").claims;
            assert_ne!(claims["sub"], "k1-northwind-dana", "the subject is pairwise");
        }
    }
    let keys = Browser::new().get(&idp.url("/.well-known/openid-configuration/jwks")).await.json();
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()), "no private half");
}

#[tokio::test]
async fn pairwise_subjects_are_the_same_within_a_sector_and_differ_between_sectors() {
    let idp = MockIdp::builder().seed(1).start().await.unwrap();
    let subject = |client: &str| {
        idp.mint(&Mint::new("dana", client)).unwrap().id_token_claims()["sub"].as_str().unwrap().to_owned()
    };
    for (client, host) in [("kaseya-mdr", "one.test"), ("other-product", "one.test"), ("spa", "two.test")] {
        let pairwise = |client: &mut Client| {
            client.subject_type = SubjectType::Pairwise;
            client.sector_identifier_uri = Some(format!("https://{host}/sector.json"));
        };
        idp.clients().change(client, pairwise).unwrap();
    }
    assert_eq!(subject("kaseya-mdr"), subject("other-product"));
    assert_ne!(subject("kaseya-mdr"), subject("spa"));
    assert_eq!(subject("spa"), subject("spa"));
}

#[tokio::test]
async fn every_authentication_method_authenticates() {
    let idp = everything().await;
    let signer = Signer::new();
    idp.clients()
        .change("other-product", |client| {
            client.auth_methods = vec![AuthMethod::PrivateKeyJwt];
            client.secret = None;
            client.jwks = Some(signer.jwks());
        })
        .unwrap();
    let document = document(&idp).await;
    let advertised: BTreeSet<_> =
        values(&document, "token_endpoint_auth_methods_supported").into_iter().collect();
    assert_eq!(advertised, AuthMethod::ALL.iter().map(|method| method.as_str().to_owned()).collect());
    let refresh = |client: &str| {
        let order = Mint::new("dana", client).scope("openid offline_access");
        idp.mint(&order).unwrap().refresh_token.unwrap()
    };
    let endpoint = document["token_endpoint"].as_str().unwrap();
    let browser = Browser::new();
    for method in advertised {
        let client = match method.as_str() {
            "private_key_jwt" => "other-product",
            "none" => "spa",
            _ => "kaseya-mdr",
        };
        let token = refresh(client);
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        let assertion = match method.as_str() {
            "client_secret_jwt" => client_assertion(&Signer::secret(SECRET), client, endpoint, "one"),
            _ => client_assertion(&signer, client, endpoint, "two"),
        };
        match method.as_str() {
            "client_secret_basic" => {}
            "client_secret_post" => form.extend([("client_id", client), ("client_secret", SECRET)]),
            "none" => form.push(("client_id", client)),
            _ => form.extend([
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion.as_str()),
            ]),
        }
        let answer = match method.as_str() {
            "client_secret_basic" => browser.token(&idp, &form).await,
            _ => browser.post(endpoint, &form).await,
        };
        assert_eq!(answer.status, 200, "{method}: {}", answer.body);
        if method.ends_with("_jwt") {
            let again = browser.post(endpoint, &form).await;
            assert_eq!(
                (again.status.as_u16(), again.json()["error"].clone()),
                (401, json!("invalid_client"))
            );
        }
    }
    for name in ["introspection_endpoint", "revocation_endpoint"] {
        let methods = values(&document, &name.replace("_endpoint", "_endpoint_auth_methods_supported"));
        assert!(methods.contains(&"client_secret_post".to_owned()), "{name}");
        let form = [("client_id", "kaseya-mdr"), ("client_secret", SECRET), ("token", "x")];
        assert_eq!(browser.post(document[name].as_str().unwrap(), &form).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn every_algorithm_of_assertions_is_taken() {
    let idp = everything().await;
    let document = document(&idp).await;
    let endpoint = document["token_endpoint"].as_str().unwrap();
    for alg in values(&document, "token_endpoint_auth_signing_alg_values_supported") {
        let signer = if alg.starts_with("HS") { Signer::hmac(SECRET, &alg) } else { Signer::of(&alg) };
        idp.clients()
            .change("kaseya-mdr", |client| {
                client.auth_methods = vec![AuthMethod::ClientSecretJwt, AuthMethod::PrivateKeyJwt];
                client.jwks = Some(signer.jwks());
            })
            .unwrap();
        let refresh = idp.mint(&Mint::new("dana", "kaseya-mdr").scope("openid offline_access")).unwrap();
        let assertion = client_assertion(&signer, "kaseya-mdr", endpoint, &alg);
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.refresh_token.as_deref().unwrap()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let answer = Browser::new().post(endpoint, &form).await;
        assert_eq!(answer.status, 200, "{alg}: {}", answer.body);
    }
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
