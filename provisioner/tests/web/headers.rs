//! What every answer carries, and what is refused before a handler sees it.

use reqwest::{Method, StatusCode};

use crate::browser::Browser;
use crate::stage::Stage;

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_nothing_with_data_is_kept() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    for path in [
        "/sign-in",
        "/home",
        "/settings/users",
        "/api/v1/users",
        "/nowhere",
        "/api/v1/nowhere",
        "/sso/callback",
    ] {
        let shown = admin.json(Method::GET, &stage.url(path), None).await;
        let header =
            |name: &str| shown.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains(&format!("form-action 'self' {}", stage.idp.issuer())), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert!(!header("referrer-policy").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_style_sheet_may_be_kept_under_its_hashed_name() {
    let stage = Stage::start().await;
    let mut browser = Browser::new();
    let page = browser.open(stage.url("/sign-in")).await;
    let href = page.attribute("link[rel=stylesheet]", "href").unwrap();
    let sheet = browser.open(stage.url(&href)).await;
    assert_eq!(sheet.headers["content-type"], "text/css; charset=utf-8");
    assert_eq!(sheet.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(browser.open(stage.url("/static/style.css")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let toggle = [("toggle", "create"), ("value", "off")];
    let page = admin.post_from("cross-site", &stage.url("/settings/users/single-sign-on"), &toggle).await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::FORBIDDEN, "error"));
    let answer = admin.post_from("cross-site", &stage.url("/api/v1/users"), &[]).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some("cross_site")));
    let page = admin.post_from("same-origin", &stage.url("/settings/users/single-sign-on"), &toggle).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let callback = admin.post_from("cross-site", &stage.url("/sso/callback"), &[("code", "x")]).await;
    assert_eq!(callback.status, StatusCode::SEE_OTHER, "a form_post comes from another site");
}

#[tokio::test]
async fn what_is_not_there_or_not_possible_has_a_page_or_a_problem() {
    let stage = Stage::start().await;
    let mut browser = Browser::new();
    let page = browser.open(stage.url("/nowhere")).await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::NOT_FOUND, "error"));
    let page = browser.json(Method::DELETE, &stage.url("/sign-in"), None).await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "error"));
    let large = "x".repeat(100_000);
    let page = browser.post(&stage.url("/sign-in"), &[("email", &large), ("password", "x")]).await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "error"));
    let page = browser.post(&stage.url("/sign-in"), &[("what", "ever")]).await;
    assert_eq!((page.status, page.name().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "error"));

    let problems = [
        (Method::GET, "/api/v1/nowhere", None, 404, "not_found"),
        (Method::DELETE, "/api/v1/users", None, 405, "method_not_allowed"),
        (Method::POST, "/api/v1/session", Some(serde_json::json!({ "email": 1 })), 422, "invalid_input"),
        (Method::POST, "/api/v1/session", None, 400, "malformed_request"),
    ];
    for (method, path, body, status, code) in problems {
        let answer = browser.json(method, &stage.url(path), body.as_ref()).await;
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (status, Some(code)), "{path}");
    }
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let stage = Stage::start().await;
    let mut browser = Browser::new();
    let credentials =
        serde_json::json!({ "email": "mona@northwind.example", "password": "local-mona-password" });
    let answer = browser.json(Method::POST, &stage.url("/api/v1/session"), Some(&credentials)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}
