//! Pages for people who are not, or not usefully, inside: signing in, refusals, help, messages.

use askama::Template;

use super::shell::Shell;

/// What the sign-in page says about KaseyaOne.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KaseyaOneState {
    /// Allow is on and the provider answered when last asked.
    Ready,
    /// Allow is off.
    Off,
    /// The provider did not answer when last asked.
    Unreachable,
}

impl KaseyaOneState {
    pub(crate) fn is_reachable(self) -> bool {
        self == Self::Ready
    }
}

/// `GET /sign-in`, also the answer to a failed local sign-in.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) shell: Shell,
    pub(crate) signed_out: bool,
    pub(crate) kaseyaone: KaseyaOneState,
    pub(crate) start_href: String,
    pub(crate) hint: String,
    pub(crate) email: String,
    pub(crate) error: Option<String>,
}

/// S-77: a session already lives in this browser, so no new sign-in happened.
#[derive(Clone, Debug, Template)]
#[template(path = "still_signed_in.html")]
pub(crate) struct StillSignedInPage {
    pub(crate) shell: Shell,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) reference: Option<String>,
    pub(crate) by_kaseyaone: bool,
}

/// A refused sign-in, for the person: a category, a way forward, a reference (S-71).
#[derive(Clone, Debug, Template)]
#[template(path = "refused.html")]
pub(crate) struct RefusedPage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) sentence: String,
    pub(crate) next_step: String,
    pub(crate) reference: Option<String>,
}

/// One of the articles the settings link to (S-86).
#[derive(Clone, Debug, Template)]
#[template(path = "help.html")]
pub(crate) struct HelpPage {
    pub(crate) shell: Shell,
    pub(crate) title: &'static str,
    pub(crate) paragraphs: &'static [&'static str],
}

/// A page for what is not a sign-in: not found, not allowed, out of order.
#[derive(Clone, Debug, Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) sentence: String,
}
