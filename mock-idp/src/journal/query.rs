//! Looking for entries: which are wanted, which were nearly, and in what the near ones differ.

use serde::{Deserialize, Serialize};

use super::{Channel, Entry};

/// Which entries are wanted; what is not given does not matter.
///
/// ```
/// let query = mock_idp::JournalQuery::operation("token").person("dana");
/// assert_eq!(query.to_string(), "operation token, person dana");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JournalQuery {
    /// Only entries after this number.
    #[serde(default)]
    pub after: u64,
    /// Only this operation: `authorize`, `token`, `userinfo`, `discovery`, `jwks`, …
    pub operation: Option<String>,
    /// Only requests of browsers (`front`), of servers (`back`), or of tests (`control`).
    #[param(inline)]
    pub channel: Option<Channel>,
    /// Only about this person (key).
    pub person: Option<String>,
    /// Only about this client (id).
    pub client: Option<String>,
    /// Only the sign-in with this `state`.
    pub state: Option<String>,
    /// Only answers with this HTTP status.
    pub status: Option<u16>,
    /// Only what this check refused.
    pub refused_by: Option<String>,
    /// Only what this fault changed.
    pub fault: Option<String>,
    /// Only requests whose parameters hold `name=value`.
    pub parameter: Option<String>,
    /// Give only the first so many of those that are wanted: the oldest, unless the newest come first. How many there are is
    /// counted and waited for without it.
    #[serde(skip)]
    pub limit: Option<usize>,
    /// Give the newest first, and not the oldest.
    #[serde(skip)]
    pub newest_first: bool,
}

/// An entry that is nearly what was wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NearMiss {
    /// Number of the entry.
    pub seq: u64,
    /// What it is.
    pub entry: String,
    /// In what it differs, one sentence each.
    pub differs: Vec<String>,
}

impl JournalQuery {
    /// Entries of an operation.
    pub fn operation(name: impl Into<String>) -> Self {
        Self { operation: Some(name.into()), ..Self::default() }
    }

    /// … about a person.
    #[must_use]
    pub fn person(mut self, key: impl Into<String>) -> Self {
        self.person = Some(key.into());
        self
    }

    /// … about a client.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.client = Some(id.into());
        self
    }

    /// … of the sign-in with this `state`.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// … answered with this HTTP status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// … after the entry with this number.
    #[must_use]
    pub fn after(mut self, seq: u64) -> Self {
        self.after = seq;
        self
    }

    /// … the first so many of them: the oldest, unless the newest come first.
    #[must_use]
    pub fn limit(mut self, most: usize) -> Self {
        self.limit = Some(most);
        self
    }

    /// … the newest first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// Whether an entry is wanted.
    pub fn matches(&self, entry: &Entry) -> bool {
        entry.seq > self.after && self.differences(entry).is_empty()
    }

    fn differences(&self, entry: &Entry) -> Vec<String> {
        let mut differ = Vec::new();
        let mut compare = |what: &str, wanted: Option<&str>, found: Option<&str>| {
            if let Some(wanted) = wanted.filter(|wanted| found != Some(*wanted)) {
                let found = found.map_or_else(|| "none".to_owned(), |found| format!("{found:?}"));
                differ.push(format!("{what} is {found}, not {wanted:?}"));
            }
        };
        compare("operation", self.operation.as_deref(), Some(entry.operation));
        compare("channel", self.channel.map(Channel::as_str), Some(entry.channel.as_str()));
        compare("person", self.person.as_deref(), entry.person.as_deref());
        compare("client", self.client.as_deref(), entry.client.as_deref());
        compare("state", self.state.as_deref(), entry.state.as_deref());
        let (wanted, found) = (self.status.map(|status| status.to_string()), entry.status.to_string());
        compare("status", wanted.as_deref(), Some(&found));
        let check = entry.refusal.as_ref().map(|refusal| refusal.check.as_str());
        compare("refused_by", self.refused_by.as_deref(), check);
        if let Some(fault) = self.fault.as_deref().filter(|fault| !entry.faults.contains(fault)) {
            differ.push(format!("the fault {fault} did not strike it"));
        }
        if let Some(wanted) = &self.parameter {
            let (name, value) = wanted.split_once('=').unwrap_or((wanted, ""));
            let of_that_name =
                || entry.query.iter().chain(entry.form.iter()).filter(|(other, _)| *other == name);
            if of_that_name().all(|(_, found)| found != value) {
                differ.push(match of_that_name().next() {
                    Some(_) => format!("the parameter {name} has another value"),
                    None => format!("it has no parameter {name}"),
                });
            }
        }
        differ
    }

    /// The entries that are nearest to what was wanted, at most three, the newest first among equals.
    pub(crate) fn near_misses<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> Vec<NearMiss> {
        let mut near: Vec<_> = entries
            .filter(|entry| entry.channel != Channel::Control)
            .map(|entry| {
                let mut differs = self.differences(entry);
                if entry.seq <= self.after {
                    differs.push(format!("it came before the entry {}", self.after + 1));
                }
                NearMiss { seq: entry.seq, entry: entry.line(), differs }
            })
            .filter(|near| !near.differs.is_empty())
            .collect();
        near.sort_by_key(|near| (near.differs.len(), std::cmp::Reverse(near.seq)));
        near.truncate(3);
        near
    }
}

impl std::fmt::Display for JournalQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        let mut part = |name: &str, value: Option<&str>| {
            parts.extend(value.map(|value| format!("{name} {value}")));
        };
        part("operation", self.operation.as_deref());
        part("channel", self.channel.map(Channel::as_str));
        part("person", self.person.as_deref());
        part("client", self.client.as_deref());
        part("state", self.state.as_deref());
        part("status", self.status.map(|status| status.to_string()).as_deref());
        part("refused by", self.refused_by.as_deref());
        part("fault", self.fault.as_deref());
        part("parameter", self.parameter.as_deref());
        part("after", (self.after > 0).then(|| self.after.to_string()).as_deref());
        if parts.is_empty() { f.write_str("any entry") } else { f.write_str(&parts.join(", ")) }
    }
}

/// Not as many entries came as were waited for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct NotSeen {
    /// What was waited for.
    pub query: JournalQuery,
    /// How many were wanted.
    pub wanted: usize,
    /// How many there are.
    pub found: usize,
    /// What came nearest.
    pub near_misses: Vec<NearMiss>,
}

impl NotSeen {
    fn sentence(&self) -> String {
        let near =
            |near: &NearMiss| format!("  near: #{} {}: {}", near.seq, near.entry, near.differs.join("; "));
        let mut lines = vec![format!("wanted {} of [{}], there are {}", self.wanted, self.query, self.found)];
        lines.extend(self.near_misses.iter().map(near));
        lines.join("\n")
    }
}
