//! The list of people that oidc-provider-mock takes as `--user-claims-file`: YAML or JSON, each with `sub` and claims.

use serde_json::Value;

use crate::config::ConfigError;
use crate::import::draft::{Draft, client};
use crate::import::person::{Taken, of_claims};
use crate::import::refused;
use crate::protocol::endpoints::Endpoint;

/// Where its endpoints are (`_app.py`).
const ENDPOINTS: [(Endpoint, &str); 6] = [
    (Endpoint::Authorization, "/oauth2/authorize"),
    (Endpoint::Token, "/oauth2/token"),
    (Endpoint::Userinfo, "/userinfo"),
    (Endpoint::Jwks, "/jwks"),
    (Endpoint::EndSession, "/oauth2/end_session"),
    (Endpoint::Registration, "/oauth2/clients"),
];

pub(super) fn draft(text: &str) -> Result<Draft, ConfigError> {
    let remedy = "the file is a list of claims, each with a \"sub\"";
    let read: Value = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().and_then(|location| usize::try_from(location.line()).ok());
        let message = error.without_snippet().to_string();
        let sentence = message.lines().next().unwrap_or_default().to_owned();
        refused(line.filter(|line| *line > 0), sentence, remedy)
    })?;
    let Value::Array(people) = read else {
        return Err(refused(Some(1), "is no list", remedy));
    };
    if people.is_empty() {
        return Err(refused(None, "no person is in the file", remedy));
    }
    let mut draft = Draft::new();
    let mut taken = Taken::default();
    for (number, claims) in people.into_iter().enumerate() {
        let number = number + 1;
        let Value::Object(claims) = claims else {
            return Err(refused(None, format!("person {number} is no object"), remedy));
        };
        let subject = claims.get("sub").and_then(Value::as_str).filter(|subject| !subject.is_empty());
        let Some(subject) = subject.map(str::to_owned) else {
            return Err(refused(None, format!("person {number} has no \"sub\" that is a text"), remedy));
        };
        if taken.has(&subject) {
            draft.note(format!("a second person with the subject {subject:?}: the first one stays"));
            continue;
        }
        let person = of_claims(&subject, &subject, claims, &mut taken, &mut draft);
        draft.people.push(person);
    }
    draft.endpoints = ENDPOINTS.into_iter().map(|(endpoint, path)| (endpoint.as_str(), path)).collect();
    draft.registration = true;
    draft.any_client = true;
    draft.any_person = true;
    draft.clients = vec![client("app")];
    draft.note(
        "oidc-provider-mock takes any client and any sub, and so do any_client = true and any_person = true; the client app is registered, and strict: write its secret and redirect_uris, or remove it",
    );
    draft.note("its options (--require-nonce, --no-refresh-token, --token-max-age, --user, --user-claims) are not in the file");
    Ok(draft)
}
