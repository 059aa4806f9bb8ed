//! The question whether a KaseyaOne user is linked to the account of an MSP Admin.

use askama::Template;

use super::When;
use super::shell::Shell;

/// the KaseyaOne user that asks, as KaseyaOne named it.
#[derive(Clone, Debug, Template)]
#[template(path = "link_confirm.html")]
pub(crate) struct LinkConfirmPage {
    pub(crate) shell: Shell,
    pub(crate) account_email: String,
    pub(crate) name: String,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) company: String,
    pub(crate) company_id: String,
    pub(crate) asked: When,
    pub(crate) until: When,
    pub(crate) reference: String,
}
