//! Faults of the claims of the ID token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::seen::Way::Login;
use super::seen::{Row, Seen, fires, raw};
use crate::support::decode;

one_test_each!(
    fires,
    Row,
    (idt_iss_wrong, Login, |s| s.is("iss", format!("{}/1", s.issuer))),
    (idt_iss_missing, Login, |s| s.has_no("iss")),
    (idt_iss_near, Login, |s| s.is("iss", format!("{}/", s.issuer))),
    (idt_iss_array, Login, |s| {
        s.claim("iss").as_array().is_some_and(|list| list.contains(&json!(s.issuer)))
    }),
    (idt_iss_number, Login, |s| s.is("iss", 1)),
    (idt_aud_wrong, Login, |s| s.is("aud", "other-product")),
    (idt_aud_missing, Login, |s| s.has_no("aud")),
    (idt_aud_null, Login, |s| decode(&s.id_token()).1.get("aud") == Some(&Value::Null)),
    (idt_aud_number, Login, |s| s.is("aud", 1)),
    (idt_aud_object, Login, |s| s.claim("aud").is_object()),
    (idt_aud_extra, Login, |s| s.claim("aud") == json!(["kaseya-mdr", "other-product"])),
    (idt_azp_wrong, Login, |s| s.is("azp", "other-product")),
    (idt_azp_missing_multi, Login, |s| {
        s.claim("aud") == json!(["kaseya-mdr", "other-product"]) && s.has_no("azp")
    }),
    (idt_exp_past, Login, |s| s.is("exp", s.now - 360)),
    (idt_exp_missing, Login, |s| s.has_no("exp")),
    (idt_exp_absurd, Login, |s| s.is("exp", s.now + 315_360_000)),
    (idt_time_type_string, Login, |s| s.is("exp", "tomorrow") && s.claim("iat").is_string()),
    (idt_time_type_1e300, Login, |s| s.is("exp", 1e300)),
    (idt_time_type_u64max, Login, |s| s.is("exp", u64::MAX)),
    (idt_time_type_neg, Login, |s| s.is("exp", -1)),
    (idt_iat_missing, Login, |s| s.has_no("iat")),
    (idt_iat_stale, Login, |s| s.is("iat", s.now - 604_800)),
    (idt_iat_future, Login, |s| s.is("iat", s.now + 600)),
    (idt_nbf_future, Login, |s| s.is("nbf", s.now + 600)),
    (idt_nonce_wrong, Login, |s| s.is("nonce", "nonce-11")),
    (idt_nonce_missing, Login, |s| s.has_no("nonce")),
    (idt_replay, Login, |s| s.id_token() == s.earlier_id_token && s.is("nonce", "earlier")),
    (idt_sub_missing, Login, |s| s.has_no("sub")),
    (idt_sub_empty, Login, |s| s.is("sub", "")),
    (idt_sub_too_long, Login, |s| s.claim("sub").as_str().is_some_and(|sub| sub.len() == 300)),
    (idt_sub_nonascii, Login, |s| s.claim("sub").as_str().is_some_and(|sub| !sub.is_ascii())),
    (idt_sub_nul, Login, |s| s.is("sub", "k1-northwind-dana\0")),
    (idt_sub_number, Login, |s| s.is("sub", 1)),
    (idt_sub_space, Login, |s| s.is("sub", " ")),
    (idt_hash_at, Login, |s| s.claim("at_hash").is_string() && !s.is("at_hash", s.hash_of_access_token())),
    (idt_authtime_missing, Login, |s| s.has_no("auth_time")),
    (idt_authtime_stale, Login, |s| s.is("auth_time", s.now - 2_592_000)),
    (idt_authtime_future, Login, |s| s.is("auth_time", s.now + 600)),
    (idt_acr_low, Login, |s| s.is("acr", "0") && s.claim("amr") == json!(["pwd"])),
    (idt_dup_member, Login, |s| {
        let payload = s.id_token().split('.').nth(1).map(str::to_owned).unwrap_or_default();
        raw(&payload).expect("text").matches("\"sub\":").count() == 2
    }),
    (idt_tenant_missing, Login, |s| s.has_no("company_id") && s.userinfo_says("company_id").is_null()),
    (idt_tenant_other, Login, |s| {
        s.is("company_id", "k1-co-2002") && s.userinfo_says("company_id") == "k1-co-2002"
    }),
    (idt_tenant_array, Login, |s| s.claim("company_id") == json!(["k1-co-1001"])),
    (ok_aud_array, Login, |s| s.claim("aud") == json!(["kaseya-mdr"])),
    (ok_aud_azp, Login, |s| {
        s.claim("aud") == json!(["kaseya-mdr", "other-product"]) && s.is("azp", "kaseya-mdr")
    }),
    (ok_no_athash, Login, |s| s.has_no("at_hash")),
    (ok_skew, Login, |s| s.is("iat", s.now + 30) && s.is("nbf", s.now + 30)),
    (ok_skew_behind, Login, |s| s.is("exp", s.now - 30)),
    (ok_token_floats, Login, |s| s.claim("exp").is_f64() && s.claim("iat").is_f64()),
    (idt_iss_near_case, Login, |s| s.is("iss", s.issuer.to_uppercase())),
    (idt_iss_near_port, Login, |s| s.is("iss", s.issuer.replacen("1:", "1:0", 1))),
    (idt_iss_near_query, Login, |s| s.is("iss", format!("{}?x", s.issuer))),
    (idt_hash_c, Login, |s| s.claim("c_hash").as_str().is_some_and(|hash| hash.len() == 22)),
    (idt_wrong_kind_access, Login, |s| {
        s.header("typ") == "at+jwt"
            && s.is("client_id", "kaseya-mdr")
            && s.is("nonce", "nonce-1")
            && s.verifies()
    }),
    (idt_wrong_kind_logout, Login, |s| {
        s.header("typ") == "logout+jwt" && s.claim("events").is_object() && s.has_no("nonce")
    }),
    (idt_wrong_kind_logout_untyped, Login, |s| {
        s.header("typ") == "JWT" && s.claim("events").is_object() && s.verifies()
    }),
    (net_skew_30s, Login, |s| s.is("iat", s.now + 30) && s.is("auth_time", s.now + 30)),
    (net_skew_10m, Login, |s| s.is("iat", s.now + 600) && s.is("exp", s.now + 900)),
);

impl Seen {
    /// What `at_hash` has to be (OIDC Core 3.1.3.6).
    fn hash_of_access_token(&self) -> String {
        let token = self.token.json()["access_token"].clone();
        let digest = Sha256::digest(token.as_str().expect("an access token"));
        URL_SAFE_NO_PAD.encode(&digest[..16])
    }
}
