//! JWTs that clients sign: made with `jsonwebtoken` and OpenSSL-made keys, so by another implementation than the one
//! that judges them.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

/// Somebody who signs, with the public half as a key set.
#[derive(Clone)]
pub(crate) struct Signer {
    key: EncodingKey,
    alg: Algorithm,
    /// What it is called in proofs.
    called: String,
    jwks: Value,
}

/// Long after every test, and within the life an assertion may have.
pub(crate) fn soon() -> i64 {
    jiff_now() + 60
}

fn jiff_now() -> i64 {
    mock_idp::Clock::now(&mock_idp::SystemClock).as_second()
}

impl Signer {
    /// By an RSA key.
    pub(crate) fn new() -> Self {
        Self::of("RS256")
    }

    /// By a secret.
    pub(crate) fn secret(secret: &str) -> Self {
        Self::hmac(secret, "HS256")
    }

    /// By a secret and an algorithm.
    pub(crate) fn hmac(secret: &str, alg: &str) -> Self {
        let (called, alg) = (alg.to_owned(), alg.parse().expect("an algorithm"));
        Self { key: EncodingKey::from_secret(secret.as_bytes()), alg, called, jwks: json!({"keys": []}) }
    }

    /// By a key for this algorithm.
    pub(crate) fn of(alg: &str) -> Self {
        let name = match alg {
            "ES256" => "es256",
            "ES384" => "es384",
            "EdDSA" | "Ed25519" => "ed25519",
            _ => "rs256",
        };
        // RFC 9864: EdDSA by the name that says the curve.
        let called = alg.to_owned();
        let alg: Algorithm = if alg == "Ed25519" { "EdDSA" } else { alg }.parse().expect("an algorithm");
        let fixtures = embedded();
        let key = |kid: &str| fixtures.keys.iter().find(|key| key.kid == kid).expect("a key of the fixtures");
        let pem = match name {
            "es256" => key("test-es256").private_pem.clone(),
            "ed25519" => key("test-ed25519").private_pem.clone(),
            "es384" => ES384.to_owned(),
            _ => key("test-rs256-b").private_pem.clone(),
        };
        let pem = pem.as_bytes();
        let encoding = match name {
            "rs256" => EncodingKey::from_rsa_pem(pem),
            "ed25519" => EncodingKey::from_ed_pem(pem),
            _ => EncodingKey::from_ec_pem(pem),
        };
        let encoding = encoding.expect("a private key");
        let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&encoding, alg).expect("a public half");
        Self { key: encoding, alg, called, jwks: json!({ "keys": [jwk] }) }
    }

    /// The public half.
    pub(crate) fn jwks(&self) -> Value {
        self.jwks.clone()
    }

    /// The public half as one key.
    pub(crate) fn jwk(&self) -> Value {
        self.jwks["keys"][0].clone()
    }

    /// Signs.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_with(&self.header(), claims)
    }

    /// The header that it signs under.
    pub(crate) fn header(&self) -> Header {
        Header::new(self.alg)
    }

    /// Signs under a header of one's own.
    pub(crate) fn sign_with(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).expect("a token")
    }

    /// A proof that shows whatever it is told to.
    pub(crate) fn proof_showing(&self, jwk: &Value, claims: &Value) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": self.called, "jwk": jwk});
        let message = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.alg).expect("a signature");
        format!("{message}.{signature}")
    }

    /// A proof of possession (RFC 9449 4.2).
    pub(crate) fn proof(&self, claims: &Value) -> String {
        let mut jwk = self.jwk();
        jwk["alg"] = json!(self.called);
        self.proof_showing(&jwk, claims)
    }
}

fn embedded() -> &'static fixtures::Fixtures {
    static FIXTURES: OnceLock<fixtures::Fixtures> = OnceLock::new();
    FIXTURES.get_or_init(fixtures::embedded)
}

/// An assertion that authenticates a client.
pub(crate) fn client_assertion(signer: &Signer, client: &str, audience: &str, id: &str) -> String {
    signer.sign(&json!({"iss": client, "sub": client, "aud": audience, "exp": soon(), "jti": id}))
}

/// Made with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384. For tests, and public.
const ES384: &str = "\
-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCx9jPpw8N0JguBe48N
4jb5pePMoEto7wCSIgvp31sQ0P03Dt0ga4TUu5LEKHe0GCehZANiAAQ7ClN6nLhA
apcGy+HGpOX+Wao2N3TsRlcgEDywrI1ZG8OEMksBPmQI+Z4Kko5AHOTB3Ol166FZ
cfDfQWI32YYoVTgOTbgyUROUiO5lz1LVyHd+6mO/IYqU+CymvoEkRy8=
-----END PRIVATE KEY-----
";
