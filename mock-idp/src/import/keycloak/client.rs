//! A client of a Keycloak realm, as far as it signs people in by OpenID Connect.

use std::collections::BTreeMap;

use fixtures::{Client, Complaint, Grant, ResponseType, SigningAlgorithm};
use indexmap::IndexSet;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::import::draft::{CALLBACK, Draft, SECRET, confidential, public_client};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the switches of a client in Keycloak")]
pub(super) struct Exported {
    client_id: String,
    name: Option<String>,
    secret: Option<String>,
    root_url: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default = "super::yes")]
    enabled: bool,
    #[serde(default)]
    public_client: bool,
    #[serde(default)]
    bearer_only: bool,
    #[serde(default = "super::yes")]
    standard_flow_enabled: bool,
    #[serde(default)]
    implicit_flow_enabled: bool,
    #[serde(default)]
    service_accounts_enabled: bool,
    #[serde(default)]
    direct_access_grants_enabled: bool,
    protocol: Option<String>,
    client_authenticator_type: Option<String>,
    protocol_mappers: Option<Value>,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
}

/// Clients that Keycloak makes for itself.
const OF_KEYCLOAK: [&str; 6] =
    ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"];

/// Nothing for one that has no use here.
pub(super) fn client(exported: &Exported, draft: &mut Draft) -> Option<Client> {
    let id = exported.client_id.as_str();
    let why_not = if OF_KEYCLOAK.contains(&id) {
        Some("is Keycloak's own")
    } else if !exported.enabled {
        Some("is switched off")
    } else if exported.bearer_only {
        Some("only takes tokens, and needs no registration here")
    } else if exported.protocol.as_deref().is_some_and(|protocol| protocol != "openid-connect") {
        Some("does not speak OpenID Connect")
    } else {
        None
    };
    if let Some(why_not) = why_not {
        draft.note(format!("client {id} {why_not}"));
        return None;
    }
    let mut client = public_client(id);
    if let Some(name) = exported.name.as_ref().filter(|name| !name.is_empty() && !name.starts_with("${")) {
        client.name.clone_from(name);
    }
    if !exported.public_client {
        client = confidential(client, &secret(exported, draft));
    }
    flows(exported, &mut client);
    addresses(exported, &mut client, draft);
    attributes(exported, &mut client, draft);
    leave_out(&mut client, draft);
    if let Err(Complaint { sentence, remedy, .. }) = fixtures::check_client(&client) {
        draft.note(format!("client {id:?}: {sentence}; {remedy}"));
        return None;
    }
    if exported.protocol_mappers.as_ref().and_then(Value::as_array).is_some_and(|list| !list.is_empty()) {
        draft.note(format!("protocolMappers of the client {id}"));
    }
    Some(client)
}

fn secret(exported: &Exported, draft: &mut Draft) -> String {
    let id = &exported.client_id;
    if let Some(kind) = exported.client_authenticator_type.as_ref().filter(|kind| *kind != "client-secret") {
        draft.note(format!(
            "client {id} authenticates by {kind}; here by a secret (see auth_methods and jwks)"
        ));
    }
    match &exported.secret {
        Some(secret) if !secret.is_empty() && !secret.bytes().all(|byte| byte == b'*') => secret.clone(),
        _ => {
            draft.note(format!("secret of the client {id}: the export has none; here it is {SECRET:?}"));
            SECRET.to_owned()
        }
    }
}

fn flows(exported: &Exported, client: &mut Client) {
    let mut grants = Vec::new();
    if exported.standard_flow_enabled {
        grants.extend([Grant::AuthorizationCode, Grant::RefreshToken]);
    }
    if exported.implicit_flow_enabled {
        grants.push(Grant::Implicit);
        client.response_types = vec![ResponseType::IdToken, ResponseType::IdTokenToken];
        if exported.standard_flow_enabled {
            client.response_types = ResponseType::ALL.to_vec();
        }
    }
    if exported.service_accounts_enabled && !exported.public_client {
        grants.push(Grant::ClientCredentials);
    }
    if text(exported, "oauth2.device.authorization.grant.enabled") == Some("true") {
        grants.push(Grant::DeviceCode);
    }
    if exported.direct_access_grants_enabled {
        grants.push(Grant::Password);
    }
    client.grants = grants;
}

fn addresses(exported: &Exported, client: &mut Client, draft: &mut Draft) {
    let registered = exported.redirect_uris.iter();
    client.redirect_uris = once(registered.filter_map(|uri| whole(uri, exported, draft)));
    let after_logout = text(exported, "post.logout.redirect.uris").unwrap_or_default();
    for uri in after_logout.split("##").filter(|uri| !uri.is_empty() && *uri != "-") {
        if uri == "+" {
            client.post_logout_redirect_uris.extend(client.redirect_uris.iter().cloned());
        } else {
            client.post_logout_redirect_uris.extend(whole(uri, exported, draft));
        }
    }
    client.post_logout_redirect_uris = once(client.post_logout_redirect_uris.drain(..));
    let logout = |name| text(exported, name).filter(|uri| !uri.is_empty()).map(str::to_owned);
    client.backchannel_logout_uri = logout("backchannel.logout.url");
    client.frontchannel_logout_uri = logout("frontchannel.logout.url");
}

/// Each address once, where it came first.
fn once(addresses: impl Iterator<Item = String>) -> Vec<String> {
    addresses.collect::<IndexSet<_>>().into_iter().collect()
}

/// Addresses that no client can have here, such as those with a variable in them.
fn leave_out(client: &mut Client, draft: &mut Draft) {
    while let Err(complaint) = fixtures::check_client(client) {
        let is_it = |uri: &String| Some(uri.as_str()) == complaint.value.as_deref();
        match complaint.field {
            "redirect_uris" => client.redirect_uris.retain(|uri| !is_it(uri)),
            "post_logout_redirect_uris" => client.post_logout_redirect_uris.retain(|uri| !is_it(uri)),
            "backchannel_logout_uri" => client.backchannel_logout_uri = None,
            "frontchannel_logout_uri" => client.frontchannel_logout_uri = None,
            _ => return,
        }
        let Complaint { field, sentence, remedy, .. } = complaint;
        draft.note(format!("{field} of the client {}: {sentence}; {remedy}", client.id));
    }
    if fixtures::check_return(client).is_err() {
        draft.note(format!(
            "client {}: no redirect URI that can be registered here; put yours in place of {CALLBACK}",
            client.id
        ));
        client.redirect_uris.push(CALLBACK.to_owned());
    }
}

/// Here every address is whole and compared letter by letter.
fn whole(uri: &str, exported: &Exported, draft: &mut Draft) -> Option<String> {
    let id = &exported.client_id;
    let root = exported.root_url.as_deref().unwrap_or_default().trim_end_matches('/');
    let joined = if uri.starts_with('/') { format!("{root}{uri}") } else { uri.to_owned() };
    let plain = joined.strip_suffix('*').unwrap_or(&joined);
    if plain.contains(['#', '*']) || plain.is_empty() {
        draft.note(format!("address {uri:?} of the client {id}: write whole addresses"));
        return None;
    }
    if plain != joined {
        draft.note(format!(
            "address {uri:?} of the client {id}: there are no wildcards here; write each address it stood for"
        ));
    }
    Some(plain.to_owned())
}

fn attributes(exported: &Exported, client: &mut Client, draft: &mut Draft) {
    client.access_token_seconds = text(exported, "access.token.lifespan").and_then(|text| text.parse().ok());
    if let Some(name) = text(exported, "id.token.signed.response.alg").filter(|name| !name.is_empty()) {
        match serde_json::from_value::<SigningAlgorithm>(json!(name)) {
            Ok(algorithm) => client.id_token_signed_response_alg = algorithm,
            Err(_) => draft.note(format!("client {}: ID tokens signed by {name}", client.id)),
        }
    }
}

fn text<'a>(exported: &'a Exported, attribute: &str) -> Option<&'a str> {
    exported.attributes.get(attribute).and_then(Value::as_str)
}
