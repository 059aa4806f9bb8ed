//! Pages of people who are inside, and of what they may see: home, no access, privileges, organizations.

use askama::Template;

use super::shell::Shell;
use super::{AccessWords, Link, Pager};

/// S-51: signed in, nothing assigned yet, whom to ask.
#[derive(Clone, Debug, Template)]
#[template(path = "no_access.html")]
pub(crate) struct NoAccessPage {
    pub(crate) shell: Shell,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) whom_to_ask: String,
    pub(crate) by_kaseyaone: bool,
}

/// The start page of somebody with access.
#[derive(Clone, Debug, Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    pub(crate) shell: Shell,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) admin: bool,
    pub(crate) access: AccessWords,
    pub(crate) by_kaseyaone: bool,
}

/// Settings > User Privileges: everyone, with what they have.
#[derive(Clone, Debug, Template)]
#[template(path = "privileges_list.html")]
pub(crate) struct PrivilegesListPage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) rows: Vec<PrivilegesRow>,
    pub(crate) pager: Pager,
    pub(crate) groups: Vec<String>,
}

/// One user in the list of privileges.
#[derive(Clone, Debug)]
pub(crate) struct PrivilegesRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) access: AccessWords,
}

/// The three separate assignments of one user (S-20).
#[derive(Clone, Debug, Template)]
#[template(path = "privileges.html")]
pub(crate) struct PrivilegesPage {
    pub(crate) shell: Shell,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) origin: String,
    pub(crate) status: String,
    pub(crate) needs_review: bool,
    pub(crate) parts: Vec<PrivilegesPart>,
}

/// One assignment: its own form, its own act.
#[derive(Clone, Debug)]
pub(crate) struct PrivilegesPart {
    pub(crate) path: &'static str,
    pub(crate) title: &'static str,
    pub(crate) legend: &'static str,
    pub(crate) nothing: &'static str,
    /// Where something to assign is made.
    pub(crate) make: Option<Link>,
    pub(crate) button: &'static str,
    pub(crate) choices: Vec<Choice>,
}

/// Something that can be assigned.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) assigned: bool,
}

/// The organizations the reader may see.
#[derive(Clone, Debug, Template)]
#[template(path = "organizations.html")]
pub(crate) struct OrganizationsPage {
    pub(crate) shell: Shell,
    pub(crate) organizations: Vec<Named>,
    pub(crate) may_add: bool,
}

/// One visible organization.
#[derive(Clone, Debug, Template)]
#[template(path = "organization.html")]
pub(crate) struct OrganizationPage {
    pub(crate) shell: Shell,
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A thing with an id and a name.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}
