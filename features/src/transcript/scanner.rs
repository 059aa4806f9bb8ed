//! The last look at a finished transcript: nothing in it may differ from run to run or be a secret.

use std::sync::LazyLock;

use anyhow::{Result, bail};
use regex::Regex;

/// What must not be there, with the pattern that finds it.
const SHAPES: [(&str, &str); 8] = [
    ("a control character", r"\p{Cc}"),
    ("a token", r"eyJ[A-Za-z0-9_-]{8,}"),
    ("a key", r"-----BEGIN|PRIVATE KEY"),
    ("an address with a port", r"(?:127\.0\.0\.1|localhost|\[::1\]):\d+"),
    ("a date", r"\b(?:19|20)\d\d-\d\d-\d\d|\d\d:\d\d:\d\d GMT"),
    ("an id", r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    ("a time in seconds", r"\b1[89]\d{8}\b"),
    (
        "something random",
        r"[A-Za-z0-9_-]*(?:[a-z][A-Z]|[A-Z][a-z]*[0-9]|[0-9][A-Za-z]{2}[0-9])[A-Za-z0-9_-]{20,}",
    ),
];

static PATTERNS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    SHAPES
        .iter()
        .map(|(what, pattern)| (*what, Regex::new(pattern).expect("the pattern is a literal")))
        .collect()
});

/// Refuses a text that holds anything token-, key-, port-, id- or date-shaped, or a character that nobody sees.
pub(super) fn check(text: &str) -> Result<()> {
    // Not `lines`, which would take a carriage return for the end of one.
    for (number, line) in text.split('\n').enumerate() {
        for (what, pattern) in PATTERNS.iter() {
            if let Some(found) = pattern.find(line) {
                bail!("line {} of the transcript holds {what}: {:?} in {line:?}", number + 1, found.as_str());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_found() {
        for bad in [
            "id_token=eyJhbGciOiJSUzI1NiJ9.e30.x",
            "-----BEGIN PRIVATE KEY-----",
            "GET http://127.0.0.1:43125/x",
            "created=2030-01-01T00:00:00Z",
            "0190163d-8694-739b-aea5-966c26f8ad91",
            "exp=1893456300",
            "code=Zk3v9Qw1LmN8pXr5TyU2sD7f",
            "sub=k1-northwind-dana\0",
            "first\r\nsecond",
        ] {
            assert!(check(bad).is_err(), "{bad} passed");
        }
    }

    #[test]
    fn words_and_symbols_pass() {
        let good = "browser→app GET /sso/callback code=<code:1> state=<state:1> 303 → app /no-access T+300s \
                    k1-northwind-dana jwks-rotate-just-before kaseya-mdr created_and_signed_in";
        check(good).unwrap();
    }
}
