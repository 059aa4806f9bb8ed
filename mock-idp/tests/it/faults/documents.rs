//! Faults of discovery and of the key set.

use serde_json::{Value, json};

use super::seen::Way::Login;
use super::seen::{Row, Seen, all_fire};
use crate::support::NO_ANSWER;

pub(crate) const ROWS: &[Row] = &[
    ("disc-issuer-mismatch", Login, |s| s.discovery.json()["issuer"] == format!("{}INVALID", s.issuer)),
    ("disc-alg-downgrade", Login, |s| {
        s.discovery.json()["id_token_signing_alg_values_supported"] == json!(["RS256", "HS256", "none"])
    }),
    ("disc-flap", Login, |s| s.discovery.status == 503),
    ("jwks-rotate-just-before", Login, |s| {
        !Seen::kids(&s.jwks).contains(&s.header("kid"))
            && Seen::kids(&s.jwks_after).contains(&s.header("kid"))
            && Seen::kids(&s.jwks).iter().all(|old| Seen::kids(&s.jwks_after).contains(old))
            && s.verifies()
    }),
    ("jwks-rotate-between", Login, |s| {
        Seen::kids(&s.jwks).contains(&s.header("kid"))
            && !Seen::kids(&s.jwks).contains(&s.next.0["kid"])
            && Seen::kids(&s.jwks_after).contains(&s.next.0["kid"])
    }),
    ("jwks-kid-unknown", Login, |s| !Seen::kids(&s.jwks_after).contains(&s.header("kid"))),
    ("jwks-kid-absent-single", Login, |s| {
        s.header("kid").is_null() && Seen::kids(&s.jwks_after) == [Value::Null]
    }),
    ("jwks-kid-absent-multi", Login, |s| {
        let kids = Seen::kids(&s.jwks_after);
        s.header("kid").is_null() && kids.len() > 2 && kids.iter().all(Value::is_null)
    }),
    ("jwks-uri-random", Login, |s| {
        let uri = s.discovery.json()["jwks_uri"].as_str().unwrap_or_default().to_owned();
        uri.starts_with(&format!("{}/keys/", s.issuer)) && s.jwks.status == 404
    }),
    ("jwks-outage-500", Login, |s| s.jwks.status == 500),
    ("jwks-outage-html", Login, |s| s.jwks.body.starts_with("<!doctype html>")),
    ("jwks-outage-empty", Login, |s| s.jwks.json()["keys"] == json!([])),
    ("tok-basic-only", Login, |s| {
        s.discovery.json()["token_endpoint_auth_methods_supported"] == json!(["client_secret_basic"])
            && s.token_error() == (401, json!("invalid_client"))
            && s.token_again.status == 200
    }),
    ("ok-rs256", Login, |s| {
        let keys = s.jwks.json()["keys"].clone();
        keys.as_array().is_some_and(|keys| keys.len() == 1) && keys[0]["alg"] == "RS256"
    }),
    ("ok-discovery", Login, |s| {
        let document = s.discovery.json();
        ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"]
            .iter()
            .all(|name| {
                document[name].as_str().is_some_and(|uri| uri.starts_with(&format!("{}/moved/", s.issuer)))
            })
    }),
    ("ok-iss-param", Login, |s| {
        s.discovery.json()["authorization_response_iss_parameter_supported"].is_null()
            && s.back.param("iss").as_ref() == Some(&s.issuer)
    }),
    ("disc-issuer-near-slash", Login, |s| s.names_issuer(&format!("{}/", s.issuer))),
    ("disc-issuer-near-case", Login, |s| s.names_issuer(&s.issuer.to_uppercase())),
    ("disc-issuer-near-port", Login, |s| s.names_issuer(&s.issuer.replacen("1:", "1:0", 1))),
    ("disc-issuer-near-query", Login, |s| s.names_issuer(&format!("{}?x", s.issuer))),
    ("disc-issuer-template", Login, |s| s.names_issuer(&format!("{}/{{tenantid}}", s.issuer))),
    ("disc-scheme-http", Login, |s| s.places("token_endpoint", "http://one.example/connect/token")),
    ("disc-scheme-file", Login, |s| s.places("jwks_uri", "file:///etc/hosts")),
    ("disc-scheme-js", Login, |s| s.places("authorization_endpoint", "javascript:alert(1)")),
    ("disc-endpoint-foreign-token", Login, |s| s.places("token_endpoint", &s.elsewhere("/connect/token"))),
    ("disc-endpoint-foreign-jwks", Login, |s| {
        s.places("jwks_uri", &s.elsewhere("/.well-known/openid-configuration/jwks"))
    }),
    ("disc-endpoint-foreign-userinfo", Login, |s| {
        s.places("userinfo_endpoint", &s.elsewhere("/connect/userinfo"))
    }),
    ("disc-endpoint-foreign-meta", Login, |s| {
        s.places("token_endpoint", "http://169.254.169.254/latest/meta-data/")
    }),
    ("disc-field-missing", Login, |s| s.lacks("jwks_uri")),
    ("disc-field-missing-token", Login, |s| s.lacks("token_endpoint")),
    ("disc-field-missing-algs", Login, |s| s.lacks("id_token_signing_alg_values_supported")),
    ("disc-field-wrongtype", Login, |s| s.places("authorization_response_iss_parameter_supported", "true")),
    ("disc-field-wrongtype-unused", Login, |s| s.places("claims_parameter_supported", "true")),
    ("disc-pkce-absent", Login, |s| s.lacks("code_challenge_methods_supported")),
    ("disc-pkce-plain", Login, |s| {
        s.discovery.json()["code_challenge_methods_supported"] == json!(["plain"]) && s.token.status == 200
    }),
    ("disc-flap-timeout", Login, |s| {
        s.discovery.status == NO_ANSWER && s.discovery.body.contains("patience")
    }),
    ("disc-flap-html", Login, |s| {
        s.discovery.status == 200 && s.discovery.body.starts_with("<!doctype html>")
    }),
    ("disc-flap-redirect", Login, |s| {
        s.discovery.status == 302
            && s.discovery.location == Some(s.elsewhere("/.well-known/openid-configuration"))
    }),
    ("disc-endpoint-moved", Login, |s| {
        s.places("token_endpoint", &format!("{}/moved/connect/token", s.issuer)) && s.token.status == 200
    }),
    ("out-op-dead-absent", Login, |s| s.lacks("end_session_endpoint")),
    ("jwks-kid-dup", Login, |s| {
        let kids = Seen::kids(&s.jwks);
        kids[0] == s.header("kid")
            && kids.iter().filter(|kid| **kid == kids[0]).count() == 2
            && !s.verifies_by(&s.jwks)
            && s.verifies()
    }),
    ("jwks-kid-reused", Login, |s| {
        Seen::kids(&s.jwks) == Seen::kids(&s.jwks_after) && !s.verifies_by(&s.jwks) && s.verifies()
    }),
    ("jwks-key-withdrawn", Login, |s| {
        !Seen::kids(&s.jwks).contains(&s.header("kid")) && !Seen::keys(&s.jwks).is_empty() && s.verifies()
    }),
    ("jwks-foreign-entries", Login, |s| {
        let keys = Seen::keys(&s.jwks);
        keys[0]["kty"] == "AKP" && keys[3]["n"] == "%%%" && keys[4]["kid"] == s.header("kid")
    }),
    ("jwks-misuse-enc", Login, |s| s.only_key()["use"] == "enc" && s.only_key()["kid"] == s.header("kid")),
    ("jwks-misuse-alg", Login, |s| s.only_key()["alg"] == "RSA-OAEP-256"),
    ("jwks-misuse-private", Login, |s| s.only_key()["d"].is_string()),
    ("jwks-misuse-oct", Login, |s| {
        let key = s.key_of_token();
        key["kty"] == "oct" && s.header("alg") == "HS256" && s.verifies()
    }),
    ("jwks-weak-1024", Login, |s| s.header("alg") == "RS256" && s.modulus_bytes() == 128),
    ("jwks-weak-e1", Login, |s| s.key_of_token()["e"] == "AQ" && s.modulus_bytes() == 256),
    ("jwks-weak-16k", Login, |s| s.header("alg") == "RS256" && s.modulus_bytes() == 2048),
    ("jwks-outage-huge", Login, |s| s.jwks.body.len() > 4_000_000 && s.jwks.body.starts_with("{\"keys\"")),
    ("net-dns-jwks", Login, |s| s.places("jwks_uri", "http://provider.invalid/jwks")),
    ("net-dns-token", Login, |s| s.places("token_endpoint", "http://provider.invalid/token")),
    ("net-dns-userinfo", Login, |s| s.places("userinfo_endpoint", "http://provider.invalid/userinfo")),
];

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

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
