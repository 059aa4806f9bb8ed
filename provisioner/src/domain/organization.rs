//! Organizations and access groups: what can be assigned. They know nothing of accounts.

use jiff::Timestamp;
use serde::Serialize;

use super::foreign::is_control;
use super::id::Id;

/// Longest name of an organization, group or person, in characters.
pub const LONGEST_NAME: usize = 200;

/// The id of an organization.
pub type OrganizationId = Id<Organization>;

/// An organization (a client of the MSP).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name, unique.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// The id of an access group.
pub type GroupId = Id<AccessGroup>;

/// An access group (Group Access).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessGroup {
    /// Its id.
    pub id: GroupId,
    /// Its name, unique.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Why a text is not accepted as a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but space was given.
    #[error("the name is empty")]
    Empty,
    /// More than 200 characters.
    #[error("the name is longer than 200 characters")]
    TooLong,
    /// A control character.
    #[error("the name has a control character, or one that turns the direction of text")]
    Control,
}

/// Checks the name of an organization, group or person; surrounding white space is dropped.
pub fn check_name(text: &str) -> Result<String, NameError> {
    let name = text.trim();
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(NameError::TooLong);
    }
    if name.chars().any(is_control) {
        return Err(NameError::Control);
    }
    Ok(name.to_owned())
}
