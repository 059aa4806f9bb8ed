//! Clients over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use fixtures::Client;

use crate::config;
use crate::control::problem::{Problem, patched, read};
use crate::handles::{Clients, NotFound};
use crate::http::place::Place;

/// All clients.
#[utoipa::path(get, path = "/_control/clients", tag = "clients", responses((status = OK, body = Vec<Client>)))]
pub(crate) async fn list_clients(Place { realm, .. }: Place) -> Json<Vec<Client>> {
    Json(Clients(realm).list())
}

/// Adds a client. Only `id` is needed; what is not given is as in a configuration file.
#[utoipa::path(post, path = "/_control/clients", tag = "clients", request_body = ref("#/components/schemas/NewClient"),
    responses((status = CREATED, body = Client), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn add_client(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<Client>), Problem> {
    let client = config::client(read(&body)?)?;
    check_client(&client)?;
    let clients = Clients(realm);
    if clients.get(&client.id).is_some() {
        return Err(Problem::taken("client", &client.id));
    }
    clients.add(client.clone());
    Ok((StatusCode::CREATED, Json(client)))
}

/// Browsers are sent there by a header: a URI is visible ASCII (RFC 3986 2).
pub(super) fn check_client(client: &Client) -> Result<(), Problem> {
    if client.id.is_empty() {
        return Err(Problem::wrong("the id of a client is empty; give one, as in \"shop\""));
    }
    if !fixtures::is_client_id(&client.id) {
        return Err(Problem::wrong(format!(
            "{:?} cannot be a client_id; write visible ASCII (RFC 6749 A.1)",
            client.id
        )));
    }
    // RFC 6749 3.1.2: what is answered goes behind a question mark, and may go behind a number sign.
    if let Some(uri) = client.redirect_uris.iter().find(|uri| uri.contains('#')) {
        return Err(Problem::wrong(format!("{uri:?} of {} has a fragment; leave it out", client.id)));
    }
    if let Some(uri) = client.redirect_uris.iter().find(|uri| uri.contains('*')) {
        let detail = format!(
            "{uri:?} of {} has a wildcard; write every address: they are compared letter by letter",
            client.id
        );
        return Err(Problem::wrong(detail));
    }
    let uris = client.redirect_uris.iter().chain(&client.post_logout_redirect_uris);
    let mut uris = uris.chain(&client.initiate_login_uri);
    let is_visible = |uri: &str| !uri.is_empty() && uri.bytes().all(|byte| byte.is_ascii_graphic());
    let runs = |scheme: &str| matches!(scheme, "javascript" | "data" | "vbscript");
    // Applications on a device have schemes of their own.
    let is_uri = |uri: &str| is_visible(uri) && url::Url::parse(uri).is_ok_and(|url| !runs(url.scheme()));
    if let Some(uri) = uris.find(|uri| !is_uri(uri)) {
        let detail =
            format!("{uri:?} of {} is no absolute URI in visible ASCII that a browser can go to", client.id);
        return Err(Problem::wrong(detail));
    }
    if client.secret.as_deref() == Some("") {
        return Err(Problem::wrong(format!(
            "the secret of {} is empty; write one, or leave it out",
            client.id
        )));
    }
    let shown = [&client.logo_uri, &client.client_uri, &client.policy_uri, &client.tos_uri];
    let called = [&client.backchannel_logout_uri, &client.frontchannel_logout_uri, &client.jwks_uri];
    let is_web = |uri: &str| {
        uri.bytes().all(|byte| byte.is_ascii_graphic())
            && url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
    };
    match shown.into_iter().chain(called).flatten().find(|uri| !is_web(uri)) {
        None => Ok(()),
        Some(uri) => Err(Problem::wrong(format!("{uri:?} of {} is no http or https URL", client.id))),
    }
}

/// One client.
#[utoipa::path(get, path = "/_control/clients/{id}", tag = "clients", params(("id" = String, Path)),
    responses((status = OK, body = Client), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn get_client(
    Place { realm, .. }: Place,
    Path(id): Path<String>,
) -> Result<Json<Client>, Problem> {
    Ok(Json(client(&Clients(realm), &id)?))
}

fn client(clients: &Clients, id: &str) -> Result<Client, NotFound> {
    clients.get(id).ok_or_else(|| clients.0.lock().no_client(id))
}

/// Removes a client: what was handed out to it is no good any more.
#[utoipa::path(delete, path = "/_control/clients/{id}", tag = "clients", params(("id" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn remove_client(
    Place { realm, .. }: Place,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let clients = Clients(realm);
    client(&clients, &id)?;
    clients.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the members that are sent; null removes one (RFC 7396).
#[utoipa::path(patch, path = "/_control/clients/{id}", tag = "clients", params(("id" = String, Path)),
    request_body(content = ref("#/components/schemas/ClientChange"), content_type = "application/merge-patch+json"),
    responses((status = OK, body = Client), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn change_client(
    Place { realm, .. }: Place,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Client>, Problem> {
    let clients = Clients(realm);
    let changed: Client = patched(&client(&clients, &id)?, "id", &body)?;
    check_client(&changed)?;
    clients.change(&id, |client| *client = changed)?;
    Ok(Json(client(&clients, &id)?))
}
