//! The JSON of the API: what is sent and what is taken, with its OpenAPI schema. It decides nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::access::Access;
use crate::domain::account::Account;
use crate::domain::audit::{AuditActor, AuditEntry};
use crate::domain::checks::Checks;
use crate::domain::organization::{AccessGroup, Organization};
use crate::domain::record::SignInRecord;
use crate::domain::settings::SingleSignOn;

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
            created_by: account.created_by.map(|id| id.uuid()),
            last_sign_in_at: account.last_sign_in_at,
            signs_in_with: ways.into_iter().filter(|(is_set_up, _)| *is_set_up).map(|(_, way)| way).collect(),
            access: access.into(),
            reviewed_at: account.reviewed_at,
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
pub(crate) struct Users {
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

impl From<&SingleSignOn> for SingleSignOnJson {
    fn from(settings: &SingleSignOn) -> Self {
        Self {
            allow: settings.allow,
            require: settings.require,
            create: settings.create,
            in_effect: settings.in_effect(),
            company: settings
                .company
                .as_ref()
                .map(|company| CompanyJson { id: company.id.clone(), name: company.name.clone() }),
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

/// One attempt to sign in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignIn)]
pub(crate) struct SignInJson {
    id: Uuid,
    reference: String,
    /// `kaseyaone` or `local`.
    method: &'static str,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// `signed_in`, `created_and_signed_in`, `refused`, `abandoned`, `expired`, `no_new_sign_in`; null while under way.
    outcome: Option<&'static str>,
    checks: ChecksJson,
    first_failing: Option<&'static str>,
    cause: Option<CauseJson>,
    other_cause: Option<&'static str>,
    settings: SettingsThenJson,
    auth_time: Option<Timestamp>,
    /// `fresh`, `cached` or `unknown`.
    freshness: Option<&'static str>,
    person: PersonJson,
    account_id: Option<Uuid>,
}

/// The five things to verify: each `pass`, `fail`, `not_reached` or `not_knowable`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Checks)]
pub(crate) struct ChecksJson {
    used_kaseyaone: &'static str,
    allow_on: &'static str,
    create_on: &'static str,
    exists_in_kaseyaone: &'static str,
    authentication_completed: &'static str,
}

/// Why there was no session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cause)]
pub(crate) struct CauseJson {
    code: &'static str,
    reason: String,
}

/// The settings as they were.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettingsThen)]
pub(crate) struct SettingsThenJson {
    allow: bool,
    require: bool,
    create: bool,
    version: i64,
}

/// What is known of the person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub(crate) struct PersonJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl From<&Checks> for ChecksJson {
    fn from(checks: &Checks) -> Self {
        Self {
            used_kaseyaone: checks.used_kaseyaone.as_str(),
            allow_on: checks.allow_on.as_str(),
            create_on: checks.create_on.as_str(),
            exists_in_kaseyaone: checks.exists_in_kaseyaone.as_str(),
            authentication_completed: checks.authentication_completed.as_str(),
        }
    }
}

impl From<&SignInRecord> for SignInJson {
    fn from(record: &SignInRecord) -> Self {
        let then = record.settings;
        let person = record.person.clone();
        Self {
            id: record.id.uuid(),
            reference: record.reference.to_string(),
            method: record.method.as_str(),
            started_at: record.started_at,
            ended_at: record.ended_at,
            outcome: record.outcome.map(|outcome| outcome.as_str()),
            checks: (&record.checks).into(),
            first_failing: record.first_failing().map(|check| check.as_str()),
            cause: record
                .cause
                .as_ref()
                .map(|cause| CauseJson { code: cause.code.as_str(), reason: cause.reason.clone() }),
            other_cause: record.other_cause().map(|cause| cause.as_str()),
            settings: SettingsThenJson {
                allow: then.allow,
                require: then.require,
                create: then.create,
                version: then.version,
            },
            auth_time: record.auth_time,
            freshness: record.freshness.map(|freshness| freshness.as_str()),
            person: PersonJson {
                email: person.email,
                subject: person.subject,
                company: person.company,
                hint: person.hint,
            },
            account_id: record.account.map(|id| id.uuid()),
        }
    }
}

/// Attempts to sign in, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignIns {
    pub(crate) sign_ins: Vec<SignInJson>,
    pub(crate) total: u64,
    /// The page, from 1; 50 attempts each.
    pub(crate) page: u32,
}

/// One entry of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditJson {
    id: Uuid,
    at: Timestamp,
    /// `anonymous`, `operator`, `kaseyaone` or `account`.
    actor: &'static str,
    actor_id: Option<Uuid>,
    actor_email: Option<String>,
    action: &'static str,
    account_id: Option<Uuid>,
    from: Option<String>,
    to: Option<String>,
    reference: Option<String>,
}

impl From<&AuditEntry> for AuditJson {
    fn from(entry: &AuditEntry) -> Self {
        let (actor, actor_id, actor_email) = match &entry.actor {
            AuditActor::Anonymous => ("anonymous", None, None),
            AuditActor::Operator => ("operator", None, None),
            AuditActor::KaseyaOne => ("kaseyaone", None, None),
            AuditActor::Account { id, email } => ("account", Some(id.uuid()), Some(email.clone())),
        };
        Self {
            id: entry.id.uuid(),
            at: entry.at,
            actor,
            actor_id,
            actor_email,
            action: entry.action.as_str(),
            account_id: entry.account.map(|id| id.uuid()),
            from: entry.from.clone(),
            to: entry.to.clone(),
            reference: entry.reference.as_ref().map(ToString::to_string),
        }
    }
}

/// Entries of the audit trail, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditTrail {
    pub(crate) entries: Vec<AuditJson>,
    pub(crate) total: u64,
    /// The page, from 1; 100 entries each.
    pub(crate) page: u32,
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
