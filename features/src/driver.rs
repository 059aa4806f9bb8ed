//! What a person in front of a browser and a client of the API can do, and what does it to the system under test.
//!
//! Here are the nouns; the verbs are those of [`sut::Sut`]. Nothing here judges anything: that is for steps.

mod api;
pub mod browser;
pub mod clock;
pub mod database;
pub mod errand;
pub mod jar;
pub mod page;
pub mod product;
pub mod provider;
pub mod reference;
pub mod sut;
pub mod tape;

/// Who holds the session of a browser.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedIn {
    /// The id of the account.
    pub account: String,
    /// Its e-mail address.
    pub email: String,
}

/// A page of the system that a person can open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// Where whoever comes begins.
    Start,
    /// Where people sign in.
    SignIn,
    /// The page that lists users and holds the Single Sign-On section.
    Users {
        /// Which users: `all`, `new` or `deactivated`.
        view: &'static str,
        /// What is searched for; empty for everybody.
        search: String,
    },
    /// The page on which access is assigned to one account, by its id.
    UserPrivileges(String),
    /// One organization by its id.
    Organization(String),
    /// The record of one sign-in by its reference.
    SignInRecord(String),
    /// The way to the provider, past the sign-in page.
    Bookmark,
    /// A return from the provider that nobody asked for.
    MadeUpReturn,
}

/// Something an administrator or a client of the API can read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// All accounts that are not removed.
    Users,
    /// The Single Sign-On settings.
    SingleSignOn,
    /// The records of sign-ins, newest first.
    SignIns,
    /// The audit trail.
    Audit,
    /// The organizations that the reader may see.
    Organizations,
    /// The access groups.
    Groups,
    /// What the Security Operations Center did.
    SecurityOperations,
}

/// A toggle of the Single Sign-On section.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Toggle {
    /// "Allow Users to Log in with KaseyaOne".
    Allow,
    /// "Require Login with KaseyaOne".
    Require,
    /// "Enable Automatic User Creation".
    Create,
}

/// What can be assigned to an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Assignment {
    /// Delegated capabilities, by name.
    Capabilities,
    /// Access groups, by id.
    Groups,
    /// Organizations, by id.
    Organizations,
}

/// Something an administrator does to what is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Act {
    /// Adds an account by hand.
    AddUser {
        /// Name.
        name: String,
        /// E-mail address.
        email: String,
    },
    /// `deactivate`, `activate`, `remove` or `allow-again` for one account.
    Account {
        /// The account.
        id: String,
        /// What to do.
        verb: &'static str,
    },
    /// Makes an account an MSP Admin or takes that away.
    MspAdmin {
        /// The account.
        id: String,
        /// What it shall be.
        admin: bool,
    },
    /// Replaces one of the three assignments of an account.
    Assign {
        /// The account.
        id: String,
        /// Which of the three.
        what: Assignment,
        /// What is assigned from now on.
        assigned: Vec<String>,
    },
    /// Sends what a toggle of the Single Sign-On section would send.
    Set {
        /// Which toggle.
        toggle: Toggle,
        /// What it shall be.
        on: bool,
    },
    /// Names the users who may keep signing in locally.
    Exceptions(Vec<String>),
    /// Adds an organization.
    AddOrganization(String),
    /// Adds an access group.
    AddGroup(String),
}

/// What a system says when it refuses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The stable code.
    pub code: String,
    /// The sentence.
    pub sentence: String,
}

impl Reading {
    /// Whether the listing grows without bound.
    pub fn is_paged(self) -> bool {
        matches!(self, Self::Users | Self::SignIns | Self::Audit)
    }
}

impl Toggle {
    /// What the page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Allow => "Allow Users to Log in with KaseyaOne",
            Self::Require => "Require Login with KaseyaOne",
            Self::Create => "Enable Automatic User Creation",
        }
    }

    /// What the API calls it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Require => "require",
            Self::Create => "create",
        }
    }
}

impl Assignment {
    /// What the API calls it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Capabilities => "capabilities",
            Self::Groups => "groups",
            Self::Organizations => "organizations",
        }
    }
}
