//! A configuration file as a tree in which every name and value knows its line, whatever the format was. It knows no
//! setting.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned as YamlSpanned;
use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Counted from 1; 0 where there are no lines to speak of.
    pub(crate) line: usize,
    pub(crate) value: Value,
}

/// What both formats can say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// What fits into 64 bits, with a sign or without.
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Table(Vec<(Key, Node)>),
}

impl Value {
    /// What it is, as whoever writes it calls it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) line: usize,
    pub(crate) name: String,
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) line: Option<usize>,
    /// The members on the way to it, as far as it is known, as in `realms[0].path`.
    pub(crate) path: String,
    pub(crate) message: String,
}

impl Wrong {
    pub(crate) fn new(line: Option<usize>, message: impl Into<String>) -> Self {
        Self { line, path: String::new(), message: message.into() }
    }
}

impl Node {
    /// The member of a table.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(members) => members.iter().find(|(key, _)| key.name == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The same, to change it.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        match &mut self.value {
            Value::Table(members) => {
                members.iter_mut().find(|(key, _)| key.name == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Takes a member away.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Value::Table(members) = &mut self.value {
            members.retain(|(key, _)| key.name != name);
        }
    }

    /// Names of the members that a change takes away.
    pub(crate) fn nulls(&self) -> impl Iterator<Item = &str> {
        let members = if let Value::Table(members) = &self.value { members.as_slice() } else { &[] };
        let nulls = members.iter().filter(|(_, member)| member.value == Value::Null);
        nulls.map(|(key, _)| key.name.as_str())
    }

    /// Merges a change (RFC 7396 2): null takes a member away, a table goes into a table, all else replaces.
    pub(crate) fn merge(&mut self, patch: Self) {
        let Value::Table(changes) = patch.value else {
            *self = patch;
            return;
        };
        let members = match std::mem::replace(&mut self.value, Value::Null) {
            Value::Table(members) => members,
            _ => Vec::new(),
        };
        let mut changes: IndexMap<_, _> =
            changes.into_iter().map(|(key, change)| (key.name, Some((key.line, change)))).collect();
        let mut merged = Vec::with_capacity(members.len());
        for (key, mut member) in members {
            match changes.get_mut(&key.name).and_then(Option::take) {
                Some((_, Self { value: Value::Null, .. })) => continue,
                Some((_, change)) => member.merge(change),
                None => {}
            }
            merged.push((key, member));
        }
        for (name, change) in changes {
            let Some((line, change)) = change.filter(|(_, change)| change.value != Value::Null) else {
                continue;
            };
            let mut member = Self { line: change.line, value: Value::Null };
            member.merge(change);
            merged.push((Key { line, name }, member));
        }
        self.value = Value::Table(merged);
    }

    /// The line on which a member is named, or else that of the table.
    pub(crate) fn line_of(&self, name: &str) -> usize {
        let Value::Table(members) = &self.value else { return self.line };
        members.iter().find(|(key, _)| key.name == name).map_or(self.line, |(key, _)| key.line)
    }

    /// The entries of a list; of anything else there are none.
    pub(crate) fn entries(&self) -> &[Self] {
        match &self.value {
            Value::List(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Adds a member unless it is there.
    pub(crate) fn default_to(&mut self, name: &str, value: Value) {
        let line = self.line;
        if self.get(name).is_none()
            && let Value::Table(members) = &mut self.value
        {
            members.push((Key { line, name: name.to_owned() }, Self { line, value }));
        }
    }
}

/// The tree of a TOML text.
pub(crate) fn of_toml(text: &str) -> Result<Node, Wrong> {
    let ends: Vec<_> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line = |at: usize| ends.partition_point(|end| *end < at) + 1;
    let table = DeTable::parse(text).map_err(|error| {
        let told = error.span().and_then(|span| text.get(span));
        let message = match (in_words(error.message()), told) {
            (message @ "duplicate key", Some(key)) => format!("{message} `{key}`"),
            (message, Some(told)) if message.starts_with("string values") && told.trim().is_empty() => {
                "a value is missing".to_owned()
            }
            (message, _) => message.to_owned(),
        };
        Wrong::new(error.span().map(|span| line(span.start)), message)
    })?;
    Ok(Node { line: 1, value: table_of(table.into_inner(), &line)? })
}

fn table_of(table: DeTable<'_>, line: &impl Fn(usize) -> usize) -> Result<Value, Wrong> {
    let mut members = Vec::new();
    for (name, value) in table {
        let key = Key { line: line(name.span().start), name: name.into_inner().into_owned() };
        members.push((key, node_of(value, line)?));
    }
    Ok(Value::Table(members))
}

fn node_of(value: TomlSpanned<DeValue<'_>>, line: &impl Fn(usize) -> usize) -> Result<Node, Wrong> {
    let at = line(value.span().start);
    let wrong = |number: &str| Wrong::new(Some(at), format!("number `{number}` is too large"));
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Boolean(is) => Value::Bool(is),
        DeValue::Integer(number) => {
            let parsed = i128::from_str_radix(number.as_str(), number.radix());
            let fits = parsed.ok().filter(|parsed| (i64::MIN.into()..=u64::MAX.into()).contains(parsed));
            Value::Integer(fits.ok_or_else(|| wrong(number.as_str()))?)
        }
        DeValue::Float(number) => {
            let parsed = number.as_str().parse().ok().filter(|parsed: &f64| parsed.is_finite());
            let none = || Wrong::new(Some(at), format!("`{}` is no number that JSON has", number.as_str()));
            Value::Float(parsed.ok_or_else(none)?)
        }
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(entries) => {
            Value::List(entries.into_iter().map(|entry| node_of(entry, line)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => table_of(table, line)?,
    };
    Ok(Node { line: at, value })
}

/// The tree of a YAML text.
pub(crate) fn of_yaml(text: &str) -> Result<Node, Wrong> {
    if text.lines().all(|line| line.trim().is_empty() || line.starts_with('#')) {
        return Ok(Node { line: 1, value: Value::Table(Vec::new()) });
    }
    let parsed: Result<YamlSpanned<Yaml>, _> = serde_saphyr::from_str(text);
    parsed.map(Node::from).map_err(|error| {
        let line = error.location().and_then(|location| usize::try_from(location.line()).ok());
        let message = error.without_snippet().to_string();
        // One line, without the place, which the line says already, and without advice for programmers.
        let first = message.lines().next().unwrap_or_default();
        let first = [" at line ", ", set ", "; use "]
            .into_iter()
            .fold(first, |first, end| first.split(end).next().unwrap_or(first));
        Wrong::new(line.filter(|line| *line > 0), in_words(first.trim_start_matches("error: ")))
    })
}

/// What a parser calls too much, as whoever writes a file calls it.
fn in_words(message: &str) -> &str {
    match message {
        _ if message.contains("recursion") || message.contains("recurse") => "this is nested too deeply",
        _ if message.starts_with("budget breached") => "this is too much, with every alias written out",
        _ => message,
    }
}

/// The tree of JSON: what a request brings, without lines.
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(Any::<Self>(PhantomData))?;
        Ok(Self { line: 0, value })
    }
}

/// The tree of a value as JSON says it.
pub(crate) fn of_value(value: &impl Serialize) -> Result<Node, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(value)?)
}

/// Any YAML value.
struct Yaml(Value);

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any::<YamlSpanned<Self>>(PhantomData)).map(Self)
    }
}

/// Any value, whose entries and members are read as `T`.
struct Any<T>(PhantomData<T>);

/// What stands in lists and tables of a format, and the names in its tables.
trait Element<'de>: Deserialize<'de> + Into<Node> {
    type Name: Deserialize<'de>;

    fn key(name: Self::Name) -> Key;
}

impl Element<'_> for Node {
    type Name = String;

    fn key(name: String) -> Key {
        Key { line: 0, name }
    }
}

impl Element<'_> for YamlSpanned<Yaml> {
    type Name = YamlSpanned<String>;

    fn key(name: Self::Name) -> Key {
        Key { line: line_of_yaml(&name), name: name.value }
    }
}

impl From<YamlSpanned<Yaml>> for Node {
    fn from(spanned: YamlSpanned<Yaml>) -> Self {
        Self { line: line_of_yaml(&spanned), value: spanned.value.0 }
    }
}

fn line_of_yaml<T>(spanned: &YamlSpanned<T>) -> usize {
    usize::try_from(spanned.referenced.line()).unwrap_or(1).max(1)
}

impl<'de, T: Element<'de>> Visitor<'de> for Any<T> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Value, E> {
        Ok(Value::Bool(is))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Integer(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element::<T>()? {
            entries.push(entry.into());
        }
        Ok(Value::List(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let (mut members, mut names) = (Vec::<(Key, Node)>::new(), BTreeSet::new());
        while let Some((name, value)) = map.next_entry::<T::Name, T>()? {
            let key = T::key(name);
            if !names.insert(key.name.clone()) {
                return Err(de::Error::custom(format!("duplicate field `{}`", key.name)));
            }
            members.push((key, value.into()));
        }
        Ok(Value::Table(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_make_the_same_tree_with_their_own_lines() {
        let toml = of_toml("a = 1\n\n[[people]]\nkey = 'x'\n[people.claims]\nn = [true, 1.5]\n").unwrap();
        let yaml = of_yaml("a: 1\n\npeople:\n  - key: x\n    claims:\n      n: [true, 1.5]\n").unwrap();
        for (tree, key, claim) in [(&toml, 4, 6), (&yaml, 4, 6)] {
            assert_eq!(tree.get("a").unwrap().value, Value::Integer(1));
            let person = &tree.get("people").unwrap().entries()[0];
            assert_eq!((person.get("key").unwrap().text(), person.line_of("key")), (Some("x"), key));
            let claims = person.get("claims").unwrap();
            assert_eq!(claims.line_of("n"), claim);
            assert_eq!(claims.get("n").unwrap().entries()[1].value, Value::Float(1.5));
        }
        assert_eq!(toml.get("people").unwrap().entries()[0].line, 3);
    }

    #[test]
    fn what_is_no_toml_or_yaml_says_the_line() {
        assert_eq!(of_toml("a = 1\nb = \n").unwrap_err().line, Some(2));
        assert_eq!(of_toml("a = 1\na = 2\n").unwrap_err().line, Some(2));
        assert!(of_yaml("a: 1\na: 2\n").unwrap_err().line.is_some());
        let error = of_yaml("a: 1\nb: [1\n").unwrap_err();
        assert!(error.line.is_some() && !error.message.contains('\n'), "{error:?}");
        assert_eq!(of_yaml("# nothing\n").unwrap().value, Value::Table(Vec::new()));
        let deep = format!("a = 1\nb = {}", "[".repeat(5_000));
        assert_eq!(of_toml(&deep).unwrap_err(), Wrong::new(Some(2), "this is nested too deeply"));
        let deep = format!("a: 1\nb: {}", "[".repeat(5_000));
        assert_eq!(of_yaml(&deep).unwrap_err(), Wrong::new(Some(2), "this is nested too deeply"));
        let eightfold = |pair: &str| {
            let (of, name) = pair.split_at(1);
            format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 8].join(", "))
        };
        let bomb: String = ["ab", "bc", "cd", "de", "ef", "fg", "gh"].map(eightfold).concat();
        let bomb = format!("a: &a [0, 0, 0, 0, 0, 0, 0, 0]\n{bomb}");
        let error = of_yaml(&bomb).unwrap_err();
        assert!(error.line.is_some() && error.message.starts_with("this is too much"), "{error:?}");
    }
}
