//! Every grant beside the code: the client for itself, devices, exchange, assertions, passwords; looking into tokens and taking them
//! back; tokens that are bound to a key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fixtures::{AccessTokenFormat, Client, Grant};
use jiff::SignedDuration;
use mock_idp::{Mint, MockIdp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::assertions::Signer;
use crate::support::{Answer, Browser, CLIENT, SECRET, decode};

const WORKER: &str = "worker";
const WORKER_SECRET: &str = "worker-test-secret-not-a-secret";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

async fn provider() -> MockIdp {
    let idp = MockIdp::builder().seed(1).start().await.expect("a free port");
    idp.clock().freeze();
    idp
}

/// A form with the credentials of a client in it.
async fn post_as(idp: &MockIdp, path: &str, client: (&str, &str), form: &[(&str, &str)]) -> Answer {
    let mut form = form.to_vec();
    form.push(("client_id", client.0));
    if !client.1.is_empty() {
        form.push(("client_secret", client.1));
    }
    Browser::new().post(&idp.url(path), &form).await
}

async fn token_as(idp: &MockIdp, client: (&str, &str), form: &[(&str, &str)]) -> Answer {
    post_as(idp, "/connect/token", client, form).await
}

fn error_of(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_client_gets_a_token_for_itself_and_no_more_scope_than_it_has() {
    let idp = provider().await;
    let worker = (WORKER, WORKER_SECRET);
    let answer = token_as(&idp, worker, &[("grant_type", "client_credentials")]).await.json();
    assert_eq!(answer["scope"], "alerts:read alerts:write");
    assert!(answer.get("id_token").is_none() && answer.get("refresh_token").is_none());
    let (header, claims) = decode(answer["access_token"].as_str().unwrap());
    assert_eq!(
        (&header["typ"], &claims["sub"], &claims["client_id"]),
        (&json!("at+jwt"), &json!(WORKER), &json!(WORKER))
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    assert!(claims.get("auth_time").is_none(), "nobody authenticated");
    let narrow = [("grant_type", "client_credentials"), ("scope", "alerts:read")];
    assert_eq!(token_as(&idp, worker, &narrow).await.json()["scope"], "alerts:read");
    let wide = [("grant_type", "client_credentials"), ("scope", "alerts:read admin")];
    assert_eq!(error_of(&token_as(&idp, worker, &wide).await), refused(400, "invalid_scope"));
    let other = token_as(&idp, (CLIENT, SECRET), &[("grant_type", "client_credentials")]).await;
    assert_eq!(error_of(&other), refused(400, "unauthorized_client"));
    let jti = claims["jti"].as_str().unwrap();
    for forged in [jti.to_owned(), format!("jwt.{jti}")] {
        let form = [("token", forged.as_str())];
        let seen = post_as(&idp, "/connect/introspect", worker, &form).await.json();
        assert_eq!(seen, json!({"active": false}), "a jti is no token");
    }
    let userinfo = Browser::new().userinfo(&idp, answer["access_token"].as_str().unwrap()).await;
    assert_eq!(error_of(&userinfo), refused(401, "invalid_token"));
}

#[tokio::test]
async fn a_device_waits_for_a_person_and_polls_no_faster_than_it_may() {
    let idp = provider().await;
    let television = ("television", "");
    let started = post_as(
        &idp,
        "/connect/deviceauthorization",
        television,
        &[("scope", "openid email offline_access")],
    )
    .await;
    assert_eq!(started.status, 200, "{}", started.body);
    let started = started.json();
    let (device_code, user_code) = (
        started["device_code"].as_str().unwrap().to_owned(),
        started["user_code"].as_str().unwrap().to_owned(),
    );
    assert!(started["verification_uri_complete"].as_str().unwrap().ends_with(&user_code));
    let poll = || async {
        let form = [("grant_type", DEVICE_CODE), ("device_code", device_code.as_str())];
        token_as(&idp, television, &form).await
    };
    assert_eq!(error_of(&poll().await), refused(400, "authorization_pending"));
    assert_eq!(error_of(&poll().await), refused(400, "slow_down"));
    idp.clock().advance(SignedDuration::from_secs(5));
    assert_eq!(error_of(&poll().await), refused(400, "slow_down"), "five seconds more since");
    let browser = Browser::new();
    let page = browser.get(started["verification_uri_complete"].as_str().unwrap()).await;
    assert!(page.page() == "kaseyaone-device" && page.body.contains(&user_code));
    let wrong = browser.post(&idp.url("/device"), &[("user_code", "XXXX"), ("person", "dana")]).await;
    assert_eq!(wrong.status, 422);
    // Who types the code and presses Enter presses the first button, which neither allows nor refuses.
    let first = page.body.split("<button ").nth(1).expect("a button");
    assert!(!first.contains("name="), "{first}");
    let entered = browser.post(&idp.url("/device"), &[("user_code", &user_code)]).await;
    assert!(entered.status == 422 && entered.body.contains("Choose who you are."), "{}", entered.body);
    let locked = browser.post(&idp.url("/device"), &[("user_code", &user_code), ("person", "nobody")]).await;
    assert_eq!(locked.status, 422);
    let typed = user_code.to_lowercase().replace('-', " ");
    let allowed = browser.post(&idp.url("/device"), &[("user_code", &typed), ("person", "dana")]).await;
    assert!(allowed.status == 200 && allowed.body.contains("may go on"), "{}", allowed.body);
    idp.clock().advance(SignedDuration::from_secs(60));
    let tokens = poll().await.json();
    assert!(tokens["refresh_token"].is_string(), "{tokens}");
    assert_eq!(decode(tokens["id_token"].as_str().unwrap()).1["email"], "dana@northwind.example");
    idp.clock().advance(SignedDuration::from_secs(60));
    assert_eq!(error_of(&poll().await), refused(400, "invalid_grant"), "a device code is good once");
}

#[tokio::test]
async fn a_device_is_refused_expires_and_belongs_to_one_client() {
    let idp = provider().await;
    let start = || async {
        let started = post_as(&idp, "/connect/deviceauthorization", ("television", ""), &[]).await.json();
        [&started["device_code"], &started["user_code"]].map(|code| code.as_str().unwrap().to_owned())
    };
    let poll = |code: String| {
        let idp = &idp;
        async move {
            token_as(idp, ("television", ""), &[("grant_type", DEVICE_CODE), ("device_code", &code)]).await
        }
    };
    let [denied, shown] = start().await;
    Browser::new().post(&idp.url("/device"), &[("user_code", &shown), ("deny", "deny")]).await;
    assert_eq!(error_of(&poll(denied).await), refused(400, "access_denied"));
    let [late, shown] = start().await;
    idp.clock().advance(SignedDuration::from_mins(15));
    assert_eq!(error_of(&poll(late).await), refused(400, "expired_token"));
    let expired =
        Browser::new().post(&idp.url("/device"), &[("user_code", &shown), ("person", "dana")]).await;
    assert_eq!(expired.status, 422);
    let grants = |client: &mut Client| client.grants.push(Grant::DeviceCode);
    idp.clients().change("spa", grants).unwrap();
    let [foreign, _] = start().await;
    let form = [("grant_type", DEVICE_CODE), ("device_code", foreign.as_str())];
    assert_eq!(error_of(&token_as(&idp, ("spa", ""), &form).await), refused(400, "invalid_grant"));
    let not_registered = post_as(&idp, "/connect/deviceauthorization", (CLIENT, SECRET), &[]).await;
    assert_eq!(error_of(&not_registered), refused(400, "unauthorized_client"));
}

#[tokio::test]
async fn a_token_of_a_person_is_exchanged_for_one_of_another_client() {
    let idp = provider().await;
    let minted = idp.mint(&Mint::new("dana", CLIENT).scope("openid email")).unwrap();
    let worker = (WORKER, WORKER_SECRET);
    let exchange = |subject: String, kind: &'static str, more: Vec<(&'static str, String)>| {
        let idp = &idp;
        async move {
            let mut form =
                vec![("grant_type", EXCHANGE), ("subject_token", &*subject), ("subject_token_type", kind)];
            form.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
            token_as(idp, worker, &form).await
        }
    };
    let answer = exchange(
        minted.access_token.clone(),
        ACCESS_TOKEN,
        vec![
            ("scope", "email alerts:read".to_owned()),
            ("audience", "https://one.test".to_owned()),
            ("audience", "https://two.test".to_owned()),
        ],
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    assert_eq!(
        (&answer["issued_token_type"], &answer["scope"]),
        (&json!(ACCESS_TOKEN), &json!("email alerts:read"))
    );
    let claims = decode(answer["access_token"].as_str().unwrap()).1;
    assert_eq!(claims["sub"], "k1-northwind-dana");
    assert_eq!(
        (&claims["client_id"], &claims["aud"]),
        (&json!(WORKER), &json!(["https://one.test", "https://two.test"]))
    );
    let actor = idp.mint(&Mint::new("zoe", CLIENT)).unwrap().access_token;
    let acting = vec![("actor_token", actor), ("actor_token_type", ACCESS_TOKEN.to_owned())];
    let first = exchange(minted.id_token.clone(), ID_TOKEN, acting.clone()).await.json();
    assert_eq!(decode(first["access_token"].as_str().unwrap()).1["act"]["sub"], "k1-northwind-zoe");
    let again =
        exchange(first["access_token"].as_str().unwrap().to_owned(), ACCESS_TOKEN, acting).await.json();
    assert_eq!(decode(again["access_token"].as_str().unwrap()).1["act"]["act"]["sub"], "k1-northwind-zoe");
    for (subject, kind, more, code) in [
        ("garbage".to_owned(), ACCESS_TOKEN, vec![], "invalid_request"),
        (minted.id_token.clone(), "urn:x", vec![], "invalid_request"),
        (minted.access_token.clone(), ACCESS_TOKEN, vec![("scope", "admin".to_owned())], "invalid_scope"),
        (
            minted.access_token.clone(),
            ACCESS_TOKEN,
            vec![("requested_token_type", "urn:x".to_owned())],
            "invalid_request",
        ),
    ] {
        assert_eq!(error_of(&exchange(subject, kind, more).await), refused(400, code));
    }
    idp.people().deactivate("dana").unwrap();
    assert_eq!(error_of(&exchange(minted.id_token, ID_TOKEN, vec![]).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn a_client_vouches_for_a_person_by_a_jwt_of_its_own() {
    let idp = provider().await;
    let signer = Signer::of("ES256");
    let now = idp.clock().now().as_second();
    idp.clients()
        .change(CLIENT, |client| {
            client.grants.push(Grant::JwtBearer);
            client.jwks = Some(signer.jwks());
        })
        .unwrap();
    let assertion = |changes: Value| {
        let mut claims = json!({"iss": CLIENT, "sub": "k1-northwind-dana", "aud": idp.issuer(), "exp": now + 60, "jti": "1"});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        signer.sign(&claims)
    };
    let present = |assertion: String| {
        let idp = &idp;
        async move {
            token_as(idp, (CLIENT, SECRET), &[("grant_type", JWT_BEARER), ("assertion", &assertion)]).await
        }
    };
    let tokens = present(assertion(json!({}))).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert_eq!(decode(tokens.json()["id_token"].as_str().unwrap()).1["sub"], "k1-northwind-dana");
    for (name, changes) in [
        ("used before", json!({})),
        ("another issuer", json!({"iss": "x", "jti": "2"})),
        ("another audience", json!({"aud": "https://x", "jti": "3"})),
        ("expired", json!({"exp": now - 120, "jti": "4"})),
        ("nobody", json!({"sub": "k1-nobody", "jti": "5"})),
        ("not yet", json!({"nbf": now + 600, "jti": "6"})),
    ] {
        assert_eq!(error_of(&present(assertion(changes)).await), refused(400, "invalid_grant"), "{name}");
    }
    let stranger = Signer::of("RS256")
        .sign(&json!({"iss": CLIENT, "sub": "dana", "aud": idp.issuer(), "exp": now + 60, "jti": "7"}));
    assert_eq!(error_of(&present(stranger).await), refused(400, "invalid_grant"));
}

/// A provider whose main client may ask people for their passwords, and its answers to such requests.
async fn with_passwords() -> MockIdp {
    let idp = provider().await;
    idp.clients().change(CLIENT, |client| client.grants.push(Grant::Password)).expect("the client");
    idp
}

async fn by_password(idp: &MockIdp, form: &[(&str, &str)]) -> Answer {
    token_as(idp, (CLIENT, SECRET), &[&[("grant_type", "password")], form].concat()).await
}

#[tokio::test]
async fn a_user_name_and_a_password_are_good_for_tokens_where_a_client_may_ask_for_them() {
    let dana = [("username", "Dana"), ("password", "kaseya-dana")];
    let strict = provider().await;
    assert_eq!(error_of(&by_password(&strict, &dana).await), refused(400, "unauthorized_client"));
    let idp = with_passwords().await;
    let with_scope = [&dana[..], &[("scope", "openid email offline_access")]].concat();
    let tokens = by_password(&idp, &with_scope).await.json();
    let claims = decode(tokens["id_token"].as_str().expect("an ID token")).1;
    assert_eq!(
        (&claims["sub"], &claims["email"]),
        (&json!("k1-northwind-dana"), &json!("dana@northwind.example"))
    );
    let access_token = tokens["access_token"].as_str().expect("an access token");
    let userinfo = Browser::new().userinfo(&idp, access_token).await;
    assert_eq!(userinfo.json()["sub"], "k1-northwind-dana");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().expect("a refresh token")),
    ];
    assert_eq!(token_as(&idp, (CLIENT, SECRET), &form).await.status, 200);
    let plain = by_password(&idp, &[&dana[..], &[("scope", "profile")]].concat()).await.json();
    assert!(plain["id_token"].is_null() && plain["refresh_token"].is_null(), "{plain}");
    let entry =
        idp.journal().entries().into_iter().rfind(|entry| entry.operation == "token").expect("an entry");
    assert_eq!(entry.person.as_deref(), Some("dana"));
    assert_eq!(entry.masked().form.first("password"), Some("(secret)"));
    for (missing, code) in [("username", "invalid_request"), ("password", "invalid_request")] {
        let form: Vec<_> = dana.into_iter().filter(|(name, _)| *name != missing).collect();
        assert_eq!(error_of(&by_password(&idp, &form).await), refused(400, code), "{missing}");
    }
    let too_much = by_password(&idp, &[&dana[..], &[("scope", "openid orders.read")]].concat()).await;
    assert_eq!(error_of(&too_much), refused(400, "invalid_scope"));
    idp.people().deactivate("dana").expect("dana");
    let gone = by_password(&idp, &dana).await;
    assert_eq!(error_of(&gone), refused(400, "invalid_grant"));
    assert!(gone.body.contains("deactivated"), "{}", gone.body);
}

#[tokio::test]
async fn a_user_name_of_two_companies_needs_the_company_or_a_password_of_its_own() {
    let idp = with_passwords().await;
    let subject = async |form: &[(&str, &str)]| {
        let tokens = by_password(&idp, form).await.json();
        tokens["id_token"].as_str().map(|token| decode(token).1["sub"].clone())
    };
    let of = |key: &str| Some(json!(idp.people().get(key).expect("sam").subject));
    let (sam, other) = (("username", "sam"), of("sam-contoso"));
    let password = |key: &str| idp.people().get(key).expect("sam").password;
    let (first, second) = (password("sam"), password("sam-contoso"));
    assert_ne!(first, second);
    assert_eq!(subject(&[sam, ("password", &first)]).await, of("sam"));
    assert_eq!(subject(&[sam, ("password", &second)]).await, other);
    idp.people().change("sam-contoso", |person| person.password.clone_from(&first)).expect("sam");
    assert_eq!(subject(&[sam, ("password", &first)]).await, None, "it may be either");
    let company = ("company", "contoso managed services");
    assert_eq!(subject(&[sam, ("password", &first), company]).await, other);
    assert_eq!(subject(&[("username", "dana"), ("password", "kaseya-dana"), company]).await, None);
}

#[tokio::test]
async fn wrong_passwords_for_a_name_of_two_companies_lock_both() {
    let idp = with_passwords().await;
    let answer =
        async |password: &str| by_password(&idp, &[("username", "sam"), ("password", password)]).await;
    answer("wrong").await;
    assert_eq!(answer("kaseya-sam").await.status, 200, "what succeeds begins the count anew");
    for attempt in 1..=5 {
        let told = answer("wrong").await.body;
        assert_eq!(told.contains("locked"), attempt >= 4, "{attempt}: {told}");
    }
    for key in ["sam", "sam-contoso"] {
        assert_eq!(idp.people().get(key).expect("sam").status, fixtures::Status::Locked, "{key}");
    }
    assert_eq!(error_of(&answer("kaseya-sam").await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn faults_strike_whoever_comes_by_a_password_and_a_name_has_an_end() {
    let idp = with_passwords().await;
    let dana = [("username", "dana"), ("password", "kaseya-dana")];
    let armed = idp.faults().arm("tok-503", mock_idp::Target::person("dana"), 1).expect("a fault");
    assert_eq!((by_password(&idp, &dana).await.status.as_u16(), armed.fired()), (503, 1));
    let blank = by_password(&idp, &[&dana[..], &[("scope", " ")]].concat()).await.json();
    assert!(blank["id_token"].is_string(), "{blank}");
    let long = "x".repeat(801);
    let told = by_password(&idp, &[("username", &*long), ("password", "x")]).await;
    assert_eq!(error_of(&told), refused(400, "invalid_request"));
}

#[tokio::test]
async fn whoever_is_made_on_the_spot_comes_with_any_password_again() {
    let idp = MockIdp::builder().any_person().start().await.expect("a free port");
    idp.clients().change(CLIENT, |client| client.grants.push(Grant::Password)).expect("the client");
    for password in ["one", "another"] {
        let tokens = by_password(&idp, &[("username", "greta"), ("password", password)]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
    }
    let known = by_password(&idp, &[("username", "dana"), ("password", "one")]).await;
    assert_eq!(error_of(&known), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn wrong_passwords_say_nothing_of_who_exists_and_lock_the_account_in_the_end() {
    let idp = with_passwords().await;
    let answer = async |username: &str, password: &str| {
        by_password(&idp, &[("username", username), ("password", password)]).await
    };
    for attempt in 1..=5 {
        let (dana, nobody) = (answer("dana", "wrong").await, answer("nobody", "wrong").await);
        assert_eq!((dana.status.as_u16(), &dana.body), (400, &nobody.body), "attempt {attempt}");
        assert_eq!(dana.body.contains("locked"), attempt == 5, "{}", dana.body);
    }
    let locked = answer("dana", "kaseya-dana").await;
    assert_eq!(error_of(&locked), refused(400, "invalid_grant"));
    assert!(locked.body.contains("locked"), "{}", locked.body);
    // What succeeds begins the count anew.
    for _ in 0..2 {
        for _ in 0..4 {
            answer("rui", "wrong").await;
        }
        assert_eq!(answer("rui", "kaseya-rui").await.status, 200);
    }
}

#[tokio::test]
async fn tokens_are_looked_into_and_taken_back() {
    let idp = provider().await;
    let minted = idp.mint(&Mint::new("dana", CLIENT).scope("openid offline_access")).unwrap();
    let refresh = minted.refresh_token.clone().unwrap();
    let look = |token: &str| {
        let (idp, token) = (&idp, token.to_owned());
        async move { post_as(idp, "/connect/introspect", (CLIENT, SECRET), &[("token", &token)]).await.json() }
    };
    let seen = look(&minted.access_token).await;
    assert_eq!(
        (&seen["active"], &seen["client_id"], &seen["username"]),
        (&json!(true), &json!(CLIENT), &json!("dana"))
    );
    assert_eq!(look(&refresh).await["active"], true);
    for nonsense in ["garbage", "a.b.c", ""] {
        let answer = post_as(&idp, "/connect/introspect", (CLIENT, SECRET), &[("token", nonsense)]).await;
        let inactive = answer.json() == json!({"active": false});
        assert!(inactive || (nonsense.is_empty() && answer.status == 400), "{nonsense}: {}", answer.body);
    }
    let stranger = post_as(&idp, "/connect/introspect", ("spa", ""), &[("token", &refresh)]).await;
    assert_eq!(error_of(&stranger), refused(401, "invalid_client"));
    let foreign = post_as(&idp, "/connect/revocation", (WORKER, WORKER_SECRET), &[("token", &refresh)]).await;
    assert_eq!(error_of(&foreign), refused(400, "invalid_grant"));
    for token in ["garbage", &minted.access_token, &minted.access_token] {
        let answer = post_as(&idp, "/connect/revocation", (CLIENT, SECRET), &[("token", token)]).await;
        assert_eq!(answer.status, 200, "what is not known is not honoured either");
    }
    assert_eq!(look(&minted.access_token).await, json!({"active": false}));
    assert_eq!(look(&refresh).await["active"], true);
    let again =
        token_as(&idp, (CLIENT, SECRET), &[("grant_type", "refresh_token"), ("refresh_token", &refresh)])
            .await
            .json();
    let (access, refresh) =
        (again["access_token"].as_str().unwrap(), again["refresh_token"].as_str().unwrap());
    post_as(&idp, "/connect/revocation", (CLIENT, SECRET), &[("token", refresh)]).await;
    assert_eq!(look(access).await, json!({"active": false}), "access tokens go with their refresh token");
    idp.clock().advance(SignedDuration::from_hours(2));
    let hint = [("token", "x"), ("token_type_hint", "urn:x")];
    let answer = post_as(&idp, "/connect/revocation", (CLIENT, SECRET), &hint).await;
    assert_eq!(answer.status, 200, "a hint that is wrong is ignored (RFC 7009 2.2)");
    let twice = [("token", "x"), ("token", "y")];
    for path in ["/connect/revocation", "/connect/introspect"] {
        let answer = post_as(&idp, path, (CLIENT, SECRET), &twice).await;
        assert_eq!(error_of(&answer), refused(400, "invalid_request"), "{path}");
    }
}

/// A proof for one request.
fn proof(signer: &Signer, idp: &MockIdp, method: &str, path: &str, id: &str, token: Option<&str>) -> String {
    let mut claims =
        json!({"htm": method, "htu": idp.url(path), "iat": idp.clock().now().as_second(), "jti": id});
    if let Some(token) = token {
        claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
    }
    signer.proof(&claims)
}

#[tokio::test]
async fn tokens_are_bound_to_the_key_that_was_shown() {
    let document = Browser::new().get(&provider().await.discovery_url()).await.json();
    let advertised = document["dpop_signing_alg_values_supported"].as_array().expect("a list");
    assert!(advertised.len() >= 6, "{advertised:?}");
    for alg in advertised.iter().filter_map(Value::as_str) {
        let idp = provider().await;
        let signer = Signer::of(alg);
        idp.clients().change(CLIENT, |client| client.access_token_format = AccessTokenFormat::Jwt).unwrap();
        let browser = Browser::new();
        let code = browser.sign_in(&idp, "dana", &[]).await.param("code").unwrap();
        let redeem = |proof: String| {
            let request = browser
                .http()
                .post(idp.url("/connect/token"))
                .basic_auth(CLIENT, Some(SECRET))
                .header("dpop", proof)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!(
                    "grant_type=authorization_code&code={code}&redirect_uri={}&code_verifier={}",
                    crate::support::CALLBACK,
                    crate::support::VERIFIER
                ));
            browser.send(request)
        };
        let elsewhere = proof(&signer, &idp, "POST", "/connect/authorize", "0", None);
        assert_eq!(error_of(&redeem(elsewhere).await), refused(400, "invalid_dpop_proof"), "{alg}");
        let tokens = redeem(proof(&signer, &idp, "POST", "/connect/token", "1", None)).await;
        assert_eq!(tokens.status, 200, "{alg}: {}", tokens.body);
        let tokens = tokens.json();
        assert_eq!(tokens["token_type"], "DPoP");
        let access = tokens["access_token"].as_str().unwrap();
        assert!(decode(access).1["cnf"]["jkt"].is_string());
        let userinfo = |scheme: &'static str, proof: Option<String>| {
            let request = browser
                .http()
                .get(idp.url("/connect/userinfo"))
                .header("authorization", format!("{scheme} {access}"));
            browser.send(match proof {
                Some(proof) => request.header("dpop", proof),
                None => request,
            })
        };
        let fresh =
            |id: &str, token: Option<&str>| Some(proof(&signer, &idp, "GET", "/connect/userinfo", id, token));
        assert_eq!(userinfo("DPoP", fresh("2", Some(access))).await.status, 200, "{alg}");
        for (name, answer) in [
            ("as bearer", userinfo("Bearer", None).await),
            ("without a proof", userinfo("DPoP", None).await),
            ("used before", userinfo("DPoP", fresh("2", Some(access))).await),
            ("without the hash of the token", userinfo("DPoP", fresh("3", None)).await),
            ("by another key", {
                let other = Signer::of(if alg == "ES256" { "RS256" } else { "ES256" });
                userinfo("DPoP", Some(proof(&other, &idp, "GET", "/connect/userinfo", "4", Some(access))))
                    .await
            }),
        ] {
            assert_eq!(answer.status, 401, "{alg} {name}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_proof_is_checked_in_every_part() {
    let idp = provider().await;
    let signer = Signer::of("ES256");
    idp.clients().change(WORKER, |client| client.dpop_bound_access_tokens = true).unwrap();
    let now = idp.clock().now().as_second();
    let browser = Browser::new();
    let ask = |proof: Option<String>| {
        let request = browser
            .http()
            .post(idp.url("/connect/token"))
            .basic_auth(WORKER, Some(WORKER_SECRET))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        browser.send(match proof {
            Some(proof) => request.header("dpop", proof),
            None => request,
        })
    };
    let good = json!({"htm": "POST", "htu": idp.url("/connect/token"), "iat": now, "jti": "x"});
    assert_eq!(
        error_of(&ask(None).await),
        refused(400, "invalid_dpop_proof"),
        "this client has to show a key"
    );
    assert_eq!(ask(Some(signer.proof(&good))).await.status, 200);
    for (name, value) in [
        ("htm", json!("GET")),
        ("htu", json!("https://evil.example/connect/token")),
        ("iat", json!(now - 400)),
        ("iat", json!("now")),
        ("jti", json!("")),
    ] {
        let mut claims = good.clone();
        claims["jti"] = json!(format!("{name}{value}"));
        claims[name] = value.clone();
        assert_eq!(
            error_of(&ask(Some(signer.proof(&claims))).await),
            refused(400, "invalid_dpop_proof"),
            "{name} {value}"
        );
    }
    let untyped = signer.sign(&good);
    assert_eq!(
        error_of(&ask(Some(untyped)).await),
        refused(400, "invalid_dpop_proof"),
        "typ and jwk are missing"
    );
    assert_eq!(error_of(&ask(Some("x.y.z".to_owned())).await), refused(400, "invalid_dpop_proof"));
}

#[tokio::test]
async fn a_client_that_needs_nonces_is_given_one_and_has_to_use_it() {
    let idp = provider().await;
    idp.clients().change(CLIENT, |client| client.dpop_nonces = true).unwrap();
    let (browser, key) = (Browser::new(), Signer::of("ES256"));
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").unwrap();
    let signed = |method: &str, path: &str, id: &str, nonce: Option<&str>, token: Option<&str>| {
        let at = idp.clock().now().as_second();
        let mut claims = json!({"htm": method, "htu": idp.url(path), "iat": at, "jti": id});
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        if let Some(token) = token {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        }
        key.proof(&claims)
    };
    let redeem = |id: &str, nonce: Option<&str>| {
        let body = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={}&code_verifier={}",
            crate::support::CALLBACK,
            crate::support::VERIFIER
        );
        let request = browser.http().post(idp.url("/connect/token")).basic_auth(CLIENT, Some(SECRET));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        browser.send(request.header("dpop", signed("POST", "/connect/token", id, nonce, None)))
    };
    let given = |answer: &crate::support::Answer| answer.headers["dpop-nonce"].to_str().unwrap().to_owned();
    let asked = redeem("1", None).await;
    assert_eq!(error_of(&asked), refused(400, "use_dpop_nonce"));
    let nonce = given(&asked);
    assert_eq!(error_of(&redeem("2", Some("another")).await), refused(400, "use_dpop_nonce"));
    let tokens = redeem("4", Some(&nonce)).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert_eq!(given(&tokens), nonce, "it comes with every answer (RFC 9449 8.2)");
    let access = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let userinfo = |id: &str, nonce: Option<&str>| {
        let request = browser.http().get(idp.url("/connect/userinfo"));
        let proof = signed("GET", "/connect/userinfo", id, nonce, Some(&access));
        browser.send(request.header("authorization", format!("DPoP {access}")).header("dpop", proof))
    };
    let challenged = userinfo("5", None).await;
    assert_eq!(challenged.status, 401);
    let challenge = challenged.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("DPoP ") && challenge.contains("error=\"use_dpop_nonce\""), "{challenge}");
    assert_eq!(userinfo("6", Some(&given(&challenged))).await.status, 200);
    idp.clock().advance(SignedDuration::from_mins(10));
    let late = userinfo("7", Some(&nonce)).await;
    assert!(late.status == 401 && given(&late) != nonce, "it has become old");
    assert_eq!(userinfo("8", Some(&given(&late))).await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_that_does_not_rotate_is_good_until_it_expires() {
    let idp = provider().await;
    idp.clients().change(CLIENT, |client| client.rotate_refresh_tokens = false).unwrap();
    let minted = idp.mint(&Mint::new("dana", CLIENT).scope("openid offline_access")).unwrap();
    let token = minted.refresh_token.expect("a refresh token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", &*token)];
    for _ in 0..3 {
        let answer = token_as(&idp, (CLIENT, SECRET), &form).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let tokens = answer.json();
        assert!(tokens["access_token"].is_string() && tokens["refresh_token"].is_null(), "{tokens}");
    }
    idp.clock().advance(SignedDuration::from_hours(24 * 365));
    assert_eq!(error_of(&token_as(&idp, (CLIENT, SECRET), &form).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn a_client_has_claims_of_its_own_in_tokens_for_itself_alone() {
    let idp = provider().await;
    let claims = json!({"roles": ["orders.read"], "tenant": 7});
    let own = |client: &mut Client| {
        client.access_token_format = AccessTokenFormat::Jwt;
        client.access_token_claims = claims.as_object().expect("an object").clone();
    };
    idp.clients().change(WORKER, own).unwrap();
    let form = [("grant_type", "client_credentials")];
    let token = token_as(&idp, (WORKER, WORKER_SECRET), &form).await.json();
    let seen = decode(token["access_token"].as_str().expect("a token")).1;
    assert_eq!(
        (&seen["roles"][0], &seen["tenant"], &seen["sub"]),
        (&json!("orders.read"), &json!(7), &json!(WORKER))
    );
    idp.clients().change(CLIENT, own).unwrap();
    let minted = idp.mint(&Mint::new("dana", CLIENT)).unwrap();
    assert!(decode(&minted.access_token).1["tenant"].is_null(), "a person has claims of their own");
    let document = json!({"id": "other", "secret": "s", "grants": ["client_credentials"], "access_token_claims": {"iss": "x"}});
    let browser = Browser::new();
    let request = browser.http().post(format!("{}/clients", idp.control_url())).body(document.to_string());
    let refused = browser.send(request).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("the claim iss is set by the provider"), "{}", refused.body);
}
