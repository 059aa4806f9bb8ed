//! What faults do to the claims about a person, alike in the ID token and in userinfo.

mod awkward;

use serde_json::{Map, Value, json};

use crate::protocol::claims::ClaimNames;
use crate::switches::Switches;

/// What a fault needs to know about the realm around the person.
pub(crate) struct Around<'a> {
    pub(crate) names: &'a ClaimNames,
    /// Id and name of a company the person does not belong to.
    pub(crate) other_company: Option<(String, String)>,
    pub(crate) switches: Switches,
}

pub(crate) fn person(id: &str, around: &Around<'_>, claims: &mut Map<String, Value>) -> bool {
    if !around.switches.kaseya_claims && is_about_kaseya(id) {
        return false;
    }
    let email = claims.get("email").and_then(Value::as_str).map(str::to_owned);
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value.clone()) != Some(value);
    match id {
        "id-email-unverified" => set("email_verified", json!(false)),
        "id-email-absent-flag" | "claim-email-verified-absent" => claims.remove("email_verified").is_some(),
        "id-email-string-true" | "claim-email-verified-string" => set("email_verified", json!("true")),
        "id-email-changed" => email.is_some_and(|email| set("email", json!(format!("changed.{email}")))),
        "id-email-fold" => email.is_some_and(|email| set("email", json!(email.to_uppercase()))),
        "id-email-reassigned" => set("sub", json!(format!("{subject}-successor"))),
        "id-user-recreated" => set("sub", json!(format!("{subject}-again"))),
        "id-sub-case" => set("sub", json!(swap_case(&subject))),
        "id-sub-space" => set("sub", json!(format!("{subject} "))),
        "id-sub-nfc" => set("sub", json!(format!("{subject}e\u{301}"))),
        "ok-long" => set("sub", json!(format!("{subject:x<255}"))),
        "idt-tenant-missing" => {
            claims.remove(&around.names.company_id).is_some()
                | claims.remove(&around.names.company_name).is_some()
        }
        "idt-tenant-array" => claims.get_mut(&around.names.company_id).is_some_and(|company| {
            *company = json!([company.take()]);
            true
        }),
        "idt-tenant-other" | "id-jit-other-org" => {
            around.other_company.as_ref().is_some_and(|(company, name)| {
                set(&around.names.company_id, json!(company)) | set(&around.names.company_name, json!(name))
            })
        }
        "ok-sloppy-profile" => {
            set("email_verified", json!("true"));
            set("updated_at", json!("2026-11-23T06:00:00Z"));
            set("picture", Value::Null)
        }
        _ => {
            domains(id, claims)
                || roles(id, &around.names.role, claims)
                || sparse(id, around, claims)
                || awkward::person(id, around, claims)
        }
    }
}

/// Whether a fault is about claims that only KaseyaOne has: where there are none, none is wrong.
fn is_about_kaseya(id: &str) -> bool {
    id.starts_with("idt-tenant-")
        || id.starts_with("id-role-")
        || matches!(id, "id-jit-other-org" | "claim-role-array" | "claim-modules-string")
}

/// Addresses at other domains that look like the person's (RFC 5321 4.1.2, RFC 5890).
fn domains(id: &str, claims: &mut Map<String, Value>) -> bool {
    let email = claims.get("email").and_then(Value::as_str).unwrap_or_default();
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let tricked = match id {
        "id-domain-trick" => format!("{local}@evil.example@{domain}"),
        "id-domain-trick-suffix" => format!("{local}@{domain}.evil.example"),
        "id-domain-trick-prefix" => format!("{local}@evil{domain}"),
        "id-domain-trick-subdomain" => format!("{local}@evil.{domain}"),
        "id-domain-trick-idn" => format!("{local}@{}", domain.replacen('o', "\u{43e}", 1)),
        "id-domain-trick-quoted" => format!("\"{local}@{domain}\"@evil.example"),
        _ => return false,
    };
    claims.insert("email".to_owned(), json!(tricked)) != Some(json!(tricked))
}

/// What the provider says about roles over there, which gives nothing here.
fn roles(id: &str, role: &str, claims: &mut Map<String, Value>) -> bool {
    let value = match id {
        "id-role-absent" => return claims.remove(role).is_some(),
        "id-role-unknown" => json!("Galactic Overlord"),
        "id-role-admin" => json!("Root Master"),
        "id-role-wrongtype" => json!({"name": "Root Master", "level": 9}),
        "id-role-changed" => match claims.get(role).and_then(Value::as_str) {
            Some("Billing") => json!("User"),
            _ => json!("Billing"),
        },
        _ => return false,
    };
    claims.insert(role.to_owned(), value.clone()) != Some(value)
}

fn sparse(id: &str, around: &Around<'_>, claims: &mut Map<String, Value>) -> bool {
    match id {
        "id-username-collision" => {
            let admin = json!("admin");
            claims.insert(around.names.username.clone(), admin.clone()) != Some(admin)
        }
        "id-profile-sparse" => {
            let gone = ["email", "email_verified", "name", "given_name", "family_name"];
            let before = claims.len();
            claims.retain(|name, _| !gone.contains(&name.as_str()) && *name != around.names.username);
            claims.len() != before
        }
        _ => false,
    }
}

fn swap_case(text: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    text.chars().map(swap).collect()
}
