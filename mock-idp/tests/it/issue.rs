//! Issue, expire, replay: tokens, codes, answers, sessions and logout tokens without a login, early ends, and the same
//! once more.

use mock_idp::{Mint, MintError, MintLogoutToken, MockIdp, Params, TokenKind};
use serde_json::{Value, json};

use crate::support::{Browser, CALLBACK, CLIENT, SECRET, VERIFIER, authorize_url, decode};

#[tokio::test]
async fn a_code_can_be_made_to_expire_and_a_session_to_end() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").unwrap();
    idp.expire_code(&code).unwrap();
    assert_eq!(browser.redeem(&idp, &code).await.json()["error"], "invalid_grant");
    assert_eq!(idp.expire_sessions("dana"), 1);
    assert_eq!(browser.authorize(&idp, &[]).await.page(), "kaseyaone-login");
}

#[tokio::test]
async fn what_was_handed_out_can_be_handed_out_again_exactly() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let back = browser.sign_in(&idp, "dana", &[]).await;
    let sent = idp.replay().last_response("dana").expect("the response");
    assert_eq!(Some(sent.location), back.location);
    let token = browser.redeem(&idp, &back.param("code").unwrap()).await.json();
    for (kind, name) in [(TokenKind::IdToken, "id_token"), (TokenKind::AccessToken, "access_token")] {
        assert_eq!(json!(idp.replay().last_token(kind, "dana").unwrap().token), token[name], "{name}");
    }
}

fn request(url: &str) -> Params {
    Params::parse(url.split_once('?').expect("a query").1)
}

#[tokio::test]
async fn tokens_are_issued_long_ago_and_in_the_future() {
    let idp = MockIdp::start().await;
    idp.clock().freeze();
    let now = idp.clock().now().as_second();
    let browser = Browser::new();
    let old = idp.mint(&Mint::new("dana", CLIENT).issued_ago(7_200)).unwrap();
    let claims = old.id_token_claims();
    assert_eq!((&claims["iat"], &claims["auth_time"]), (&json!(now - 7_200), &json!(now - 7_200)));
    assert!(claims["exp"].as_i64().expect("a time") < now, "it has expired");
    assert_eq!(browser.userinfo(&idp, &old.access_token).await.status, 401);
    let early = idp.mint(&Mint::new("dana", CLIENT).issued_ago(-600)).unwrap();
    assert_eq!(early.id_token_claims()["iat"], json!(now + 600));
    let usual = idp.mint(&Mint::new("dana", CLIENT)).unwrap();
    assert_eq!(usual.id_token_claims()["iat"], json!(now), "the clock is where it was");
    idp.mint(&Mint::new("dana", CLIENT).issued_ago(i64::MAX)).unwrap();
    idp.mint(&Mint::new("dana", CLIENT).issued_ago(i64::MIN)).unwrap();
}

#[tokio::test]
async fn tokens_are_issued_with_claims_audience_and_life_of_their_own() {
    let idp = MockIdp::start().await;
    idp.clients()
        .change(CLIENT, |client| client.access_token_format = fixtures::AccessTokenFormat::Jwt)
        .unwrap();
    let browser = Browser::new();
    let order = Mint::new("dana", CLIENT)
        .scope("openid email offline_access")
        .claim("role", "Administrator")
        .claim("email", Value::Null)
        .claim("groups", json!({"all": ["staff"]}))
        .audience("https://api.test")
        .audience("billing")
        .lifetime(60);
    let minted = idp.mint(&order).unwrap();
    let (id_token, access_token) = (minted.id_token_claims(), decode(&minted.access_token).1);
    for told in [&id_token, &access_token] {
        assert_eq!((&told["role"], &told["groups"]), (&json!("Administrator"), &json!({"all": ["staff"]})));
        assert_eq!(told.get("email"), Some(&Value::Null), "as it was ordered");
        let second = |name: &str| told[name].as_i64().expect("a time");
        assert_eq!((second("exp") - second("iat"), &told["sub"]), (60, &json!("k1-northwind-dana")));
    }
    assert_eq!(
        (&id_token["aud"], &access_token["aud"]),
        (&json!(CLIENT), &json!(["https://api.test", "billing"]))
    );
    assert_eq!(
        id_token["company_id"],
        idp.mint(&Mint::new("dana", CLIENT)).unwrap().id_token_claims()["company_id"]
    );
    let userinfo = browser.userinfo(&idp, &minted.access_token).await.json();
    assert_eq!((&userinfo["role"], &userinfo["groups"]), (&id_token["role"], &id_token["groups"]));
    assert_eq!(userinfo.get("email"), None, "what is null is left out there (OIDC Core 5.3.2)");
    let odd = idp.mint(&order.clone().claim("active", false)).unwrap().access_token;
    let form = [("token", &*odd), ("client_id", CLIENT), ("client_secret", SECRET)];
    let known = browser.post(&idp.url("/connect/introspect"), &form).await.json();
    assert_eq!((&known["active"], &known["role"]), (&json!(true), &json!("Administrator")));
    let refresh_token = minted.refresh_token.expect("a refresh token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
    let refreshed = browser.token(&idp, &form).await.json();
    assert_eq!(refreshed["expires_in"], 3600, "the life was that of those tokens");
    let refreshed = decode(refreshed["access_token"].as_str().expect("a token")).1;
    assert_eq!((&refreshed["role"], &refreshed["aud"]), (&access_token["role"], &access_token["aud"]));
    idp.clock().freeze();
    let short = idp.mint(&order).unwrap();
    idp.clock().advance(jiff::SignedDuration::from_secs(59));
    assert_eq!(browser.userinfo(&idp, &short.access_token).await.status, 200);
    idp.clock().advance(jiff::SignedDuration::from_secs(1));
    assert_eq!(browser.userinfo(&idp, &short.access_token).await.status, 401);
    // Faults strike what was ordered, too, and a client that has claims elsewhere gets those that were ordered.
    let armed = idp.faults().arm("id-role-absent", mock_idp::Target::person("dana"), 1).unwrap();
    assert_eq!(idp.mint(&order).unwrap().id_token_claims().get("role"), None);
    assert_eq!(armed.fired(), 1);
    idp.clients().change(CLIENT, |client| client.user_claims_in_id_token = false).unwrap();
    let bare = idp.mint(&order).unwrap().id_token_claims();
    assert_eq!((&bare["role"], bare.get("company_id")), (&json!("Administrator"), None));
}

#[tokio::test]
async fn claims_of_the_protocol_are_not_ordered_but_what_sets_them_is() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let post = async |body: Value| {
        browser.send(browser.http().post(idp.url("/_control/tokens")).body(body.to_string())).await
    };
    for (name, remedy) in [
        ("iss", "leave it out, or arm a fault to send a wrong one"),
        ("sub", "change the subject of the person"),
        ("aud", "write audience beside claims, for the access token"),
        ("exp", "write lifetime_seconds beside claims"),
        ("iat", "write issued_seconds_ago beside claims"),
        ("auth_time", "write authenticated_seconds_ago beside claims"),
        ("nonce", "write nonce beside claims"),
        ("scope", "write scope beside claims"),
        ("client_id", "write client beside claims"),
        ("sid", "leave it out, or arm a fault to send a wrong one"),
    ] {
        let refused = post(json!({"person": "dana", "client": CLIENT, "claims": {name: "x"}})).await;
        let sentence = format!("the claim {name} is set by the provider; {remedy}");
        assert_eq!((refused.status.as_u16(), &refused.json()["detail"]), (422, &json!(sentence)));
        let wrong = idp.mint(&Mint::new("dana", CLIENT).claim(name, "x")).unwrap_err();
        assert_eq!(wrong, MintError::Order(sentence));
    }
    let many: Vec<_> = (0..17).map(|number| number.to_string()).collect();
    for (member, value, words) in [
        ("audience", json!([""]), "audience names nobody in one place; leave that out"),
        ("audience", json!(many), "audience names 17; write 16 at most"),
        ("audience", json!("billing"), "audience: "),
        ("claims", json!(["role"]), "claims: "),
        ("lifetime_seconds", json!(-1), "lifetime_seconds: "),
        ("lifetime_seconds", json!(4_294_967_296_u64), "expected a whole number from 0 to 4294967295"),
    ] {
        let refused = post(json!({"person": "dana", "client": CLIENT, member: value})).await;
        let detail = refused.json()["detail"].as_str().expect("a sentence").to_owned();
        assert!(refused.status == 422 && detail.contains(words), "{detail}");
    }
    let right =
        post(json!({"person": "dana", "client": CLIENT, "claims": {"deep": [{"a": 1.5, "b": null}]}})).await;
    let told = decode(right.json()["id_token"].as_str().expect("an ID token")).1;
    assert_eq!((right.status.as_u16(), &told["deep"]), (201, &json!([{"a": 1.5, "b": null}])));
}

#[tokio::test]
async fn an_answer_is_issued_without_a_browser_and_expires() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let asked = request(&authorize_url(&idp, &[]));
    let sent = idp.minter().response("dana", &asked).unwrap();
    assert_eq!((sent.redirect_uri.as_str(), sent.params.first("state")), (CALLBACK, Some("state-1")));
    let code = sent.params.first("code").expect("a code").to_owned();
    let tokens = browser.redeem(&idp, &code).await.json();
    assert_eq!(decode(tokens["id_token"].as_str().expect("an ID token")).1["nonce"], "nonce-1");
    let late = idp.minter().response("dana", &asked).unwrap();
    assert_eq!(idp.minter().expire_codes(), 1);
    let late = browser.redeem(&idp, late.params.first("code").expect("a code")).await;
    assert_eq!(late.json()["error"], "invalid_grant");
    assert_eq!(browser.authorize(&idp, &[]).await.page(), "kaseyaone-login", "nobody was signed in by that");
    let none = request(&authorize_url(&idp, &[("scope", "email"), ("response_type", "token")]));
    let refused = idp.minter().response("dana", &none).unwrap();
    assert!(refused.params.first("error").is_some(), "the error that the request deserves");
    let evil = request(&authorize_url(&idp, &[("redirect_uri", "https://evil.example/")]));
    assert!(matches!(idp.minter().response("dana", &evil), Err(MintError::Refused(_))));
    let login = request(&authorize_url(&idp, &[("prompt", "login")]));
    assert_eq!(idp.minter().response("dana", &login), Err(MintError::PersonNeeded));
    assert!(matches!(idp.minter().response("nobody", &asked), Err(MintError::NotFound(_))));
}

#[tokio::test]
async fn a_session_is_issued_replayed_and_expired() {
    let idp = MockIdp::start().await;
    let session = idp.minter().session("dana").unwrap();
    let visit = async || {
        let browser = Browser::new();
        let cookie = format!("{}={}", session.name, session.value);
        browser.send(browser.http().get(authorize_url(&idp, &[])).header("cookie", cookie)).await
    };
    for _ in 0..2 {
        let code = visit().await.param("code").expect("any browser that has the cookie is in the session");
        let tokens = Browser::new().redeem(&idp, &code).await.json();
        assert_eq!(decode(tokens["id_token"].as_str().expect("an ID token")).1["sid"], json!(session.sid));
    }
    assert_eq!(idp.expire_sessions("dana"), 1);
    assert!(visit().await.location.expect("a page").starts_with("/account/login"), "the cookie is stale");
    idp.people().lock("dana").unwrap();
    assert!(matches!(idp.minter().session("dana"), Err(MintError::Refused(_))));
}

#[tokio::test]
async fn everything_about_a_person_expires_at_once() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let offline = "openid offline_access";
    let minted = idp.mint(&Mint::new("dana", CLIENT).scope(offline)).unwrap();
    let rui = idp.mint(&Mint::new("rui", CLIENT).scope(offline)).unwrap();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    assert_eq!(idp.minter().expire_grants("dana"), 3, "code, access and refresh token");
    assert_eq!(idp.minter().expire_grants("dana"), 0);
    assert_eq!(browser.redeem(&idp, &code).await.json()["error"], "invalid_grant");
    let refresh = async |token: Option<&String>| {
        let token = token.expect("a refresh token");
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        browser.token(&idp, &form).await.json()
    };
    assert_eq!(refresh(minted.refresh_token.as_ref()).await["error"], "invalid_grant");
    assert_eq!(browser.userinfo(&idp, &minted.access_token).await.status, 401);
    assert!(refresh(rui.refresh_token.as_ref()).await["access_token"].is_string(), "rui's are good");
}

#[tokio::test]
async fn refresh_tokens_are_replayed() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let scope = [("scope", "openid offline_access")];
    let code = browser.sign_in(&idp, "dana", &scope).await.param("code").expect("a code");
    browser.redeem(&idp, &code).await;
    let sent = idp.replay().last_token(TokenKind::RefreshToken, "dana").expect("a refresh token");
    assert_eq!((sent.client.as_str(), sent.kind), (CLIENT, TokenKind::RefreshToken));
    let form = [("grant_type", "refresh_token"), ("refresh_token", sent.token.as_str())];
    assert_eq!(browser.token(&idp, &form).await.status, 200);
    assert_eq!(browser.token(&idp, &form).await.json()["error"], "invalid_grant", "it was replayed");
    assert_eq!(idp.replay().tokens(TokenKind::RefreshToken).len(), 2, "the second came by the first");
}

#[tokio::test]
async fn logout_tokens_are_issued_and_sent_again() {
    use axum::routing::post;
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&told);
    let take = move |body: String| async move { seen.lock().expect("no panic").push(body) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let uri = format!("http://{}/told", listener.local_addr().expect("an address"));
    tokio::spawn(async { axum::serve(listener, axum::Router::new().route("/told", post(take))).await });
    let idp = MockIdp::start().await;
    idp.clock().freeze();
    idp.clients().change(CLIENT, |client| client.backchannel_logout_uri = Some(uri)).unwrap();
    assert!(idp.replay().send_logout_token("dana", CLIENT).await.is_err(), "there is none yet");
    let minted = idp.mint(&Mint::new("dana", CLIENT)).unwrap();
    let token = idp.minter().logout_token(&MintLogoutToken::new("dana", CLIENT).issued_ago(600)).unwrap();
    let (header, claims) = decode(&token);
    assert_eq!((&header["typ"], &claims["sid"]), (&json!("logout+jwt"), &minted.id_token_claims()["sid"]));
    assert_eq!(claims["iat"], json!(idp.clock().now().as_second() - 600));
    assert!(told.lock().expect("no panic").is_empty(), "it was sent to nobody");
    for _ in 0..2 {
        let delivery = idp.replay().send_logout_token("dana", CLIENT).await.unwrap();
        assert_eq!((delivery.client.as_str(), delivery.status), (CLIENT, Some(200)));
    }
    let bodies = told.lock().expect("no panic").clone();
    assert_eq!(bodies, vec![format!("logout_token={token}"); 2]);
    assert!(idp.replay().send_logout_token("dana", "other-product").await.is_err());
}

#[tokio::test]
async fn all_of_it_is_there_over_http() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let post = |path: &str, body: Value| {
        browser.send(browser.http().post(idp.url(&format!("/_control{path}"))).body(body.to_string()))
    };
    let session = post("/sessions", json!({"person": "dana"})).await;
    assert_eq!(session.status, 201);
    let session = session.json();
    assert!(session["name"].as_str().expect("a name").starts_with("mock_idp_"));
    let asked = request(&authorize_url(&idp, &[]));
    let asked: serde_json::Map<_, _> =
        asked.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let response = post("/responses", json!({"person": "dana", "request": asked})).await;
    assert_eq!(response.status, 201);
    assert!(response.json()["location"].as_str().expect("an address").starts_with(CALLBACK));
    let logout =
        post("/logout-tokens", json!({"person": "dana", "client": CLIENT, "sid": "s-1"})).await.json();
    assert_eq!(decode(logout["logout_token"].as_str().expect("a token")).1["sid"], "s-1");
    post("/tokens", json!({"person": "dana", "client": CLIENT, "issued_seconds_ago": 10})).await;
    assert_eq!(post("/expire", json!({"grants": "dana"})).await.json()["expired"], 2);
    assert_eq!(post("/expire", json!({"sessions": "dana"})).await.json()["expired"], 1);
    let handed_out = browser.get(&idp.url("/_control/replay?person=dana")).await.json();
    for (kind, count) in [
        ("responses", 1),
        ("id_tokens", 1),
        ("access_tokens", 1),
        ("refresh_tokens", 0),
        ("logout_tokens", 1),
    ] {
        assert_eq!(handed_out[kind].as_array().map(Vec::len), Some(count), "{kind}");
    }
    assert_eq!(handed_out["logout_tokens"][0]["token"], logout["logout_token"]);
    let again = post("/replay/logout-token", json!({"person": "dana", "client": CLIENT})).await.json();
    assert_eq!((&again["client"], &again["status"]), (&json!(CLIENT), &Value::Null), "nobody listens there");
    for (path, body, status, code) in [
        ("/sessions", json!({"person": "nobody"}), 404, "not_found"),
        ("/responses", json!({"person": "dana", "request": {}}), 422, "not_issued"),
        ("/logout-tokens", json!({"person": "dana", "client": "nothing"}), 404, "not_found"),
        ("/replay/logout-token", json!({"person": "rui", "client": CLIENT}), 404, "not_found"),
    ] {
        let answer = post(path, body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{path}");
    }
}

#[tokio::test]
async fn a_verifier_is_asked_for_when_the_issued_code_has_a_challenge() {
    let idp = MockIdp::start().await;
    let sent = idp.minter().response("dana", &request(&authorize_url(&idp, &[]))).unwrap();
    let code = sent.params.first("code").expect("a code").to_owned();
    let redeem = async |verifier: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ];
        Browser::new().token(&idp, &form).await.status.as_u16()
    };
    assert_eq!(
        (redeem("wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong").await, redeem(VERIFIER).await),
        (400, 200)
    );
}

#[tokio::test]
async fn what_is_issued_in_the_future_ends_nothing_of_today() {
    let idp = MockIdp::start().await;
    let scope = "openid offline_access";
    let dana = idp.mint(&Mint::new("dana", CLIENT).scope(scope)).unwrap();
    idp.mint(&Mint::new("rui", CLIENT).scope(scope).issued_ago(i64::MIN)).unwrap();
    let browser = Browser::new();
    assert_eq!(browser.userinfo(&idp, &dana.access_token).await.status, 200);
    let refresh_token = dana.refresh_token.expect("a refresh token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    assert_eq!(browser.token(&idp, &form).await.status, 200);
}

#[tokio::test]
async fn an_answer_is_about_whom_it_was_ordered_for_whatever_the_request_hints_at() {
    let idp = MockIdp::builder().headless().start().await.expect("a free port");
    let hinted = request(&authorize_url(&idp, &[("login_hint", "rui")]));
    assert_eq!(idp.minter().response("dana", &hinted), Err(MintError::PersonNeeded));
    assert!(
        Browser::new().authorize(&idp, &[("login_hint", "rui")]).await.param("code").is_some(),
        "as before"
    );
}

#[tokio::test]
async fn no_other_token_passes_for_an_id_token() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let logout_token = idp.minter().logout_token(&MintLogoutToken::new("dana", CLIENT)).unwrap();
    let access_token = idp.mint(&Mint::new("dana", "worker").scope("openid")).unwrap().access_token;
    assert!(access_token.contains('.'), "a JWT: {access_token}");
    for token in [&logout_token, &access_token] {
        let hinted = browser.authorize(&idp, &[("prompt", "none"), ("id_token_hint", token)]).await;
        assert_eq!(hinted.param("error").as_deref(), Some("invalid_request"));
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", token.as_str()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
        ];
        idp.clients().change(CLIENT, |client| client.grants.push(fixtures::Grant::TokenExchange)).unwrap();
        let exchanged = browser.token(&idp, &form).await;
        assert_eq!((exchanged.status.as_u16(), &exchanged.json()["error"]), (400, &json!("invalid_request")));
    }
}

#[tokio::test]
async fn an_answer_in_the_fragment_is_replayed_in_the_fragment() {
    let idp = MockIdp::start().await;
    idp.clients()
        .change(CLIENT, |client| {
            client.grants.push(fixtures::Grant::Implicit);
            client.response_types.push(fixtures::ResponseType::IdToken);
        })
        .expect("the client");
    let browser = Browser::new();
    let sent = browser.sign_in(&idp, "dana", &[("response_type", "id_token")]).await.location;
    let sent = sent.expect("a redirect");
    assert!(sent.contains("/callback#"), "{sent}");
    let replayed = idp.replay().responses().pop().expect("an answer");
    assert_eq!(replayed.location, sent);
    let issued = idp.minter().response(
        "dana",
        &mock_idp::Params::parse(
            crate::support::authorize_url(&idp, &[("response_type", "id_token")])
                .split_once('?')
                .expect("a query")
                .1,
        ),
    );
    assert!(issued.expect("an answer").location.contains("/callback#id_token="));
}

#[tokio::test]
async fn what_is_put_into_tokens_is_no_longer_than_tokens_are() {
    let idp = MockIdp::start().await;
    let order = |length: usize| Mint::new("dana", CLIENT).claim("groups", "x".repeat(length));
    assert!(idp.mint(&order(60_000)).unwrap().id_token.len() > 60_000);
    let long = "y".repeat(40_000);
    for order in [order(70_000), order(30_000).scope(&*long), order(30_000).audience(&*long)] {
        let refused = idp.mint(&order).expect_err("it is too long");
        let MintError::Order(sentence) = &refused else { panic!("{refused}") };
        assert!(sentence.ends_with("bytes together; write 65536 at most"), "{sentence}");
        let browser = Browser::new();
        let request = browser.http().post(idp.url("/_control/tokens")).body(json!(order).to_string());
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains("write 65536 at most"), "{}", answer.body);
    }
}
