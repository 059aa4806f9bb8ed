//! Errands: what can be seen or done only with access, in an administrator's words, with every request that does it.

use std::fmt;

/// Something that can be seen or done, as `adding a user`.
#[derive(Debug)]
pub struct Errand {
    /// What it is.
    pub name: &'static str,
    /// Every way to it.
    pub ways: &'static [Way],
}

/// One request of an errand. Paths and bodies name what they are about: `{user}`, `{organization}`, `{reference}`.
#[derive(Debug)]
pub enum Way {
    /// Opening a page.
    Open(&'static str),
    /// Sending a form of a page with these fields.
    Send(&'static str, &'static [(&'static str, &'static str)]),
    /// A call of the API: method, path, JSON.
    Call(&'static str, &'static str, Option<&'static str>),
}

/// What errands are about.
#[derive(Clone, Debug)]
pub struct Targets {
    /// The id of an account.
    pub user: String,
    /// The id of an organization.
    pub organization: String,
    /// The reference of a sign-in.
    pub reference: String,
}

/// What came of one request.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Reply {
    /// It was done or shown.
    Given,
    /// Only an MSP Admin may.
    AdminsOnly,
    /// There is no such thing, for this person at least.
    NoSuchThing,
    /// A list of what is visible, with nothing in it.
    NoneVisible,
    /// The page that says that no access is assigned yet.
    NoAccessYet,
    /// Whoever asks has to sign in first.
    SignInFirst,
    /// Another refusal, by its code.
    Otherwise(String),
}

impl Errand {
    /// Whether it changes nothing, whoever goes for it.
    pub fn only_looks(&self) -> bool {
        self.ways.iter().all(|way| matches!(way.method(), "GET"))
    }
}

impl Targets {
    /// The text with everything it names filled in.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{user}", &self.user)
            .replace("{organization}", &self.organization)
            .replace("{reference}", &self.reference)
    }
}

impl Way {
    /// Its HTTP method.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Open(_) => "GET",
            Self::Send(..) => "POST",
            Self::Call(method, ..) => method,
        }
    }

    /// Its path, with what it is about by name.
    pub fn path(&self) -> &'static str {
        match self {
            Self::Open(path) | Self::Send(path, _) | Self::Call(_, path, _) => path,
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Given => "served",
            Self::AdminsOnly => "refused, as only an MSP Admin may",
            Self::NoSuchThing => "told that there is no such thing",
            Self::NoneVisible => "shown that none is visible",
            Self::NoAccessYet => "told that no access is assigned yet",
            Self::SignInFirst => "asked to sign in first",
            Self::Otherwise(code) => return write!(f, "refused because of {code}"),
        };
        f.write_str(words)
    }
}
