//! Claims that are legal and that products stumble over all the same. Each returns whether it changed anything.

use serde_json::{Map, Value, json};

use super::Around;

pub(super) fn person(id: &str, around: &Around<'_>, claims: &mut Map<String, Value>) -> bool {
    if !id.starts_with("claim-") {
        return false;
    }
    let changes = groups(id)
        .or_else(|| names(id))
        .or_else(|| emails(id, claims))
        .or_else(|| profile(id))
        .or_else(|| kaseyaone(id, around, claims));
    let Some(changes) = changes else { return false };
    changes.into_iter().fold(false, |changed, (name, value)| {
        let before = claims.insert(name, value.clone());
        before != Some(value) || changed
    })
}

/// Claims and what they become.
type Changes = Vec<(String, Value)>;

#[expect(clippy::unnecessary_wraps, reason = "it is the whole answer of a row in each table below")]
fn one(name: &str, value: impl Into<Value>) -> Option<Changes> {
    Some(vec![(name.to_owned(), value.into())])
}

fn groups(id: &str) -> Option<Changes> {
    match id {
        "claim-groups-string" => one("groups", "technicians"),
        "claim-groups-empty" => one("groups", json!([])),
        "claim-groups-hundreds" => {
            let name = |number| json!(format!("cn=group-{number:03},ou=groups,dc=northwind,dc=example"));
            one("groups", Value::Array((0..400).map(name).collect()))
        }
        "claim-groups-objects" => one("groups", json!([{"id": "7", "name": "technicians"}])),
        _ => None,
    }
}

fn names(id: &str) -> Option<Changes> {
    let (given, family) = match id {
        "claim-name-unicode" => ("Zoë", "Nguyễn-Łukasz 王小明"),
        "claim-name-rtl" => ("دانا", "\u{202b}الريس\u{202c}"),
        "claim-name-emoji" => ("Dana \u{1f469}\u{200d}\u{1f4bb}", "Reyes \u{1f1f5}\u{1f1f9}"),
        "claim-name-hostile" => ("O'Brien\"; DROP TABLE account; --", "<img src=x onerror=alert(1)> {{7*7}}"),
        "claim-name-long" => return one("name", "Dana ".repeat(1_000).trim_end()),
        "claim-name-mononym" => {
            return Some(vec![
                ("name".to_owned(), json!("Dana")),
                ("given_name".to_owned(), json!("Dana")),
                ("family_name".to_owned(), json!("")),
            ]);
        }
        _ => return None,
    };
    Some(vec![
        ("name".to_owned(), json!(format!("{given} {family}"))),
        ("given_name".to_owned(), json!(given)),
        ("family_name".to_owned(), json!(family)),
    ])
}

fn emails(id: &str, claims: &Map<String, Value>) -> Option<Changes> {
    let email = claims.get("email").and_then(Value::as_str)?;
    let (local, domain) = email.rsplit_once('@')?;
    match id {
        "claim-email-upper" => {
            let capital = |text: &str| text[..1].to_uppercase() + &text[1..];
            one("email", format!("{}@{}", capital(local), capital(domain)))
        }
        "claim-email-plus" => one("email", format!("{local}+kaseyaone@{domain}")),
        "claim-email-quoted" => one("email", format!("\"{local} o'hara\"@{domain}")),
        "claim-email-idn" => one("email", format!("{local}@m\u{fc}nchen.example")),
        "claim-email-punycode" => one("email", format!("{local}@xn--mnchen-3ya.example")),
        "claim-email-lookalike" => one("email", format!("{}@{domain}", lookalike(local)?)),
        "claim-email-long" => one("email", format!("{}@{}.example", "d".repeat(64), "n".repeat(63))),
        "claim-emails-array" => one("emails", json!([email, format!("{local}@old.example")])),
        _ => None,
    }
}

/// With one letter of another alphabet that looks the same.
fn lookalike(text: &str) -> Option<String> {
    let pairs = [('a', "\u{430}"), ('e', "\u{435}"), ('o', "\u{43e}"), ('i', "\u{456}"), ('c', "\u{441}")];
    let (latin, other) = pairs.into_iter().find(|(latin, _)| text.contains(*latin))?;
    Some(text.replacen(latin, other, 1))
}

fn profile(id: &str) -> Option<Changes> {
    match id {
        "claim-null" => {
            let gone = ["middle_name", "nickname", "picture", "phone_number", "birthdate"];
            Some(gone.map(|name| (name.to_owned(), Value::Null)).to_vec())
        }
        "claim-empty" => {
            let empty = ["middle_name", "nickname", "picture", "phone_number", "birthdate"];
            Some(empty.map(|name| (name.to_owned(), json!(""))).to_vec())
        }
        "claim-address" => {
            let street = "Praça da Liberdade 1\r\n2.º Esq.";
            one("address", json!({"formatted": street, "street_address": street, "country": "PT"}))
        }
        "claim-phone" => one("phone_number", "+351 (0) 21 555-01 00;ext=7"),
        "claim-updated-at-string" => one("updated_at", "2026-11-23T06:00:00.000Z"),
        "claim-updated-at-float" => one("updated_at", json!(1_795_413_600.5)),
        "claim-locale" => {
            Some(vec![("locale".to_owned(), json!("pt_pt")), ("zoneinfo".to_owned(), json!("GMT+1"))])
        }
        "claim-many" => {
            let claim = |number| (format!("https://claims.example/{number:03}"), json!("x".repeat(40)));
            Some((0..100).map(claim).collect())
        }
        "claim-sub-digits" => one("sub", "10769150350006150715113082367"),
        "claim-sub-pipes" => one("sub", "waad|northwind|S-1-5-21/4711?x=%2F"),
        _ => None,
    }
}

fn kaseyaone(id: &str, around: &Around<'_>, claims: &Map<String, Value>) -> Option<Changes> {
    let names = around.names;
    match id {
        "claim-username-number" => one(&names.username, 4711),
        "claim-role-array" => one(&names.role, json!(["User", "Billing"])),
        "claim-modules-string" => {
            let modules = claims.get(&names.modules).and_then(Value::as_array)?;
            one(&names.modules, modules.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
        }
        _ => None,
    }
}
