//! A person of fixtures made of claims. Claims that have a member of their own go there; all others stay claims.

use std::collections::BTreeSet;

use fixtures::{Person, PostalAddress};
use serde_json::{Map, Value};

use crate::import::draft::{COMPANY, Draft};
use fixtures::PROTOCOL_CLAIMS;

/// Names that are taken: people of one realm have keys and user names of their own.
#[derive(Default)]
pub(super) struct Taken {
    keys: BTreeSet<String>,
    usernames: BTreeSet<String>,
    subjects: BTreeSet<String>,
}

impl Taken {
    /// Whether somebody has this subject.
    pub(super) fn has(&self, subject: &str) -> bool {
        self.subjects.contains(subject)
    }
}

/// The person with this subject and these claims; `wished` is what the key is to look like.
pub(super) fn of_claims(
    subject: &str,
    wished: &str,
    mut claims: Map<String, Value>,
    taken: &mut Taken,
    draft: &mut Draft,
) -> Person {
    let key = free(&mut taken.keys, &key_of(wished));
    let subject = subject_of(subject, &key, taken, draft);
    // To send wrong ones is what faults are for.
    for name in PROTOCOL_CLAIMS.into_iter().chain(["scope"]) {
        if claims.shift_remove(name).is_some() && name != "sub" {
            draft.note(format!(
                "claim {name} of {key}: the provider makes it itself; a fault or a rule sends a wrong one"
            ));
        }
    }
    let username = text(&mut claims, "preferred_username").unwrap_or_else(|| key.clone());
    let username = free(&mut taken.usernames, &username.to_lowercase()).clone_case_of(&username);
    let name = text(&mut claims, "name");
    let (given, family) = names(&mut claims, name.as_deref(), &key);
    let address = address(&mut claims);
    let mut person = Person {
        why: "was imported".to_owned(),
        username,
        subject,
        given_name: given,
        family_name: family,
        email: text(&mut claims, "email"),
        email_verified: boolean(&mut claims, "email_verified"),
        phone_number: text(&mut claims, "phone_number"),
        address,
        ..Person::new(key, COMPANY)
    };
    if let Some(name) = name.filter(|name| *name != person.full_name()) {
        claims.insert("name".to_owned(), Value::String(name));
    }
    for (name, value) in claims {
        let is_too_deep = depth(&value) > DEEPEST;
        match toml_of(value) {
            _ if is_too_deep => {
                draft.note(format!("claim {name} of {}: it is nested too deeply for TOML", person.key));
            }
            Some(value) => {
                person.claims.insert(name, value);
            }
            None => draft.note(format!("claim {name} of {}: TOML has no null", person.key)),
        }
    }
    person
}

fn subject_of(subject: &str, key: &str, taken: &mut Taken, draft: &mut Draft) -> String {
    let fits = !subject.is_empty() && subject.len() <= 255 && subject.is_ascii();
    // Keys are ASCII; a number may come behind this one.
    let wanted = if fits { subject } else { &key[..key.len().min(200)] };
    let free = free(&mut taken.subjects, wanted);
    if free != subject {
        draft.note(format!("subject of {key}: it was {subject:?}, which is no subject or is taken"));
    }
    free
}

/// A name that nobody has yet.
fn free(taken: &mut BTreeSet<String>, wished: &str) -> String {
    let mut name = wished.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wished}-{number}");
        number += 1;
    }
    name
}

trait CloneCase {
    fn clone_case_of(self, original: &str) -> Self;
}

impl CloneCase for String {
    /// The original, with what was put behind it.
    fn clone_case_of(self, original: &str) -> Self {
        let behind = self.strip_prefix(&original.to_lowercase()).unwrap_or_default();
        format!("{original}{behind}")
    }
}

fn key_of(wished: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '@');
    let key: String = wished.chars().map(|letter| if allowed(letter) { letter } else { '-' }).collect();
    if key.is_empty() { "person".to_owned() } else { key }
}

/// Given and family name; the last word of the whole name is the family's unless it is said.
fn names(claims: &mut Map<String, Value>, name: Option<&str>, key: &str) -> (String, String) {
    let given = text(claims, "given_name");
    let family = text(claims, "family_name");
    if given.is_none() && family.is_none() {
        let whole = name.unwrap_or(key);
        let (given, family) = whole.rsplit_once(' ').unwrap_or((whole, ""));
        return (given.to_owned(), family.to_owned());
    }
    (given.unwrap_or_default(), family.unwrap_or_default())
}

/// Takes a claim out if it is a text; anything else stays as awkward as it is.
fn text(claims: &mut Map<String, Value>, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?.to_owned();
    claims.shift_remove(name);
    Some(text)
}

fn boolean(claims: &mut Map<String, Value>, name: &str) -> Option<bool> {
    let is = claims.get(name)?.as_bool()?;
    claims.shift_remove(name);
    Some(is)
}

fn address(claims: &mut Map<String, Value>) -> Option<PostalAddress> {
    let address = serde_json::from_value(claims.get("address")?.clone()).ok()?;
    claims.shift_remove("address");
    Some(address)
}

/// Most levels of a claim: whoever reads TOML gives up sooner than those who read JSON.
const DEEPEST: usize = 40;

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Nothing for a null, wherever it stands: TOML has none.
pub(super) fn toml_of(value: Value) -> Option<toml::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(is) => toml::Value::Boolean(is),
        Value::Number(number) => match number.as_i64() {
            Some(number) => toml::Value::Integer(number),
            None => toml::Value::Float(number.as_f64()?),
        },
        Value::String(text) => toml::Value::String(text),
        Value::Array(values) => toml::Value::Array(values.into_iter().map(toml_of).collect::<Option<_>>()?),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| Some((name, toml_of(value)?)));
            toml::Value::Table(members.collect::<Option<_>>()?)
        }
    })
}
