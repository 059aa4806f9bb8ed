//! Faults of userinfo.

use serde_json::{Value, json};

use super::seen::Way::{Login, SignedUserinfo};
use super::seen::{Row, Seen, fires};
use crate::support::{NO_ANSWER, decode};

one_test_each!(
    fires,
    Row,
    (ui_sub_mismatch, Login, |s| s.userinfo_says("sub") == "k1-northwind-danainvalid"),
    (ui_sub_missing, Login, |s| s.userinfo_says("sub").is_null() && !s.userinfo_says("email").is_null()),
    (ui_401, Login, |s| s.userinfo.status == 401),
    (ui_403, Login, |s| s.userinfo.status == 403),
    (ui_500, Login, |s| s.userinfo.status == 500),
    (ok_userinfo_jwt, Login, |s| {
        s.userinfo.headers["content-type"] == "application/jwt"
            && decode(&s.userinfo.body).1["sub"] == "k1-northwind-dana"
    }),
    (ui_jwt_badsig, Login, |s| s.jwt().0["alg"] == "RS256" && !s.userinfo_verifies()),
    (ui_jwt_none, Login, |s| s.jwt().0["alg"] == "none" && s.userinfo.body.ends_with('.')),
    (ui_jwt_aud, Login, |s| s.jwt().1["aud"] == "other-product" && s.userinfo_verifies()),
    (ui_jwt_downgrade, SignedUserinfo, |s| s.userinfo_says("sub") == "k1-northwind-dana"),
    (ui_hang, Login, |s| s.userinfo.status == NO_ANSWER),
    (ui_html, Login, |s| s.userinfo.status == 200 && s.userinfo.body.starts_with("<!doctype html>")),
    (ui_redirect, Login, |s| {
        s.userinfo.status == 302 && s.userinfo.location == Some(s.elsewhere("/connect/userinfo"))
    }),
    (ui_conflict, Login, |s| {
        ["email", "name", "company_name"].iter().all(|name| s.userinfo_says(name) != s.claim(name))
            && s.userinfo_says("sub") == s.claim("sub")
    }),
    (ui_types, Login, |s| {
        s.userinfo_says("email").is_array()
            && s.userinfo_says("name").as_str().is_some_and(|name| name.contains('\0'))
            && s.is("email", "dana@northwind.example")
    }),
    (ui_claim_sources, Login, |s| {
        s.userinfo_says("_claim_sources")["there"]["endpoint"] == format!("{}/strangers/claims", s.issuer)
            && s.userinfo_says("_claim_names")["role"] == json!("there")
    }),
);

impl Seen {
    fn jwt(&self) -> (Value, Value) {
        decode(self.userinfo.body.trim_end_matches('.'))
    }

    fn userinfo_verifies(&self) -> bool {
        Self::is_genuine(&self.userinfo.body, &self.jwks_after)
    }
}
