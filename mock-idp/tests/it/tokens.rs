//! Codes, tokens and sessions: bound to who got them, good once, revoked together.

use jiff::SignedDuration;
use mock_idp::{Mint, MockIdp};
use serde_json::json;

use crate::support::{Browser, CALLBACK, VERIFIER, decode};

async fn code_of(browser: &Browser, idp: &MockIdp, more: &[(&str, &str)]) -> String {
    browser.sign_in(idp, "dana", more).await.param("code").expect("a code")
}

#[tokio::test]
async fn a_code_is_bound_to_client_redirect_uri_and_pkce_and_expires() {
    let idp = MockIdp::start().await;
    idp.clients().change("other-product", |client| client.redirect_uris.push(CALLBACK.to_owned())).unwrap();
    let wrong = "x".repeat(43);
    let cases: [(&str, &[(&str, &str)]); 4] = [
        (
            "code_redirect_uri",
            &[("redirect_uri", "http://127.0.0.1:8500/sso/callback"), ("code_verifier", VERIFIER)],
        ),
        ("pkce", &[("redirect_uri", CALLBACK)]),
        ("pkce", &[("redirect_uri", CALLBACK), ("code_verifier", &wrong)]),
        ("code_redirect_uri", &[("code_verifier", VERIFIER)]),
    ];
    for (check, form) in cases {
        let browser = Browser::new();
        let code = code_of(&browser, &idp, &[]).await;
        let form: Vec<_> =
            [("grant_type", "authorization_code"), ("code", &code)].iter().chain(form).copied().collect();
        assert_eq!(browser.token(&idp, &form).await.status, 400, "{check}");
        assert_eq!(last_refusal(&idp), check);
        assert_eq!(browser.redeem(&idp, &code).await.status, 200, "a refused attempt does not burn the code");
    }
    let browser = Browser::new();
    let code = code_of(&browser, &idp, &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", "other-product"),
        ("client_secret", "other-product-test-secret-not-a-secret"),
    ];
    assert_eq!(browser.post(&idp.url("/connect/token"), &form).await.json()["error"], "invalid_grant");
    assert_eq!(last_refusal(&idp), "code_client");
    idp.clock().advance(SignedDuration::from_secs(301));
    assert_eq!(browser.redeem(&idp, &code).await.json()["error"], "invalid_grant");
    assert_eq!(last_refusal(&idp), "code_expired");
}

fn last_refusal(idp: &MockIdp) -> String {
    idp.journal().entries().iter().rev().find_map(|entry| entry.refusal.clone()).expect("a refusal").check
}

#[tokio::test]
async fn clients_authenticate_as_registered_or_not_at_all() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let post = |form: Vec<(&'static str, &'static str)>| {
        let (browser, idp) = (&browser, &idp);
        async move { browser.post(&idp.url("/connect/token"), &form).await }
    };
    let cases = [
        ("client_authentication", vec![("grant_type", "authorization_code")]),
        ("client_known", vec![("client_id", "nobody"), ("client_secret", "x")]),
        ("client_secret", vec![("client_id", "kaseya-mdr"), ("client_secret", "wrong")]),
        ("client_auth_method", vec![("client_id", "kaseya-mdr")]),
        ("client_auth_method", vec![("client_id", "spa"), ("client_secret", "guess")]),
    ];
    for (check, form) in cases {
        let answer = post(form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"].as_str()),
            (401, Some("invalid_client")),
            "{check}"
        );
        assert!(answer.headers.contains_key("www-authenticate"));
        assert_eq!(last_refusal(&idp), check);
    }
    for basic in ["Basic", "Basic !!!", "Bearer abc", "Basic YWJj", "Basic a2FzZXlhLW1kcjp3cm9uZw=="] {
        let request = browser.http().post(idp.url("/connect/token")).header("authorization", basic);
        assert_eq!(browser.send(request).await.status, 401, "{basic}");
    }
}

#[tokio::test]
async fn refresh_tokens_rotate_and_a_second_use_revokes_the_family() {
    let idp = MockIdp::start().await;
    idp.clock().freeze();
    let browser = Browser::new();
    let scope = ("scope", "openid profile email offline_access");
    let code = code_of(&browser, &idp, &[scope]).await;
    let first = browser.redeem(&idp, &code).await.json();
    let auth_time = decode(first["id_token"].as_str().unwrap()).1["auth_time"].clone();
    idp.clock().advance(SignedDuration::from_mins(30));
    let refresh = |token: String| {
        let (browser, idp) = (&browser, &idp);
        async move { browser.token(idp, &[("grant_type", "refresh_token"), ("refresh_token", &token)]).await }
    };
    let token = |answer: &serde_json::Value, name: &str| answer[name].as_str().unwrap().to_owned();
    let second = refresh(token(&first, "refresh_token")).await.json();
    let claims = decode(second["id_token"].as_str().unwrap()).1;
    assert_eq!((&claims["auth_time"], &claims["nonce"]), (&auth_time, &serde_json::Value::Null));
    assert_eq!(claims["iat"], auth_time.as_i64().unwrap() + 1800);
    let again = refresh(token(&first, "refresh_token")).await;
    assert_eq!(again.json()["error"], "invalid_grant");
    assert_eq!(refresh(token(&second, "refresh_token")).await.json()["error"], "invalid_grant");
    assert_eq!(browser.userinfo(&idp, &token(&second, "access_token")).await.status, 401);
}

#[tokio::test]
async fn a_refresh_never_widens_the_scope_and_needs_offline_access() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let code = code_of(&browser, &idp, &[]).await;
    assert!(browser.redeem(&idp, &code).await.json().get("refresh_token").is_none());
    let minted = idp.mint(&Mint::new("dana", "kaseya-mdr").scope("openid offline_access")).unwrap();
    let token = minted.refresh_token.expect("offline_access was asked for");
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "openid email")];
    assert_eq!(browser.token(&idp, &form).await.json()["error"], "invalid_scope");
    idp.expire_token(&token).unwrap();
    assert_eq!(browser.token(&idp, &form).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn access_tokens_expire_by_time_and_on_request() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap();
    assert_eq!(browser.userinfo(&idp, &minted.access_token).await.status, 200);
    idp.expire_token(&minted.access_token).unwrap();
    let answer = browser.userinfo(&idp, &minted.access_token).await;
    assert_eq!(answer.status, 401);
    assert!(answer.headers["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap();
    idp.clock().advance(SignedDuration::from_hours(1));
    assert_eq!(browser.userinfo(&idp, &minted.access_token).await.status, 401);
}

#[tokio::test]
async fn form_post_carries_the_answer_in_a_form() {
    let idp = MockIdp::start().await;
    let answer =
        Browser::new().sign_in(&idp, "dana", &[("response_mode", "form_post"), ("state", "<b>\"'&")]).await;
    assert_eq!((answer.status.as_u16(), answer.page()), (200, "kaseyaone-continue"));
    assert!(answer.body.contains(&format!("action=\"{CALLBACK}\"")));
    assert!(answer.body.contains("name=\"code\""));
    assert!(!answer.body.contains("<b>"), "escaped");
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("script-src 'sha256-") && policy.contains("form-action 'self' http://127.0.0.1:8400")
    );
}

#[tokio::test]
async fn prompt_none_answers_with_a_session_and_says_login_required_without() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let none = ("prompt", "none");
    assert_eq!(browser.authorize(&idp, &[none]).await.param("error").as_deref(), Some("login_required"));
    browser.sign_in(&idp, "dana", &[]).await;
    assert!(browser.authorize(&idp, &[none]).await.param("code").is_some());
    let rui = idp.mint(&Mint::new("rui", "kaseya-mdr")).unwrap().id_token;
    let other = browser.authorize(&idp, &[none, ("id_token_hint", &rui)]).await;
    assert_eq!(other.param("error").as_deref(), Some("login_required"));
    idp.clock().advance(SignedDuration::from_hours(2));
    let dana = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap().id_token;
    assert!(browser.authorize(&idp, &[none, ("id_token_hint", &dana)]).await.param("code").is_some());
    let forged = browser.authorize(&idp, &[none, ("id_token_hint", &format!("{dana}x"))]).await;
    assert_eq!(forged.param("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn logout_ends_the_session_and_goes_only_where_it_is_registered() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    browser.sign_in(&idp, "dana", &[]).await;
    let hint = idp.replay().last_response("dana").is_some();
    assert!(hint);
    let code = browser.authorize(&idp, &[]).await.param("code").unwrap();
    let id_token = browser.redeem(&idp, &code).await.json()["id_token"].as_str().unwrap().to_owned();
    let logout = |query: String| {
        let (browser, idp) = (&browser, &idp);
        async move { browser.sign_out(idp, &query).await }
    };
    let evil =
        logout(format!("id_token_hint={id_token}&post_logout_redirect_uri=https%3A%2F%2Fevil.example")).await;
    assert_eq!((evil.status.as_u16(), evil.page()), (400, "kaseyaone-error"));
    assert!(browser.authorize(&idp, &[]).await.param("code").is_some(), "nothing ended");
    let right = "post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fsign-in&state=s";
    assert_eq!(logout(right.to_owned()).await.status, 400, "for whom?");
    let back = logout(format!("id_token_hint={id_token}&{right}")).await;
    assert_eq!(back.location.as_deref(), Some("http://127.0.0.1:8400/sign-in?state=s"));
    assert_eq!(browser.authorize(&idp, &[]).await.page(), "kaseyaone-login");
    assert_eq!(logout(String::new()).await.page(), "kaseyaone-signed-out");
}

#[tokio::test]
async fn of_many_simultaneous_redemptions_of_one_code_one_succeeds() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let code = code_of(&browser, &idp, &[]).await;
    let attempts = (0..20).map(|_| browser.redeem(&idp, &code));
    let answers = futures_util::future::join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn many_people_sign_in_at_once_and_nobody_gets_anothers_token() {
    let idp = MockIdp::start().await;
    let people = ["dana", "rui", "mona", "lee", "zoe", "carl", "sam", "sam-contoso", "max", "bill"];
    let sign_in = |person: &'static str| {
        let idp = &idp;
        async move {
            let browser = Browser::new();
            let code =
                browser.sign_in(idp, person, &[("nonce", person)]).await.param("code").expect("a code");
            let claims =
                decode(browser.redeem(idp, &code).await.json()["id_token"].as_str().expect("a token")).1;
            (claims["sub"].clone(), claims["nonce"].clone(), person)
        }
    };
    for (subject, nonce, person) in futures_util::future::join_all(people.into_iter().map(sign_in)).await {
        assert_eq!(subject, idp.people().get(person).expect("a person").subject.as_str());
        assert_eq!(nonce, person);
    }
}

#[tokio::test]
async fn each_token_says_of_a_person_what_it_is_to_say() {
    let idp = MockIdp::start().await;
    idp.clients()
        .change("kaseya-mdr", |client| client.access_token_format = fixtures::AccessTokenFormat::Jwt)
        .unwrap();
    let table = |text: &str| text.parse::<toml::Table>().expect("TOML");
    idp.people()
        .change("dana", |dana| {
            dana.claims = table("groups = ['staff']\nsub = 'nobody'");
            dana.id_token_claims = table("groups = 'staff'\nonly_here = 1");
            dana.userinfo_claims = table("picture = 'https://pictures.example/dana.png'");
            dana.access_token_claims = table("permissions = ['read']\niss = 'nobody'");
            dana.withheld_claims = ["email_verified", "role", "sub"].map(str::to_owned).to_vec();
        })
        .unwrap();
    let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap();
    let id_token = minted.id_token_claims();
    assert_eq!((&id_token["groups"], &id_token["only_here"]), (&json!("staff"), &json!(1)));
    let userinfo = Browser::new().userinfo(&idp, &minted.access_token).await.json();
    assert_eq!(userinfo["groups"], json!(["staff"]));
    assert_eq!(userinfo["picture"], "https://pictures.example/dana.png");
    for (told, absent) in [(&id_token, "picture"), (&userinfo, "only_here")] {
        assert_eq!(told["sub"], "k1-northwind-dana", "who it is cannot be withheld");
        assert!(told["email"].is_string());
        for absent in [absent, "email_verified", "role", "permissions"] {
            assert!(told.get(absent).is_none(), "{absent} in {told}");
        }
    }
    let access_token = decode(&minted.access_token).1;
    assert_eq!(access_token["permissions"], json!(["read"]));
    assert_eq!(access_token["iss"], idp.issuer(), "what RFC 9068 demands stays");
    assert!(access_token.get("groups").is_none());
}

#[tokio::test]
async fn claims_come_with_their_scope_and_where_the_client_has_them() {
    let idp = MockIdp::start().await;
    let claims = "nickname = 'Dee'\nphone_number_verified = true\ngroups = ['staff']";
    idp.people().change("dana", |dana| dana.claims = claims.parse().expect("TOML")).unwrap();
    let told = async |scope: &str| {
        let minted = idp.mint(&Mint::new("dana", "kaseya-mdr").scope(scope)).unwrap();
        (minted.id_token_claims(), Browser::new().userinfo(&idp, &minted.access_token).await.json())
    };
    for (scope, there, absent) in [
        ("openid", vec![], vec!["nickname", "phone_number_verified"]),
        ("openid profile", vec!["nickname"], vec!["phone_number_verified"]),
        ("openid phone", vec!["phone_number_verified"], vec!["nickname"]),
    ] {
        let (id_token, userinfo) = told(scope).await;
        for claims in [&id_token, &userinfo] {
            assert!(there.iter().all(|name| claims.get(name).is_some()), "{scope}: {claims}");
            assert!(absent.iter().all(|name| claims.get(name).is_none()), "{scope}: {claims}");
            assert!(claims.get("groups").is_some(), "{scope}: nobody has to ask for it");
        }
    }
    idp.clients().change("kaseya-mdr", |client| client.user_claims_in_id_token = false).unwrap();
    idp.people().change("dana", |dana| dana.id_token_claims = "only_here = 1".parse().unwrap()).unwrap();
    let armed = idp.faults().arm("id-email-unverified", mock_idp::Target::person("dana"), 1).unwrap();
    let (id_token, userinfo) = told("openid profile email").await;
    assert!(userinfo.get("nickname").is_some() && userinfo.get("role").is_some());
    assert_eq!((&id_token["sub"], &id_token["only_here"]), (&userinfo["sub"], &json!(1)));
    for absent in ["nickname", "email", "role", "company_id", "groups"] {
        assert!(id_token.get(absent).is_none(), "{absent} in {id_token}");
    }
    assert_eq!(
        (armed.fired(), &userinfo["email_verified"]),
        (1, &json!(false)),
        "a fault strikes all the same"
    );
    let request = [
        ("client_id", "kaseya-mdr"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("nonce", "n"),
        ("claims", r#"{"id_token": {"nickname": null}}"#),
    ];
    let request = request.into_iter().collect();
    let code =
        idp.minter().response("dana", &request).unwrap().params.first("code").expect("a code").to_owned();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    let token = Browser::new().token(&idp, &form).await.json();
    let id_token = decode(token["id_token"].as_str().expect("an ID token")).1;
    assert_eq!(id_token["nickname"], "Dee", "what was asked for by name is there");
}

#[tokio::test]
async fn only_an_id_token_that_nothing_comes_with_has_what_the_scope_asks_for() {
    use fixtures::ResponseType::{CodeIdToken, IdToken, IdTokenToken};
    let idp = MockIdp::start().await;
    let change = |client: &mut fixtures::Client| {
        client.user_claims_in_id_token = false;
        client.grants.push(fixtures::Grant::Implicit);
        client.response_types = vec![CodeIdToken, IdToken, IdTokenToken];
    };
    idp.clients().change("kaseya-mdr", change).unwrap();
    for (response_type, there) in [("id_token", true), ("id_token token", false), ("code id_token", false)] {
        let request = [
            ("client_id", "kaseya-mdr"),
            ("redirect_uri", CALLBACK),
            ("response_type", response_type),
            ("scope", "openid email"),
            ("nonce", "n"),
        ];
        let request = request.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let response = idp.minter().response("dana", &request.into_iter().collect()).unwrap();
        let id_token = decode(response.params.first("id_token").expect("an ID token")).1;
        assert_eq!(id_token.get("email").is_some(), there, "{response_type}: {id_token}");
    }
}
