//! What is never shown of an entry.

use serde_json::Value;

/// Parameters and members whose values are never shown.
const SECRETS: [&str; 23] = [
    "client_secret",
    "password",
    "code",
    "code_verifier",
    "access_token",
    "refresh_token",
    "id_token",
    "id_token_hint",
    "interaction",
    "directory_token",
    "one_time_code",
    "secret",
    "logout_token",
    "client_assertion",
    "assertion",
    "subject_token",
    "actor_token",
    "token",
    "device_code",
    "user_code",
    "verification_uri_complete",
    "registration_access_token",
    "request",
];

/// Whether a parameter of this name is a secret, also where it is misspelt in its case, or has something before it.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next();
    SECRETS.contains(&name.as_str()) || last.is_some_and(|last| SECRETS.contains(&last))
}

/// What stands where a secret was.
pub(super) const MASK: &str = "(secret)";

pub(super) fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if is_secret(name) && member.is_string() {
                    *member = Value::String(MASK.to_owned());
                } else {
                    mask(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}
