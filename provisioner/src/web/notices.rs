//! The sentence a page shows after something was done: a code in the address chooses it, never text from outside.

use serde::Deserialize;

use super::views::Tone;
use super::views::shell::Notice;

/// The sentence that a page is opened with.
#[derive(Debug, Deserialize)]
pub(crate) struct After {
    pub(crate) done: Option<String>,
}

/// What was done to a user: code, and how the sentence goes on after the user.
const ABOUT_USERS: &[(&str, &str)] = &[
    ("user-added", "was added, without any access."),
    ("user-reviewed", "was marked as reviewed."),
    ("user-deactivated", "was deactivated and can no longer sign in."),
    ("user-activated", "was activated."),
    ("user-removed", "was removed. A later sign-in does not create the account again."),
    ("user-allowed", "may come back: the next sign-in is treated as a first one."),
    ("admin-made", "is an MSP Admin now."),
    ("admin-removed", "is no longer an MSP Admin."),
];

/// Declares the notices: code, tone, sentence.
const NOTICES: &[(&str, Tone, &str)] = &[
    ("allow-on", Tone::Good, "Allow Users to Log in with KaseyaOne is on."),
    (
        "allow-off",
        Tone::Good,
        "Allow Users to Log in with KaseyaOne is off. Sessions that are open stay open.",
    ),
    ("require-on", Tone::Good, "Require Login with KaseyaOne is on."),
    ("require-off", Tone::Good, "Require Login with KaseyaOne is off."),
    ("create-on", Tone::Good, "Enable Automatic User Creation is on. Nobody is created until they sign in."),
    (
        "create-off",
        Tone::Good,
        "Enable Automatic User Creation is off. Existing user accounts stay as they are.",
    ),
    ("in-effect-again", Tone::Warn, "KaseyaOne login is on, and automatic user creation is in effect again."),
    ("exceptions-saved", Tone::Good, "The exceptions were saved."),
    ("binding-cancelled", Tone::Plain, "Nothing was turned on."),
    (
        "binding-failed",
        Tone::Bad,
        "Allow Users to Log in with KaseyaOne stays off: authentication through KaseyaOne was not completed.",
    ),
    (
        "organization-added",
        Tone::Good,
        "The organization was added. Only MSP Admins see it until it is assigned.",
    ),
    ("group-added", Tone::Good, "The access group was added. Nobody belongs to it yet."),
    ("name-unusable", Tone::Bad, "Nothing was added: the name is empty, too long, or taken."),
    ("access-saved", Tone::Good, "The assignment was saved."),
    ("link-confirmed", Tone::Good, "Your KaseyaOne user is connected to this account now."),
    (
        "link-declined",
        Tone::Plain,
        "The KaseyaOne user was not linked. The attempt and your answer were recorded.",
    ),
    (
        "link-gone",
        Tone::Warn,
        "Nothing was linked: no KaseyaOne user waits for your answer in this browser. Log in with KaseyaOne and then with your password again.",
    ),
    ("link-taken", Tone::Bad, "Nothing was linked: this KaseyaOne user or your account is linked already."),
];

/// The notice of a code; a code nobody made says nothing.
pub(crate) fn notice(code: Option<&str>) -> Option<Notice> {
    let code = code?;
    NOTICES
        .iter()
        .find(|(known, ..)| *known == code)
        .map(|(_, tone, text)| Notice { tone: *tone, text: (*text).to_owned() })
}

/// The notice of a code about a user, who may not be known by name.
pub(crate) fn notice_about(code: Option<&str>, user: Option<&str>) -> Option<Notice> {
    let known = ABOUT_USERS.iter().find(|(known, _)| Some(*known) == code);
    let Some((_, rest)) = known else { return notice(code) };
    Some(Notice { tone: Tone::Good, text: format!("{} {rest}", user.unwrap_or("The user")) })
}

/// A failure sentence at the top of a page.
pub(crate) fn alert(text: impl Into<String>) -> Notice {
    Notice { tone: Tone::Bad, text: text.into() }
}
