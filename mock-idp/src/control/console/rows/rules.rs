//! Rules on the console: those there are, and the ones that testers often need.

use std::time::Duration;

use crate::realm::State;
use crate::rule::{Rule, RuleRecord, Then, When};

/// Most rules on the page.
const SHOWN: usize = 20;

/// What a rule does, as the control interface takes it, and in words.
pub(in crate::control::console) const CHOICES: [(&str, &str); 12] = [
    (r#"{"status": {"status": 503, "retry_after": 5}}"#, "answer 503"),
    (r#"{"status": {"status": 500}}"#, "answer 500"),
    (r#"{"oauth_error": {"error": "temporarily_unavailable"}}"#, "temporarily_unavailable"),
    (r#"{"oauth_error": {"error": "invalid_grant"}}"#, "invalid_grant"),
    (r#"{"oauth_error": {"error": "invalid_client"}}"#, "invalid_client"),
    (r#"{"oauth_error": {"error": "access_denied"}}"#, "access_denied"),
    (r#"{"delay_ms": 5000}"#, "answer 5s late"),
    (r#"{"delay_ms": 30000}"#, "answer 30s late"),
    (r#""hang""#, "never answer"),
    (r#""reset""#, "reset the connection"),
    (r#""truncate""#, "send half of the answer"),
    (r#""garbage""#, "send no HTTP"),
];

pub(in crate::control::console) struct RuleRow {
    pub(in crate::control::console) id: u64,
    pub(in crate::control::console) when: String,
    pub(in crate::control::console) then: String,
    /// How often it struck, and of how many times if there is an end.
    pub(in crate::control::console) fired: String,
    pub(in crate::control::console) is_active: bool,
}

impl RuleRow {
    fn of(record: &RuleRecord) -> Self {
        let Rule { when, then, times, after } = &record.rule;
        let fired = record.fired;
        let spared = if *after > 0 { format!(", {after} spared") } else { String::new() };
        Self {
            id: record.id,
            when: in_words(when) + &spared,
            then: done(then),
            fired: times.map_or_else(|| fired.to_string(), |times| format!("{fired} of {times}")),
            is_active: record.active && *times != Some(fired),
        }
    }
}

/// The newest rules.
pub(in crate::control::console) fn rules(state: &State) -> Vec<RuleRow> {
    state.rules.list().iter().rev().take(SHOWN).map(RuleRow::of).collect()
}

fn in_words(when: &When) -> String {
    let When { operation, client, person, state, login_hint, nth } = when;
    let mut words = vec![operation.clone().unwrap_or_else(|| "any request".to_owned())];
    let named = [("of", person), ("at", client), ("with state", state), ("with login_hint", login_hint)];
    words.extend(named.into_iter().filter_map(|(word, name)| Some(format!("{word} {}", name.as_ref()?))));
    words.extend(nth.map(|nth| format!("number {nth}")));
    words.join(" ")
}

fn done(then: &Then) -> String {
    match then {
        Then::Fault(id) => id.clone(),
        Then::OauthError { error, .. } => error.clone(),
        Then::Status { status, .. } => format!("answer {status}"),
        Then::DelayMs(wait) => format!("answer {:?} late", Duration::from_millis(*wait)),
        Then::Hold { barrier, until } => format!("wait at {barrier} for {until}"),
        Then::Hang => "never answer".to_owned(),
        Then::Reset => "reset the connection".to_owned(),
        Then::Close => "close the connection".to_owned(),
        Then::Truncate => "send half of the answer".to_owned(),
        Then::MalformedChunk => "send a broken chunk".to_owned(),
        Then::Garbage => "send no HTTP".to_owned(),
        Then::Trickle => "send one byte a second".to_owned(),
        Then::Padding(bytes) => format!("send {bytes} bytes more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_chosen_is_what_a_rule_takes() {
        for (json, words) in CHOICES {
            let then: Then = serde_json::from_str(json).expect(json);
            assert!(then.flaw().is_none() && done(&then) == words, "{json}");
        }
    }

    #[test]
    fn requests_are_told_in_words() {
        assert_eq!(in_words(&When::default()), "any request");
        assert_eq!(in_words(&When::operation("token").person("dana").nth(2)), "token of dana number 2");
    }
}
