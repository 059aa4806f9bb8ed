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
