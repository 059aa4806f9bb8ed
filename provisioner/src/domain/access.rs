//! What an account may do and see: three assignments that are separate and start empty (S-20).
//!
//! Nothing in this file knows of sign-ins, and nothing of sign-ins writes what is declared here.

use std::collections::BTreeSet;

use serde::Serialize;

use super::account::Account;
use super::organization::{GroupId, OrganizationId};
use super::text::text_enum;

text_enum! {
    /// A delegated capability of User Privileges. There are no predefined roles beyond MSP Admin.
    pub enum Capability {
        /// Create organizations.
        CreateOrganizations = "create_organizations",
        /// Add API connections.
        AddConnections = "add_connections",
        /// Review alerts.
        ReviewAlerts = "review_alerts",
        /// See reports.
        SeeReports = "see_reports",
    }
}

impl Capability {
    /// The words of the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::CreateOrganizations => "Create organizations",
            Self::AddConnections => "Add API connections",
            Self::ReviewAlerts => "Review alerts",
            Self::SeeReports => "See reports",
        }
    }
}

text_enum! {
    /// The three kinds of assignment.
    pub enum AccessKind {
        /// Delegated capabilities (User Privileges).
        Capabilities = "capabilities",
        /// Membership of access groups (Group Access).
        Groups = "groups",
        /// Organization visibility.
        Organizations = "organizations",
    }
}

/// Everything that is assigned to one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Access {
    /// Delegated capabilities.
    pub capabilities: BTreeSet<Capability>,
    /// Access groups the account belongs to.
    pub groups: BTreeSet<GroupId>,
    /// Organizations the account can see.
    pub organizations: BTreeSet<OrganizationId>,
}

impl Access {
    /// Whether nothing at all is assigned.
    pub fn is_empty(&self) -> bool {
        self.capabilities.is_empty() && self.groups.is_empty() && self.organizations.is_empty()
    }
}

/// Whether an account sees an organization. An MSP Admin sees all; anyone else only what is assigned.
pub fn can_see(account: &Account, access: &Access, organization: OrganizationId) -> bool {
    account.is_active() && (account.msp_admin || access.organizations.contains(&organization))
}

/// Whether an account has anything to see or do.
pub fn has_any(account: &Account, access: &Access) -> bool {
    account.is_active() && (account.msp_admin || !access.is_empty())
}
