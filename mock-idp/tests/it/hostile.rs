//! Hostile input at every endpoint: never a 500, never a redirect before client and redirect URI are proven.

use mock_idp::{MockIdp, Params};
use proptest::prelude::*;

use crate::support::{Browser, CALLBACK, authorize_url, encode};

const SCRIPT: &str = "\"><script>alert(1)</script>";

#[tokio::test]
async fn nothing_redirects_before_client_and_redirect_uri_are_proven() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("client_id_present", &[("client_id", "")]),
        ("client_known", &[("client_id", SCRIPT)]),
        ("redirect_uri_present", &[("redirect_uri", "")]),
        ("redirect_uri_registered", &[("redirect_uri", "https://evil.example/")]),
        ("redirect_uri_registered", &[("redirect_uri", "http://127.0.0.1:8400/sso/callback/")]),
        ("redirect_uri_registered", &[("redirect_uri", "http://127.0.0.1:8400/sso/callback?x=1")]),
        ("redirect_uri_registered", &[("redirect_uri", "HTTP://127.0.0.1:8400/sso/callback")]),
        ("redirect_uri_registered", &[("redirect_uri", "javascript:alert(1)")]),
        ("redirect_uri_registered", &[("client_id", "other-product")]),
    ];
    for (check, more) in cases {
        let answer = browser.get(&authorize_url(&idp, more)).await;
        assert_eq!((answer.status.as_u16(), answer.page()), (400, "kaseyaone-error"), "{more:?}");
        assert!(answer.location.is_none() && !answer.body.contains("<script>"), "{more:?}");
        let refusal = idp.journal().entries().pop().and_then(|entry| entry.refusal).expect("a refusal");
        assert_eq!(refusal.check, *check);
    }
    for twice in ["client_id=kaseya-mdr", "redirect_uri=https%3A%2F%2Fevil.example"] {
        let answer = browser.get(&format!("{}&{twice}", authorize_url(&idp, &[]))).await;
        assert_eq!((answer.status.as_u16(), answer.location), (400, None), "{twice}");
    }
}

#[tokio::test]
async fn afterwards_errors_go_to_the_client_with_state_and_issuer() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let long = "x".repeat(5000);
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("invalid_request", &[("response_type", "")]),
        ("unsupported_response_type", &[("response_type", "token code magic")]),
        ("unauthorized_client", &[("response_type", "token id_token")]),
        ("invalid_request", &[("response_mode", "web_message")]),
        ("invalid_request", &[("claims", "[]")]),
        (
            "unmet_authentication_requirements",
            &[("claims", r#"{"id_token":{"acr":{"essential":true,"value":"eid"}}}"#)],
        ),
        ("invalid_scope", &[("scope", "profile")]),
        ("invalid_request", &[("nonce", &long)]),
        ("invalid_request", &[("prompt", "none login")]),
        ("invalid_request", &[("prompt", "sudo")]),
        ("invalid_request", &[("max_age", "-1")]),
        ("invalid_request", &[("max_age", "99999999999999999999")]),
        ("invalid_request", &[("code_challenge_method", "plain")]),
        ("invalid_request", &[("code_challenge_method", "")]),
        ("invalid_request", &[("code_challenge", "short")]),
        ("invalid_request_object", &[("request", "x.y.z")]),
        ("request_uri_not_supported", &[("request_uri", "https://evil.example")]),
        ("registration_not_supported", &[("registration", "{}")]),
        ("invalid_request", &[("id_token_hint", "not.a.token")]),
    ];
    for (code, more) in cases {
        let answer = browser.get(&authorize_url(&idp, more)).await;
        assert!(
            answer.location.as_deref().is_some_and(|location| location.starts_with(CALLBACK)),
            "{more:?}"
        );
        assert_eq!(answer.param("error").as_deref(), Some(*code), "{more:?}");
        assert_eq!(answer.param("state").as_deref(), Some("state-1"), "{more:?}");
        assert_eq!(answer.param("iss").as_deref(), Some(idp.issuer()), "{more:?}");
        let description = answer.param("error_description").expect("a description");
        assert!(
            description.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
            "{description}"
        );
    }
    let twice = browser.get(&format!("{}&nonce=again", authorize_url(&idp, &[]))).await;
    assert_eq!(twice.param("error").as_deref(), Some("invalid_request"));
    let public = [
        ("client_id", "spa"),
        ("redirect_uri", "http://127.0.0.1:8600/callback"),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    assert_eq!(
        browser.get(&authorize_url(&idp, &public)).await.param("error").as_deref(),
        Some("invalid_request")
    );
    let unknown = browser.authorize(&idp, &[("x_unknown", "1"), ("scope", "openid wine")]).await;
    assert_eq!(unknown.page(), "kaseyaone-login", "unknown parameters are ignored");
}

#[tokio::test]
async fn what_is_typed_and_hinted_is_escaped() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let page = browser.authorize(&idp, &[("login_hint", SCRIPT)]).await;
    assert!(!page.body.contains("<script>"));
    let interaction = page.interaction();
    let fields = [("interaction", interaction.as_str()), ("username", SCRIPT), ("company", SCRIPT)];
    let step = browser.post(&idp.url("/account/login"), &fields).await;
    let page = browser.get(&idp.url(step.location.as_deref().unwrap())).await;
    assert!(page.page() == "kaseyaone-password" && !page.body.contains("<script>"));
    idp.people().change("dana", |dana| dana.given_name = SCRIPT.to_owned()).unwrap();
    let people = browser.get(&idp.url(&format!("/account/people?interaction={interaction}"))).await;
    assert!(people.page() == "kaseyaone-people" && !people.body.contains("<script>"));
}

const ENDPOINTS: [(&str, &[&str]); 23] = [
    ("/", &["GET"]),
    ("/.well-known/openid-configuration", &["GET"]),
    ("/.well-known/openid-configuration/jwks", &["GET"]),
    ("/keys/x", &["GET"]),
    ("/assets/mock-idp.css", &["GET"]),
    ("/connect/authorize", &["GET", "POST"]),
    ("/connect/token", &["POST"]),
    ("/connect/userinfo", &["GET", "POST"]),
    ("/connect/endsession", &["GET", "POST"]),
    ("/account/logout", &["POST"]),
    ("/connect/par", &["POST"]),
    ("/connect/introspect", &["POST"]),
    ("/connect/revocation", &["POST"]),
    ("/connect/deviceauthorization", &["POST"]),
    ("/device", &["GET", "POST"]),
    ("/account/consent", &["GET", "POST"]),
    ("/.well-known/oauth-authorization-server", &["GET"]),
    ("/account/login", &["GET", "POST"]),
    ("/account/password", &["GET", "POST"]),
    ("/account/code", &["GET", "POST"]),
    ("/account/people", &["GET", "POST"]),
    ("/scim/v2/Users", &["GET"]),
    ("/scim/v2/ServiceProviderConfig", &["GET"]),
];

#[tokio::test]
async fn every_answer_says_that_it_is_a_test_and_is_hardened() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    for (path, methods) in ENDPOINTS {
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"] {
            let verb = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let answer = browser.send(browser.http().request(verb, idp.url(path))).await;
            assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.status);
            let served = methods.contains(&method) || (method == "HEAD" && methods.contains(&"GET"));
            assert!(served || answer.status == 405, "{method} {path}: {}", answer.status);
            for (name, value) in [
                ("x-mock-idp", "testing-only"),
                ("cache-control", "no-store"),
                ("referrer-policy", "same-origin"),
                ("x-frame-options", "DENY"),
                ("x-content-type-options", "nosniff"),
            ] {
                assert_eq!(answer.headers[name], value, "{method} {path}");
            }
            let policy = answer.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        }
    }
    assert_eq!(browser.get(&idp.url("/nowhere")).await.headers["x-mock-idp"], "testing-only");
}

#[tokio::test]
async fn oversized_and_unreadable_bodies_are_refused() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    for (path, methods) in ENDPOINTS {
        if !methods.contains(&"POST") {
            continue;
        }
        let huge =
            browser.http().post(idp.url(path)).header("content-type", "application/x-www-form-urlencoded");
        let refused = browser.send(huge.body("x".repeat(100_000))).await;
        assert_eq!(
            (refused.status.as_u16(), &*refused.body),
            (413, "the body is longer than 64 KiB"),
            "{path}"
        );
        for (kind, body) in [
            ("application/json", b"{\"grant_type\":1}".to_vec()),
            (
                "application/x-www-form-urlencoded",
                vec![0, 255, 254, b'%', b'f', b'&', b'=', b'%', b'z', b'z'],
            ),
            ("text/plain; charset=\"", vec![]),
        ] {
            let request = browser.http().post(idp.url(path)).header("content-type", kind).body(body);
            let status = browser.send(request).await.status.as_u16();
            let needs_nothing = matches!(path, "/connect/endsession" | "/account/logout");
            assert!((400..500).contains(&status) || needs_nothing, "{path} {kind}: {status}");
        }
    }
}

/// Pieces that hostile requests are made of.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("code".to_owned()),
        Just("openid".to_owned()),
        Just("kaseya-mdr".to_owned()),
        Just(CALLBACK.to_owned()),
        Just("authorization_code".to_owned()),
        Just("refresh_token".to_owned()),
        Just("\r\nSet-Cookie: a=b".to_owned()),
        Just("\0".to_owned()),
        Just("a".repeat(9000)),
        "\\PC{0,30}",
    ]
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "client_id",
        "redirect_uri",
        "response_type",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "prompt",
        "max_age",
        "code_challenge",
        "code_challenge_method",
        "login_hint",
        "id_token_hint",
        "grant_type",
        "code",
        "code_verifier",
        "refresh_token",
        "client_secret",
        "interaction",
        "person",
        "cancel",
        "deny",
        "username",
        "company",
        "password",
        "post_logout_redirect_uri",
        "filter",
        "startIndex",
        "count",
    ])
}

#[test]
fn no_heap_of_parameters_brings_a_server_error_or_an_open_redirect() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let idp = runtime.block_on(MockIdp::start());
    let browser = Browser::new();
    let requests = prop::collection::vec((name(), piece()), 0..12);
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(params in requests)| {
        let params: Params = params.into_iter().collect();
        let encoded = encode(&params);
        for (path, methods) in ENDPOINTS {
            for method in methods {
                let answer = runtime.block_on(async {
                    if *method == "GET" {
                        browser.get(&idp.url(&format!("{path}?{encoded}"))).await
                    } else {
                        let request = browser.http().post(idp.url(path));
                        let kind = "application/x-www-form-urlencoded";
                        browser.send(request.header("content-type", kind).body(encoded.clone())).await
                    }
                });
                prop_assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.status);
                prop_assert!(answer.headers.get_all("set-cookie").iter().all(|cookie| !cookie.as_bytes().starts_with(b"a=b")));
                if let Some(location) = &answer.location {
                    let known = location.starts_with(CALLBACK) || location.starts_with("/account/") || location.starts_with("http://127.0.0.1:8400/sign-in");
                    prop_assert!(known, "{method} {path} redirects to {location}");
                }
            }
        }
    });
}

#[tokio::test]
async fn a_page_of_another_site_says_nothing_for_a_person() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let page = browser.authorize(&idp, &[("prompt", "select_account")]).await;
    let interaction = page.interaction();
    let post = async |site: &str, path: &str, body: &str| {
        let request = browser.http().post(idp.url(path)).body(body.to_owned());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        browser.send(request.header("sec-fetch-site", site)).await
    };
    let url = authorize_url(&idp, &[]);
    let authorize = url.strip_prefix(idp.issuer()).expect("an address of the provider");
    let choose = format!("interaction={interaction}&person=dana");
    for (path, body) in [
        ("/portal", "person=dana"),
        ("/device", "person=dana&user_code=x"),
        ("/account/people", &choose),
        ("/account/logout", "state=s"),
        (authorize, "sub=dana"),
    ] {
        for site in ["cross-site", "same-site"] {
            let answer = post(site, path, body).await;
            assert_eq!(
                (answer.status.as_u16(), answer.page(), answer.headers.get("set-cookie")),
                (400, "kaseyaone-error", None),
                "{path}"
            );
        }
    }
    assert!(post("same-origin", "/account/people", &choose).await.param("code").is_some());
    let query = authorize.split_once('?').expect("a query").1;
    let asked = post("cross-site", "/connect/authorize", query).await;
    assert_eq!(asked.status, 303, "applications post requests");
}

#[tokio::test]
async fn a_state_that_is_too_long_is_not_echoed() {
    let idp = MockIdp::start().await;
    let refused = Browser::new().authorize(&idp, &[("state", &"s".repeat(4_097))]).await;
    assert_eq!((refused.param("error").as_deref(), refused.param("state")), (Some("invalid_request"), None));
    let taken = Browser::new().authorize(&idp, &[("state", &"s".repeat(4_096)), ("prompt", "none")]).await;
    assert_eq!(taken.param("state").map(|state| state.len()), Some(4_096));
}
