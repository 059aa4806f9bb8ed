//! The Single Sign-On section: three toggles, the exceptions, the bound company, and the rules between them.
//!
//! It changes values only; who may ask for a change is the use case's business.

use std::collections::BTreeSet;

use serde::Serialize;

use super::account::{Account, AccountId};
use super::identity::Company;
use super::text::text_enum;

/// The stored settings of the Single Sign-On section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SingleSignOn {
    /// "Allow Users to Log in with KaseyaOne".
    pub allow: bool,
    /// "Require Login with KaseyaOne"; never stored on while `allow` is off.
    pub require: bool,
    /// "Enable Automatic User Creation"; may be stored on while `allow` is off, and is then without effect.
    pub create: bool,
    /// The KaseyaOne company this MSP is bound to.
    pub company: Option<Company>,
    /// Accounts that may keep signing in locally while `require` is on; kept, and hidden, while it is off.
    pub exceptions: BTreeSet<AccountId>,
    /// Counts up by one with every change.
    pub version: i64,
}

text_enum! {
    /// The three toggles.
    pub enum Toggle {
        /// "Allow Users to Log in with KaseyaOne".
        Allow = "allow",
        /// "Require Login with KaseyaOne".
        Require = "require",
        /// "Enable Automatic User Creation".
        Create = "create",
    }
}

/// A change that needs no KaseyaOne authentication. Turning `Allow` on is not among them (S-32).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Turn Allow off; Require goes off with it, Create stays stored.
    AllowOff,
    /// Turn Require on or off.
    Require(bool),
    /// Turn Create on or off.
    Create(bool),
    /// Replace the list of local-login exceptions.
    Exceptions(BTreeSet<AccountId>),
}

/// Why a change is not possible as the settings stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// Require cannot be turned on while Allow is off.
    #[error("requiring KaseyaOne needs KaseyaOne login to be allowed first")]
    RequireNeedsAllow,
    /// Create cannot be turned on while Allow is off (S-26).
    #[error("automatic user creation needs Unified Login with KaseyaOne to be enabled first")]
    CreateNeedsAllow,
}

impl SingleSignOn {
    /// Whether automatic user creation is in effect: Allow and Create are both on.
    pub fn in_effect(&self) -> bool {
        self.allow && self.create
    }

    /// Whether one account may sign in locally (S-35).
    pub fn permits_local(&self, account: AccountId) -> bool {
        !self.require || self.exceptions.contains(&account)
    }

    /// The settings after a change; the version counts up only if something differs.
    pub fn change(&self, change: Change) -> Result<Self, ChangeRefusal> {
        let mut after = self.clone();
        match change {
            Change::AllowOff => {
                after.allow = false;
                after.require = false;
            }
            Change::Require(true) if !self.allow => return Err(ChangeRefusal::RequireNeedsAllow),
            Change::Require(on) => after.require = on,
            Change::Create(true) if !self.allow && !self.create => {
                return Err(ChangeRefusal::CreateNeedsAllow);
            }
            Change::Create(on) => after.create = on,
            Change::Exceptions(accounts) => after.exceptions = accounts,
        }
        Ok(after.counted_from(self))
    }

    /// The settings after an MSP Admin confirmed the company they authenticated in (S-33).
    #[must_use]
    pub fn bind(&self, company: Company) -> Self {
        let mut after = self.clone();
        after.allow = true;
        after.company = Some(company);
        after.counted_from(self)
    }

    /// Whether one account could sign in under these settings; `linked` are the accounts with an identity of the
    /// bound company at its issuer. An identity of any other company opens nothing.
    pub fn admits(&self, account: &Account, linked: &BTreeSet<AccountId>) -> bool {
        let by_kaseyaone = self.allow && linked.contains(&account.id);
        let locally = account.has_password && self.permits_local(account.id);
        account.is_active() && (by_kaseyaone || locally)
    }

    fn counted_from(mut self, before: &Self) -> Self {
        if self != *before {
            self.version = before.version + 1;
        }
        self
    }
}
