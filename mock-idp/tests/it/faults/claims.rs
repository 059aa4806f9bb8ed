//! Faults of the claims of the ID token.

use serde_json::{Value, json};

use super::seen::Way::Login;
use super::seen::{Row, all_fire, raw};
use crate::support::decode;

pub(crate) const ROWS: &[Row] = &[
    ("idt-iss-wrong", Login, |s| s.is("iss", format!("{}/1", s.issuer))),
    ("idt-iss-missing", Login, |s| s.has_no("iss")),
    ("idt-iss-near", Login, |s| s.is("iss", format!("{}/", s.issuer))),
    ("idt-iss-array", Login, |s| {
        s.claim("iss").as_array().is_some_and(|list| list.contains(&json!(s.issuer)))
    }),
    ("idt-iss-number", Login, |s| s.is("iss", 1)),
    ("idt-aud-wrong", Login, |s| s.is("aud", "other-product")),
    ("idt-aud-missing", Login, |s| s.has_no("aud")),
    ("idt-aud-null", Login, |s| decode(&s.id_token()).1.get("aud") == Some(&Value::Null)),
    ("idt-aud-number", Login, |s| s.is("aud", 1)),
    ("idt-aud-object", Login, |s| s.claim("aud").is_object()),
    ("idt-aud-extra", Login, |s| s.claim("aud") == json!(["kaseya-mdr", "other-product"])),
    ("idt-azp-wrong", Login, |s| s.is("azp", "other-product")),
    ("idt-azp-missing-multi", Login, |s| {
        s.claim("aud") == json!(["kaseya-mdr", "other-product"]) && s.has_no("azp")
    }),
    ("idt-exp-past", Login, |s| s.is("exp", s.now - 360)),
    ("idt-exp-missing", Login, |s| s.has_no("exp")),
    ("idt-exp-absurd", Login, |s| s.is("exp", s.now + 315_360_000)),
    ("idt-time-type-string", Login, |s| s.is("exp", "tomorrow") && s.claim("iat").is_string()),
    ("idt-time-type-1e300", Login, |s| s.is("exp", 1e300)),
    ("idt-time-type-u64max", Login, |s| s.is("exp", u64::MAX)),
    ("idt-time-type-neg", Login, |s| s.is("exp", -1)),
    ("idt-iat-missing", Login, |s| s.has_no("iat")),
    ("idt-iat-stale", Login, |s| s.is("iat", s.now - 604_800)),
    ("idt-iat-future", Login, |s| s.is("iat", s.now + 600)),
    ("idt-nbf-future", Login, |s| s.is("nbf", s.now + 600)),
    ("idt-nonce-wrong", Login, |s| s.is("nonce", "nonce-11")),
    ("idt-nonce-missing", Login, |s| s.has_no("nonce")),
    ("idt-replay", Login, |s| s.id_token() == s.earlier_id_token && s.is("nonce", "earlier")),
    ("idt-sub-missing", Login, |s| s.has_no("sub")),
    ("idt-sub-empty", Login, |s| s.is("sub", "")),
    ("idt-sub-too-long", Login, |s| s.claim("sub").as_str().is_some_and(|sub| sub.len() == 300)),
    ("idt-sub-nonascii", Login, |s| s.claim("sub").as_str().is_some_and(|sub| !sub.is_ascii())),
    ("idt-sub-nul", Login, |s| s.is("sub", "k1-northwind-dana\0")),
    ("idt-sub-number", Login, |s| s.is("sub", 1)),
    ("idt-sub-space", Login, |s| s.is("sub", " ")),
    ("idt-hash-at", Login, |s| {
        !s.is("at_hash", s.next.1["at_hash"].clone()) && s.claim("at_hash").is_string()
    }),
    ("idt-authtime-missing", Login, |s| s.has_no("auth_time")),
    ("idt-authtime-stale", Login, |s| s.is("auth_time", s.now - 2_592_000)),
    ("idt-authtime-future", Login, |s| s.is("auth_time", s.now + 600)),
    ("idt-acr-low", Login, |s| s.is("acr", "0") && s.claim("amr") == json!(["pwd"])),
    ("idt-dup-member", Login, |s| {
        let payload = s.id_token().split('.').nth(1).map(str::to_owned).unwrap_or_default();
        raw(&payload).expect("text").matches("\"sub\":").count() == 2
    }),
    ("idt-tenant-missing", Login, |s| s.has_no("company_id") && s.userinfo_says("company_id").is_null()),
    ("idt-tenant-other", Login, |s| {
        s.is("company_id", "k1-co-2002") && s.userinfo_says("company_id") == "k1-co-2002"
    }),
    ("idt-tenant-array", Login, |s| s.claim("company_id") == json!(["k1-co-1001"])),
    ("ok-aud-array", Login, |s| s.claim("aud") == json!(["kaseya-mdr"])),
    ("ok-aud-azp", Login, |s| {
        s.claim("aud") == json!(["kaseya-mdr", "other-product"]) && s.is("azp", "kaseya-mdr")
    }),
    ("ok-no-athash", Login, |s| s.has_no("at_hash")),
    ("ok-skew", Login, |s| s.is("iat", s.now + 30) && s.is("nbf", s.now + 30)),
    ("ok-skew-behind", Login, |s| s.is("exp", s.now - 30)),
    ("ok-token-floats", Login, |s| s.claim("exp").is_f64() && s.claim("iat").is_f64()),
    ("idt-iss-near-case", Login, |s| s.is("iss", s.issuer.to_uppercase())),
    ("idt-iss-near-port", Login, |s| s.is("iss", s.issuer.replacen("1:", "1:0", 1))),
    ("idt-iss-near-query", Login, |s| s.is("iss", format!("{}?x", s.issuer))),
    ("idt-hash-c", Login, |s| s.claim("c_hash").as_str().is_some_and(|hash| hash.len() == 22)),
    ("idt-wrong-kind-access", Login, |s| {
        s.header("typ") == "at+jwt"
            && s.is("client_id", "kaseya-mdr")
            && s.is("nonce", "nonce-1")
            && s.verifies()
    }),
    ("idt-wrong-kind-logout", Login, |s| {
        s.header("typ") == "logout+jwt" && s.claim("events").is_object() && s.has_no("nonce")
    }),
    ("idt-wrong-kind-logout-untyped", Login, |s| {
        s.header("typ") == "JWT" && s.claim("events").is_object() && s.verifies()
    }),
    ("net-skew-30s", Login, |s| s.is("iat", s.now + 30) && s.is("auth_time", s.now + 30)),
    ("net-skew-10m", Login, |s| s.is("iat", s.now + 600) && s.is("exp", s.now + 900)),
];

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
