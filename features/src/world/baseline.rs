//! How things were when the scenario's own story began, read as an administrator reads them.

use anyhow::Result;
use serde_json::Value;

use crate::driver::{Reading, browser::Browser, sut::Sut};

/// Everything an administrator can read, at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Accounts.
    pub users: Vec<Value>,
    /// The Single Sign-On settings.
    pub single_sign_on: Value,
    /// Organizations.
    pub organizations: Vec<Value>,
    /// Access groups.
    pub groups: Vec<Value>,
    /// What the Security Operations Center did.
    pub security_operations: Value,
    /// The audit trail.
    pub audit: Vec<Value>,
}

impl Baseline {
    /// Reads everything that the system tells; what it does not tell is always the same.
    pub async fn read(sut: &Sut, admin: &mut Browser) -> Result<Self> {
        Ok(Self {
            users: list(sut.read_if_told(admin, Reading::Users).await?),
            single_sign_on: sut.read_if_told(admin, Reading::SingleSignOn).await?,
            organizations: list(sut.read_if_told(admin, Reading::Organizations).await?),
            groups: list(sut.read_if_told(admin, Reading::Groups).await?),
            security_operations: sut.read_if_told(admin, Reading::SecurityOperations).await?,
            audit: list(sut.read_if_told(admin, Reading::Audit).await?),
        })
    }
}

/// The items of a listing: the array itself, or the only array inside of the answer.
pub fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Object(members) => {
            members.into_iter().find_map(|(_, value)| value.as_array().cloned()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
