//! Rules: *when* a request comes that looks like this, *then* something goes wrong with it. What is wrong about the
//! protocol is in the catalogue of faults; a rule can arm one of those, and what happens to requests and connections
//! as such. It judges and counts; it delivers nothing.

mod operations;

use std::num::NonZeroU64;

use serde::{Deserialize, Deserializer, Serialize};

use crate::journal::Delivery;

pub(crate) use self::operations::OPERATIONS;

/// Which requests a rule is about; what is not given does not matter.
///
/// ```
/// use mock_idp::When;
/// let when = When::operation("token").person("dana").nth(2);
/// assert_eq!((when.operation.as_deref(), when.nth), (Some("token"), Some(2)));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The operation: `discovery`, `jwks`, `authorize`, `token`, `userinfo`, `end_session`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The client (id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The person (key) the request is about, as far as it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The sign-in: the `state` of its authorization request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What its `login_hint` was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Only the n-th of these requests, counted from 1.
    #[serde(default, deserialize_with = "never_zero", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub nth: Option<u64>,
}

impl When {
    /// Any request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests for this operation.
    pub fn operation(name: impl Into<String>) -> Self {
        Self { operation: Some(name.into()), ..Self::default() }
    }

    /// … of this client.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.client = Some(id.into());
        self
    }

    /// … about this person.
    #[must_use]
    pub fn person(mut self, key: impl Into<String>) -> Self {
        self.person = Some(key.into());
        self
    }

    /// … in the sign-in with this `state`.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// … in sign-ins that began with this `login_hint`.
    #[must_use]
    pub fn login_hint(mut self, hint: impl Into<String>) -> Self {
        self.login_hint = Some(hint.into());
        self
    }

    /// Only the n-th of these, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    fn fits(&self, asked: &Asked) -> bool {
        let same =
            |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
        same(&self.operation, Some(asked.operation))
            && same(&self.client, asked.client.as_deref())
            && same(&self.person, asked.person.as_deref())
            && same(&self.state, asked.state.as_deref())
            && same(&self.login_hint, asked.login_hint.as_deref())
    }
}

/// What happens then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Then {
    /// A fault of the catalogue is armed for this sign-in, once.
    Fault(String),
    /// The request is not answered but by this error of OAuth 2.0.
    OauthError {
        /// The code, as in `invalid_grant`.
        error: String,
        /// The sentence beside it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// The request is not answered but by this status, with this body.
    Status {
        /// The status.
        status: u16,
        /// The body.
        #[serde(default)]
        body: String,
        /// Its type.
        #[serde(default = "plain")]
        content_type: String,
        /// Seconds in a `Retry-After` header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// The answer comes after so many milliseconds, 10 minutes at most.
    DelayMs(u64),
    /// The request waits until so many wait behind the same barrier, or the barrier is released.
    Hold {
        /// Name of the barrier.
        barrier: String,
        /// How many have to wait, from 1.
        #[schema(minimum = 1)]
        until: usize,
    },
    /// No answer comes at all; the connection stays open for 10 minutes.
    Hang,
    /// The request is carried out, and the connection reset instead of an answer.
    Reset,
    /// The request is carried out, and the connection closed instead of an answer.
    Close,
    /// The request is carried out, and half of its answer is sent.
    Truncate,
    /// The request is carried out, and a broken chunk follows the head of its answer.
    MalformedChunk,
    /// The request is carried out, and bytes that are no HTTP are its answer.
    Garbage,
    /// The request is carried out, and its answer comes one byte a second.
    Trickle,
    /// The request is carried out, and its answer has a body of so many bytes more.
    Padding(u64),
}

fn plain() -> String {
    "text/plain".to_owned()
}

/// Longest delay, in milliseconds.
pub(crate) const LONGEST_DELAY_MS: u64 = 10 * 60 * 1_000;

/// Most bytes of padding.
pub(crate) const MOST_PADDING: u64 = 256 * 1024 * 1024;

/// Why no server can do what a rule says.
pub(crate) struct Flaw {
    pub(crate) member: &'static str,
    pub(crate) sentence: String,
    pub(crate) remedy: &'static str,
}

impl Then {
    /// An answer has a final status, a type that fits into a header, and an end.
    pub(crate) fn flaw(&self) -> Option<Flaw> {
        let flaw = |member, sentence, remedy| Some(Flaw { member, sentence, remedy });
        match self {
            Self::Status { status, .. } if !(200..600).contains(status) => {
                let sentence = format!("status {status} is none that an answer ends with");
                flaw("status", sentence, "write one from 200 to 599")
            }
            Self::Status { content_type, .. }
                if !content_type.bytes().all(|byte| matches!(byte, b' '..=b'~')) =>
            {
                let sentence = format!("content_type {content_type:?} does not fit into a header");
                flaw("status", sentence, "write visible ASCII")
            }
            Self::DelayMs(wait) if *wait > LONGEST_DELAY_MS => {
                let sentence = format!("delay_ms {wait} is longer than any client waits");
                flaw("delay_ms", sentence, "write 600000 (10 minutes) at most")
            }
            Self::Hold { until: 0, .. } => {
                let sentence = "a barrier that holds until 0 wait holds nobody".to_owned();
                flaw("hold", sentence, "write how many have to wait, from 1")
            }
            Self::Padding(bytes) if *bytes > MOST_PADDING => {
                let sentence = format!("padding of {bytes} bytes is too much");
                flaw("padding", sentence, "write 268435456 at most")
            }
            _ => None,
        }
    }

    /// The name under which it stands in the journal.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Fault(_) => "rule-fault",
            Self::OauthError { .. } => "rule-oauth-error",
            Self::Status { .. } => "rule-status",
            Self::DelayMs(_) => "rule-delay",
            Self::Hold { .. } => "rule-hold",
            Self::Hang => "rule-hang",
            Self::Reset => "rule-reset",
            Self::Close => "rule-close",
            Self::Truncate => "rule-truncate",
            Self::MalformedChunk => "rule-malformed-chunk",
            Self::Garbage => "rule-garbage",
            Self::Trickle => "rule-trickle",
            Self::Padding(_) => "rule-padding",
        }
    }

    /// Whether it strikes the answer on its way.
    pub(crate) fn breaks_answer(&self) -> bool {
        self.delivery().is_some()
    }

    /// What it makes of the answer on its way.
    pub(crate) fn delivery(&self) -> Option<Delivery> {
        Some(match self {
            Self::Hang => Delivery::Hung,
            Self::Reset => Delivery::Reset,
            Self::Close => Delivery::Closed,
            Self::Truncate => Delivery::Cut,
            Self::MalformedChunk => Delivery::BrokenChunk,
            Self::Garbage => Delivery::Garbage,
            Self::Trickle => Delivery::Trickled,
            Self::Padding(_) => Delivery::Padded,
            Self::Fault(_)
            | Self::OauthError { .. }
            | Self::Status { .. }
            | Self::DelayMs(_)
            | Self::Hold { .. } => {
                return None;
            }
        })
    }

    /// An error of OAuth 2.0.
    pub fn oauth_error(code: impl Into<String>) -> Self {
        Self::OauthError { error: code.into(), description: None }
    }

    /// A status, without a body.
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: String::new(), content_type: plain(), retry_after: None }
    }

    /// A fault of the catalogue.
    pub fn fault(id: impl Into<String>) -> Self {
        Self::Fault(id.into())
    }

    /// A barrier for so many.
    pub fn hold(barrier: impl Into<String>, until: usize) -> Self {
        Self::Hold { barrier: barrier.into(), until }
    }
}

/// A rule as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests.
    #[serde(default)]
    pub when: When,
    /// What happens to them.
    pub then: Then,
    /// How often; always, unless given.
    #[serde(default, deserialize_with = "never_zero", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub times: Option<u64>,
    /// How many of these requests are spared first.
    #[serde(default)]
    pub after: u64,
}

/// What happens no time, or to request number 0, never happens.
fn never_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Option::<NonZeroU64>::deserialize(deserializer)?.map(NonZeroU64::get))
}

/// A rule with what it did so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RuleRecord {
    /// Number of the rule, unique in this realm.
    pub id: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// How many requests looked like this.
    pub seen: u64,
    /// How often it struck.
    pub fired: u64,
    /// False once it was taken back.
    pub active: bool,
}

/// What is known of a request before it is carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) operation: &'static str,
    pub(crate) client: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) login_hint: Option<String>,
}

/// All rules since the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rulebook {
    records: Vec<RuleRecord>,
}

impl Rulebook {
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        let id = self.records.len() as u64 + 1;
        self.records.push(RuleRecord { id, rule, seen: 0, fired: 0, active: true });
        id
    }

    pub(crate) fn list(&self) -> &[RuleRecord] {
        &self.records
    }

    pub(crate) fn get(&self, id: u64) -> Option<&RuleRecord> {
        self.records.iter().find(|record| record.id == id)
    }

    pub(crate) fn take_back(&mut self, id: u64) {
        for record in self.records.iter_mut().filter(|record| record.id == id) {
            record.active = false;
        }
    }

    pub(crate) fn take_all_back(&mut self) {
        for record in &mut self.records {
            record.active = false;
        }
    }

    /// Whether any rule could strike: most realms have none, and are not asked more.
    pub(crate) fn is_quiet(&self) -> bool {
        self.records.iter().all(|record| !record.active)
    }

    /// What happens to this request, in the order of the rules. Counts.
    pub(crate) fn strike(&mut self, asked: &Asked) -> Vec<Then> {
        let mut struck = Vec::new();
        for record in self.records.iter_mut().filter(|record| record.active && record.rule.when.fits(asked)) {
            record.seen += 1;
            let nth = record.rule.when.nth.is_none_or(|nth| nth == record.seen);
            let left = record.rule.times.is_none_or(|times| record.fired < times);
            if nth && left && record.seen > record.rule.after {
                record.fired += 1;
                struck.push(record.rule.then.clone());
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_there_is_can_be_named() {
        let quoted: Vec<_> = include_str!("http/routes.rs").split('"').collect();
        let words = quoted.windows(2).filter(|pair| {
            pair[0].ends_with("operation(") || pair[0].ends_with("shared(") || pair[0].ends_with(", step(")
        });
        let named: std::collections::BTreeSet<_> = words.map(|pair| pair[1]).collect();
        assert_eq!(named.into_iter().collect::<Vec<_>>(), OPERATIONS);
    }

    #[test]
    fn a_rule_strikes_what_it_is_about_as_often_as_it_says() {
        let mut book = Rulebook::default();
        let rule = |when, times, after| Rule { when, then: Then::Hang, times, after };
        let second = book.add(rule(When::operation("token").person("dana").nth(2), None, 0));
        let twice = book.add(rule(When::any().client("c"), Some(2), 1));
        let asked = |operation, person: &str, client: &str| Asked {
            operation,
            person: Some(person.to_owned()),
            client: Some(client.to_owned()),
            ..Asked::default()
        };
        let struck: Vec<_> = [
            asked("token", "dana", "x"),
            asked("token", "zoe", "c"),
            asked("token", "dana", "c"),
            asked("userinfo", "dana", "c"),
            asked("userinfo", "dana", "c"),
        ]
        .iter()
        .map(|asked| book.strike(asked).len())
        .collect();
        assert_eq!(struck, [0, 0, 2, 1, 0]);
        assert_eq!(book.get(second).map(|record| (record.seen, record.fired)), Some((2, 1)));
        assert_eq!(book.get(twice).map(|record| (record.seen, record.fired)), Some((4, 2)));
        book.take_all_back();
        assert!(book.is_quiet() && book.strike(&asked("token", "dana", "c")).is_empty());
    }
}
