//! Reading the authorization response (RFC 6749, 4.1.2) from the query. Pure; it believes nothing yet.

use percent_encoding::percent_decode_str;

/// Longest query that is read, in bytes.
const LONGEST_QUERY: usize = 32 * 1024;
/// Longest value of one parameter, in bytes.
const LONGEST_VALUE: usize = 8 * 1024;
/// Longest error text that is kept, in characters.
const LONGEST_ERROR: usize = 60;

/// What KaseyaOne answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A code to trade.
    Code(String),
    /// An error, by its code (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6).
    Error(String),
    /// Neither, or something unreadable; the fragment says what.
    Malformed(&'static str),
}

/// An authorization response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// `state`, if it came once and is readable.
    pub state: Option<String>,
    /// `iss` (RFC 9207), if it came.
    pub issuer: Option<String>,
    /// What was answered.
    pub answer: Answer,
}

impl Callback {
    /// Reads a raw query.
    pub fn read(query: &str) -> Self {
        if query.len() > LONGEST_QUERY {
            return Self::malformed(None, "the query is far too long");
        }
        let Some(pairs) = pairs(query) else {
            return Self::malformed(None, "a parameter is not readable text");
        };
        let state = single(&pairs, "state");
        match (state, single(&pairs, "code"), single(&pairs, "error"), single(&pairs, "iss")) {
            (Ok(state), Ok(code), Ok(error), Ok(issuer)) => {
                Self { state, issuer, answer: answer(code, error) }
            }
            (Ok(state), ..) => Self::malformed(state, "a parameter is empty, repeated, too long or garbled"),
            (Err(Repeated), ..) => Self::malformed(None, "state is empty, repeated, too long or garbled"),
        }
    }

    fn malformed(state: Option<String>, what: &'static str) -> Self {
        Self { state, issuer: None, answer: Answer::Malformed(what) }
    }
}

fn answer(code: Option<String>, error: Option<String>) -> Answer {
    match (code, error) {
        (Some(code), None) => Answer::Code(code),
        // A code beside an error is not taken (RFC 6749, 4.1.2.1 has no code).
        (_, Some(error)) => Answer::Error(printable(&error)),
        (None, None) => Answer::Malformed("neither a code nor an error"),
    }
}

/// An error code as it may be shown to an administrator: bounded, and only the characters RFC 6749 gives it.
fn printable(error: &str) -> String {
    let is_allowed =
        |character: &char| character.is_ascii_graphic() && !matches!(character, '"' | '\\' | '<' | '>');
    error.chars().filter(is_allowed).take(LONGEST_ERROR).collect()
}

struct Repeated;

fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    Some((decoded(name)?, decoded(value)?))
}

fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// A parameter that comes at most once (RFC 6749, 3.1), is not empty, not huge and has no control characters.
fn single(pairs: &[(String, String)], name: &str) -> Result<Option<String>, Repeated> {
    let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if is_sound(value) => Ok(Some(value.clone())),
        _ => Err(Repeated),
    }
}

fn is_sound(value: &str) -> bool {
    !value.is_empty() && value.len() <= LONGEST_VALUE && !value.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_response_is_read_in_any_order_with_whatever_else_it_carries() {
        let read = Callback::read("session_state=1&iss=https%3A%2F%2Fone.example&code=a%2Bb+c&&state=s");
        assert_eq!(read.state.as_deref(), Some("s"));
        assert_eq!(read.issuer.as_deref(), Some("https://one.example"));
        assert_eq!(read.answer, Answer::Code("a+b c".to_owned()));
    }

    #[test]
    fn an_error_wins_over_a_code() {
        assert_eq!(Callback::read("state=s&code=c&error=x").answer, Answer::Error("x".to_owned()));
    }

    #[test]
    fn what_is_doubled_empty_huge_or_garbled_is_malformed_and_keeps_its_state() {
        let huge = format!("state=s&code={}", "x".repeat(LONGEST_VALUE + 1));
        for query in ["state=s&code=a&code=b", "state=s&code=", "state=s&code=%0d%0a", "state=s", &huge] {
            let read = Callback::read(query);
            assert!(matches!(read.answer, Answer::Malformed(_)), "{query:.40}");
            assert_eq!(read.state.as_deref(), Some("s"), "{query:.40}");
        }
        for query in ["state=a&state=b&code=c", "state=&code=c", "state=%00&code=c", "state=%ff"] {
            let read = Callback::read(query);
            assert!(matches!(read.answer, Answer::Malformed(_)) && read.state.is_none(), "{query}");
        }
    }

    #[test]
    fn an_error_code_is_short_and_plain_when_it_is_shown() {
        let query = format!("state=s&error=%3Cscript%3E{}", "x".repeat(200));
        let Answer::Error(error) = Callback::read(&query).answer else { panic!("an error") };
        assert_eq!(error.len(), LONGEST_ERROR);
        assert!(!error.contains('<'));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(query in "\\PC{0,200}") {
            Callback::read(&query);
        }
    }
}
