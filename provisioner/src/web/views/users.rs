//! Settings > Users: the list, the Single Sign-On section, adding a user, linking a company.

use askama::Template;

use super::shell::Shell;
use super::{Link, Pager, Tag, When};

/// The whole page.
#[derive(Clone, Debug, Template)]
#[template(path = "users.html")]
pub(crate) struct UsersPage {
    pub(crate) shell: Shell,
    pub(crate) list: UserList,
    pub(crate) sso: SingleSignOnSection,
    pub(crate) add: AddUser,
}

/// One page of the list, with the way to the rest.
#[derive(Clone, Debug)]
pub(crate) struct UserList {
    pub(crate) title: String,
    pub(crate) caption: String,
    pub(crate) view: &'static str,
    pub(crate) query: String,
    /// The day since which the shown were created; empty for any.
    pub(crate) since: String,
    /// The query that shows this page of the list, for the forms that come back to it.
    pub(crate) here: String,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) users: Vec<UserRow>,
    pub(crate) hidden: u64,
    pub(crate) pager: Pager,
}

impl UserList {
    pub(crate) fn hidden_words(&self) -> String {
        match self.hidden {
            1 => "1 user is".to_owned(),
            many => format!("{many} users are"),
        }
    }
}

/// A filter of the list.
#[derive(Clone, Debug)]
pub(crate) struct Tab {
    pub(crate) href: String,
    pub(crate) text: &'static str,
    pub(crate) current: bool,
}

/// One user in the list (S-08).
#[derive(Clone, Debug)]
pub(crate) struct UserRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) admin: bool,
    pub(crate) origin: &'static str,
    pub(crate) created: Option<When>,
    pub(crate) last_sign_in: Option<When>,
    pub(crate) access: String,
    pub(crate) reviewed: Option<Review>,
    pub(crate) needs_review: bool,
    pub(crate) status: Tag,
    pub(crate) actions: Vec<UserAction>,
}

/// The last review of a user (S-82).
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) when: When,
    pub(crate) by: String,
}

/// What an MSP Admin can do to a user from the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UserAction {
    Review,
    Deactivate,
    Activate,
    Remove,
    AllowAgain,
    MakeAdmin,
    RemoveAdmin,
}

impl UserAction {
    pub(crate) const ALL: [Self; 7] = [
        Self::Review,
        Self::Deactivate,
        Self::Activate,
        Self::Remove,
        Self::AllowAgain,
        Self::MakeAdmin,
        Self::RemoveAdmin,
    ];

    /// The last segment of the address the form is sent to.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Deactivate => "deactivate",
            Self::Activate => "activate",
            Self::Remove => "remove",
            Self::AllowAgain => "allow-again",
            Self::MakeAdmin => "make-admin",
            Self::RemoveAdmin => "remove-admin",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Review => "Mark as reviewed",
            Self::Deactivate => "Deactivate",
            Self::Activate => "Activate",
            Self::Remove => "Remove",
            Self::AllowAgain => "Allow again",
            Self::MakeAdmin => "Make MSP Admin",
            Self::RemoveAdmin => "Remove MSP Admin",
        }
    }

    /// Whether it gives or takes something: such actions stand apart from the others.
    pub(crate) fn is_grave(self) -> bool {
        matches!(self, Self::Deactivate | Self::Remove | Self::MakeAdmin | Self::RemoveAdmin)
    }
}

/// The Single Sign-On section (S-05, S-26, S-30, S-31, S-33, S-34).
#[derive(Clone, Debug)]
pub(crate) struct SingleSignOnSection {
    pub(crate) allow: bool,
    pub(crate) require: bool,
    pub(crate) create: bool,
    pub(crate) company: Option<Company>,
    pub(crate) exceptions: Vec<ExceptionChoice>,
}

/// A KaseyaOne company.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Somebody who can be excepted from Require.
#[derive(Clone, Debug)]
pub(crate) struct ExceptionChoice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) excepted: bool,
}

/// One toggle, with what it does and why it cannot be turned on.
pub(crate) struct Toggle {
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    pub(crate) about: &'static str,
    pub(crate) on: bool,
    pub(crate) unavailable: Option<&'static str>,
}

impl SingleSignOnSection {
    /// Whether automatic user creation is in effect.
    pub(crate) fn in_effect(&self) -> bool {
        self.allow && self.create
    }

    /// Why it is, or is not.
    pub(crate) fn effect_reason(&self) -> &'static str {
        match (self.allow, self.create) {
            (true, true) => {
                "A user's first successful sign-in through KaseyaOne creates the MSP user account, without any access."
            }
            (true, false) => "Enable Automatic User Creation is off: only users listed here can sign in.",
            (false, true) => "It is turned on, but Allow Users to Log in with KaseyaOne is off.",
            (false, false) => {
                "Allow Users to Log in with KaseyaOne is off, and Enable Automatic User Creation is off."
            }
        }
    }

    /// The three toggles in the order in which they depend on each other.
    pub(crate) fn toggles(&self) -> [Toggle; 3] {
        [
            Toggle {
                key: "allow",
                label: "Allow Users to Log in with KaseyaOne",
                about: "Users can sign in through KaseyaOne (Unified Login). Turning it on asks you to authenticate through KaseyaOne; it stays off unless that completes.",
                on: self.allow,
                unavailable: None,
            },
            Toggle {
                key: "require",
                label: "Require Login with KaseyaOne",
                about: "Users sign in through KaseyaOne only, except the users you name.",
                on: self.require,
                unavailable: (!self.allow && !self.require)
                    .then_some("It cannot be turned on while Allow Users to Log in with KaseyaOne is off."),
            },
            Toggle {
                key: "create",
                label: "Enable Automatic User Creation",
                about: "The first time a user successfully signs in through KaseyaOne, an MSP user account is created. It never assigns roles, Group Access or organization visibility.",
                on: self.create,
                unavailable: (!self.allow && !self.create).then_some(
                    "It cannot be turned on while Allow Users to Log in with KaseyaOne is off, because automatic user creation relies on authentication through KaseyaOne.",
                ),
            },
        ]
    }
}

/// The form that adds a user, as it was last sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct AddUser {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) error: Option<String>,
    /// Where what the error asks for is done.
    pub(crate) remedy: Option<Link>,
}

/// S-33: the company that is about to be linked.
#[derive(Clone, Debug, Template)]
#[template(path = "bind_confirm.html")]
pub(crate) struct BindConfirmPage {
    pub(crate) shell: Shell,
    pub(crate) company: Company,
    pub(crate) authenticated_as: String,
}
