//! Faults of the authorization response and of the redirect after logout.

use serde_json::json;

use super::seen::Way::Login;
use super::seen::{Row, fires};

one_test_each!(
    fires,
    Row,
    (authz_error_access_denied, Login, |s| s.error().as_deref() == Some("access_denied")),
    (authz_error_server_error, Login, |s| s.error().as_deref() == Some("server_error")),
    (authz_error_temp_unavailable, Login, |s| s.error().as_deref() == Some("temporarily_unavailable")),
    (authz_error_invalid_scope, Login, |s| s.error().as_deref() == Some("invalid_scope")),
    (authz_error_unknown, Login, |s| s.error().as_deref() == Some("the_stars_are_wrong")),
    (authz_error_login_required, Login, |s| s.error().as_deref() == Some("login_required")),
    (authz_error_interaction_required, Login, |s| s.error().as_deref() == Some("interaction_required")),
    (authz_error_consent_required, Login, |s| s.error().as_deref() == Some("consent_required")),
    (authz_error_account_selection_required, Login, |s| {
        s.error().as_deref() == Some("account_selection_required")
    }),
    (authz_error_evil_desc, Login, |s| {
        s.back.param("error_description").is_some_and(|text| text.contains("<script>") && text.len() > 10_000)
    }),
    (authz_error_plus_code, Login, |s| s.error().is_some() && s.back.param("code").is_some()),
    (authz_state_missing, Login, |s| s.back.param("state").is_none() && s.back.param("code").is_some()),
    (authz_state_wrong, Login, |s| s.back.param("state").as_deref() == Some("state-11")),
    (authz_iss_wrong, Login, |s| s.back.param("iss") == Some(format!("{}/1", s.issuer))),
    (authz_iss_missing, Login, |s| s.back.param("iss").is_none()),
    (authz_code_injection, Login, |s| s.token_error() == (400, json!("invalid_grant"))),
    (authz_code_injection_no_pkce, Login, |s| {
        s.token.status == 200 && !s.is("nonce", "nonce-1") && !s.is("sub", "k1-northwind-dana")
    }),
    (authz_param_dup, Login, |s| s.back.params().iter().filter(|(name, _)| *name == "code").count() == 2),
    (authz_param_empty, Login, |s| s.back.param("code").as_deref() == Some("")),
    (out_rp_no_state, Login, |s| s.logout.location.as_deref() == Some("http://127.0.0.1:8400/sign-in")),
    (out_rp_other_state, Login, |s| s.logout.param("state").as_deref() == Some("bye1")),
    (authz_mixup, Login, |s| {
        s.back.param("iss") == Some(format!("{}/1", s.issuer))
            && s.token_error() == (400, json!("invalid_grant"))
    }),
    (authz_mixup_no_iss, Login, |s| {
        s.back.param("iss").is_none() && s.token_error() == (400, json!("invalid_grant"))
    }),
    (authz_param_huge, Login, |s| s.back.param("code").is_some_and(|code| code.len() == 64_000)),
    (authz_param_ctrl, Login, |s| {
        s.back.param("code").is_some_and(|code| code.contains("\0\r\nX-Injected"))
    }),
    (authz_mode_fragment, Login, |s| {
        s.back.location.as_ref().is_some_and(|to| to.contains("#code=") && !to.contains('?'))
    }),
    (authz_mode_form_post, Login, |s| s.back.location.is_none() && s.back.body.contains("name=\"code\"")),
    (authz_mode_front_tokens, Login, |s| {
        let id_token = s.back.param("id_token").expect("an ID token");
        s.back.param("access_token").is_some()
            && s.back.param("code").is_some()
            && crate::support::decode(&id_token).1["nonce"] == "nonce-1"
    }),
    (out_op_dead, Login, |s| s.logout.status == 500 && s.logout.location.is_none()),
);
