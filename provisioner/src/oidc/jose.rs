//! Reading a compact JWS (RFC 7515, 7.1) and JSON objects without duplicate members. It verifies nothing.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

/// Longest token that is looked at, in bytes.
const LONGEST_TOKEN: usize = 64 * 1024;
/// Longest `kid` that is looked up, in bytes.
const LONGEST_KEY_ID: usize = 512;

/// A JSON object in which no member stands twice (RFC 7519, 4: duplicates may be refused).
#[derive(Clone, Debug)]
pub(crate) struct StrictObject(IndexMap<String, Value>);

impl StrictObject {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    pub(crate) fn get(&self, member: &str) -> Option<&Value> {
        self.0.get(member)
    }

    /// A member that is there and not null.
    pub(crate) fn present(&self, member: &str) -> Option<&Value> {
        self.get(member).filter(|value| !value.is_null())
    }

    /// A member that is a text.
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.get(member)?.as_str()
    }

    /// A member that is a list of texts.
    pub(crate) fn texts(&self, member: &str) -> Option<Vec<&str>> {
        self.get(member)?.as_array()?.iter().map(Value::as_str).collect()
    }
}

impl<'de> Deserialize<'de> for StrictObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = StrictObject;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<StrictObject, A::Error> {
                let mut members = IndexMap::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member stands twice"));
                    }
                }
                Ok(StrictObject(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// What a token says it is, by the `typ` in its header (RFC 8725, 3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenType {
    /// An ID token or a userinfo answer: `JWT`, or nothing.
    Jwt,
    /// A logout token: `logout+jwt` (Back-Channel Logout 1.0, 2.4), or as above, because the type is only recommended.
    LogoutToken,
}

impl TokenType {
    fn is_named(self, typ: &str) -> bool {
        typ.eq_ignore_ascii_case("jwt")
            || (self == Self::LogoutToken && typ.eq_ignore_ascii_case("logout+jwt"))
    }
}

/// A signed token taken apart.
#[derive(Debug)]
pub(crate) struct SignedToken<'t> {
    /// `alg`, not yet held against anything.
    pub(crate) algorithm: String,
    /// `kid`, if there is one.
    pub(crate) key_id: Option<String>,
    /// The signed bytes.
    pub(crate) message: &'t [u8],
    /// The signature.
    pub(crate) signature: Vec<u8>,
    /// The payload, not yet trusted.
    pub(crate) payload: StrictObject,
}

/// Why a text is not a signed token we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// Not three base64url parts with JSON objects in the first two.
    Shape,
    /// `typ` is that of another kind of token (RFC 8725, 3.11).
    Type,
    /// `crit` or `b64` asks for something we do not understand (RFC 7515, 4.1.11).
    Critical,
    /// `kid` is no text or far too long.
    KeyId,
}

impl<'t> SignedToken<'t> {
    /// Takes a token apart.
    pub(crate) fn read(token: &'t str, expected: TokenType) -> Result<Self, Malformed> {
        if token.len() > LONGEST_TOKEN {
            return Err(Malformed::Shape);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Malformed::Shape)?;
        let (header, payload) = message.split_once('.').ok_or(Malformed::Shape)?;
        if payload.contains('.') {
            return Err(Malformed::Shape);
        }
        let header = object(header)?;
        check_header(&header, expected)?;
        Ok(Self {
            algorithm: header.text("alg").ok_or(Malformed::Shape)?.to_owned(),
            key_id: key_id(&header)?,
            message: message.as_bytes(),
            signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| Malformed::Shape)?,
            payload: object(payload)?,
        })
    }
}

fn object(part: &str) -> Result<StrictObject, Malformed> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Malformed::Shape)?;
    StrictObject::read(&bytes).map_err(|_| Malformed::Shape)
}

fn check_header(header: &StrictObject, expected: TokenType) -> Result<(), Malformed> {
    if header.get("crit").is_some() || header.get("b64").is_some() {
        return Err(Malformed::Critical);
    }
    match header.present("typ") {
        None => Ok(()),
        Some(Value::String(typ)) if expected.is_named(typ) => Ok(()),
        Some(_) => Err(Malformed::Type),
    }
}

fn key_id(header: &StrictObject) -> Result<Option<String>, Malformed> {
    match header.present("kid") {
        None => Ok(None),
        Some(Value::String(kid)) if kid.len() <= LONGEST_KEY_ID => Ok(Some(kid.clone())),
        Some(_) => Err(Malformed::KeyId),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
    }

    fn read(header: &str, payload: &str) -> Result<(), Malformed> {
        SignedToken::read(&token(header, payload), TokenType::Jwt).map(|_| ())
    }

    #[test]
    fn the_header_says_what_kind_of_token_it_is() {
        for header in [r#"{"alg":"RS256"}"#, r#"{"alg":"RS256","typ":"jwt"}"#, r#"{"alg":"RS256","x":7}"#] {
            assert_eq!(read(header, "{}"), Ok(()), "{header}");
        }
        assert_eq!(read(r#"{"alg":"RS256","typ":"at+jwt"}"#, "{}"), Err(Malformed::Type));
        assert_eq!(read(r#"{"alg":"RS256","typ":"logout+jwt"}"#, "{}"), Err(Malformed::Type));
        assert_eq!(read(r#"{"alg":"RS256","crit":["x"]}"#, "{}"), Err(Malformed::Critical));
        assert_eq!(read(r#"{"alg":"RS256","b64":false,"crit":["b64"]}"#, "{}"), Err(Malformed::Critical));
        assert_eq!(read(r#"{"alg":"RS256","kid":7}"#, "{}"), Err(Malformed::KeyId));
        let long = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(10_000));
        assert_eq!(read(&long, "{}"), Err(Malformed::KeyId));
    }

    #[test]
    fn a_member_stands_once() {
        assert_eq!(read(r#"{"alg":"RS256"}"#, r#"{"sub":"a","sub":"b"}"#), Err(Malformed::Shape));
        assert_eq!(read(r#"{"alg":"none","alg":"RS256"}"#, "{}"), Err(Malformed::Shape));
    }

    #[test]
    fn other_shapes_are_refused_cheaply() {
        let good = token(r#"{"alg":"RS256"}"#, "{}");
        let shapes = [
            String::new(),
            "a".to_owned(),
            "a.b".to_owned(),
            format!("{good}.x"),
            format!("{good}.x.y"),
            format!("{good}="),
            format!("{good}\n"),
            format!(" {good}"),
            ".".repeat(1_000_000),
        ];
        for shape in shapes {
            assert_eq!(
                SignedToken::read(&shape, TokenType::Jwt).map(|_| ()),
                Err(Malformed::Shape),
                "{shape:.60}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[a-zA-Z0-9_.=-]{0,120}") {
            let _outcome = SignedToken::read(&text, TokenType::Jwt);
        }
    }
}
