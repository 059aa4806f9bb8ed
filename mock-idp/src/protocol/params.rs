//! Decoded query and form parameters, in order, with duplicates. It decides nothing about their meaning.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::text::shorten;

/// Decoded parameters of a request or of a redirect, in the order they came.
///
/// ```
/// use mock_idp::Params;
///
/// let params: Params = [("scope", "openid email"), ("state", "af0")].into_iter().collect();
/// assert_eq!(params, Params::parse("scope=openid+email&state=af0"));
/// assert_eq!(params.first("state"), Some("af0"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    /// Every name and value, one after the other. A journal keeps thousands of parameters: they lie together.
    text: String,
    /// Where each name ends in it, and its value.
    ends: Vec<(usize, usize)>,
}

/// What may be sent more than once (RFC 8707 2, RFC 8693 2.1).
pub(crate) const MANY: [&str; 2] = ["resource", "audience"];

impl Params {
    /// Decodes `application/x-www-form-urlencoded`. Never fails: what is not UTF-8 becomes U+FFFD.
    pub fn parse(text: &str) -> Self {
        // Between separators there may be nothing; decoded it is never longer.
        let count = text.split('&').filter(|pair| !pair.is_empty()).count();
        let mut params = Self { text: String::with_capacity(text.len()), ends: Vec::with_capacity(count) };
        params.extend(url::form_urlencoded::parse(text.as_bytes()));
        params
    }

    /// Names with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |(name, value)| {
            let pair = (&self.text[start..*name], &self.text[*name..*value]);
            start = *value;
            pair
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes it takes, roughly.
    pub(crate) fn size(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<(usize, usize)>()
    }

    /// The first value with this name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The only value with this name; an empty value counts as absent (RFC 6749 3.1), a second one is a refusal.
    pub(crate) fn one(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        let mut values = self.iter().filter(|(other, _)| *other == name).map(|(_, value)| value);
        let first = values.next().filter(|value| !value.is_empty());
        match values.next() {
            None => Ok(first),
            // RFC 6749 3.1: request parameters must not be included more than once.
            Some(_) => Err(Refusal::new("parameter_once", format!("{name} was sent more than once"))),
        }
    }

    /// Refuses parameters that were sent more than once (RFC 6749 3.1 and 3.2).
    pub(crate) fn each_once(&self) -> Result<(), OAuthError> {
        self.once_but(&[])
    }

    /// The same where a token is asked for: it may be for several.
    pub(crate) fn each_once_but_targets(&self) -> Result<(), OAuthError> {
        self.once_but(&MANY)
    }

    fn once_but(&self, many: &[&str]) -> Result<(), OAuthError> {
        let Some(name) = self.duplicates().find(|name| !many.contains(name)) else { return Ok(()) };
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
        self.iter().map(|(name, _)| name).filter(move |name| !seen.insert(*name))
    }

    /// Appends a parameter.
    pub(crate) fn push(&mut self, name: &str, value: impl AsRef<str>) {
        self.text.push_str(name);
        let end_of_name = self.text.len();
        self.text.push_str(value.as_ref());
        self.ends.push((end_of_name, self.text.len()));
    }

    /// Changes the first value with this name; false when there is none.
    pub(crate) fn set(&mut self, name: &str, new: impl AsRef<str>) -> bool {
        let mut is_set = false;
        *self = self
            .iter()
            .map(|(other, value)| {
                let is_it = !is_set && other == name;
                is_set |= is_it;
                (other, if is_it { new.as_ref() } else { value })
            })
            .collect();
        is_set
    }

    /// Removes every value with this name; false when there was none.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.len();
        *self = self.iter().filter(|(other, _)| *other != name).collect();
        self.len() != before
    }

    /// Encodes as `application/x-www-form-urlencoded`.
    pub fn encode(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }

    /// Adds the parameters to the query of a URI, which may have one already (RFC 6749 3.1.2).
    pub(crate) fn append_to(&self, uri: &str) -> String {
        if self.is_empty() {
            return uri.to_owned();
        }
        let separator = if uri.contains('?') { '&' } else { '?' };
        format!("{uri}{separator}{}", self.encode())
    }
}

impl<N: AsRef<str>, V: AsRef<str>> Extend<(N, V)> for Params {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
        for (name, value) in pairs {
            self.push(name.as_ref(), value);
        }
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut params = Self::default();
        params.extend(pairs);
        params
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A list of pairs: a name may come more than once.
impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn encoding_and_parsing_are_inverse(pairs in prop::collection::vec((".{1,20}", ".{0,40}"), 0..8)) {
            let params: Params = pairs.into_iter().collect();
            prop_assert_eq!(Params::parse(&params.encode()), params);
        }

        #[test]
        fn parsing_takes_anything(text in ".{0,200}") {
            Params::parse(&text);
        }
    }

    #[test]
    fn separators_alone_take_no_memory_that_no_bound_counts() {
        let params = Params::parse(&"&".repeat(65_536));
        assert_eq!((params.len(), params.ends.capacity()), (0, 0));
        let params = Params::parse("&a=1&&b&");
        assert_eq!((params.len(), params.ends.capacity()), (2, 2));
    }

    #[test]
    fn an_empty_value_is_absent_and_a_second_one_is_refused() {
        let params = Params::parse("a=&b=1&b=2");
        assert_eq!(params.one("a"), Ok(None));
        assert_eq!(params.one("b").unwrap_err().check, "parameter_once");
        assert_eq!(params.duplicate(), Some("b"));
    }

    #[test]
    fn the_first_of_a_name_is_changed_and_all_of_a_name_are_removed() {
        let mut params = Params::parse("a=1&b=2&a=3");
        assert!(params.set("a", "longer"));
        assert_eq!(params, Params::parse("a=longer&b=2&a=3"));
        assert!(params.remove("a"));
        assert_eq!(params, Params::parse("b=2"));
        assert!(!params.set("a", "1") && !params.remove("a"));
        assert_eq!((params.len(), params.first("b")), (1, Some("2")));
    }

    #[test]
    fn parameters_are_added_to_a_query_that_is_there_already() {
        let params = Params::parse("code=1");
        assert_eq!(params.append_to("http://x/cb"), "http://x/cb?code=1");
        assert_eq!(params.append_to("http://x/cb?a=b"), "http://x/cb?a=b&code=1");
        assert_eq!(Params::default().append_to("http://x/cb"), "http://x/cb");
    }
}
