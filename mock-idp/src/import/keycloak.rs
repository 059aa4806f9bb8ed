//! The export of Keycloak realms: each becomes a realm under `realms/NAME`, as its issuer has it.

mod client;

use std::collections::BTreeMap;

use fixtures::{Client, Person, Status};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::config::ConfigError;
use crate::import::draft::{Draft, Realm};
use crate::import::person::{Taken, of_claims};
use crate::import::{from_json, refused};
use crate::protocol::endpoints::Layout;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Export {
    realm: String,
    access_token_lifespan: Option<u32>,
    /// Off, as in Keycloak, unless it is said.
    #[serde(default)]
    revoke_refresh_token: bool,
    #[serde(default)]
    users: Vec<User>,
    #[serde(default)]
    clients: Vec<client::Exported>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: Option<String>,
    username: String,
    email: Option<String>,
    email_verified: Option<bool>,
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    #[serde(default)]
    realm_roles: Vec<String>,
    #[serde(default)]
    client_roles: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    credentials: Vec<Credential>,
    service_account_client_id: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Credential {
    #[serde(rename = "type")]
    kind: Option<String>,
    value: Option<String>,
}

fn yes() -> bool {
    true
}

/// Settings of a realm that say nothing about who signs in where; all others are named in a comment.
const SILENT: [&str; 8] = [
    "id",
    "displayName",
    "displayNameHtml",
    "enabled",
    "notBefore",
    "keycloakVersion",
    "attributes",
    "defaultLocale",
];

pub(super) fn draft(text: &str) -> Result<Draft, ConfigError> {
    let remedy = "the file is the export of one Keycloak realm, or a list of them";
    let wrong = |error: &serde_json::Error| from_json(error, remedy);
    let exports: Vec<Export> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(|error| wrong(&error))?
    } else {
        vec![serde_json::from_str(text).map_err(|error| wrong(&error))?]
    };
    if exports.is_empty() {
        return Err(refused(None, "no realm is in the file", "export one, with its users and clients"));
    }
    let mut draft = Draft::new();
    draft.layout = Some(Layout::Keycloak);
    for export in exports {
        let realm = realm(export, &mut draft);
        draft.realms.push(realm);
    }
    draft.note("attributes, roles and groups are claims of every token: protocol mappers and client scopes are not carried over");
    draft.note("the realm at the root is like the first one");
    draft.root_like_the_first_realm();
    Ok(draft)
}

fn realm(export: Export, draft: &mut Draft) -> Realm {
    let path = draft.path_for(&format!("realm {:?}", export.realm), &format!("realms/{}", export.realm));
    let dropped = export.rest.iter().filter(|(name, value)| {
        let empty = matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty);
        !empty && !SILENT.contains(&name.as_str())
    });
    let dropped: Vec<_> = dropped.map(|(name, _)| name.as_str()).collect();
    if !dropped.is_empty() {
        draft.note(format!("of the realm {}: {}", export.realm, dropped.join(", ")));
    }
    let mut taken = Taken::default();
    let people = export.users.into_iter().filter_map(|user| person(user, &mut taken, draft)).collect();
    let mut clients: Vec<Client> = Vec::new();
    for exported in &export.clients {
        let Some(mut client) = client::client(exported, draft) else { continue };
        if clients.iter().any(|other| other.id == client.id) {
            draft.note(format!("a second client {}: the first one stays", client.id));
        } else {
            client.access_token_seconds = client.access_token_seconds.or(export.access_token_lifespan);
            client.id_token_seconds = client.access_token_seconds;
            client.rotate_refresh_tokens = export.revoke_refresh_token;
            clients.push(client);
        }
    }
    Realm { path, headless_as: None, people, clients }
}

fn person(user: User, taken: &mut Taken, draft: &mut Draft) -> Option<Person> {
    let name = user.username;
    if user.service_account_client_id.is_some() {
        draft.note(format!("user {name}: the account of a client; clients need none here"));
        return None;
    }
    let mut claims = attributes(user.attributes);
    let texts = [
        ("preferred_username", Some(name.clone())),
        ("email", user.email),
        ("given_name", user.first_name),
        ("family_name", user.last_name),
    ];
    claims.extend(texts.into_iter().filter_map(|(claim, text)| Some((claim.to_owned(), json!(text?)))));
    if let Some(verified) = user.email_verified {
        claims.insert("email_verified".to_owned(), json!(verified));
    }
    if !user.realm_roles.is_empty() {
        claims.insert("realm_access".to_owned(), json!({"roles": user.realm_roles}));
    }
    if !user.client_roles.is_empty() {
        let roles = user.client_roles.into_iter().map(|(client, roles)| (client, json!({"roles": roles})));
        claims.insert("resource_access".to_owned(), Value::Object(roles.collect()));
    }
    if !user.groups.is_empty() {
        claims.insert("groups".to_owned(), json!(user.groups));
    }
    for (member, value) in user.rest {
        let empty = matches!(value, Value::Null | Value::Bool(false) | Value::Number(_))
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty);
        if !empty {
            draft.note(format!("{member} of the user {name}"));
        }
    }
    let subject = user.id.unwrap_or_else(|| name.clone());
    let mut person = of_claims(&subject, &name, claims, taken, draft);
    if !user.enabled {
        person.status = Status::Deactivated;
    }
    let is_password =
        |credential: &Credential| credential.kind.as_deref().is_none_or(|kind| kind == "password");
    let passwords: Vec<_> = user.credentials.into_iter().filter(is_password).collect();
    match passwords.iter().find_map(|credential| credential.value.clone()) {
        Some(password) => person.password = password,
        None if passwords.is_empty() => {}
        None => draft.note(format!("password of the user {name}: it is a hash; here it is \"password\"")),
    }
    Some(person)
}

/// Keycloak keeps every attribute as a list; one value is meant as one.
fn attributes(attributes: BTreeMap<String, Value>) -> Map<String, Value> {
    let single = |value: Value| match value {
        Value::Array(mut values) if values.len() == 1 => values.remove(0),
        other => other,
    };
    attributes.into_iter().map(|(name, value)| (name, single(value))).collect()
}
