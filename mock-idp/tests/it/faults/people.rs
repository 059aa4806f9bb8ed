//! Faults of the session and of the identity.

use serde_json::Value;

use super::seen::Way::{Later, LaterWithHint, Login};
use super::seen::{Row, all_fire};

pub(crate) const ROWS: &[Row] = &[
    ("sess-sso-silent", Login, |s| s.is("auth_time", s.now - 14_400) && s.is("nonce", "nonce-1")),
    ("sess-sso-other-user", Later(&[("login_hint", "dana")]), |s| {
        !s.is("sub", "k1-northwind-dana") && s.is("nonce", "nonce-1") && s.is("auth_time", s.auth_time)
    }),
    ("sess-force-ignored-prompt", Later(&[("prompt", "login")]), |s| s.is("auth_time", s.auth_time)),
    ("sess-force-ignored-maxage", Later(&[("max_age", "60")]), |s| s.is("auth_time", s.auth_time)),
    ("sess-force-ignored-stripped", Later(&[("prompt", "login"), ("max_age", "0")]), |s| {
        s.is("auth_time", s.auth_time)
    }),
    ("sess-maxage0-edge", Login, |s| s.is("auth_time", s.now - 2)),
    ("sess-authtime-lie", Later(&[]), |s| s.is("auth_time", s.now) && s.now != s.auth_time),
    ("sess-none-other-sub", LaterWithHint, |s| {
        s.claim("sub").is_string() && !s.is("sub", "k1-northwind-dana")
    }),
    ("id-email-unverified", Login, |s| {
        s.is("email_verified", false) && s.userinfo_says("email_verified") == false
    }),
    ("id-email-absent-flag", Login, |s| {
        s.has_no("email_verified") && s.userinfo_says("email_verified").is_null()
    }),
    ("id-email-string-true", Login, |s| {
        s.is("email_verified", "true") && s.userinfo_says("email_verified") == "true"
    }),
    ("id-email-changed", Login, |s| {
        s.is("email", "changed.dana@northwind.example") && s.is("sub", "k1-northwind-dana")
    }),
    ("id-email-reassigned", Login, |s| {
        s.is("email", "dana@northwind.example") && s.is("sub", "k1-northwind-dana-successor")
    }),
    ("id-user-recreated", Login, |s| {
        s.is("preferred_username", "dana") && s.is("sub", "k1-northwind-dana-again")
    }),
    ("id-email-fold", Login, |s| s.is("email", "DANA@NORTHWIND.EXAMPLE")),
    ("id-sub-case", Login, |s| {
        s.is("sub", "K1-NORTHWIND-DANA") && s.userinfo_says("sub") == "K1-NORTHWIND-DANA"
    }),
    ("id-sub-space", Login, |s| s.is("sub", "k1-northwind-dana ")),
    ("id-sub-nfc", Login, |s| s.is("sub", "k1-northwind-danae\u{301}")),
    ("id-jit-other-org", Login, |s| {
        s.is("company_id", "k1-co-2002") && s.is("company_name", "Contoso Managed Services")
    }),
    ("ok-sloppy-profile", Login, |s| {
        s.is("email_verified", "true")
            && s.is("amr", "pwd")
            && s.claim("updated_at").is_string()
            && s.token.json()["expires_in"] == "3600"
    }),
    ("id-domain-trick", Login, |s| s.both_say("email", "dana@evil.example@northwind.example")),
    ("id-domain-trick-suffix", Login, |s| s.both_say("email", "dana@northwind.example.evil.example")),
    ("id-domain-trick-prefix", Login, |s| s.both_say("email", "dana@evilnorthwind.example")),
    ("id-domain-trick-subdomain", Login, |s| s.both_say("email", "dana@evil.northwind.example")),
    ("id-domain-trick-idn", Login, |s| s.both_say("email", "dana@n\u{43e}rthwind.example")),
    ("id-domain-trick-quoted", Login, |s| s.both_say("email", "\"dana@northwind.example\"@evil.example")),
    ("id-username-collision", Login, |s| s.both_say("preferred_username", "admin")),
    ("id-role-absent", Login, |s| s.both_say("role", Value::Null)),
    ("id-role-unknown", Login, |s| s.both_say("role", "Galactic Overlord")),
    ("id-role-admin", Login, |s| s.both_say("role", "Root Master")),
    ("id-role-wrongtype", Login, |s| s.claim("role").is_object() && s.userinfo_says("role").is_object()),
    ("id-role-changed", Login, |s| s.both_say("role", "Billing")),
    ("id-profile-sparse", Login, |s| {
        ["email", "name", "given_name", "preferred_username"].iter().all(|name| s.both_say(name, Value::Null))
    }),
];

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
