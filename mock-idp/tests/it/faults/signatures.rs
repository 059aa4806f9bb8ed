//! Faults of the signature, the header and the shape of the ID token.

use serde_json::{Value, json};

use super::seen::Way::Login;
use super::seen::{Row, Seen, all_fire, raw};

pub(crate) const ROWS: &[Row] = &[
    ("sig-bad-rs256", Login, |s| s.header("alg") == "RS256" && s.signature().len() == 342 && !s.verifies()),
    ("sig-bad-rs256-other-key", Login, |s| Seen::kids(&s.jwks).contains(&s.header("kid")) && !s.verifies()),
    ("sig-bad-rs256-swapped", Login, |s| s.is("sub", "k1-somebody-else") && !s.verifies()),
    ("sig-bad-es256", Login, |s| s.header("alg") == "ES256" && s.signature().len() == 86 && !s.verifies()),
    ("sig-bad-hs256", Login, |s| {
        s.header("alg") == "HS256"
            && s.signature().len() == 43
            && s.signature() != hs256(s, crate::support::SECRET)
    }),
    ("sig-none-lower", Login, |s| s.header("alg") == "none" && s.signature().is_empty()),
    ("sig-none-mixed-case", Login, |s| s.header("alg") == "nOnE" && s.signature().is_empty()),
    ("sig-none-stripped", Login, |s| s.header("alg") == "RS256" && s.signature().is_empty()),
    ("sig-alg-alternate", Login, |s| s.header("alg") == "ES256" && s.verifies()),
    ("sig-hs-pubkey", Login, |s| s.header("alg") == "HS256" && s.signature().len() == 43),
    ("sig-hs-secret", Login, |s| {
        s.header("alg") == "HS256" && s.signature() == hs256(s, crate::support::SECRET)
    }),
    ("sig-hs-empty", Login, |s| s.header("alg") == "HS256" && s.signature() == hs256(s, "")),
    ("ok-typ", Login, |s| s.header("typ").is_null()),
    ("ok-typ-lower", Login, |s| s.header("typ") == "jwt"),
    ("ok-extra", Login, |s| s.header("x_number") == 7 && s.claim("x_unknown").is_object()),
    ("sig-header-jwk", Login, |s| s.header("jwk")["n"] == s.strangers_n() && s.is_the_strangers()),
    ("sig-header-jku", Login, |s| {
        s.header("jku") == format!("{}/strangers/stranger", s.issuer) && s.is_the_strangers()
    }),
    ("sig-header-x5u", Login, |s| {
        s.header("x5u") == format!("{}/strangers/certificate.pem", s.issuer) && s.is_the_strangers()
    }),
    ("sig-kid-evil", Login, |s| s.header("kid") == "../../../../../../dev/null"),
    ("sig-kid-evil-sql", Login, |s| s.header("kid").as_str().is_some_and(|kid| kid.contains("UNION SELECT"))),
    ("sig-kid-evil-long", Login, |s| s.header("kid").as_str().is_some_and(|kid| kid.len() == 10_000)),
    ("sig-kid-evil-number", Login, |s| s.header("kid") == 7),
    ("sig-crit-unknown", Login, |s| s.header("crit") == json!(["x-unknown"]) && s.verifies()),
    ("sig-crit-b64", Login, |s| s.header("crit") == json!(["b64"]) && s.header("b64") == false),
    ("sig-cross-issuer", Login, |s| Seen::kids(&s.jwks).contains(&s.header("kid")) && s.is_the_strangers()),
    ("sig-ecdsa-zero", Login, |s| s.header("alg") == "ES256" && s.signature() == "A".repeat(86)),
    ("sig-ecdsa-zero-der", Login, |s| {
        s.header("alg") == "ES256" && s.signature().starts_with('M') && s.signature().len() > 86
    }),
    ("sig-ecdsa-zero-curve", Login, |s| {
        s.header("alg") == "ES256" && s.signature().len() == 86 && s.signature() != "A".repeat(86)
    }),
    ("sig-shape-2", Login, |s| s.parts() == 2),
    ("sig-shape-4", Login, |s| s.parts() == 4),
    ("sig-shape-5", Login, |s| s.parts() == 5 && s.header("alg") == "RS256"),
    ("sig-shape-pad", Login, |s| s.parts() == 3 && s.id_token().ends_with("==")),
    ("sig-shape-ws", Login, |s| s.parts() == 3 && s.id_token().contains(".\n")),
    ("sig-shape-dots", Login, |s| s.parts() == 1_000_001),
    ("sig-shape-jwe", Login, |s| {
        s.parts() == 5
            && raw(s.id_token().split('.').next().unwrap_or_default())
                .is_some_and(|it| it.contains("\"enc\""))
    }),
];

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

#[tokio::test]
async fn they_fire_and_do_what_they_say() {
    all_fire(ROWS).await;
}
