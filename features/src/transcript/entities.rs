//! What is stored now that was not before: entities by what they are, never rows by where they lie.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use super::Symbols;

/// How many alike lines are told as one.
const CROWD: usize = 5;

/// Ids and references, which say nothing about the order of things.
static MASKED: std::sync::LazyLock<Regex> = std::sync::LazyLock::new(|| {
    Regex::new(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|reference=[0-9A-Z]{6}")
        .expect("the pattern is a literal")
});

/// Entities that came, went or changed, by kind.
pub(super) struct Difference {
    kinds: BTreeMap<String, Vec<Change>>,
}

enum Change {
    Added(Value),
    Removed(Value),
    Changed { before: Value, after: Value },
}

/// Kinds with a section of their own.
const RECORDS: &str = "sign_ins";
const AUDIT: &str = "audit";

/// Learns ids and references.
pub(super) fn learn(census: &Value, symbols: &mut Symbols) {
    for (kind, entities) in kinds(census) {
        for entity in entities.iter().filter(|entity| entity["id"] != "the one") {
            symbols.learn(symbol(&kind), entity["id"].as_str().unwrap_or_default());
            symbols.learn("ref", entity["reference"].as_str().unwrap_or_default());
        }
    }
}

/// Compares two censuses.
pub(super) fn difference(before: &Value, after: &Value) -> Difference {
    let (before, after) = (kinds(before), kinds(after));
    let mut result = BTreeMap::new();
    for kind in before.keys().chain(after.keys()) {
        let nothing = Vec::new();
        let (old, new) = (before.get(kind).unwrap_or(&nothing), after.get(kind).unwrap_or(&nothing));
        result.insert(kind.clone(), changes(old, new));
    }
    Difference { kinds: result }
}

/// The records of sign-ins, oldest first.
pub(super) fn records(difference: &Difference) -> Vec<String> {
    let line = |record: &Value| {
        let first =
            ["started_at", "method", "outcome"].map(|key| record[key].as_str().unwrap_or("under way"));
        let checks = record["checks"].as_object().into_iter().flatten();
        let checks =
            checks.map(|(check, finding)| format!("{check}={}", finding.as_str().unwrap_or_default()));
        let checks = checks.collect::<Vec<_>>().join(" ");
        let rest = without(record, &["id", "started_at", "method", "outcome", "checks"]);
        format!("{}\n      {checks}\n      {}", first.join(" "), shown(&rest))
    };
    one_kind(difference, RECORDS, line)
}

/// The audit trail, oldest first.
pub(super) fn audit(difference: &Difference) -> Vec<String> {
    let line = |entry: &Value| {
        let actor = match &entry["actor"] {
            Value::Object(actor) => actor.values().next().and_then(|it| it["email"].as_str()).unwrap_or("?"),
            actor => actor.as_str().unwrap_or("?"),
        };
        let first = ["at", "action"].map(|key| entry[key].as_str().unwrap_or("?"));
        format!("{} by {actor} {}", first.join(" "), shown(&without(entry, &["id", "at", "action", "actor"])))
    };
    one_kind(difference, AUDIT, line)
}

/// Everything else.
pub(super) fn lines(difference: &Difference) -> Vec<String> {
    let others = difference.kinds.iter().filter(|(kind, _)| *kind != RECORDS && *kind != AUDIT);
    others
        .flat_map(|(kind, changes)| {
            collapsed(changes.iter().map(|change| change.line(&singular(kind))).collect())
        })
        .collect()
}

fn one_kind(difference: &Difference, kind: &str, line: impl Fn(&Value) -> String) -> Vec<String> {
    let changes = difference.kinds.get(kind).into_iter().flatten();
    let lines = changes.map(|change| match change {
        Change::Added(entity) => format!("   + {}", line(entity)),
        Change::Removed(entity) => format!("   - {}", line(entity)),
        Change::Changed { before, after } => format!("   ~ {} ({})", line(after), changed(before, after)),
    });
    collapsed(lines.collect())
}

fn without(entity: &Value, names: &[&str]) -> Value {
    let members = entity.as_object().cloned().unwrap_or_default();
    Value::Object(members.into_iter().filter(|(name, _)| !names.contains(&name.as_str())).collect())
}

/// Sorted by what does not differ from run to run; crowds of alike lines become one.
fn collapsed(mut lines: Vec<String>) -> Vec<String> {
    let mask = |line: &str| MASKED.replace_all(line, "<…>").into_owned();
    lines.sort_by_cached_key(|line| mask(line));
    let mut told: Vec<String> = Vec::new();
    for alike in lines.chunk_by(|one, other| mask(one) == mask(other)) {
        match alike {
            [first, ..] if alike.len() >= CROWD => {
                told.push(format!("   {} ×{}", alike.len(), mask(first).trim_start_matches(' ')));
            }
            _ => told.extend(alike.iter().cloned()),
        }
    }
    told
}

fn changes(old: &[Value], new: &[Value]) -> Vec<Change> {
    let same = |one: &Value, other: &Value| key(one) == key(other);
    let gone = old.iter().filter(|it| !new.iter().any(|other| same(it, other))).cloned().map(Change::Removed);
    let rest = new.iter().filter_map(|after| match old.iter().find(|it| same(it, after)) {
        None => Some(Change::Added(after.clone())),
        Some(before) if before == after => None,
        Some(before) => Some(Change::Changed { before: before.clone(), after: after.clone() }),
    });
    gone.chain(rest).collect()
}

/// What makes an entity the same one: its id, or all of it.
fn key(entity: &Value) -> String {
    entity.get("id").unwrap_or(entity).to_string()
}

/// An entity that is wrapped together with something else, as one.
fn unwrapped(entity: &Value) -> Value {
    let mut members = entity.as_object().cloned().unwrap_or_default();
    for wrapper in ["account", "identity"] {
        if let Some(Value::Object(inner)) = members.get(wrapper).cloned() {
            members.remove(wrapper);
            members.extend(inner);
        }
    }
    Value::Object(members)
}

fn kinds(census: &Value) -> BTreeMap<String, Vec<Value>> {
    let Value::Object(members) = census else { return BTreeMap::new() };
    let entities = |value: &Value| match value {
        Value::Array(items) => items.iter().map(unwrapped).collect(),
        // There is one of these, so it is always the same one.
        Value::Object(single) => {
            vec![single.clone().into_iter().chain([("id".into(), Value::from("the one"))]).collect()]
        }
        other => vec![other.clone()],
    };
    members.iter().map(|(kind, value)| (kind.clone(), entities(value))).collect()
}

impl Change {
    fn line(&self, kind: &str) -> String {
        match self {
            Self::Added(entity) => format!("   + {kind} {}", shown(entity)),
            Self::Removed(entity) => format!("   - {kind} {}", shown(entity)),
            Self::Changed { before, after } => {
                format!("   ~ {kind} {} {}", name(after), changed(before, after))
            }
        }
    }
}

fn shown(entity: &Value) -> String {
    flat("", entity).into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn changed(before: &Value, after: &Value) -> String {
    let (before, after) = (flat("", before), flat("", after));
    let nothing = "none".to_owned();
    let names = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    let differing = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let half = |side: &BTreeMap<String, String>, name: &String| side.get(name).unwrap_or(&nothing).clone();
    differing
        .map(|name| format!("{name}: {} → {}", half(&before, name), half(&after, name)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn name(entity: &Value) -> String {
    let known = ["email", "name", "reference"].iter().find_map(|key| entity[*key].as_str());
    known.unwrap_or_default().to_owned()
}

/// Members by path, without those that are absent.
fn flat(prefix: &str, value: &Value) -> BTreeMap<String, String> {
    let Value::Object(members) = value else {
        return BTreeMap::from([(prefix.to_owned(), text(value))]);
    };
    let path = |name: &String| if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
    members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .flat_map(|(name, value)| flat(&path(name), value))
        .collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains(char::is_whitespace) || text.is_empty() => format!("{text:?}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn singular(kind: &str) -> String {
    kind.strip_suffix("ies").map_or_else(|| kind.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"))
}

fn symbol(kind: &str) -> &'static str {
    match kind {
        "accounts" => "acct",
        "organizations" => "org",
        "groups" => "group",
        RECORDS => "rec",
        AUDIT => "entry",
        "sessions" => "session",
        _ => "id",
    }
}
