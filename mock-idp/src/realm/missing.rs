//! What is said of those who are not there.

use fixtures::nearest;

use crate::protocol::text::{meant, shorten};
use crate::realm::State;

/// There is nobody and nothing with this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct NotFound {
    /// What was looked for.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The name that was probably meant.
    pub nearest: Option<String>,
    /// The names there are, as far as there is room; empty where nobody looked.
    pub known: String,
}

/// So many names are told.
const TOLD: usize = 6;

/// So many names are compared with one that nobody has.
const MOST_COMPARED: usize = 10_000;

/// Stands for a code or token, which no error repeats.
pub(crate) const UNNAMED: &str = "(secret)";

impl NotFound {
    fn sentence(&self) -> String {
        let Self { kind, name, nearest, known } = self;
        if name == UNNAMED {
            return format!("no such {kind} is honoured here: it came from another instance, or was revoked");
        }
        let instead = instead(nearest.as_deref().unwrap_or_default(), known);
        format!("there is no {kind} {:?}{instead}", shorten(name))
    }

    pub(crate) fn new(kind: &'static str, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), nearest: None, known: String::new() }
    }

    /// The same, where these are known.
    pub(crate) fn among<'a>(
        kind: &'static str,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        // Who was deleted has a name still, and is not there.
        let nearest = nearest(name, known.clone().take(MOST_COMPARED)).filter(|nearest| *nearest != name);
        let known = some_of(known.filter(|known| *known != name));
        Self { nearest: nearest.map(str::to_owned), known, ..Self::new(kind, name) }
    }
}

/// Some names, and how many more there are.
fn some_of<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let told: Vec<_> = names.by_ref().take(TOLD).map(shorten).collect();
    match (told.as_slice(), names.count()) {
        ([], _) => "none".to_owned(),
        (_, 0) => told.join(", "),
        (_, more) => format!("{} and {more} more", told.join(", ")),
    }
}

/// The end of a sentence on what is not there: what was probably meant, or else what there is.
pub(crate) fn instead(nearest: &str, known: &str) -> String {
    if nearest.is_empty() && !known.is_empty() { format!("; known are: {known}") } else { meant(nearest) }
}

impl State {
    /// What is said of a company that is not there.
    pub(crate) fn no_company(&self, key: &str) -> NotFound {
        NotFound::among("company", key, self.people.companies().iter().map(|company| company.key.as_str()))
    }

    /// What is said of a person who is not there.
    pub(crate) fn no_person(&self, key: &str) -> NotFound {
        NotFound::among("person", key, self.people.keys())
    }

    /// What is said of a client that is not there.
    pub(crate) fn no_client(&self, id: &str) -> NotFound {
        NotFound::among("client", id, self.clients.keys().map(String::as_str))
    }
}
