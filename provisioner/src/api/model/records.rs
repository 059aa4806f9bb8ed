//! The JSON of the record of sign-ins and of the audit trail.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::audit::{AuditActor, AuditEntry};
use crate::domain::checks::{Check, Checks};
use crate::domain::id::Id;
use crate::domain::identity::Freshness;
use crate::domain::record::{CauseCode, Outcome, SignInRecord};

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
            outcome: record.outcome.map(Outcome::as_str),
            checks: (&record.checks).into(),
            first_failing: record.first_failing().map(Check::as_str),
            cause: record
                .cause
                .as_ref()
                .map(|cause| CauseJson { code: cause.code.as_str(), reason: cause.reason.clone() }),
            other_cause: record.other_cause().map(CauseCode::as_str),
            settings: SettingsThenJson {
                allow: then.allow,
                require: then.require,
                create: then.create,
                version: then.version,
            },
            auth_time: record.auth_time,
            freshness: record.freshness.map(Freshness::as_str),
            person: PersonJson {
                email: person.email,
                subject: person.subject,
                company: person.company,
                hint: person.hint,
            },
            account_id: record.account.map(Id::uuid),
        }
    }
}

/// Attempts to sign in, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInList {
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
            account_id: entry.account.map(Id::uuid),
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
