//! What a JWT that a client signed has to say: to authenticate it, to ask for a token, to carry an authorization request
//! (RFC 7523 3, OIDC Core 6 and 9). Whether it is genuine is found out elsewhere.

use jiff::Timestamp;
use serde_json::Value;

/// How far the clocks of client and provider may differ, seconds.
const LEEWAY: i64 = 60;
/// How long an assertion may live, seconds: it is good once, and its `jti` is remembered as long.
pub(crate) const LONGEST_LIFE: i64 = 3600;

/// What is expected of an assertion.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    /// `None` when any subject will do.
    pub(crate) subject: Option<&'a str>,
    /// One of these has to be the audience.
    pub(crate) audiences: &'a [String],
    pub(crate) now: Timestamp,
}

/// What makes an assertion good once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Once {
    /// `jti`.
    pub(crate) id: String,
    /// From then on it is refused for its age.
    pub(crate) until: Timestamp,
}

/// Checks the claims of an assertion; the reason when they are not as they should be.
pub(crate) fn check(claims: &Value, expected: &Expected<'_>) -> Result<Once, String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(format!("iss of the assertion must be {}", expected.issuer));
    }
    match expected.subject {
        Some(subject) if text("sub") != Some(subject) => {
            return Err(format!("sub of the assertion must be {subject}"));
        }
        None if text("sub").is_none_or(str::is_empty) => return Err("the assertion has no sub".to_owned()),
        _ => {}
    }
    if !audiences(claims).iter().any(|audience| expected.audiences.iter().any(|right| right == audience)) {
        return Err(format!("aud of the assertion must be one of {}", expected.audiences.join(", ")));
    }
    let until = check_times("assertion", claims, expected.now)?;
    let id = text("jti").filter(|id| !id.is_empty() && id.len() <= 512);
    let id = id.ok_or("the assertion has no jti, so it cannot be good only once")?;
    Ok(Once { id: id.to_owned(), until })
}

/// `exp`, and `nbf` and `iat` if they are there.
pub(crate) fn check_times(what: &str, claims: &Value, at: Timestamp) -> Result<Timestamp, String> {
    let now = at.as_second();
    let Some(exp) = claims.get("exp").and_then(second) else {
        return Err(format!("the {what} has no exp that is a number"));
    };
    if exp + LEEWAY <= now {
        return Err(format!("the {what} expired {} seconds ago", now - exp));
    }
    if exp - now > LONGEST_LIFE + LEEWAY {
        return Err(format!("the {what} lives for {} seconds; at most {LONGEST_LIFE}", exp - now));
    }
    check_begun(what, claims, at)?;
    Timestamp::from_second(exp + LEEWAY).map_err(|_| format!("exp of the {what} is no time"))
}

/// `nbf` and `iat`, if they are there.
pub(crate) fn check_begun(what: &str, claims: &Value, now: Timestamp) -> Result<(), String> {
    for name in ["nbf", "iat"] {
        match claims.get(name).map(second) {
            None => {}
            Some(Some(at)) if at <= now.as_second() + LEEWAY => {}
            _ => return Err(format!("{name} of the {what} is not a time that has come")),
        }
    }
    Ok(())
}

/// A time in whole seconds, if it is a number (RFC 7519 2: it may have a fraction).
pub(crate) fn second(value: &Value) -> Option<i64> {
    value.as_f64().map(floor)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates, and no such time is accepted"
)]
fn floor(seconds: f64) -> i64 {
    (seconds.floor() as i64).clamp(-1 << 40, 1 << 40)
}

/// The audiences, whether one or several.
pub(crate) fn audiences(claims: &Value) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims() -> Value {
        json!({"iss": "c", "sub": "c", "aud": ["x", "http://idp"], "exp": 1_000_100, "jti": "1"})
    }

    fn check_of(claims: &Value) -> Result<Once, String> {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let audiences = ["http://idp".to_owned()];
        check(claims, &Expected { issuer: "c", subject: Some("c"), audiences: &audiences, now })
    }

    #[test]
    fn a_good_assertion_is_good_until_a_minute_after_it_expired() {
        assert_eq!(check_of(&claims()).unwrap().until.as_second(), 1_000_160);
    }

    #[test]
    fn every_claim_counts() {
        for (name, value) in [
            ("iss", json!("d")),
            ("sub", json!(null)),
            ("aud", json!("http://idp/")),
            ("aud", json!(null)),
            ("exp", json!(999_900)),
            ("exp", json!("tomorrow")),
            ("exp", json!(1e300)),
            ("exp", json!(2_000_000)),
            ("nbf", json!(1_000_100)),
            ("iat", json!("now")),
            ("jti", json!("")),
            ("jti", json!(7)),
        ] {
            let mut claims = claims();
            claims[name] = value;
            assert!(check_of(&claims).is_err(), "{claims}");
        }
    }
}
