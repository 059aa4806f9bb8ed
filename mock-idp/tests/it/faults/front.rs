//! Faults of the authorization response and of the redirect after logout.

use serde_json::json;

use super::seen::Way::Login;
use super::seen::{Row, all_fire};

pub(crate) const ROWS: &[Row] = &[
    ("authz-error-access-denied", Login, |s| s.error().as_deref() == Some("access_denied")),
    ("authz-error-server-error", Login, |s| s.error().as_deref() == Some("server_error")),
    ("authz-error-temp-unavailable", Login, |s| s.error().as_deref() == Some("temporarily_unavailable")),
    ("authz-error-invalid-scope", Login, |s| s.error().as_deref() == Some("invalid_scope")),
    ("authz-error-unknown", Login, |s| s.error().as_deref() == Some("the_stars_are_wrong")),
    ("authz-error-login-required", Login, |s| s.error().as_deref() == Some("login_required")),
    ("authz-error-interaction-required", Login, |s| s.error().as_deref() == Some("interaction_required")),
    ("authz-error-consent-required", Login, |s| s.error().as_deref() == Some("consent_required")),
    ("authz-error-account-selection-required", Login, |s| {
        s.error().as_deref() == Some("account_selection_required")
    }),
    ("authz-error-evil-desc", Login, |s| {
        s.back.param("error_description").is_some_and(|text| text.contains("<script>") && text.len() > 10_000)
    }),
    ("authz-error-plus-code", Login, |s| s.error().is_some() && s.back.param("code").is_some()),
    ("authz-state-missing", Login, |s| s.back.param("state").is_none() && s.back.param("code").is_some()),
    ("authz-state-wrong", Login, |s| s.back.param("state").as_deref() == Some("state-11")),
    ("authz-iss-wrong", Login, |s| s.back.param("iss") == Some(format!("{}/1", s.issuer))),
    ("authz-iss-missing", Login, |s| s.back.param("iss").is_none()),
    ("authz-code-injection", Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("authz-code-injection-no-pkce", Login, |s| {
        s.token.status == 200 && !s.is("nonce", "nonce-1") && !s.is("sub", "k1-northwind-dana")
    }),
    ("authz-param-dup", Login, |s| s.back.params().iter().filter(|(name, _)| *name == "code").count() == 2),
    ("authz-param-empty", Login, |s| s.back.param("code").as_deref() == Some("")),
    ("out-rp-no-state", Login, |s| s.logout.location.as_deref() == Some("http://127.0.0.1:8400/sign-in")),
    ("out-rp-other-state", Login, |s| s.logout.param("state").as_deref() == Some("bye1")),
    ("authz-mixup", Login, |s| {
        s.back.param("iss") == Some(format!("{}/1", s.issuer))
            && s.token_error() == (400, json!("invalid_grant"))
    }),
    ("authz-mixup-no-iss", Login, |s| {
        s.back.param("iss").is_none() && s.token_error() == (400, json!("invalid_grant"))
    }),
    ("authz-param-huge", Login, |s| s.back.param("code").is_some_and(|code| code.len() == 64_000)),
    ("authz-param-ctrl", Login, |s| {
        s.back.param("code").is_some_and(|code| code.contains("\0\r\nX-Injected"))
    }),
    ("authz-mode-fragment", Login, |s| {
        s.back.location.as_ref().is_some_and(|to| to.contains("#code=") && !to.contains('?'))
    }),
    ("authz-mode-form-post", Login, |s| s.back.location.is_none() && s.back.body.contains("name=\"code\"")),
    ("authz-mode-front-tokens", Login, |s| {
        let id_token = s.back.param("id_token").expect("an ID token");
        s.back.param("access_token").is_some()
            && s.back.param("code").is_some()
            && crate::support::decode(&id_token).1["nonce"] == "nonce-1"
    }),
    ("out-op-dead", Login, |s| s.logout.status == 500 && s.logout.location.is_none()),
];

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
