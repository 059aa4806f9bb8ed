//! E-mail addresses: how they are read and when two of them count as the same.
//!
//! An address is an attribute of a person, never the identity (CVE-2023-3128). No dot, plus or Unicode
//! folding happens here: two addresses are the same only if ASCII case and surrounding space differ.

use std::fmt;
use std::str::FromStr;

use email_address::EmailAddress;
use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization as _;

use super::foreign::is_control;

/// Longest address that is accepted, in bytes (RFC 5321, 4.5.3.1.3, less the brackets).
const LONGEST: usize = 254;

/// An e-mail address as its owner wrote it, with the key under which it is unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    address: String,
    key: EmailKey,
}

/// What two addresses share when they count as the same: the local part in Unicode normal form C and ASCII
/// lower case, the domain as A-label (RFC 5890).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(String);

/// Why a text is not accepted as an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing but space was given.
    #[error("the e-mail address is empty")]
    Empty,
    /// More than 254 bytes.
    #[error("the e-mail address is longer than 254 bytes")]
    TooLong,
    /// Not of the form `name@domain`; quoted local parts and address literals count as malformed.
    #[error("the e-mail address is not of the form name@domain")]
    Malformed,
    /// The domain has no A-label.
    #[error("the domain of the e-mail address is not a valid domain name")]
    Domain,
}

impl Email {
    /// Reads an address; surrounding white space is dropped.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let address = text.trim();
        if address.is_empty() {
            return Err(EmailError::Empty);
        }
        if address.len() > LONGEST {
            return Err(EmailError::TooLong);
        }
        let (local, domain) = address.rsplit_once('@').ok_or(EmailError::Malformed)?;
        if local.contains(['@', '"', '\\']) || address.chars().any(is_unwanted) {
            return Err(EmailError::Malformed);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError::Domain)?;
        let key = format!("{}@{domain}", local.nfc().collect::<String>().to_ascii_lowercase());
        EmailAddress::from_str(&key).map_err(|_| EmailError::Malformed)?;
        Ok(Self { address: address.to_owned(), key: EmailKey(key) })
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The key under which the address is unique.
    pub fn key(&self) -> &EmailKey {
        &self.key
    }
}

fn is_unwanted(character: char) -> bool {
    is_control(character) || character.is_whitespace() || poses_as_ascii(character)
}

/// Normal form C turns a few characters into ASCII, the Kelvin sign into K for one: they would merge two people.
fn poses_as_ascii(character: char) -> bool {
    !character.is_ascii() && std::iter::once(character).nfc().any(|normal| normal.is_ascii())
}

impl EmailKey {
    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.address)
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.address)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> String {
        Email::parse(text).unwrap().key().as_str().to_owned()
    }

    #[test]
    fn ascii_case_and_surrounding_space_make_no_second_address() {
        assert_eq!(key("  Dana.Reyes@Northwind.EXAMPLE "), key("dana.reyes@northwind.example"));
        assert_eq!(Email::parse(" Dana@x.example ").unwrap().as_str(), "Dana@x.example");
    }

    #[test]
    fn nothing_else_is_folded() {
        let different =
            ["a.b@x.example", "ab@x.example", "a.b+c@x.example", "straße@x.example", "strasse@x.example"];
        let keys: std::collections::BTreeSet<_> = different.into_iter().map(key).collect();
        assert_eq!(keys.len(), different.len());
        assert!(Email::parse("\u{212a}im@x.example").is_err(), "the Kelvin sign is no K");
    }

    #[test]
    fn one_domain_has_one_key_however_it_is_written() {
        assert_eq!(key("a@bücher.example"), key("a@xn--bcher-kva.example"));
        assert_eq!(
            key("zoe\u{301}@x.example"),
            key("zo\u{e9}@x.example"),
            "composed and decomposed are the same"
        );
    }

    #[test]
    fn tricks_are_no_addresses() {
        let tricks = [
            "",
            " ",
            "dana",
            "@x.example",
            "dana@",
            "a@evil@ok.example",
            "\"a@b\"@ok.example",
            "a b@ok.example",
            "a@ok .example",
            "a\u{0}@ok.example",
            "a\u{202e}b@ok.example",
            "a@ok.example\r\nBcc: b@ok.example",
            "a@[127.0.0.1]",
            "a\\@b@ok.example",
        ];
        for trick in tricks {
            assert!(Email::parse(trick).is_err(), "{trick:?}");
        }
        assert_eq!(Email::parse(&format!("{}@x.example", "a".repeat(300))), Err(EmailError::TooLong));
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_read_again_as_the_same(text in "\\PC{0,40}@\\PC{0,20}") {
            if let Ok(email) = Email::parse(&text) {
                let again = Email::parse(email.key().as_str()).unwrap();
                prop_assert_eq!(again.key(), email.key());
            }
        }
    }
}
