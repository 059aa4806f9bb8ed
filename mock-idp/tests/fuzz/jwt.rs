//! JSON Web Tokens that say and are whatever a test wants, and a judgement of which are genuine: by `jsonwebtoken`, which
//! is not the implementation under test.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use serde_json::{Value, json};

/// How a token comes to its third part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signing {
    /// By a secret: of the client, or of another.
    Secret(Algorithm, &'static str),
    /// By the key that the client registered.
    Key,
    /// By a secret that is the text of the client's public key.
    Confused,
    /// By nothing.
    Nothing,
}

/// What these secrets are called.
pub(crate) const SECRET: &str = "kaseya-mdr-test-secret-not-a-secret";
pub(crate) const OTHER_SECRET: &str = "other-product-test-secret-not-a-secret";

/// A key that only the world holds; clients register its public half.
pub(crate) struct Key {
    private: EncodingKey,
    public: DecodingKey,
    /// The public half.
    pub(crate) jwk: Value,
}

impl Key {
    /// The ES256 key of the fixtures.
    pub(crate) fn of_fixtures() -> Self {
        let fixtures = fixtures::embedded();
        let pem =
            fixtures.keys.iter().find(|key| key.kid == "test-es256").expect("a key").private_pem.clone();
        let private = EncodingKey::from_ec_pem(pem.as_bytes()).expect("a private key");
        let jwk =
            jsonwebtoken::jwk::Jwk::from_encoding_key(&private, Algorithm::ES256).expect("a public half");
        let public = DecodingKey::from_jwk(&jwk).expect("a public key");
        Self { private, public, jwk: serde_json::to_value(jwk).expect("JSON") }
    }
}

/// A token of these texts, signed.
pub(crate) fn token(header: &[u8], claims: &[u8], signing: Signing, key: &Key) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let by_secret = |alg, secret: &str| {
        crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret.as_bytes()), alg)
    };
    let signature = match signing {
        Signing::Secret(alg, secret) => by_secret(alg, secret).expect("a signature"),
        Signing::Confused => by_secret(Algorithm::HS256, &key.jwk.to_string()).expect("a signature"),
        Signing::Key => {
            crypto::sign(message.as_bytes(), &key.private, Algorithm::ES256).expect("a signature")
        }
        Signing::Nothing => String::new(),
    };
    format!("{message}.{signature}")
}

/// Claims of a token that this client really signed, as its header says.
pub(crate) fn genuine_claims(token: &str, client: &fixtures::Client, key: &Key) -> Option<Value> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let alg = header.get("alg")?.as_str()?;
    let genuine = match alg {
        "HS256" | "HS384" | "HS512" => {
            let secret = DecodingKey::from_secret(client.secret.as_deref()?.as_bytes());
            crypto::verify(signature, message.as_bytes(), &secret, alg.parse().ok()?).unwrap_or_default()
        }
        "ES256" if client.jwks.as_ref() == Some(&json!({"keys": [key.jwk]})) => {
            crypto::verify(signature, message.as_bytes(), &key.public, Algorithm::ES256).unwrap_or_default()
        }
        _ => false,
    };
    // RFC 7515 4.1.11: nothing that is critical is understood here.
    (genuine && header.get("crit").is_none()).then_some(claims)
}

#[test]
fn only_what_the_client_signed_is_genuine() {
    let key = Key::of_fixtures();
    let mut client =
        fixtures::embedded().clients.into_iter().find(|client| client.id == "kaseya-mdr").expect("a client");
    client.jwks = Some(json!({"keys": [key.jwk]}));
    let made =
        |alg: &str, signing| token(json!({"alg": alg}).to_string().as_bytes(), b"{\"a\":1}", signing, &key);
    let is_genuine = |token: &str| genuine_claims(token, &client, &key).is_some();
    assert!(is_genuine(&made("HS256", Signing::Secret(Algorithm::HS256, SECRET))));
    assert!(is_genuine(&made("ES256", Signing::Key)));
    assert!(!is_genuine(&made("HS256", Signing::Secret(Algorithm::HS256, OTHER_SECRET))));
    assert!(!is_genuine(&made("HS512", Signing::Secret(Algorithm::HS256, SECRET))));
    assert!(!is_genuine(&made("HS256", Signing::Confused)));
    assert!(!is_genuine(&made("ES256", Signing::Confused)));
    let critical = token(
        b"{\"alg\":\"HS256\",\"crit\":[\"x\"]}",
        b"{}",
        Signing::Secret(Algorithm::HS256, SECRET),
        &key,
    );
    assert!(!is_genuine(&critical));
    assert!(!is_genuine(&made("none", Signing::Nothing)));
    assert!(!is_genuine(&made("HS256", Signing::Nothing)));
}
