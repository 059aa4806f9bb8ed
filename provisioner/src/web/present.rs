//! From domain values to rows and facts of a page. It words things; it hides and decides nothing.

use std::collections::BTreeMap;

use super::views::record::{AuditRow, CheckRow, SignInRecordPage, SignInRow};
use super::views::shell::Shell;
use super::views::users::{Review, UserAction, UserRow};
use super::views::{AccessWords, Fact, Link, When, access_counts};
use super::wording::administrator as words;
use crate::domain::access::Access;
use crate::domain::account::{Account, AccountId, Status};
use crate::domain::audit::{AuditActor, AuditEntry};
use crate::domain::checks::Check;
use crate::domain::organization::{AccessGroup, Organization};
use crate::domain::record::{CauseCode, Outcome, PersonSeen, SignInRecord};
use crate::usecase::User;

/// One line of the list of users.
pub(crate) fn user_row(user: &User) -> UserRow {
    let User { account, access, .. } = user;
    let counts = access_counts(access.capabilities.len(), access.groups.len(), access.organizations.len());
    UserRow {
        id: account.id.to_string(),
        name: account.name.clone(),
        email: account.email.to_string(),
        admin: account.msp_admin,
        origin: words::origin(account.origin),
        created: Some(When::at(account.created_at)),
        last_sign_in: account.last_sign_in_at.map(When::at),
        access: counts,
        reviewed: account
            .reviewed_at
            .map(|at| Review { when: When::at(at), by: user.reviewed_by.clone().unwrap_or_default() }),
        needs_review: account.needs_review(),
        status: words::status(account),
        actions: user_actions(account),
    }
}

/// What can be done to a user; an MSP Admin is demoted first, and removed then.
fn user_actions(account: &Account) -> Vec<UserAction> {
    use UserAction::{Activate, AllowAgain, Deactivate, MakeAdmin, Remove, RemoveAdmin, Review};
    let mut actions = Vec::new();
    if account.needs_review() {
        actions.push(Review);
    }
    match account.status {
        Status::Active | Status::Invited if account.msp_admin => actions.extend([RemoveAdmin, Deactivate]),
        Status::Active | Status::Invited => actions.extend([MakeAdmin, Deactivate, Remove]),
        Status::Deactivated => actions.extend([Activate, Remove]),
        Status::Removed if account.is_barred() => actions.push(AllowAgain),
        Status::Removed => {}
    }
    actions
}

/// The names of organizations and groups, to word an access with.
pub(crate) struct Names {
    groups: BTreeMap<String, String>,
    organizations: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn new(groups: &[AccessGroup], organizations: &[Organization]) -> Self {
        Self {
            groups: groups.iter().map(|group| (group.id.to_string(), group.name.clone())).collect(),
            organizations: organizations.iter().map(|one| (one.id.to_string(), one.name.clone())).collect(),
        }
    }

    /// The names of the access groups, sorted.
    pub(crate) fn groups(&self) -> Vec<String> {
        let mut names: Vec<_> = self.groups.values().cloned().collect();
        names.sort();
        names
    }

    pub(crate) fn access(&self, access: &Access) -> AccessWords {
        let capabilities: Vec<_> = access.capabilities.iter().map(|one| one.label().to_owned()).collect();
        let groups: Vec<_> = access.groups.iter().map(|id| named(&self.groups, id.to_string())).collect();
        let organizations: Vec<_> =
            access.organizations.iter().map(|id| named(&self.organizations, id.to_string())).collect();
        AccessWords::from_names(&capabilities, &groups, &organizations)
    }
}

fn named(names: &BTreeMap<String, String>, id: String) -> String {
    names.get(&id).cloned().unwrap_or(id)
}

/// One line of the record of sign-ins.
pub(crate) fn sign_in_row(record: &SignInRecord) -> SignInRow {
    SignInRow {
        reference: record.reference.to_string(),
        started: When::at(record.started_at),
        person: who(&record.person),
        method: words::method(record.method),
        outcome: words::outcome(record.outcome),
        reason: reason(record).to_owned(),
    }
}

/// The reason in one sentence: the cause, else that there is none to give.
fn reason(record: &SignInRecord) -> &'static str {
    match (&record.cause, record.outcome) {
        (Some(cause), _) => words::cause(cause.code),
        (None, Some(Outcome::CreatedAndSignedIn)) => "The MSP user account was created, without any access.",
        (None, Some(_)) => "",
        (None, None) => "The person has not come back from KaseyaOne yet.",
    }
}

fn who(person: &PersonSeen) -> String {
    let PersonSeen { email, subject, hint, .. } = person;
    match (email, subject, hint) {
        (Some(email), ..) => email.clone(),
        (None, Some(subject), _) => subject.clone(),
        (None, None, Some(hint)) => format!("{hint} (as typed)"),
        (None, None, None) => "Not known".to_owned(),
    }
}

/// The whole record of one attempt.
pub(crate) fn sign_in_record(
    record: &SignInRecord,
    account: Option<&Account>,
    shell: Shell,
) -> SignInRecordPage {
    let cause = record.cause.as_ref();
    let code = cause.map(|cause| cause.code);
    SignInRecordPage {
        shell,
        reference: record.reference.to_string(),
        outcome: words::outcome(record.outcome),
        conclusion: reason(record).to_owned(),
        remedy: code.map(words::remedy),
        checks: Check::ALL.iter().map(|check| check_row(record, *check)).collect(),
        other_cause: record.other_cause().map(|code| words::cause(code).to_owned()),
        reason: cause.map(|cause| cause.reason.clone()),
        started: When::at(record.started_at),
        ended: record.ended_at.map(When::at),
        method: words::method(record.method),
        freshness: words::freshness(record.method, record.freshness, record.auth_time, record.ended_at),
        person: person_facts(&record.person),
        account: record
            .account
            .map(|id| Link::new(format!("/settings/user-privileges/{id}"), account_name(id, account))),
        settings: settings_facts(record),
    }
}

fn check_row(record: &SignInRecord, check: Check) -> CheckRow {
    let finding = record.checks.finding(check);
    let first_failing = record.first_failing() == Some(check);
    let told = match (&record.cause, first_failing) {
        (Some(cause), true) if concerns(cause.code, check) => words::cause(cause.code).to_owned(),
        _ => words::detail(check, finding, record.outcome).to_owned(),
    };
    CheckRow {
        key: check.as_str(),
        question: words::question(check),
        result: words::finding(finding),
        detail: told,
        first_failing,
    }
}

/// Whether the cause explains this very check.
fn concerns(code: CauseCode, check: Check) -> bool {
    match check {
        Check::AllowOn => code == CauseCode::AllowOff,
        Check::CreateOn => code == CauseCode::CreateOff,
        Check::UsedKaseyaOne | Check::ExistsInKaseyaOne => false,
        Check::AuthenticationCompleted => !code.is_outside_the_checks(),
    }
}

fn person_facts(person: &PersonSeen) -> Vec<Fact> {
    let facts = [
        ("E-mail address", &person.email),
        ("KaseyaOne subject", &person.subject),
        ("KaseyaOne company", &person.company),
        ("KaseyaOne user name, as typed", &person.hint),
    ];
    facts.into_iter().filter_map(|(name, value)| Some(Fact::new(name, value.clone()?))).collect()
}

fn settings_facts(record: &SignInRecord) -> Vec<Fact> {
    let then = record.settings;
    let on = |on: bool| if on { "On" } else { "Off" };
    vec![
        Fact::new("Allow Users to Log in with KaseyaOne", on(then.allow)),
        Fact::new("Require Login with KaseyaOne", on(then.require)),
        Fact::new("Enable Automatic User Creation", on(then.create)),
        Fact::new("Version of the settings", then.version.to_string()),
    ]
}

/// One line of the audit trail; `accounts` are those the entries are about.
pub(crate) fn audit_row(entry: &AuditEntry, accounts: &BTreeMap<AccountId, Account>) -> AuditRow {
    AuditRow {
        when: When::at(entry.at),
        who: actor(&entry.actor),
        what: words::action(entry.action).to_owned(),
        about: entry.account.map(|id| Link::new(audit_of(id), account_name(id, accounts.get(&id)))),
        change: change(entry),
    }
}

/// Where everything about one account is listed.
pub(crate) fn audit_of(id: AccountId) -> String {
    format!("/settings/audit?account={id}")
}

/// An account by its address, which a removed one keeps as history.
pub(crate) fn account_name(id: AccountId, account: Option<&Account>) -> String {
    match account {
        Some(account) if account.status == Status::Removed => format!("{} (removed)", account.email),
        Some(account) => account.email.to_string(),
        None => id.to_string(),
    }
}

fn change(entry: &AuditEntry) -> String {
    let change = match (&entry.from, &entry.to) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (Some(from), None) => format!("{from} → nothing"),
        (None, Some(to)) => to.clone(),
        (None, None) => String::new(),
    };
    match &entry.reference {
        Some(reference) if change.is_empty() => format!("sign-in {reference}"),
        Some(reference) => format!("{change} (sign-in {reference})"),
        None => change,
    }
}

fn actor(actor: &AuditActor) -> String {
    match actor {
        AuditActor::Anonymous => "Nobody signed in".to_owned(),
        AuditActor::Operator => "Command line".to_owned(),
        AuditActor::KaseyaOne => "KaseyaOne".to_owned(),
        AuditActor::Account { email, .. } => email.clone(),
    }
}
