//! Clients over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use fixtures::{Client, Complaint};

use crate::config;
use crate::control::problem::{Problem, patched, read};
use crate::handles::{Clients, NotFound};
use crate::http::place::Place;

/// All clients; where any client is taken, those too that nobody registered: their `why` says so.
#[utoipa::path(get, path = "/_control/clients", tag = "clients", responses((status = OK, body = Vec<Client>)))]
pub(crate) async fn list_clients(Place { realm, .. }: Place) -> Json<Vec<Client>> {
    Json(Clients(realm).list())
}

/// Adds a client, or registers one that nobody did. Only `id` is needed; what is not given is as in a configuration file.
/// A client without redirect URIs is taken too, and refused in a file: tokens are issued to it, and a change gives it an address.
#[utoipa::path(post, path = "/_control/clients", tag = "clients", request_body = ref("#/components/schemas/NewClient"),
    responses((status = CREATED, body = Client), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn add_client(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<Client>), Problem> {
    let client = config::client(read(&body)?)?;
    check_client(&client)?;
    let mut state = realm.lock();
    if state.clients.contains_key(&client.id) && !state.on_the_spot.contains(&client.id) {
        return Err(Problem::taken("client", &client.id));
    }
    state.add_client(client.clone());
    Ok((StatusCode::CREATED, Json(client)))
}

/// As in a configuration file.
pub(super) fn check_client(client: &Client) -> Result<(), Problem> {
    fixtures::check_client(client).map_err(|complaint| {
        let Complaint { name, field, sentence, remedy, .. } = complaint;
        Problem::wrong(format!("{field} of the client {name:?}: {sentence}; {remedy}"))
    })
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

/// Changes the members that are sent; null removes one (RFC 7396). A client that nobody registered is registered then.
#[utoipa::path(patch, path = "/_control/clients/{id}", tag = "clients", params(("id" = String, Path)),
    request_body(content = ref("#/components/schemas/ClientChange"), content_type = "application/merge-patch+json"),
    responses((status = OK, body = Client), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn change_client(
    Place { realm, .. }: Place,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Client>, Problem> {
    let mut state = realm.lock();
    let before = state.clients.get(&id).ok_or_else(|| state.no_client(&id))?;
    let changed: Client = patched(&**before, "id", &body)?;
    check_client(&changed)?;
    state.change_client(&id, |client| *client = changed);
    // As it is kept: it is registered from now on.
    let now = state.clients.get(&id).ok_or_else(|| state.no_client(&id))?;
    Ok(Json(Client::clone(now)))
}
