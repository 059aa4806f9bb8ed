//! The five checks of the troubleshooting list, in the order of the article. They record; they decide nothing.

use serde::Serialize;

use super::text::text_enum;

text_enum! {
    /// One item of "An MSP user signs in but no account is created".
    pub enum Check {
        /// The user authenticated using KaseyaOne.
        UsedKaseyaOne = "used_kaseyaone",
        /// Allow Users to Log in with KaseyaOne is turned on.
        AllowOn = "allow_on",
        /// Enable Automatic User Creation is turned on.
        CreateOn = "create_on",
        /// The user exists in KaseyaOne.
        ExistsInKaseyaOne = "exists_in_kaseyaone",
        /// The user completed authentication successfully.
        AuthenticationCompleted = "authentication_completed",
    }
}

text_enum! {
    /// What one check came to.
    pub enum Finding {
        /// The item holds.
        Pass = "pass",
        /// The item does not hold.
        Fail = "fail",
        /// The sign-in ended before the item could matter.
        NotReached = "not_reached",
        /// The service has no way to know.
        NotKnowable = "not_knowable",
    }
}

impl From<bool> for Finding {
    fn from(holds: bool) -> Self {
        if holds { Self::Pass } else { Self::Fail }
    }
}

/// The five findings of one sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// Item 1.
    pub used_kaseyaone: Finding,
    /// Item 2.
    pub allow_on: Finding,
    /// Item 3.
    pub create_on: Finding,
    /// Item 4.
    pub exists_in_kaseyaone: Finding,
    /// Item 5.
    pub authentication_completed: Finding,
}

impl Checks {
    /// What one check came to.
    pub fn finding(&self, check: Check) -> Finding {
        match check {
            Check::UsedKaseyaOne => self.used_kaseyaone,
            Check::AllowOn => self.allow_on,
            Check::CreateOn => self.create_on,
            Check::ExistsInKaseyaOne => self.exists_in_kaseyaone,
            Check::AuthenticationCompleted => self.authentication_completed,
        }
    }

    /// The first check, in the order of the article, that failed.
    pub fn first_failing(&self) -> Option<Check> {
        Check::ALL.iter().copied().find(|check| self.finding(*check) == Finding::Fail)
    }
}
