//! The record of sign-ins and the audit.

use askama::Template;

use super::shell::Shell;
use super::{Fact, Link, Pager, Tag, When};

/// The list of attempts.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_ins.html")]
pub(crate) struct SignInsPage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) reference: String,
    pub(crate) person: String,
    pub(crate) outcomes: Vec<OutcomeOption>,
    pub(crate) caption: String,
    pub(crate) rows: Vec<SignInRow>,
    pub(crate) pager: Pager,
}

/// A choice of the outcome filter.
#[derive(Clone, Debug)]
pub(crate) struct OutcomeOption {
    pub(crate) value: &'static str,
    pub(crate) words: String,
    pub(crate) chosen: bool,
}

/// One attempt in the list.
#[derive(Clone, Debug)]
pub(crate) struct SignInRow {
    pub(crate) reference: String,
    pub(crate) started: When,
    pub(crate) person: String,
    pub(crate) method: &'static str,
    pub(crate) outcome: Tag,
    pub(crate) reason: String,
}

/// One attempt: the five checks, what else, the settings as they were, what to do (S-62, S-69, S-70).
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in_record.html")]
pub(crate) struct SignInRecordPage {
    pub(crate) shell: Shell,
    pub(crate) reference: String,
    pub(crate) outcome: Tag,
    pub(crate) conclusion: String,
    pub(crate) remedy: Option<Remedy>,
    pub(crate) checks: Vec<CheckRow>,
    pub(crate) other_cause: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) started: When,
    pub(crate) ended: Option<When>,
    pub(crate) method: &'static str,
    pub(crate) freshness: String,
    pub(crate) person: Vec<Fact>,
    pub(crate) account: Option<Link>,
    pub(crate) settings: Vec<Fact>,
}

/// What the administrator can do, with a link to the control that does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remedy {
    pub(crate) sentence: &'static str,
    pub(crate) link: Option<Link>,
}

/// One of the five things to verify.
#[derive(Clone, Debug)]
pub(crate) struct CheckRow {
    pub(crate) key: &'static str,
    pub(crate) question: &'static str,
    pub(crate) result: Tag,
    pub(crate) detail: String,
    pub(crate) first_failing: bool,
}

/// The audit, newest first.
#[derive(Clone, Debug, Template)]
#[template(path = "audit.html")]
pub(crate) struct AuditPage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) caption: String,
    /// The user the entries are about, if only those of one are shown.
    pub(crate) about: Option<Link>,
    pub(crate) entries: Vec<AuditRow>,
    pub(crate) pager: Pager,
}

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct AuditRow {
    pub(crate) when: When,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) about: Option<Link>,
    pub(crate) change: String,
}
