//! Decoded query and form parameters, in order, with duplicates. It decides nothing about their meaning.

use std::collections::BTreeSet;

use crate::protocol::authorize::shorten;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};

/// Decoded parameters of a request or of a redirect, in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Params(pub Vec<(String, String)>);

impl Params {
    /// Decodes `application/x-www-form-urlencoded`. Never fails: what is not UTF-8 becomes U+FFFD.
    pub fn parse(text: &str) -> Self {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The first value with this name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The only value with this name; an empty value counts as absent (RFC 6749 3.1), a second one is a refusal.
    pub(crate) fn one(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        let mut values = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let first = values.next().filter(|value| !value.is_empty());
        match values.next() {
            None => Ok(first),
            // RFC 6749 3.1: request parameters must not be included more than once.
            Some(_) => Err(Refusal::new("parameter_once", format!("{name} was sent more than once"))),
        }
    }

    /// Refuses parameters that were sent more than once (RFC 6749 3.1 and 3.2).
    pub(crate) fn each_once(&self) -> Result<(), OAuthError> {
        let Some(name) = self.duplicate() else { return Ok(()) };
        let reason = format!("{:?} was sent more than once", shorten(name));
        Err(OAuthError::new(ErrorCode::InvalidRequest, "parameter_once", reason))
    }

    /// The name of a parameter that was sent twice, if any was.
    pub(crate) fn duplicate(&self) -> Option<&str> {
        self.duplicates().next()
    }

    /// The names of parameters that were sent more than once.
    pub(crate) fn duplicates(&self) -> impl Iterator<Item = &str> {
        let mut seen = BTreeSet::new();
        self.0.iter().map(|(name, _)| name.as_str()).filter(move |name| !seen.insert(*name))
    }

    /// Appends a parameter.
    pub(crate) fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Changes the first value with this name; false when there is none.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) -> bool {
        match self.0.iter_mut().find(|(other, _)| other == name) {
            Some(pair) => {
                pair.1 = value.into();
                true
            }
            None => false,
        }
    }

    /// Removes every value with this name; false when there was none.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(other, _)| other != name);
        self.0.len() != before
    }

    /// Encodes as `application/x-www-form-urlencoded`.
    pub(crate) fn encode(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Adds the parameters to the query of a URI, which may have one already (RFC 6749 3.1.2).
    pub(crate) fn append_to(&self, uri: &str) -> String {
        if self.0.is_empty() {
            return uri.to_owned();
        }
        let separator = if uri.contains('?') { '&' } else { '?' };
        format!("{uri}{separator}{}", self.encode())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn encoding_and_parsing_are_inverse(pairs in prop::collection::vec((".{1,20}", ".{0,40}"), 0..8)) {
            let params = Params(pairs);
            prop_assert_eq!(Params::parse(&params.encode()), params);
        }

        #[test]
        fn parsing_takes_anything(text in ".{0,200}") {
            Params::parse(&text);
        }
    }

    #[test]
    fn an_empty_value_is_absent_and_a_second_one_is_refused() {
        let params = Params::parse("a=&b=1&b=2");
        assert_eq!(params.one("a"), Ok(None));
        assert_eq!(params.one("b").unwrap_err().check, "parameter_once");
        assert_eq!(params.duplicate(), Some("b"));
    }

    #[test]
    fn parameters_are_added_to_a_query_that_is_there_already() {
        let params = Params::parse("code=1");
        assert_eq!(params.append_to("http://x/cb"), "http://x/cb?code=1");
        assert_eq!(params.append_to("http://x/cb?a=b"), "http://x/cb?a=b&code=1");
        assert_eq!(Params::default().append_to("http://x/cb"), "http://x/cb");
    }
}
