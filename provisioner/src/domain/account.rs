//! The MSP user account. What it may see and do is not part of it: see `access`.

use jiff::Timestamp;
use serde::Serialize;

use super::email::Email;
use super::id::Id;
use super::text::text_enum;

/// The id of an MSP user account.
pub type AccountId = Id<Account>;

/// An MSP user account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Ours; it never changes.
    pub id: AccountId,
    /// Unique among the accounts that are not removed.
    pub email: Email,
    /// The name to show.
    pub name: String,
    /// Where in its life the account is.
    pub status: Status,
    /// How the account came to be.
    pub origin: Origin,
    /// Whether the account is an MSP Admin; only an MSP Admin can make it so.
    pub msp_admin: bool,
    /// When the account came to be.
    pub created_at: Timestamp,
    /// The MSP Admin who added it; absent for automatic and bootstrap accounts.
    pub created_by: Option<AccountId>,
    /// The last completed sign-in.
    pub last_sign_in_at: Option<Timestamp>,
    /// When an MSP Admin last marked it reviewed.
    pub reviewed_at: Option<Timestamp>,
    /// The MSP Admin who did.
    pub reviewed_by: Option<AccountId>,
    /// When the account was removed.
    pub removed_at: Option<Timestamp>,
    /// When an MSP Admin allowed the removed person to come back as a new account.
    pub allowed_again_at: Option<Timestamp>,
    /// Whether a local password is set.
    pub has_password: bool,
    /// Whether a KaseyaOne identity is linked.
    pub has_identity: bool,
}

impl Account {
    /// Whether the account may hold a session.
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// Whether somebody has yet to look at the account: nobody but KaseyaOne had a hand in it (S-82).
    pub fn needs_review(&self) -> bool {
        self.origin == Origin::Automatic && self.reviewed_at.is_none() && self.status != Status::Removed
    }

    /// Whether a removed person is still kept out.
    pub fn is_barred(&self) -> bool {
        self.status == Status::Removed && self.allowed_again_at.is_none()
    }
}

text_enum! {
    /// Where in its life an account is.
    pub enum Status {
        /// Added by hand; nobody has signed in to it yet.
        Invited = "invited",
        /// In use.
        Active = "active",
        /// Kept, but refused at sign-in until an MSP Admin activates it.
        Deactivated = "deactivated",
        /// Gone from the list; kept as history and as the reason not to create the person again.
        Removed = "removed",
    }
}

text_enum! {
    /// How an account came to be.
    pub enum Origin {
        /// By a first KaseyaOne sign-in.
        Automatic = "automatic",
        /// Added by an MSP Admin.
        Manual = "manual",
        /// The first MSP Admin, made on the command line.
        Bootstrap = "bootstrap",
    }
}

/// The part of an account that KaseyaOne refreshes at each sign-in; never access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The e-mail address; `None` leaves the stored one.
    pub email: Option<Email>,
    /// The name to show; `None` leaves the stored one.
    pub name: Option<String>,
}
