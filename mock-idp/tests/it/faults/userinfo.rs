//! Faults of userinfo.

use serde_json::{Value, json};

use super::seen::Way::{Login, SignedUserinfo};
use super::seen::{Row, Seen, all_fire};
use crate::support::{NO_ANSWER, decode};

pub(crate) const ROWS: &[Row] = &[
    ("ui-sub-mismatch", Login, |s| s.userinfo_says("sub") == "k1-northwind-danainvalid"),
    ("ui-sub-missing", Login, |s| s.userinfo_says("sub").is_null() && !s.userinfo_says("email").is_null()),
    ("ui-401", Login, |s| s.userinfo.status == 401),
    ("ui-403", Login, |s| s.userinfo.status == 403),
    ("ui-500", Login, |s| s.userinfo.status == 500),
    ("ok-userinfo-jwt", Login, |s| {
        s.userinfo.headers["content-type"] == "application/jwt"
            && decode(&s.userinfo.body).1["sub"] == "k1-northwind-dana"
    }),
    ("ui-jwt-badsig", Login, |s| s.jwt().0["alg"] == "RS256" && !s.userinfo_verifies()),
    ("ui-jwt-none", Login, |s| s.jwt().0["alg"] == "none" && s.userinfo.body.ends_with('.')),
    ("ui-jwt-aud", Login, |s| s.jwt().1["aud"] == "other-product" && s.userinfo_verifies()),
    ("ui-jwt-downgrade", SignedUserinfo, |s| s.userinfo_says("sub") == "k1-northwind-dana"),
    ("ui-hang", Login, |s| s.userinfo.status == NO_ANSWER),
    ("ui-html", Login, |s| s.userinfo.status == 200 && s.userinfo.body.starts_with("<!doctype html>")),
    ("ui-redirect", Login, |s| {
        s.userinfo.status == 302 && s.userinfo.location == Some(s.elsewhere("/connect/userinfo"))
    }),
    ("ui-conflict", Login, |s| {
        ["email", "name", "company_name"].iter().all(|name| s.userinfo_says(name) != s.claim(name))
            && s.userinfo_says("sub") == s.claim("sub")
    }),
    ("ui-types", Login, |s| {
        s.userinfo_says("email").is_array()
            && s.userinfo_says("name").as_str().is_some_and(|name| name.contains('\0'))
            && s.is("email", "dana@northwind.example")
    }),
    ("ui-claim-sources", Login, |s| {
        s.userinfo_says("_claim_sources")["there"]["endpoint"] == format!("{}/strangers/claims", s.issuer)
            && s.userinfo_says("_claim_names")["role"] == json!("there")
    }),
];

impl Seen {
    fn jwt(&self) -> (Value, Value) {
        decode(self.userinfo.body.trim_end_matches('.'))
    }

    fn userinfo_verifies(&self) -> bool {
        Self::is_genuine(&self.userinfo.body, &self.jwks_after)
    }
}

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
