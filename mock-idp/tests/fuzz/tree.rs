//! What is done to JSON: wrong types, numbers beyond every bound, members that nobody knows, depth, and text that is no
//! JSON any more.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// One change of a document.
#[derive(Debug, Clone)]
pub(crate) enum Twist {
    Replace(Index, Value),
    Remove(Index),
    Member(Index, &'static str, Value),
    Rename(Index, &'static str),
    /// In so many arrays.
    Deep(Index, usize),
    /// So many of the same.
    Crowd(Index, usize),
    /// The text ends here.
    Cut(Index),
    /// Bytes in the middle of the text.
    Bytes(Index, Vec<u8>),
    /// A member there twice.
    Twice(&'static str),
}

/// Stands in a document for a number that no program holds.
const BEYOND: [(&str, &str); 5] = [
    ("@1e400", "1e400"),
    ("@-1e400", "-1e400"),
    ("@2^64", "18446744073709551616"),
    ("@long", "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"),
    ("@frac", "0.1000000000000000055511151231257827021181583404541015625"),
];

const MEMBERS: &[&str] = &[
    "zq<qzq\"qzq'qzq>q",
    "",
    "__proto__",
    "id",
    "key",
    "status",
    "error",
    "target",
    "then",
    "when",
    "person",
    "client",
    "frozen",
    "advance_seconds",
    "skew_seconds",
    "times",
    "after",
    "nth",
    "claims",
    "jwks",
    "redirect_uris",
    "scope",
    "secret",
    "iss",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "sub",
    "request",
    "request_uri",
    "client_id",
    "redirect_uri",
    "response_type",
    "state",
    "alg",
    "$__toml_private_datetime",
    "\u{0}",
];

fn leaf() -> impl Strategy<Value = Value> {
    let words = vec![
        "zq<qzq\"qzq'qzq>q",
        "zq\"q></script><script>",
        "\r\nx-injected: zq",
        "\0",
        "",
        " ",
        "dana",
        "zoe",
        "kaseya-mdr",
        "spa",
        "northwind",
        "active",
        "deleted",
        "http://127.0.0.1:1/zq<q",
        "javascript:alert(1)",
        "http://127.0.0.1:8400/sso/callback",
        "none",
        "code",
        "token",
        "HS256",
        "ES256",
        "@1e400",
        "@-1e400",
        "@2^64",
        "@long",
        "@frac",
        "next",
        "../..",
        "é",
        "%00",
        "hang",
        "reset",
        "invalid_grant",
        "text/plain\r\nx-injected: zq",
        "text/html",
        "idt-nonce-wrong",
        "1970-01-01T00:00:00Z",
        "openid offline_access",
    ];
    prop_oneof![
        4 => select(words).prop_map(Value::from),
        1 => "\\PC{0,10}".prop_map(Value::from),
        4 => select(vec![
            json!(null), json!(true), json!(false), json!(0), json!(1), json!(-1), json!(65_535), json!(65_536), json!(i64::MAX),
            json!(i64::MIN), json!(u64::MAX), json!(1e308), json!(-1e308), json!(1.5), json!(600), json!(1_000_000_000_000_i64),
            json!([]), json!({}), json!([[]]), json!([null]), json!({"a": 1}), json!(["zq<q", 1]), json!(100), json!(204), json!(304),
        ]),
        1 => select(vec!["@5000", "@100000"]).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
    ]
}

/// Changes of a document.
pub(crate) fn twists() -> impl Strategy<Value = Vec<Twist>> {
    let at = any::<Index>;
    let twist = prop_oneof![
        8 => (at(), leaf()).prop_map(|(at, value)| Twist::Replace(at, value)),
        2 => at().prop_map(Twist::Remove),
        3 => (at(), select(MEMBERS), leaf()).prop_map(|(at, name, value)| Twist::Member(at, name, value)),
        1 => (at(), select(MEMBERS)).prop_map(|(at, name)| Twist::Rename(at, name)),
        1 => (at(), select(vec![2usize, 100, 126])).prop_map(|(at, depth)| Twist::Deep(at, depth)),
        1 => (at(), select(vec![2usize, 50, 2_000])).prop_map(|(at, times)| Twist::Crowd(at, times)),
        1 => at().prop_map(Twist::Cut),
        1 => (at(), vec(any::<u8>(), 1..4)).prop_map(|(at, bytes)| Twist::Bytes(at, bytes)),
        1 => select(MEMBERS).prop_map(Twist::Twice),
    ];
    vec(twist, 0..4)
}

/// The document as text, changed.
pub(crate) fn twisted(mut document: Value, twists: &[Twist]) -> Vec<u8> {
    for twist in twists {
        let places = count(&document);
        match twist {
            Twist::Replace(at, value) => {
                with_place(&mut document, at.index(places), |place| *place = value.clone());
            }
            Twist::Deep(at, depth) => with_place(&mut document, at.index(places), |place| {
                *place = (0..*depth).fold(place.take(), |inner, _| json!([inner]));
            }),
            Twist::Crowd(at, times) => with_place(&mut document, at.index(places), |place| {
                // Not a crowd of crowds, nor of what is filled in by the million, which no memory holds.
                let text = place.to_string();
                if text.len() * times < 5_000_000 && !text.contains("{{") {
                    let one = place.take();
                    *place = Value::Array(vec![one; *times]);
                }
            }),
            Twist::Remove(at) => {
                with_members(&mut document, *at, |members, name| drop(members.shift_remove(name)));
            }
            Twist::Rename(at, to) => with_members(&mut document, *at, |members, name| {
                let value = members.shift_remove(name).unwrap_or_default();
                members.insert((*to).to_owned(), value);
            }),
            Twist::Member(at, name, value) => with_members(&mut document, *at, |members, _| {
                members.insert((*name).to_owned(), value.clone());
            }),
            Twist::Cut(_) | Twist::Bytes(..) | Twist::Twice(_) => {}
        }
    }
    let mut text = document.to_string();
    for (stands, number) in BEYOND {
        text = text.replace(&format!("\"{stands}\""), number);
    }
    for length in [5_000, 100_000] {
        text = text.replacen(&format!("@{length}"), &"x".repeat(length), 30);
    }
    let mut bytes = text.into_bytes();
    for twist in twists {
        match twist {
            Twist::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
            Twist::Bytes(at, more) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
            }
            Twist::Twice(name) if bytes.starts_with(b"{\"") => {
                let again = format!("{}:1,", Value::from(*name));
                bytes.splice(1..1, [again.as_bytes(), again.as_bytes()].concat());
            }
            _ => {}
        }
    }
    bytes
}

/// How many values there are in a document, the inner ones included.
fn count(document: &Value) -> usize {
    let inside = match document {
        Value::Object(members) => members.values().map(count).sum(),
        Value::Array(several) => several.iter().map(count).sum(),
        _ => 0,
    };
    1 + inside
}

fn with_place(document: &mut Value, at: usize, change: impl FnOnce(&mut Value)) {
    let mut at = at;
    if let Some(place) = place(document, &mut at) {
        change(place);
    }
}

fn place<'a>(document: &'a mut Value, at: &mut usize) -> Option<&'a mut Value> {
    if *at == 0 {
        return Some(document);
    }
    *at -= 1;
    match document {
        Value::Object(members) => members.values_mut().find_map(|inner| place(inner, at)),
        Value::Array(several) => several.iter_mut().find_map(|inner| place(inner, at)),
        _ => None,
    }
}

/// Changes one of the objects of a document, at one of its members.
fn with_members(document: &mut Value, at: Index, change: impl FnOnce(&mut Map<String, Value>, &str)) {
    let mut objects = Vec::new();
    let mut seen = 0;
    find_objects(document, &mut seen, &mut objects);
    if objects.is_empty() {
        return;
    }
    let chosen = objects[at.index(objects.len())];
    with_place(document, chosen, |place| {
        if let Value::Object(members) = place {
            let names: Vec<_> = members.keys().cloned().collect();
            let name = if names.is_empty() { String::new() } else { names[at.index(names.len())].clone() };
            change(members, &name);
        }
    });
}

fn find_objects(document: &Value, seen: &mut usize, objects: &mut Vec<usize>) {
    if document.is_object() {
        objects.push(*seen);
    }
    *seen += 1;
    match document {
        Value::Object(members) => members.values().for_each(|inner| find_objects(inner, seen, objects)),
        Value::Array(several) => several.iter().for_each(|inner| find_objects(inner, seen, objects)),
        _ => {}
    }
}
