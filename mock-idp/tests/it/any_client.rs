//! Clients that nobody registered, where any client is taken: by whatever they send, and nobody else by it.

use mock_idp::{ConfigFormat, JournalQuery, MockIdp, MockIdpBuilder, Outcome, RealmHandle, Target};
use serde_json::json;

use crate::assertions::Signer;
use crate::support::{Answer, Browser, CLIENT, VERIFIER, authorize_url, decode, encode};

const SPA: &str = "http://localhost:49152/signed-in";

async fn provider() -> MockIdp {
    MockIdp::builder().any_client().on_current_runtime().start().await.expect("a free port")
}

/// A token request in the body, with a secret or without.
async fn token(idp: &RealmHandle, client: (&str, Option<&str>), form: &[(&str, &str)]) -> Answer {
    let (id, secret) = client;
    let mut form = form.to_vec();
    form.push(("client_id", id));
    form.extend(secret.map(|secret| ("client_secret", secret)));
    Browser::new().post(&idp.url("/connect/token"), &form).await
}

/// The code of a sign-in of Dana.
async fn code(idp: &RealmHandle, id: &str, uri: &str, more: &[(&str, &str)]) -> String {
    let asked = [&[("client_id", id), ("redirect_uri", uri)], more].concat();
    let back = Browser::new().sign_in(idp, "dana", &asked).await;
    assert!(back.location.as_deref().is_some_and(|location| location.starts_with(uri)), "{back:?}");
    back.param("code").unwrap_or_else(|| panic!("{back:?}"))
}

async fn redeem(idp: &RealmHandle, client: (&str, Option<&str>), code: &str, uri: &str) -> Answer {
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", uri)];
    token(idp, client, &[&form[..], &[("code_verifier", VERIFIER)]].concat()).await
}

fn error_of(answer: &Answer) -> (u16, String, String) {
    let check = answer.headers.get("x-mock-idp-check").and_then(|check| check.to_str().ok());
    let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), error, check.unwrap_or_default().to_owned())
}

const PLAIN: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

#[tokio::test]
async fn whoever_comes_signs_in_refreshes_and_comes_again_by_another_address() {
    let idp = provider().await;
    let spa = ("my own spa", None);
    let first = code(&idp, spa.0, SPA, &[("scope", "openid offline_access")]).await;
    let tokens = redeem(&idp, spa, &first, SPA).await.json();
    let claims = decode(tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}"))).1;
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!("my own spa"), &json!("k1-northwind-dana")));
    let access = decode(tokens["access_token"].as_str().expect("an access token")).1;
    assert_eq!(access["client_id"], "my own spa", "APIs read it");
    let refresh = tokens["refresh_token"].as_str().expect("a refresh token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    assert_eq!(token(&idp, spa, &form).await.status, 200);
    assert_eq!(error_of(&token(&idp, spa, &form).await).2, "refresh_single_use", "as strict as ever");
    let other = "com.example.app:/back";
    let second = code(&idp, spa.0, other, &[]).await;
    assert_eq!(error_of(&redeem(&idp, spa, &second, SPA).await).2, "code_redirect_uri");
    assert_eq!(redeem(&idp, spa, &second, other).await.status, 200);
    let client = idp.clients().get("my own spa").expect("it is there");
    assert_eq!(client.redirect_uris, [SPA, other]);
    assert!(client.is_public() && client.why.contains("nobody registered it"), "{client:?}");
    let entries = idp.journal().find(&JournalQuery::operation("token").client("my own spa"));
    assert_eq!(entries.len(), 5);
    let verdict = idp.verdict().of("my own spa");
    let state = verdict.clients[0].checks.iter().find(|check| check.id == "state-present").expect("a check");
    assert_eq!(state.outcome, Outcome::Pass);
    let stories = idp.stories().list();
    assert!(stories.iter().any(|line| line.client.as_deref() == Some("my own spa")), "{stories:?}");
}

#[tokio::test]
async fn any_secret_is_taken_each_time_and_none_takes_pkce() {
    let idp = provider().await;
    for secret in ["one", "another"] {
        let code = code(&idp, "shop", SPA, &PLAIN).await;
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", SPA)];
        assert_eq!(token(&idp, ("shop", Some(secret)), &form).await.status, 200, "{secret}");
        assert_eq!(idp.clients().get("shop").and_then(|shop| shop.secret).as_deref(), Some(secret));
    }
    let plain = code(&idp, "shop", SPA, &PLAIN).await;
    let form = [("grant_type", "authorization_code"), ("code", &plain), ("redirect_uri", SPA)];
    for secret in [None, Some("")] {
        let refused = token(&idp, ("shop", secret), &form).await;
        assert_eq!(error_of(&refused), (400, "invalid_grant".to_owned(), "pkce".to_owned()));
    }
    let proven = code(&idp, "shop", SPA, &[]).await;
    assert_eq!(error_of(&token(&idp, ("shop", Some("one")), &[("code", &proven)]).await).2, "grant_type");
    assert_eq!(redeem(&idp, ("shop", None), &proven, SPA).await.status, 200);
    let assertion = [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", "e30.eyJzdWIiOiJzaG9wIn0.x"),
    ];
    assert_eq!(error_of(&token(&idp, ("shop", None), &assertion).await).2, "client_auth_method");
}

#[tokio::test]
async fn it_gets_the_scope_that_it_asks_for_and_exchanges_what_it_got() {
    let idp = provider().await;
    let form = [("grant_type", "client_credentials"), ("scope", "api.read api.write")];
    let tokens = token(&idp, ("job", Some("s")), &form).await.json();
    assert_eq!(tokens["scope"], "api.read api.write", "{tokens}");
    let bad = [("grant_type", "client_credentials"), ("scope", "a\"b")];
    assert_eq!(error_of(&token(&idp, ("job", Some("s")), &bad).await).1, "invalid_scope");
    let first = code(&idp, "shop", SPA, &[("scope", "openid api.read")]).await;
    let tokens = redeem(&idp, ("shop", Some("s")), &first, SPA).await.json();
    assert_eq!(tokens["scope"], "openid api.read", "{tokens}");
    let twice = authorize_url(&idp, &[("client_id", "shop"), ("redirect_uri", SPA)]) + "&scope=a&scope=b";
    assert_eq!(Browser::new().get(&twice).await.param("error").as_deref(), Some("invalid_request"));
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", tokens["access_token"].as_str().expect("a token")),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", "https://api.test"),
    ];
    assert_eq!(error_of(&token(&idp, ("shop", None), &form).await).1, "unauthorized_client");
    let exchanged = token(&idp, ("shop", Some("s")), &form).await;
    assert_eq!(exchanged.status, 200, "{}", exchanged.body);
    let now = idp.clock().now().as_second();
    let claims = json!({"iss": "shop", "sub": "dana", "aud": idp.issuer(), "exp": now + 60, "jti": "1"});
    let assertion = Signer::secret("s").sign(&claims);
    let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &*assertion)];
    assert_eq!(token(&idp, ("shop", Some("s")), &form).await.status, 200);
    assert_eq!(error_of(&token(&idp, ("shop", Some("other")), &form).await).2, "assertion_signature");
}

#[tokio::test]
async fn with_a_secret_it_has_tokens_for_itself() {
    let idp = provider().await;
    let form = [("grant_type", "client_credentials")];
    let request = Browser::new().http().post(idp.url("/connect/token")).basic_auth("job", Some("x"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = Browser::new().send(request.body(encode(&form.into_iter().collect()))).await;
    let tokens = answer.json();
    assert!(tokens["access_token"].is_string() && tokens["id_token"].is_null(), "{tokens}");
    let refused = error_of(&token(&idp, ("job", None), &form).await);
    assert_eq!((refused.1.as_str(), refused.2.as_str()), ("unauthorized_client", "client_grant"));
    let device = Browser::new()
        .post(&idp.url("/connect/deviceauthorization"), &[("client_id", "tv"), ("client_secret", "x")])
        .await;
    assert_eq!(error_of(&device).1, "unauthorized_client");
    let document = Browser::new().get(&idp.discovery_url()).await.json();
    for (member, value) in [
        ("grant_types_supported", "client_credentials"),
        ("grant_types_supported", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("grant_types_supported", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("grant_types_supported", "password"),
        ("token_endpoint_auth_methods_supported", "none"),
        ("token_endpoint_auth_methods_supported", "client_secret_post"),
    ] {
        assert!(document[member].as_array().expect("a list").contains(&json!(value)), "{member} {value}");
    }
}

#[tokio::test]
async fn who_is_registered_stays_strict_and_so_is_everybody_elsewhere() {
    let idp = provider().await;
    let evil = Browser::new().authorize(&idp, &[("redirect_uri", SPA)]).await;
    assert_eq!((evil.status.as_u16(), evil.location.as_deref()), (400, None));
    assert!(evil.body.contains("redirect_uri_registered"), "{}", evil.body);
    let form = [("grant_type", "client_credentials")];
    assert_eq!(error_of(&token(&idp, (CLIENT, Some("wrong")), &form).await).2, "client_secret");
    assert_eq!(error_of(&token(&idp, (CLIENT, None), &form).await).2, "client_auth_method");
    let strict = MockIdp::start().await;
    let unknown = Browser::new().authorize(&strict, &[("client_id", "my-spa"), ("redirect_uri", SPA)]).await;
    assert!(
        unknown.status == 400
            && unknown.body.contains("client_known")
            && unknown.body.contains("--any-client"),
        "{}",
        unknown.body
    );
    assert_eq!(error_of(&token(&strict, ("my-spa", Some("x")), &form).await).2, "client_known");
    assert!(strict.faults().arm("idt-nonce-wrong", Target::client("my-spa"), 1).is_err());
    let armed = idp.faults().arm("idt-nonce-wrong", Target::client("my-spa"), 1).expect("it may come");
    let code = code(&idp, "my-spa", SPA, &[]).await;
    assert_eq!((redeem(&idp, ("my-spa", None), &code, SPA).await.status.as_u16(), armed.fired()), (200, 1));
}

#[tokio::test]
async fn no_browser_is_sent_where_no_client_could_be_registered() {
    let idp = provider().await;
    for uri in [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "/relative",
        "//evil.example/",
        "http://shop.example/cb#part",
        "http://shop.example/\r\nset-cookie: a=b",
        "http://shop.example/\u{0}",
        "http://127.0.0.1:*/cb",
        "http://*.example/",
        "",
    ] {
        for prompt in ["login", "none"] {
            let url =
                authorize_url(&idp, &[("client_id", "my-spa"), ("redirect_uri", uri), ("prompt", prompt)]);
            let refused = Browser::new().get(&url).await;
            assert_eq!((refused.status.as_u16(), &refused.location), (400, &None), "{uri:?} {refused:?}");
            assert_eq!(refused.page(), "kaseyaone-error");
            assert!(!refused.body.contains("<script>alert"), "{}", refused.body);
        }
    }
    let plain = idp.url("/connect/authorize?response_type=code&scope=openid");
    for (more, check) in [
        ("&client_id=my-spa", "redirect_uri_present"),
        ("&redirect_uri=http://a.example/", "client_id_present"),
        ("&client_id=my-spa&redirect_uri=http://a.example/&redirect_uri=http://b.example/", "redirect_uri"),
        ("&client_id=a%0Ab&redirect_uri=http://a.example/", "client_known"),
        ("&client_id=&redirect_uri=http://a.example/", "client_id_present"),
    ] {
        let refused = Browser::new().get(&format!("{plain}{more}")).await;
        assert_eq!((refused.status.as_u16(), &refused.location), (400, &None), "{more}");
        assert!(refused.body.contains(check), "{more}: {}", refused.body);
    }
    let pushed = [("client_id", "my-spa"), ("client_secret", "x"), ("redirect_uri", "javascript:alert(1)")];
    let pushed = Browser::new().post(&idp.url("/connect/par"), &pushed).await;
    assert_eq!(error_of(&pushed), (400, "invalid_request".to_owned(), "redirect_uri_well_formed".to_owned()));
    assert!(idp.clients().get("my-spa").is_none_or(|spa| spa.redirect_uris.is_empty()));
}

#[tokio::test]
async fn a_request_that_is_pushed_is_taken_too() {
    let idp = provider().await;
    let form = [
        ("client_id", "shop"),
        ("client_secret", "x"),
        ("redirect_uri", SPA),
        ("response_type", "code"),
        ("scope", "openid"),
    ];
    let browser = Browser::new();
    let pushed = browser.post(&idp.url("/connect/par"), &form).await.json();
    let name = pushed["request_uri"].as_str().unwrap_or_else(|| panic!("{pushed}"));
    let query = [("client_id", "shop"), ("request_uri", name)];
    let url = format!("{}?{}", idp.url("/connect/authorize"), encode(&query.into_iter().collect()));
    let back = browser.post(&url, &[("sub", "dana")]).await;
    let code = back.param("code").unwrap_or_else(|| panic!("{back:?}"));
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", SPA)];
    assert_eq!(token(&idp, ("shop", Some("y")), &form).await.status, 200);
}

#[tokio::test]
async fn it_comes_back_from_signing_out() {
    let idp = provider().await;
    let code = code(&idp, "my-spa", SPA, &[]).await;
    let tokens = redeem(&idp, ("my-spa", None), &code, SPA).await.json();
    let hint = tokens["id_token"].as_str().expect("an ID token");
    let out = |uri: &str| {
        let query = [("id_token_hint", hint), ("post_logout_redirect_uri", uri), ("state", "s")];
        format!("{}?{}", idp.url("/connect/endsession"), encode(&query.into_iter().collect()))
    };
    let back = Browser::new().get(&out("http://localhost:49152/")).await;
    assert_eq!(back.location.as_deref(), Some("http://localhost:49152/?state=s"));
    let refused = Browser::new().get(&out("javascript:alert(1)")).await;
    assert_eq!((refused.status.as_u16(), refused.location), (400, None));
}

#[tokio::test]
async fn it_is_listed_changed_snapshot_and_gone_after_a_reset() {
    let idp = provider().await;
    let control = |path: &str| idp.url(&format!("/_control{path}"));
    let browser = Browser::new();
    code(&idp, "my-spa", SPA, &[]).await;
    let listed = browser.get(&control("/clients")).await.json();
    let spa = listed.as_array().expect("a list").iter().find(|client| client["id"] == "my-spa");
    let why = spa.and_then(|spa| spa["why"].as_str()).expect("a reason");
    assert!(why.starts_with("nobody registered it"), "{why}");
    browser.send(browser.http().put(control("/snapshots/before")).body("")).await;
    let changed = browser.http().patch(control("/clients/my-spa")).body(json!({"name": "Spa"}).to_string());
    let changed = browser.send(changed).await.json();
    assert_eq!((&changed["name"], &changed["why"]), (&json!("Spa"), &json!(fixtures::MADE)));
    let other = "http://localhost:49153/other";
    let asked = [("client_id", "my-spa"), ("redirect_uri", other)];
    let strict = browser.authorize(&idp, &asked).await;
    assert!(strict.body.contains("redirect_uri_registered"), "it is registered now: {}", strict.body);
    browser.send(browser.http().post(control("/snapshots/before/restore")).body("")).await;
    assert_eq!(browser.authorize(&idp, &asked).await.page(), "kaseyaone-login");
    browser.send(browser.http().post(control("/reset")).body("")).await;
    assert!(idp.clients().get("my-spa").is_none());
    assert_eq!(browser.authorize(&idp, &asked).await.page(), "kaseyaone-login");
    let post = || browser.http().post(control("/clients")).body(json!({"id": "my-spa"}).to_string());
    assert_eq!(browser.send(post()).await.status, 201, "nobody registered it before");
    assert_eq!(browser.send(post()).await.status, 409);
    assert!(idp.clients().remove("my-spa"));
    idp.clients().add(fixtures::Client::new("my-spa"));
    assert!(browser.authorize(&idp, &asked).await.body.contains("redirect_uri_registered"));
}

#[tokio::test]
async fn they_are_not_without_end() {
    let idp = provider().await;
    let uri = format!("http://localhost/{}", "a".repeat(3_900));
    let browser = Browser::new();
    let mut made = 0;
    let full = loop {
        let id = format!("client-{made}");
        let form = [("client_id", id.as_str()), ("redirect_uri", uri.as_str())];
        let answer = browser.post(&idp.url("/connect/authorize"), &form).await;
        if answer.status == 400 {
            break answer;
        }
        made += 1;
    };
    assert!((1_000..1_100).contains(&made), "{made} of 4 kB each fit into 4 MiB");
    assert!(full.body.contains("clients_on_the_spot") && full.body.contains("reset the realm"));
    let known = [("client_id", "client-0"), ("redirect_uri", uri.as_str())];
    assert_eq!(browser.post(&idp.url("/connect/authorize"), &known).await.status, 303);
    assert!(idp.clients().remove("client-1"));
    let short = [("client_id", "short"), ("redirect_uri", SPA)];
    assert_eq!(browser.authorize(&idp, &short).await.page(), "kaseyaone-login", "there is room again");
}

#[tokio::test]
async fn a_configuration_switches_it_on_in_every_realm() {
    for (text, format) in [
        ("any_client = true\n[[realms]]\npath = \"acme\"\n", ConfigFormat::Toml),
        ("any_client: true\nrealms: [{path: acme}]\n", ConfigFormat::Yaml),
    ] {
        let idp = MockIdpBuilder::from_config(text, format).unwrap().start().await.unwrap();
        let realm = idp.realms().get("acme").expect("the realm");
        let url = authorize_url(&realm, &[("client_id", "my-spa"), ("redirect_uri", SPA)]);
        let back = Browser::new().post(&url, &[("sub", "dana")]).await;
        assert!(back.param("code").is_some(), "{back:?}");
        assert!(realm.clients().get("my-spa").is_some() && idp.clients().get("my-spa").is_none());
    }
    for (text, said) in [
        ("any_client = \"yes\"\n", "configuration:1: invalid type: string \"yes\"; expected true or false"),
        (
            "\nany_clients = true\n",
            "configuration:2: unknown field \"any_clients\"; did you mean \"any_client\"?",
        ),
    ] {
        let error = MockIdpBuilder::from_config(text, ConfigFormat::Toml).map(drop).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}

#[tokio::test]
async fn faults_and_rules_wait_for_a_client_that_comes_later() {
    let text = r#"
[[faults]]
fault = "idt-nonce-wrong"
target = { client = "my-spa" }
[[rules]]
when = { operation = "token", client = "my-spa", nth = 2 }
then = { oauth_error = { error = "invalid_grant" } }
"#;
    let strict = MockIdpBuilder::from_config(text, ConfigFormat::Toml).map(drop).unwrap_err().to_string();
    assert!(strict.starts_with("configuration:4: there is no client \"my-spa\""), "{strict}");
    let taken = format!("any_client = true{text}");
    let idp = MockIdpBuilder::from_config(&taken, ConfigFormat::Toml).unwrap().start().await.unwrap();
    let browser = Browser::new();
    let realm = json!({
        "path": "acme",
        "rules": [{"when": {"operation": "token", "client": "my-spa"}, "then": {"status": {"status": 503}}}],
    });
    let made = browser.send(browser.http().post(idp.url("/_control/realms")).body(realm.to_string())).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let mut status = Vec::new();
    for _ in 0..2 {
        let code = code(&idp, "my-spa", SPA, &[]).await;
        status.push(redeem(&idp, ("my-spa", None), &code, SPA).await.status.as_u16());
    }
    assert_eq!((status, idp.faults().list()[0].fired), (vec![200, 400], 1));
}
