//! Who KaseyaOne says somebody is. Nothing here decides what follows from it.

use jiff::Timestamp;
use serde::Serialize;

use super::text::text_enum;

/// Longest subject, in characters (OpenID Connect Core, 2: `sub`).
const LONGEST_SUBJECT: usize = 255;

/// The key of a person: the issuer that vouches, the KaseyaOne company, and the subject in it.
///
/// Compared byte by byte (OpenID Connect Core, 5.7); e-mail addresses and user names are no part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Identity {
    /// The verified `iss`, exactly as sent.
    pub issuer: String,
    /// The id of the KaseyaOne company.
    pub company: String,
    /// The subject.
    pub subject: Subject,
}

/// A `sub` that can key an account: 1 to 255 printable ASCII characters, not blank.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Subject(String);

/// Why a `sub` cannot key an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Empty or nothing but spaces.
    #[error("the subject is blank")]
    Blank,
    /// More than 255 characters.
    #[error("the subject is longer than 255 characters")]
    TooLong,
    /// A character outside printable ASCII.
    #[error("the subject has a character outside printable ASCII")]
    Character,
}

impl Subject {
    /// Checks a `sub` (OpenID Connect Core, 2); it is kept exactly as sent.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        if text.trim().is_empty() {
            return Err(SubjectError::Blank);
        }
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(SubjectError::Character);
        }
        if text.len() > LONGEST_SUBJECT {
            return Err(SubjectError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The subject as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A KaseyaOne company: the one bound here, or the one an assertion names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Company {
    /// The immutable id.
    pub id: String,
    /// The name at the time it was read; it may change in KaseyaOne.
    pub name: String,
}

/// What a completed and fully verified KaseyaOne authentication asserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAssertion {
    /// The verified `iss`.
    pub issuer: String,
    /// The `sub`, exactly as sent.
    pub subject: Subject,
    /// The company of the person; absent when the claim was not sent.
    pub company: Option<Company>,
    /// The e-mail address as sent.
    pub email: Option<String>,
    /// True only if `email_verified` was JSON `true`.
    pub email_verified: bool,
    /// The display name, if one was sent.
    pub name: Option<String>,
    /// The KaseyaOne user name, if one was sent.
    pub username: Option<String>,
    /// The KaseyaOne role. Only the binding of a company reads it; it never becomes access here (S-14).
    pub role: Option<String>,
    /// The modules KaseyaOne assigned to the person, if it said so.
    pub modules: Option<Vec<String>>,
    /// When the person proved who they are, if KaseyaOne said so.
    pub auth_time: Option<Timestamp>,
    /// The KaseyaOne session, if named.
    pub session: Option<String>,
}

text_enum! {
    /// How recent the authentication behind an assertion is (OpenID Connect Core, 3.1.2.1 `max_age`).
    pub enum Freshness {
        /// The person authenticated for this very sign-in.
        Fresh = "fresh",
        /// An earlier KaseyaOne session answered without asking the person.
        Cached = "cached",
        /// KaseyaOne did not say when the person authenticated.
        Unknown = "unknown",
    }
}
