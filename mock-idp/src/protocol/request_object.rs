//! Request objects: parameters of an authorization request as claims of a JWT (RFC 9101, OIDC Core 6).

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::protocol::assertion;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::{MANY, Params};

/// Whose object it has to be, for whom, and when.
pub(crate) struct Expected<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) issuer: &'a str,
    /// The parameters it came with.
    pub(crate) outside: &'a Params,
    pub(crate) now: Timestamp,
}

pub(crate) fn invalid(reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequestObject, "request_object", reason)
}

/// Checks the claims of an object whose signature is right.
pub(crate) fn check(claims: &Value, expected: &Expected<'_>) -> Result<(), OAuthError> {
    let Expected { client_id, issuer, outside, now } = *expected;
    if !claims.is_object() {
        return Err(invalid("the payload of the request object is not a JSON object"));
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    for name in ["iss", "client_id"] {
        if claims.get(name).is_some() && text(name) != Some(client_id) {
            return Err(invalid(format!("{name} of the request object must be {client_id}")));
        }
    }
    if claims.get("request").is_some() || claims.get("request_uri").is_some() {
        return Err(invalid("a request object holds no further one"));
    }
    if claims.get("aud").is_some() && !assertion::audiences(claims).contains(&issuer) {
        return Err(invalid(format!("aud of the request object must be {issuer}")));
    }
    let timely = match claims.get("exp") {
        Some(_) => assertion::check_times("request object", claims, now).map(drop),
        None => assertion::check_begun("request object", claims, now),
    };
    timely.map_err(invalid)?;
    // OIDC Core 6.1: what stands outside must not contradict what stands inside.
    for name in ["response_type", "client_id"] {
        if let (Some(outside), Some(inside)) = (outside.first(name), text(name))
            && outside != inside
        {
            return Err(invalid(format!("{name} differs inside and outside of the request object")));
        }
    }
    Ok(())
}

/// The parameters of a request with an object: what stands inside goes before what stands outside (OIDC Core 6.1).
pub(crate) fn inside_before(mut outside: Params, claims: &Value) -> Params {
    outside.remove("request");
    outside.remove("request_uri");
    let inside = claims.as_object().into_iter().flatten().filter(|(name, _)| is_parameter(name));
    let inside: BTreeMap<_, _> = inside.map(|(name, value)| (name.as_str(), texts_of(name, value))).collect();
    let outside = outside.iter().filter(|(name, _)| !inside.contains_key(name));
    let inside = inside.iter().flat_map(|(name, values)| values.iter().map(|value| (*name, &**value)));
    outside.chain(inside).collect()
}

/// Whether a claim stands for a parameter, and not for the object itself.
fn is_parameter(claim: &str) -> bool {
    !matches!(claim, "iss" | "aud" | "exp" | "iat" | "nbf" | "jti" | "sub")
}

/// A claim as the parameter would say it; a list where the parameter may come more than once (RFC 8707 2.1).
fn texts_of<'a>(name: &str, value: &'a Value) -> Vec<Cow<'a, str>> {
    match value {
        Value::String(text) => vec![Cow::Borrowed(text)],
        Value::Array(items) if MANY.contains(&name) => {
            items.iter().flat_map(|item| texts_of("", item)).collect()
        }
        other => vec![Cow::Owned(other.to_string())],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_inside_goes_before_what_stands_outside() {
        let outside = Params::parse("request=x&state=outside&scope=openid&resource=https%3A%2F%2Fa");
        let claims = json!({
            "iss": "c", "aud": "http://idp", "exp": 1, "sub": "c",
            "state": "inside", "max_age": 10, "resource": ["https://b", "https://c"],
        });
        let merged = inside_before(outside, &claims);
        let all: Vec<_> = merged.iter().collect();
        let expected = [
            ("scope", "openid"),
            ("max_age", "10"),
            ("resource", "https://b"),
            ("resource", "https://c"),
            ("state", "inside"),
        ];
        assert_eq!(all, expected);
    }
}
