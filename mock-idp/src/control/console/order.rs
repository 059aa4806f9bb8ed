//! The form of tokens: what it said, what came of it, and about whom.

use fixtures::Person;
use serde_json::Value;

use super::form::Form;
use crate::jose::decode_whole;
use crate::realm::State;

/// What can be issued: as the form sends it, and in words.
pub(super) const KINDS: [(&str, &str); 4] = [
    ("tokens", "ID, access and refresh token"),
    ("answer", "an answer to a request"),
    ("logout-token", "a logout token"),
    ("session", "a session"),
];

/// What the form said; it says so again on the page that follows.
pub(super) struct Order {
    pub(super) what: String,
    pub(super) person: String,
    pub(super) client: String,
    pub(super) ago: String,
    pub(super) request: String,
}

impl Default for Order {
    fn default() -> Self {
        let none = String::new;
        Self { what: none(), person: none(), client: none(), ago: "0".to_owned(), request: none() }
    }
}

impl Order {
    pub(super) fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            what: text("what"),
            person: text("person"),
            client: text("client"),
            ago: text("ago"),
            request: text("request"),
        }
    }

    /// Whom what was issued is about, and for whom it is.
    pub(super) fn about(&self, state: &State) -> String {
        let name = state.people.get(&self.person).map(Person::full_name).unwrap_or_default();
        let client = match self.what.as_str() {
            "session" => String::new(),
            // A request that was pasted names its client.
            "answer" if !self.request.is_empty() => ", for the client of the request".to_owned(),
            _ => format!(", for {}", self.client),
        };
        let ago = if self.ago == "0" { String::new() } else { format!(", issued {} seconds ago", self.ago) };
        format!("About {name} ({}){client}{ago}.", self.person)
    }
}

/// What was just issued.
pub(super) struct Issued {
    pub(super) what: &'static str,
    pub(super) text: String,
    /// Header and claims, where it is a token that has them.
    pub(super) decoded: Option<(String, String)>,
}

impl Issued {
    pub(super) fn new(what: &'static str, text: String) -> Self {
        let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
        let decoded = decode_whole(&text).map(|(header, claims)| (pretty(&header), pretty(&claims)));
        Self { what, text, decoded }
    }
}
