//! Faults of the token endpoint.

use std::time::Duration;

use serde_json::{Value, json};

use super::seen::Way::{Login, Refresh};
use super::seen::{Row, Seen, fires};
use crate::support::NO_ANSWER;

one_test_each!(
    fires,
    Row,
    (tok_invalid_grant_unknown, Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    (tok_invalid_grant_expired, Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    (tok_invalid_grant_reused, Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    (tok_reuse_lenient, Login, |s| s.token.status == 200 && s.token_again.status == 200),
    (tok_invalid_client, Login, |s| s.token_error() == (401, json!("invalid_client"))),
    (tok_500, Login, |s| s.token.status == 500),
    (tok_503, Login, |s| s.token.status == 503 && s.token.headers.contains_key("retry-after")),
    (tok_429, Login, |s| s.token.status == 429 && s.token.headers.contains_key("retry-after")),
    (tok_body_html, Login, |s| s.token.status == 200 && s.token.body.starts_with("<!doctype html>")),
    (tok_body_truncated, Login, |s| s.token.body.starts_with('{') && !s.token.body.ends_with('}')),
    (tok_body_empty, Login, |s| s.token.status == 200 && s.token.body.is_empty()),
    (tok_no_id_token_absent, Login, |s| s.token.json().get("id_token").is_none()),
    (tok_no_id_token_null, Login, |s| s.token.json().get("id_token") == Some(&Value::Null)),
    (tok_type_mac, Login, |s| s.token.json()["token_type"] == "mac"),
    (tok_type_missing, Login, |s| s.token.json().get("token_type").is_none()),
    (ok_token_case, Login, |s| s.token.json()["token_type"] == "bEARER"),
    (ok_token_noexpires, Login, |s| s.token.json().get("expires_in").is_none()),
    (ok_token_noscope, Login, |s| s.token.json().get("scope").is_none()),
    (ok_slow, Login, |s| s.token.status == 200 && s.took >= Duration::from_millis(40)),
    (ok_headers, Login, |s| {
        !s.token.headers.contains_key("content-length")
            && s.token.headers["content-type"] == "application/json;charset=UTF-8"
            && s.is("sub", "k1-northwind-dana")
    }),
    (ok_long, Login, |s| {
        s.back.param("code").is_some_and(|code| code.len() == 2048)
            && s.claim("sub").as_str().is_some_and(|sub| sub.len() == 255)
            && s.token.json()["access_token"].as_str().is_some_and(|token| token.len() == 8192)
            && s.userinfo_says("sub") == s.claim("sub")
    }),
    (tok_hang, Login, |s| s.token.status == NO_ANSWER && s.code_is_spent()),
    (tok_reset, Login, |s| {
        s.token.status == NO_ANSWER && s.token.body.contains("reset") && s.code_is_spent()
    }),
    (tok_body_bom, Login, |s| s.token.status == 200 && s.token.bytes.starts_with(b"\xef\xbb\xbf{")),
    (tok_body_200error, Login, |s| s.token_error() == (200, json!("invalid_grant"))),
    (tok_body_201, Login, |s| s.token.status == 201 && s.is("sub", "k1-northwind-dana")),
    (tok_at_ctrl, Login, |s| {
        s.token.json()["access_token"].as_str().is_some_and(|token| token.contains("\r\nX-Injected: 1"))
    }),
    (tok_redirect, Login, |s| s.token.status == 307 && s.goes_elsewhere() && s.token_again.status == 200),
    (tok_redirect_302, Login, |s| {
        s.token.status == 302 && s.goes_elsewhere() && s.token_again.status == 200
    }),
    (tok_substitution, Login, |s| {
        !s.is("sub", "k1-northwind-dana")
            && !s.is("nonce", "nonce-1")
            && s.verifies()
            && s.userinfo_says("sub") == s.claim("sub")
    }),
    (tok_substitution_access, Login, |s| {
        s.is("sub", "k1-northwind-dana") && s.verifies() && s.userinfo_says("sub") != s.claim("sub")
    }),
    (tok_refresh_iss, Refresh, |s| s.is("iss", format!("{}/1", s.issuer)) && s.verifies()),
    (tok_refresh_sub, Refresh, |s| s.is("sub", "k1-northwind-dana1") && s.verifies()),
    (tok_refresh_reused, Refresh, |s| s.token_error() == (400, json!("invalid_grant"))),
    (tok_refresh_revoked, Refresh, |s| s.token_error() == (400, json!("invalid_grant"))),
);

impl Seen {
    fn code_is_spent(&self) -> bool {
        self.token_again.json()["error_description"].as_str().is_some_and(|why| why.contains("used before"))
    }

    fn goes_elsewhere(&self) -> bool {
        self.token.location == Some(self.elsewhere("/connect/token"))
    }
}
