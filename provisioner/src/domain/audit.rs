//! The audit trail: who did what, when, from what to what. Entries are only ever added.

use jiff::Timestamp;
use serde::Serialize;

use super::account::AccountId;
use super::id::Id;
use super::record::Reference;
use super::text::text_enum;

/// The id of an audit entry.
pub type AuditId = Id<AuditEntry>;

/// One line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its id; entries sort by it.
    pub id: AuditId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: AuditActor,
    /// What was done.
    pub action: Action,
    /// The account it was done to, if to one.
    pub account: Option<AccountId>,
    /// The value before, as text.
    pub from: Option<String>,
    /// The value after, as text.
    pub to: Option<String>,
    /// The sign-in it belongs to, if to one.
    pub reference: Option<Reference>,
}

impl AuditEntry {
    /// An entry to be filled in.
    pub fn new(id: AuditId, at: Timestamp, actor: AuditActor, action: Action) -> Self {
        Self { id, at, actor, action, account: None, from: None, to: None, reference: None }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AuditActor {
    /// Somebody who was not signed in.
    Anonymous,
    /// The command line of the service.
    Operator,
    /// KaseyaOne, through a sign-in or a sign-out that was verified.
    KaseyaOne,
    /// The holder of an account, with the address it had then.
    Account {
        /// The account.
        id: AccountId,
        /// Its e-mail address at the time.
        email: String,
    },
}

text_enum! {
    /// What was done.
    pub enum Action {
        /// A person signed in.
        SignIn = "sign_in",
        /// A person signed out.
        SignOut = "sign_out",
        /// An account came to be.
        AccountCreated = "account.created",
        /// An invited account was taken into use.
        AccountActivated = "account.activated",
        /// An account was deactivated.
        AccountDeactivated = "account.deactivated",
        /// An account was removed.
        AccountRemoved = "account.removed",
        /// A removed person may come back as a new account.
        AccountAllowedAgain = "account.allowed_again",
        /// An account was marked reviewed.
        AccountReviewed = "account.reviewed",
        /// The e-mail address was refreshed from KaseyaOne.
        EmailChanged = "account.email_changed",
        /// The address KaseyaOne sent belongs to another account; the stored one was kept.
        EmailKept = "account.email_kept",
        /// The name was refreshed from KaseyaOne.
        NameChanged = "account.name_changed",
        /// A KaseyaOne identity was linked to an account.
        IdentityLinked = "identity.linked",
        /// An MSP Admin did not let a KaseyaOne identity be linked.
        LinkDeclined = "identity.link_declined",
        /// MSP Admin was given or taken.
        MspAdminChanged = "msp_admin.changed",
        /// Capabilities were assigned or withdrawn.
        CapabilitiesChanged = "access.capabilities_changed",
        /// Access group membership was changed.
        GroupsChanged = "access.groups_changed",
        /// Organization visibility was changed.
        OrganizationsChanged = "access.organizations_changed",
        /// A toggle or the bound company was changed.
        SettingsChanged = "single_sign_on.changed",
        /// Allow was turned on again while Create was stored on.
        CreationInEffect = "single_sign_on.creation_in_effect",
        /// A change of the Single Sign-On section, of a user or of access was refused (S-24).
        ChangeRefused = "change.refused",
        /// The KaseyaOne authentication to turn Allow on did not complete.
        BindingFailed = "single_sign_on.binding_failed",
        /// An organization was added.
        OrganizationCreated = "organization.created",
        /// An access group was added.
        GroupCreated = "group.created",
    }
}
