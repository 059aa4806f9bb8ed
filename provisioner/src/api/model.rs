//! The JSON of the API: what is sent and what is taken, with its OpenAPI schema. It decides nothing.

mod records;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::access::Access;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::identity::Company;
use crate::domain::organization::{AccessGroup, Organization};
use crate::domain::settings::SingleSignOn;

pub(crate) use records::{AuditTrail, SignInJson, SignInList};

/// An MSP user account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserJson {
    id: Uuid,
    email: String,
    name: String,
    /// Always `msp_user`; organization-level users are never made here.
    kind: &'static str,
    /// `invited`, `active`, `deactivated` or `removed`.
    status: &'static str,
    /// `automatic`, `manual` or `bootstrap`.
    origin: &'static str,
    msp_admin: bool,
    created_at: Timestamp,
    created_by: Option<Uuid>,
    last_sign_in_at: Option<Timestamp>,
    /// The ways in that are set up: `kaseyaone`, `local`.
    signs_in_with: Vec<&'static str>,
    access: AccessJson,
    reviewed_at: Option<Timestamp>,
    /// The MSP Admin who marked it reviewed last.
    reviewed_by: Option<Uuid>,
}

/// The three separate assignments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Access)]
pub(crate) struct AccessJson {
    capabilities: Vec<&'static str>,
    groups: Vec<Uuid>,
    organizations: Vec<Uuid>,
}

impl UserJson {
    pub(crate) fn new(account: &Account, access: &Access) -> Self {
        let ways = [(account.has_identity, "kaseyaone"), (account.has_password, "local")];
        Self {
            id: account.id.uuid(),
            email: account.email.to_string(),
            name: account.name.clone(),
            kind: "msp_user",
            status: account.status.as_str(),
            origin: account.origin.as_str(),
            msp_admin: account.msp_admin,
            created_at: account.created_at,
            created_by: account.created_by.map(Id::uuid),
            last_sign_in_at: account.last_sign_in_at,
            signs_in_with: ways.into_iter().filter(|(is_set_up, _)| *is_set_up).map(|(_, way)| way).collect(),
            access: access.into(),
            reviewed_at: account.reviewed_at,
            reviewed_by: account.reviewed_by.map(Id::uuid),
        }
    }
}

impl From<&Access> for AccessJson {
    fn from(access: &Access) -> Self {
        Self {
            capabilities: access.capabilities.iter().map(|capability| capability.as_str()).collect(),
            groups: access.groups.iter().map(|id| id.uuid()).collect(),
            organizations: access.organizations.iter().map(|id| id.uuid()).collect(),
        }
    }
}

/// One page of users.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserList {
    pub(crate) users: Vec<UserJson>,
    /// How many match the filter.
    pub(crate) total: u64,
    /// How many the filter hides.
    pub(crate) hidden: u64,
    /// The page, from 1; 50 users each.
    pub(crate) page: u32,
}

/// A user to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    pub(crate) email: String,
    pub(crate) name: String,
    /// For local login; without it the user signs in through KaseyaOne only.
    pub(crate) password: Option<String>,
}

/// Whether a user is an MSP Admin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MspAdmin {
    pub(crate) msp_admin: bool,
}

/// The whole of one assignment; what is not named is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    pub(crate) assigned: Vec<String>,
}

/// The Single Sign-On section.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SingleSignOn)]
#[expect(clippy::struct_excessive_bools, reason = "these are the members of the JSON")]
pub(crate) struct SingleSignOnJson {
    allow: bool,
    require: bool,
    create: bool,
    /// Whether automatic user creation is in effect: `allow` and `create` are on.
    in_effect: bool,
    company: Option<CompanyJson>,
    /// Users who may keep signing in locally while `require` is on.
    exceptions: Vec<Uuid>,
    version: i64,
}

/// A KaseyaOne company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Company)]
pub(crate) struct CompanyJson {
    id: String,
    name: String,
}

impl From<&Company> for CompanyJson {
    fn from(company: &Company) -> Self {
        Self { id: company.id.clone(), name: company.name.clone() }
    }
}

impl From<&SingleSignOn> for SingleSignOnJson {
    fn from(settings: &SingleSignOn) -> Self {
        Self {
            allow: settings.allow,
            require: settings.require,
            create: settings.create,
            in_effect: settings.in_effect(),
            company: settings.company.as_ref().map(CompanyJson::from),
            exceptions: settings.exceptions.iter().map(|id| id.uuid()).collect(),
            version: settings.version,
        }
    }
}

/// Toggles to change; what is absent stays. Turning `allow` on needs authentication through KaseyaOne.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SingleSignOnPatch {
    pub(crate) allow: Option<bool>,
    pub(crate) require: Option<bool>,
    pub(crate) create: Option<bool>,
}

/// The local-login exceptions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exceptions {
    pub(crate) account_ids: BTreeSet<Uuid>,
}

/// An organization or an access group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Named {
    id: Uuid,
    name: String,
    created_at: Timestamp,
}

impl From<&Organization> for Named {
    fn from(organization: &Organization) -> Self {
        let Organization { id, name, created_at } = organization;
        Self { id: id.uuid(), name: name.clone(), created_at: *created_at }
    }
}

impl From<&AccessGroup> for Named {
    fn from(group: &AccessGroup) -> Self {
        let AccessGroup { id, name, created_at } = group;
        Self { id: id.uuid(), name: name.clone(), created_at: *created_at }
    }
}

/// A name to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewName {
    pub(crate) name: String,
}

/// The organizations the caller may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Organizations {
    pub(crate) organizations: Vec<Named>,
}

/// The access groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Groups {
    pub(crate) groups: Vec<Named>,
}

/// A local sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// Whose session it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    pub(crate) user: UserJson,
    /// `kaseyaone` or `local`.
    pub(crate) method: &'static str,
    pub(crate) started_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The reference of the sign-in.
    pub(crate) reference: String,
}
