//! Faults of the signature, the header and the shape of the ID token.

use serde_json::{Value, json};

use super::seen::Way::Login;
use super::seen::{Row, Seen, fires, raw};

one_test_each!(
    fires,
    Row,
    (sig_bad_rs256, Login, |s| s.header("alg") == "RS256" && s.signature().len() == 342 && !s.verifies()),
    (sig_bad_rs256_other_key, Login, |s| Seen::kids(&s.jwks).contains(&s.header("kid")) && !s.verifies()),
    (sig_bad_rs256_swapped, Login, |s| s.is("sub", "k1-somebody-else") && !s.verifies()),
    (sig_bad_es256, Login, |s| s.header("alg") == "ES256" && s.signature().len() == 86 && !s.verifies()),
    (sig_bad_hs256, Login, |s| {
        s.header("alg") == "HS256"
            && s.signature().len() == 43
            && s.signature() != hs256(s, crate::support::SECRET)
    }),
    (sig_none_lower, Login, |s| s.header("alg") == "none" && s.signature().is_empty()),
    (sig_none_mixed_case, Login, |s| s.header("alg") == "nOnE" && s.signature().is_empty()),
    (sig_none_stripped, Login, |s| s.header("alg") == "RS256" && s.signature().is_empty()),
    (sig_alg_alternate, Login, |s| s.header("alg") == "ES256" && s.verifies()),
    (sig_hs_pubkey, Login, |s| s.header("alg") == "HS256" && s.signature().len() == 43),
    (sig_hs_secret, Login, |s| {
        s.header("alg") == "HS256" && s.signature() == hs256(s, crate::support::SECRET)
    }),
    (sig_hs_empty, Login, |s| s.header("alg") == "HS256" && s.signature() == hs256(s, "")),
    (ok_typ, Login, |s| s.header("typ").is_null()),
    (ok_typ_lower, Login, |s| s.header("typ") == "jwt"),
    (ok_extra, Login, |s| s.header("x_number") == 7 && s.claim("x_unknown").is_object()),
    (sig_header_jwk, Login, |s| s.header("jwk")["n"] == s.strangers_n() && s.is_the_strangers()),
    (sig_header_jku, Login, |s| {
        s.header("jku") == format!("{}/strangers/stranger", s.issuer) && s.is_the_strangers()
    }),
    (sig_header_x5u, Login, |s| {
        s.header("x5u") == format!("{}/strangers/certificate.pem", s.issuer) && s.is_the_strangers()
    }),
    (sig_kid_evil, Login, |s| s.header("kid") == "../../../../../../dev/null"),
    (sig_kid_evil_sql, Login, |s| s.header("kid").as_str().is_some_and(|kid| kid.contains("UNION SELECT"))),
    (sig_kid_evil_long, Login, |s| s.header("kid").as_str().is_some_and(|kid| kid.len() == 10_000)),
    (sig_kid_evil_number, Login, |s| s.header("kid") == 7),
    (sig_crit_unknown, Login, |s| s.header("crit") == json!(["x-unknown"]) && s.verifies()),
    (sig_crit_b64, Login, |s| s.header("crit") == json!(["b64"]) && s.header("b64") == false),
    (sig_cross_issuer, Login, |s| Seen::kids(&s.jwks).contains(&s.header("kid")) && s.is_the_strangers()),
    (sig_ecdsa_zero, Login, |s| s.header("alg") == "ES256" && s.signature() == "A".repeat(86)),
    (sig_ecdsa_zero_der, Login, |s| {
        s.header("alg") == "ES256" && s.signature().starts_with('M') && s.signature().len() > 86
    }),
    (sig_ecdsa_zero_curve, Login, |s| {
        s.header("alg") == "ES256" && s.signature().len() == 86 && s.signature() != "A".repeat(86)
    }),
    (sig_shape_2, Login, |s| s.parts() == 2),
    (sig_shape_4, Login, |s| s.parts() == 4),
    (sig_shape_5, Login, |s| s.parts() == 5 && s.header("alg") == "RS256"),
    (sig_shape_pad, Login, |s| s.parts() == 3 && s.id_token().ends_with("==")),
    (sig_shape_ws, Login, |s| s.parts() == 3 && s.id_token().contains(".\n")),
    (sig_shape_dots, Login, |s| s.parts() == 1_000_001),
    (sig_shape_jwe, Login, |s| {
        s.parts() == 5
            && raw(s.id_token().split('.').next().unwrap_or_default())
                .is_some_and(|it| it.contains("\"enc\""))
    }),
);

impl Seen {
    fn parts(&self) -> usize {
        self.id_token().split('.').count()
    }

    fn strangers_n(&self) -> Value {
        Self::keys(&self.stranger)[0]["n"].clone()
    }

    /// It is signed by a key that is published elsewhere only.
    fn is_the_strangers(&self) -> bool {
        let ours = Self::keys(&self.jwks_after).iter().any(|key| key["n"] == self.strangers_n());
        !ours && self.verifies_by(&self.stranger)
    }
}

fn hs256(seen: &Seen, secret: &str) -> String {
    use base64::Engine as _;
    let token = seen.id_token();
    let message = token.rsplit_once('.').map_or("", |(message, _)| message);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(tag.as_ref())
}
