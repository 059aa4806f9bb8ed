//! Faults of the token endpoint.

use std::time::Duration;

use serde_json::{Value, json};

use super::seen::Way::{Login, Refresh};
use super::seen::{Row, Seen, all_fire};
use crate::support::NO_ANSWER;

pub(crate) const ROWS: &[Row] = &[
    ("tok-invalid-grant-unknown", Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("tok-invalid-grant-expired", Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("tok-invalid-grant-reused", Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("tok-reuse-lenient", Login, |s| s.token.status == 200 && s.token_again.status == 200),
    ("tok-invalid-client", Login, |s| s.token_error() == (401, json!("invalid_client"))),
    ("tok-500", Login, |s| s.token.status == 500),
    ("tok-503", Login, |s| s.token.status == 503 && s.token.headers.contains_key("retry-after")),
    ("tok-429", Login, |s| s.token.status == 429 && s.token.headers.contains_key("retry-after")),
    ("tok-body-html", Login, |s| s.token.status == 200 && s.token.body.starts_with("<!doctype html>")),
    ("tok-body-truncated", Login, |s| s.token.body.starts_with('{') && !s.token.body.ends_with('}')),
    ("tok-body-empty", Login, |s| s.token.status == 200 && s.token.body.is_empty()),
    ("tok-no-id-token-absent", Login, |s| s.token.json().get("id_token").is_none()),
    ("tok-no-id-token-null", Login, |s| s.token.json().get("id_token") == Some(&Value::Null)),
    ("tok-type-mac", Login, |s| s.token.json()["token_type"] == "mac"),
    ("tok-type-missing", Login, |s| s.token.json().get("token_type").is_none()),
    ("ok-token-case", Login, |s| s.token.json()["token_type"] == "bEARER"),
    ("ok-token-noexpires", Login, |s| s.token.json().get("expires_in").is_none()),
    ("ok-token-noscope", Login, |s| s.token.json().get("scope").is_none()),
    ("ok-slow", Login, |s| s.token.status == 200 && s.took >= Duration::from_millis(40)),
    ("ok-headers", Login, |s| {
        !s.token.headers.contains_key("content-length")
            && s.token.headers["content-type"] == "application/json;charset=UTF-8"
            && s.is("sub", "k1-northwind-dana")
    }),
    ("ok-long", Login, |s| {
        s.back.param("code").is_some_and(|code| code.len() == 2048)
            && s.claim("sub").as_str().is_some_and(|sub| sub.len() == 255)
            && s.token.json()["access_token"].as_str().is_some_and(|token| token.len() == 8192)
            && s.userinfo_says("sub") == s.claim("sub")
    }),
    ("tok-hang", Login, |s| s.token.status == NO_ANSWER && s.code_is_spent()),
    ("tok-reset", Login, |s| {
        s.token.status == NO_ANSWER && s.token.body.contains("reset") && s.code_is_spent()
    }),
    ("tok-body-bom", Login, |s| s.token.status == 200 && s.token.bytes.starts_with(b"\xef\xbb\xbf{")),
    ("tok-body-200error", Login, |s| s.token_error() == (200, json!("invalid_grant"))),
    ("tok-body-201", Login, |s| s.token.status == 201 && s.is("sub", "k1-northwind-dana")),
    ("tok-at-ctrl", Login, |s| {
        s.token.json()["access_token"].as_str().is_some_and(|token| token.contains("\r\nX-Injected: 1"))
    }),
    ("tok-redirect", Login, |s| s.token.status == 307 && s.goes_elsewhere() && s.token_again.status == 200),
    ("tok-redirect-302", Login, |s| {
        s.token.status == 302 && s.goes_elsewhere() && s.token_again.status == 200
    }),
    ("tok-substitution", Login, |s| {
        !s.is("sub", "k1-northwind-dana")
            && !s.is("nonce", "nonce-1")
            && s.verifies()
            && s.userinfo_says("sub") == s.claim("sub")
    }),
    ("tok-substitution-access", Login, |s| {
        s.is("sub", "k1-northwind-dana") && s.verifies() && s.userinfo_says("sub") != s.claim("sub")
    }),
    ("tok-refresh-iss", Refresh, |s| s.is("iss", format!("{}/1", s.issuer)) && s.verifies()),
    ("tok-refresh-sub", Refresh, |s| s.is("sub", "k1-northwind-dana1") && s.verifies()),
    ("tok-refresh-reused", Refresh, |s| s.token_error() == (400, json!("invalid_grant"))),
    ("tok-refresh-revoked", Refresh, |s| s.token_error() == (400, json!("invalid_grant"))),
];

impl Seen {
    fn code_is_spent(&self) -> bool {
        self.token_again.json()["error_description"].as_str().is_some_and(|why| why.contains("used before"))
    }

    fn goes_elsewhere(&self) -> bool {
        self.token.location == Some(self.elsewhere("/connect/token"))
    }
}

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
