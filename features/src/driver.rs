//! The seam to a system under test: what a person in front of a browser and a client of the API can do.
//!
//! Three verbs are required of every system; the rest is optional, and a system that does not offer a verb
//! says so by name. Nothing here judges anything: that is for steps.

use anyhow::{Result, bail};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

pub mod browser;
pub mod clock;
pub mod database;
pub mod errand;
pub mod jar;
pub mod page;
pub mod provider;
pub mod reference;
pub mod tape;

use browser::Browser;
use errand::{Errand, Reply, Targets};

/// What a verb comes to.
pub type Turn<'a, T> = LocalBoxFuture<'a, Result<T>>;

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

/// A product that people sign in to through the provider.
pub trait SystemUnderTest {
    /// Opens the sign-in page, with a user name typed if there is a hint, and goes to the provider.
    fn start_login<'a>(&'a self, browser: &'a mut Browser, hint: Option<&'a str>) -> Turn<'a, ()>;

    /// Who is signed in.
    fn who_am_i<'a>(&'a self, browser: &'a mut Browser) -> Turn<'a, Option<SignedIn>>;

    /// Signs out, of the provider too if asked to.
    fn logout<'a>(&'a self, browser: &'a mut Browser, of_the_provider_too: bool) -> Turn<'a, ()>;

    /// Signs in with the system's own password.
    fn sign_in_locally<'a>(
        &'a self,
        _: &'a mut Browser,
        _email: &'a str,
        _password: &'a str,
    ) -> Turn<'a, ()> {
        not_offered("local sign-in")
    }

    /// Opens a page.
    fn open<'a>(&'a self, _: &'a mut Browser, _: Place) -> Turn<'a, ()> {
        not_offered("pages")
    }

    /// Reads something as whoever is signed in.
    fn read<'a>(&'a self, _: &'a mut Browser, _: Reading) -> Turn<'a, Value> {
        not_offered("reading")
    }

    /// Does something as whoever is signed in; `Err` in the answer is the system's refusal.
    fn act<'a>(&'a self, _: &'a mut Browser, _: Act) -> Turn<'a, Result<Value, Refusal>> {
        not_offered("administration")
    }

    /// Everything that can be seen or done only with access.
    fn errands(&self) -> &'static [Errand] {
        &[]
    }

    /// Goes for one errand in every way there is, and says what came of each.
    fn attempt<'a>(&'a self, _: &'a mut Browser, _: &'static Errand, _: &'a Targets) -> Turn<'a, Vec<Reply>> {
        not_offered("errands")
    }

    /// Presses a toggle of the Single Sign-On section on its page.
    fn toggle<'a>(&'a self, _: &'a mut Browser, _: Toggle, _on: bool) -> Turn<'a, ()> {
        not_offered("settings")
    }
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

fn not_offered<'a, T>(what: &'static str) -> Turn<'a, T> {
    Box::pin(async move { bail!("the system under test does not offer {what}") })
}
