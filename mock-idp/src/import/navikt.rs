//! `JSON_CONFIG` of navikt/mock-oauth2-server: an issuer becomes a realm, the claims of a request mapping become a person.

use std::collections::BTreeMap;

use fixtures::{Client, check_client};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::config::ConfigError;
use crate::import::draft::{Clock, Draft, Realm, client};
use crate::import::person::{Taken, of_claims};
use crate::import::{from_json, refused};
use crate::protocol::endpoints::Layout;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    interactive_login: Option<bool>,
    #[serde(default)]
    token_callbacks: Vec<Callback>,
    token_provider: Option<TokenProvider>,
    #[serde(default)]
    rotate_refresh_token: bool,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenProvider {
    key_provider: Option<Value>,
    system_time: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Callback {
    issuer_id: String,
    token_expiry: Option<u32>,
    #[serde(default)]
    request_mappings: Vec<Mapping>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mapping {
    #[serde(default)]
    request_param: String,
    #[serde(rename = "match", default)]
    matches: String,
    #[serde(default)]
    claims: Map<String, Value>,
    type_header: Option<String>,
}

pub(super) fn draft(text: &str) -> Result<Draft, ConfigError> {
    let remedy = "the file is what mock-oauth2-server takes as JSON_CONFIG";
    let file: File = serde_json::from_str(text).map_err(|error| from_json(&error, remedy))?;
    let is_one = file.interactive_login.is_some() || file.token_provider.is_some();
    if file.token_callbacks.is_empty() && !is_one {
        return Err(refused(None, "has no tokenCallbacks", remedy));
    }
    let mut callbacks = file.token_callbacks;
    if callbacks.is_empty() {
        // The issuer that its documentation names.
        callbacks.push(Callback { issuer_id: "default".to_owned(), ..Callback::default() });
    }
    let mut draft = Draft::new();
    draft.any_client = true;
    draft.any_person = true;
    draft.layout = Some(Layout::Navikt);
    draft.note(
        "mock-oauth2-server takes any client, redirect URI and user name, and so do any_client = true and any_person = true; the clients that stand here are registered, and strict: write their secret and redirect_uris, or remove them. tokenExpiry and aud are theirs alone",
    );
    draft.note(
        "claims that the provider sets (acr, amr, aud, …) are not said at a sign-in: faults send others",
    );
    if file.interactive_login != Some(true) {
        draft.headless = true;
        draft.note(
            "interactiveLogin = false: headless = true signs in whoever login_hint names, be it anybody; without a hint headless_as signs in the first person of a realm, and where there is none the one of the root; where there is none either a person is asked for",
        );
    }
    for name in file.rest.keys() {
        draft.note(format!("{name}: this provider has no such setting, or another one (see its options)"));
    }
    if let Some(TokenProvider { key_provider, system_time }) = file.token_provider {
        if key_provider.is_some() {
            draft.note("tokenProvider.keyProvider: put keys into a folder and name it as keys");
        }
        draft.clock = system_time.and_then(|at| clock(at, &mut draft));
    }
    for callback in callbacks {
        let mut realm = realm(callback, &mut draft);
        for client in &mut realm.clients {
            client.rotate_refresh_tokens = file.rotate_refresh_token;
        }
        if draft.headless {
            realm.headless_as = realm.people.first().map(|person| person.key.clone());
        }
        draft.realms.push(realm);
    }
    draft.note("an issuer that is not in the file is not made by asking for it; the realm at the root is like the first one");
    draft.root_like_the_first_realm();
    Ok(draft)
}

fn clock(at: String, draft: &mut Draft) -> Option<Clock> {
    if at.parse::<Timestamp>().is_err() {
        draft.note(format!("tokenProvider.systemTime {at:?}: it is no time, so the clock runs"));
        return None;
    }
    Some(Clock { frozen: true, at })
}

fn realm(callback: Callback, draft: &mut Draft) -> Realm {
    let Callback { issuer_id, token_expiry, request_mappings, rest } = callback;
    let path = draft.path_for(&format!("issuer {issuer_id:?}"), &issuer_id);
    for name in rest.keys() {
        draft.note(format!("{name} of issuer {issuer_id}: only request mappings are carried over"));
    }
    let mut realm = Realm { path, headless_as: None, people: Vec::new(), clients: Vec::new() };
    let mut taken = Taken::default();
    let mut audience = None;
    for (number, mapping) in request_mappings.into_iter().enumerate() {
        let of_anybody = one_mapping(mapping, number + 1, &mut realm, &mut taken, draft);
        audience = audience.or(of_anybody);
    }
    if realm.clients.is_empty() {
        realm.clients.push(client("app"));
    }
    for client in &mut realm.clients {
        client.access_token_seconds = token_expiry;
        client.id_token_seconds = token_expiry;
        if let Some(audience) = audience.as_ref().filter(|_| client.audience.is_empty()) {
            client.audience.clone_from(audience);
        }
    }
    realm
}

/// Texts that can be names of an audience.
fn names_of(values: &[Value]) -> Vec<String> {
    let texts = values.iter().filter_map(Value::as_str).filter(|text| !text.is_empty());
    texts.map(str::to_owned).collect()
}

/// The audience of a mapping that is about no client in particular.
fn one_mapping(
    mapping: Mapping,
    number: usize,
    realm: &mut Realm,
    taken: &mut Taken,
    draft: &mut Draft,
) -> Option<Vec<String>> {
    let Mapping { request_param, matches, mut claims, type_header } = mapping;
    let mut audience = claims.remove("aud").map(|aud| match aud {
        Value::Array(items) => names_of(&items),
        other => names_of(&[other]),
    });
    let place = format!("mapping {number} of realm {}", realm.path);
    let literal = !matches.is_empty() && !matches.contains(['*', '?', '+', '[', '(', '|', '\\', '^', '$']);
    if request_param == "client_id" && literal {
        if let Some(client) = add_client(&mut realm.clients, &matches, &place, draft) {
            // Of several mappings the first that fits counts there.
            let audience = audience.take().unwrap_or_default();
            if client.audience.is_empty() {
                client.audience = audience;
            } else if !audience.is_empty() && client.audience != audience {
                let other = audience.join(", ");
                draft.note(format!(
                    "{place}: the audience {other} of the client {matches}, which has one already"
                ));
            }
        }
    } else if request_param != "client_id" || matches != "*" {
        draft.note(format!(
            "{place}: {request_param} = {matches:?} chose the claims; here the person who signs in has them"
        ));
    }
    if let Some(header) = type_header.filter(|header| header != "JWT") {
        draft.note(format!("{place}: typeHeader {header:?}"));
    }
    if claims.values().any(|value| value.to_string().contains("${")) {
        draft.note(format!("{place}: a claim with ${{…}} stays as it is written"));
    }
    let said = claims.get("sub").and_then(Value::as_str).map(str::to_owned);
    let subject = said.unwrap_or_else(|| {
        let of_match = literal && request_param != "client_id";
        if of_match { matches } else { format!("{}-{number}", realm.path.replace('/', "-")) }
    });
    if taken.has(&subject) {
        draft.note(format!(
            "{place}: other claims of the subject {subject:?}; a person has one set of claims"
        ));
        return audience;
    }
    let person = of_claims(&subject, &subject, claims, taken, draft);
    realm.people.push(person);
    audience
}

fn add_client<'a>(
    clients: &'a mut Vec<Client>,
    id: &str,
    place: &str,
    draft: &mut Draft,
) -> Option<&'a mut Client> {
    let added = client(id);
    if let Err(complaint) = check_client(&added) {
        draft.note(format!("{place}: {complaint}"));
        return None;
    }
    let at = clients.iter().position(|client| client.id == id).unwrap_or_else(|| {
        clients.push(added);
        clients.len() - 1
    });
    clients.get_mut(at)
}
