//! Scopes: which there are, who may have which, and how they are narrowed.

use std::collections::BTreeSet;

use fixtures::Client;

use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::text::shorten;

/// Scopes about people that are understood.
pub(crate) const SCOPES: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];

/// Values of a list, such as a scope, without those that came before: who repeats them asks for no more, and they are
/// remembered.
pub(crate) fn each_once<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    values.filter(|value| seen.insert(*value)).map(str::to_owned).collect()
}

/// Whether a client may have this scope value: what says something about a person is for every client, and the rest for
/// those that have it in their `scope`.
pub(crate) fn is_open_to(client: &Client, value: &str) -> bool {
    SCOPES.contains(&value) || client.scope.split_ascii_whitespace().any(|own| own == value)
}

/// The scope of a request without a browser, `openid` where it says none; the check is named in the refusal. Nobody could be
/// asked for less, so what is not for the client is refused.
pub(crate) fn open_scope(
    check: &'static str,
    client: &Client,
    asked: Option<&str>,
) -> Result<Vec<String>, OAuthError> {
    let asked = asked.filter(|asked| !asked.trim().is_empty()).unwrap_or("openid");
    let scope = each_once(asked.split_ascii_whitespace());
    match scope.iter().find(|value| !is_open_to(client, value)) {
        None => Ok(scope),
        Some(unknown) => {
            let reason = format!("scope {:?} is not for {}", shorten(unknown), client.id);
            Err(OAuthError::new(ErrorCode::InvalidScope, check, reason))
        }
    }
}

/// Narrows a scope: never more than there is (RFC 6749 6, for a refresh). A scope without a value counts as not sent
/// (RFC 6749 3.2). The check is named in the refusal.
pub(crate) fn narrowed_scope(
    check: &'static str,
    most: &[String],
    asked: Option<&str>,
) -> Result<Vec<String>, OAuthError> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(most.to_vec()) };
    let asked = each_once(asked.split_ascii_whitespace());
    match asked.iter().find(|value| !most.contains(value)) {
        None => Ok(asked),
        Some(more) => {
            let all = if most.is_empty() { "nothing".to_owned() } else { shorten(&most.join(" ")) };
            let reason = format!("scope {:?} cannot be asked for here: {all} can", shorten(more));
            Err(OAuthError::new(ErrorCode::InvalidScope, check, reason))
        }
    }
}
