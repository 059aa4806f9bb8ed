//! Faults of the session and of the identity.

use serde_json::Value;

use super::seen::Way::{Later, LaterWithHint, Login};
use super::seen::{Row, fires};

one_test_each!(
    fires,
    Row,
    (sess_sso_silent, Login, |s| s.is("auth_time", s.now - 14_400) && s.is("nonce", "nonce-1")),
    (sess_sso_other_user, Later(&[("login_hint", "dana")]), |s| {
        !s.is("sub", "k1-northwind-dana") && s.is("nonce", "nonce-1") && s.is("auth_time", s.auth_time)
    }),
    (sess_force_ignored_prompt, Later(&[("prompt", "login")]), |s| s.is("auth_time", s.auth_time)),
    (sess_force_ignored_maxage, Later(&[("max_age", "60")]), |s| s.is("auth_time", s.auth_time)),
    (sess_force_ignored_stripped, Later(&[("prompt", "login"), ("max_age", "0")]), |s| {
        s.is("auth_time", s.auth_time)
    }),
    (sess_maxage0_edge, Login, |s| s.is("auth_time", s.now - 2)),
    (sess_authtime_lie, Later(&[]), |s| s.is("auth_time", s.now) && s.now != s.auth_time),
    (sess_none_other_sub, LaterWithHint, |s| {
        s.claim("sub").is_string() && !s.is("sub", "k1-northwind-dana")
    }),
    (id_email_unverified, Login, |s| {
        s.is("email_verified", false) && s.userinfo_says("email_verified") == false
    }),
    (id_email_absent_flag, Login, |s| {
        s.has_no("email_verified") && s.userinfo_says("email_verified").is_null()
    }),
    (id_email_string_true, Login, |s| {
        s.is("email_verified", "true") && s.userinfo_says("email_verified") == "true"
    }),
    (id_email_changed, Login, |s| {
        s.is("email", "changed.dana@northwind.example") && s.is("sub", "k1-northwind-dana")
    }),
    (id_email_reassigned, Login, |s| {
        s.is("email", "dana@northwind.example") && s.is("sub", "k1-northwind-dana-successor")
    }),
    (id_user_recreated, Login, |s| {
        s.is("preferred_username", "dana") && s.is("sub", "k1-northwind-dana-again")
    }),
    (id_email_fold, Login, |s| s.is("email", "DANA@NORTHWIND.EXAMPLE")),
    (id_sub_case, Login, |s| {
        s.is("sub", "K1-NORTHWIND-DANA") && s.userinfo_says("sub") == "K1-NORTHWIND-DANA"
    }),
    (id_sub_space, Login, |s| s.is("sub", "k1-northwind-dana ")),
    (id_sub_nfc, Login, |s| s.is("sub", "k1-northwind-danae\u{301}")),
    (id_jit_other_org, Login, |s| {
        s.is("company_id", "k1-co-2002") && s.is("company_name", "Contoso Managed Services")
    }),
    (ok_sloppy_profile, Login, |s| {
        s.is("email_verified", "true")
            && s.is("amr", "pwd")
            && s.claim("updated_at").is_string()
            && s.token.json()["expires_in"] == "3600"
    }),
    (id_domain_trick, Login, |s| s.both_say("email", "dana@evil.example@northwind.example")),
    (id_domain_trick_suffix, Login, |s| s.both_say("email", "dana@northwind.example.evil.example")),
    (id_domain_trick_prefix, Login, |s| s.both_say("email", "dana@evilnorthwind.example")),
    (id_domain_trick_subdomain, Login, |s| s.both_say("email", "dana@evil.northwind.example")),
    (id_domain_trick_idn, Login, |s| s.both_say("email", "dana@n\u{43e}rthwind.example")),
    (id_domain_trick_quoted, Login, |s| s.both_say("email", "\"dana@northwind.example\"@evil.example")),
    (id_username_collision, Login, |s| s.both_say("preferred_username", "admin")),
    (id_role_absent, Login, |s| s.both_say("role", Value::Null)),
    (id_role_unknown, Login, |s| s.both_say("role", "Galactic Overlord")),
    (id_role_admin, Login, |s| s.both_say("role", "Root Master")),
    (id_role_wrongtype, Login, |s| s.claim("role").is_object() && s.userinfo_says("role").is_object()),
    (id_role_changed, Login, |s| s.both_say("role", "Billing")),
    (id_profile_sparse, Login, |s| {
        ["email", "name", "given_name", "preferred_username"].iter().all(|name| s.both_say(name, Value::Null))
    }),
);
