//! Faults of discovery and of the key set.

use serde_json::{Value, json};

use super::seen::Way::Login;
use super::seen::{Row, Seen, fires};
use crate::support::NO_ANSWER;

one_test_each!(
    fires,
    Row,
    (disc_issuer_mismatch, Login, |s| s.discovery.json()["issuer"] == format!("{}INVALID", s.issuer)),
    (disc_alg_downgrade, Login, |s| {
        s.discovery.json()["id_token_signing_alg_values_supported"] == json!(["RS256", "HS256", "none"])
    }),
    (disc_flap, Login, |s| s.discovery.status == 503),
    (jwks_rotate_just_before, Login, |s| {
        !Seen::kids(&s.jwks).contains(&s.header("kid"))
            && Seen::kids(&s.jwks_after).contains(&s.header("kid"))
            && Seen::kids(&s.jwks).iter().all(|old| Seen::kids(&s.jwks_after).contains(old))
            && s.verifies()
    }),
    (jwks_rotate_between, Login, |s| {
        Seen::kids(&s.jwks).contains(&s.header("kid"))
            && !Seen::kids(&s.jwks).contains(&s.next.0["kid"])
            && Seen::kids(&s.jwks_after).contains(&s.next.0["kid"])
    }),
    (jwks_kid_unknown, Login, |s| !Seen::kids(&s.jwks_after).contains(&s.header("kid"))),
    (jwks_kid_absent_single, Login, |s| {
        s.header("kid").is_null() && Seen::kids(&s.jwks_after) == [Value::Null]
    }),
    (jwks_kid_absent_multi, Login, |s| {
        let kids = Seen::kids(&s.jwks_after);
        s.header("kid").is_null() && kids.len() > 2 && kids.iter().all(Value::is_null)
    }),
    (jwks_uri_random, Login, |s| {
        let uri = s.discovery.json()["jwks_uri"].as_str().unwrap_or_default().to_owned();
        uri.starts_with(&format!("{}/keys/", s.issuer)) && s.jwks.status == 404
    }),
    (jwks_outage_500, Login, |s| s.jwks.status == 500),
    (jwks_outage_html, Login, |s| s.jwks.body.starts_with("<!doctype html>")),
    (jwks_outage_empty, Login, |s| s.jwks.json()["keys"] == json!([])),
    (tok_basic_only, Login, |s| {
        s.discovery.json()["token_endpoint_auth_methods_supported"] == json!(["client_secret_basic"])
            && s.token_error() == (401, json!("invalid_client"))
            && s.token_again.status == 200
    }),
    (ok_rs256, Login, |s| {
        let keys = s.jwks.json()["keys"].clone();
        keys.as_array().is_some_and(|keys| keys.len() == 1) && keys[0]["alg"] == "RS256"
    }),
    (ok_discovery, Login, |s| {
        let document = s.discovery.json();
        ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"]
            .iter()
            .all(|name| {
                document[name].as_str().is_some_and(|uri| uri.starts_with(&format!("{}/moved/", s.issuer)))
            })
    }),
    (ok_iss_param, Login, |s| {
        s.discovery.json()["authorization_response_iss_parameter_supported"].is_null()
            && s.back.param("iss").as_ref() == Some(&s.issuer)
    }),
    (disc_issuer_near_slash, Login, |s| s.names_issuer(&format!("{}/", s.issuer))),
    (disc_issuer_near_case, Login, |s| s.names_issuer(&s.issuer.to_uppercase())),
    (disc_issuer_near_port, Login, |s| s.names_issuer(&s.issuer.replacen("1:", "1:0", 1))),
    (disc_issuer_near_query, Login, |s| s.names_issuer(&format!("{}?x", s.issuer))),
    (disc_issuer_template, Login, |s| s.names_issuer(&format!("{}/{{tenantid}}", s.issuer))),
    (disc_scheme_http, Login, |s| s.places("token_endpoint", "http://one.example/connect/token")),
    (disc_scheme_file, Login, |s| s.places("jwks_uri", "file:///etc/hosts")),
    (disc_scheme_js, Login, |s| s.places("authorization_endpoint", "javascript:alert(1)")),
    (disc_endpoint_foreign_token, Login, |s| s.places("token_endpoint", &s.elsewhere("/connect/token"))),
    (disc_endpoint_foreign_jwks, Login, |s| {
        s.places("jwks_uri", &s.elsewhere("/.well-known/openid-configuration/jwks"))
    }),
    (disc_endpoint_foreign_userinfo, Login, |s| {
        s.places("userinfo_endpoint", &s.elsewhere("/connect/userinfo"))
    }),
    (disc_endpoint_foreign_meta, Login, |s| {
        s.places("token_endpoint", "http://169.254.169.254/latest/meta-data/")
    }),
    (disc_field_missing, Login, |s| s.lacks("jwks_uri")),
    (disc_field_missing_token, Login, |s| s.lacks("token_endpoint")),
    (disc_field_missing_algs, Login, |s| s.lacks("id_token_signing_alg_values_supported")),
    (disc_field_wrongtype, Login, |s| s.places("authorization_response_iss_parameter_supported", "true")),
    (disc_field_wrongtype_unused, Login, |s| s.places("claims_parameter_supported", "true")),
    (disc_pkce_absent, Login, |s| s.lacks("code_challenge_methods_supported")),
    (disc_pkce_plain, Login, |s| {
        s.discovery.json()["code_challenge_methods_supported"] == json!(["plain"]) && s.token.status == 200
    }),
    (disc_flap_timeout, Login, |s| {
        s.discovery.status == NO_ANSWER && s.discovery.body.contains("patience")
    }),
    (disc_flap_html, Login, |s| {
        s.discovery.status == 200 && s.discovery.body.starts_with("<!doctype html>")
    }),
    (disc_flap_redirect, Login, |s| {
        s.discovery.status == 302
            && s.discovery.location == Some(s.elsewhere("/.well-known/openid-configuration"))
    }),
    (disc_endpoint_moved, Login, |s| {
        s.places("token_endpoint", &format!("{}/moved/connect/token", s.issuer)) && s.token.status == 200
    }),
    (out_op_dead_absent, Login, |s| s.lacks("end_session_endpoint")),
    (jwks_kid_dup, Login, |s| {
        let kids = Seen::kids(&s.jwks);
        kids[0] == s.header("kid")
            && kids.iter().filter(|kid| **kid == kids[0]).count() == 2
            && !s.verifies_by(&s.jwks)
            && s.verifies()
    }),
    (jwks_kid_reused, Login, |s| {
        Seen::kids(&s.jwks) == Seen::kids(&s.jwks_after) && !s.verifies_by(&s.jwks) && s.verifies()
    }),
    (jwks_key_withdrawn, Login, |s| {
        !Seen::kids(&s.jwks).contains(&s.header("kid")) && !Seen::keys(&s.jwks).is_empty() && s.verifies()
    }),
    (jwks_foreign_entries, Login, |s| {
        let keys = Seen::keys(&s.jwks);
        keys[0]["kty"] == "AKP" && keys[3]["n"] == "%%%" && keys[4]["kid"] == s.header("kid")
    }),
    (jwks_misuse_enc, Login, |s| s.only_key()["use"] == "enc" && s.only_key()["kid"] == s.header("kid")),
    (jwks_misuse_alg, Login, |s| s.only_key()["alg"] == "RSA-OAEP-256"),
    (jwks_misuse_private, Login, |s| s.only_key()["d"].is_string()),
    (jwks_misuse_oct, Login, |s| {
        let key = s.key_of_token();
        key["kty"] == "oct" && s.header("alg") == "HS256" && s.verifies()
    }),
    (jwks_weak_1024, Login, |s| s.header("alg") == "RS256" && s.modulus_bytes() == 128),
    (jwks_weak_e1, Login, |s| s.key_of_token()["e"] == "AQ" && s.modulus_bytes() == 256),
    (jwks_weak_16k, Login, |s| s.header("alg") == "RS256" && s.modulus_bytes() == 2048),
    (jwks_outage_huge, Login, |s| s.jwks.body.len() > 4_000_000 && s.jwks.body.starts_with("{\"keys\"")),
    (net_dns_jwks, Login, |s| s.places("jwks_uri", "http://provider.invalid/jwks")),
    (net_dns_token, Login, |s| s.places("token_endpoint", "http://provider.invalid/token")),
    (net_dns_userinfo, Login, |s| s.places("userinfo_endpoint", "http://provider.invalid/userinfo")),
);

impl Seen {
    fn places(&self, member: &str, address: &str) -> bool {
        self.discovery.json()[member] == address
    }

    fn names_issuer(&self, issuer: &str) -> bool {
        self.places("issuer", issuer) && issuer != self.issuer
    }

    fn lacks(&self, member: &str) -> bool {
        let document = self.discovery.json();
        document.get(member).is_none() && document["issuer"] == self.issuer
    }

    fn only_key(&self) -> Value {
        let keys = Self::keys(&self.jwks);
        assert_eq!(keys.len(), 1);
        keys[0].clone()
    }

    /// The published key that the ID token names.
    fn key_of_token(&self) -> Value {
        let named = |key: &Value| key["kid"] == self.header("kid");
        Self::keys(&self.jwks_after).into_iter().find(named).expect("it is published")
    }

    fn modulus_bytes(&self) -> usize {
        self.key_of_token()["n"].as_str().map_or(0, |n| n.len() * 3 / 4)
    }
}
