//! What each page shows, as plain values, and the templates that show it.
//!
//! A view decides nothing and reads nothing: a handler fills it from a use case's answer.

pub(crate) mod access;
pub(crate) mod link;
pub(crate) mod outside;
pub(crate) mod record;
pub(crate) mod shell;
pub(crate) mod users;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A moment for a person (to the minute, UTC) and for a machine (RFC 3339).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) machine: String,
    pub(crate) words: String,
}

impl When {
    /// Renders a timestamp; the pages use UTC because several administrators read one record.
    pub(crate) fn at(moment: Timestamp) -> Self {
        let zoned = moment.to_zoned(TimeZone::UTC);
        Self { machine: moment.to_string(), words: zoned.strftime("%Y-%m-%d %H:%M UTC").to_string() }
    }
}

/// A name and a value, for lists of facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Fact {
    pub(crate) fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into() }
    }
}

/// A link in running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) text: String,
}

impl Link {
    pub(crate) fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { href: href.into(), text: text.into() }
    }
}

/// The way from one page of a list to the pages beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pager {
    /// What it is called for somebody who does not see it.
    pub(crate) label: &'static str,
    pub(crate) page: u32,
    pub(crate) pages: u32,
    pub(crate) back: Option<Link>,
    pub(crate) on: Option<Link>,
}

impl Pager {
    /// The way through so many pages; `words` are those of the link back and of the link on.
    pub(crate) fn new(
        label: &'static str,
        words: [&str; 2],
        (page, pages): (u32, u32),
        href: impl Fn(u32) -> String,
    ) -> Self {
        let [back, on] = words;
        Self {
            label,
            page,
            pages,
            back: (page > 1).then(|| Link::new(href(page - 1), back)),
            on: (page < pages).then(|| Link::new(href(page + 1), on)),
        }
    }
}

/// How a short label is coloured; the words carry the meaning, the colour repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Warn,
    Plain,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Plain => "info",
        }
    }

    /// The ARIA role of a notice: only failures interrupt.
    pub(crate) fn role(self) -> &'static str {
        match self {
            Self::Bad => "alert",
            Self::Good | Self::Warn | Self::Plain => "status",
        }
    }
}

/// Words with a tone, such as a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    words: String,
    tone: Tone,
}

impl Tag {
    pub(crate) fn new(words: impl Into<String>, tone: Tone) -> Self {
        Self { words: words.into(), tone }
    }

    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    pub(crate) fn class(&self) -> &'static str {
        self.tone.class()
    }
}

/// What a user may do and see, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessWords {
    pub(crate) capabilities: String,
    pub(crate) groups: String,
    pub(crate) organizations: String,
}

impl AccessWords {
    /// One phrase per kind of assignment; nothing assigned is said, never left blank.
    pub(crate) fn from_names(capabilities: &[String], groups: &[String], organizations: &[String]) -> Self {
        let words = |names: &[String]| {
            if names.is_empty() { "None assigned".to_owned() } else { names.join(", ") }
        };
        Self { capabilities: words(capabilities), groups: words(groups), organizations: words(organizations) }
    }
}

/// "None assigned", or how many of each kind (S-08).
pub(crate) fn access_counts(capabilities: usize, groups: usize, organizations: usize) -> String {
    let parts: Vec<String> = [
        counted(capabilities, "capability", "capabilities"),
        counted(groups, "group", "groups"),
        counted(organizations, "organization", "organizations"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "None assigned".to_owned() } else { parts.join(", ") }
}

fn counted(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    }
}
