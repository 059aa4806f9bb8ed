//! People, clients and faults over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use fixtures::{Client, Person};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control::problem::{Problem, read};
use crate::fault::{ArmedRecord, Arming, CatalogueEntry};
use crate::handles::{Clients, Faults, NotFound, People};
use crate::http::farewell::LogoutDelivery;
use crate::http::place::Place;
use crate::realm::Realm;

/// Everybody, the deleted included. Passwords and codes are in it: they are public and worthless.
#[utoipa::path(get, path = "/_control/people", tag = "people", responses((status = OK, body = Vec<Object>)))]
pub(crate) async fn list_people(Place { realm, .. }: Place) -> Json<Vec<Person>> {
    Json(People(realm).list())
}

/// Adds a person: the members are those of a fixtures file.
#[utoipa::path(post, path = "/_control/people", tag = "people", request_body = Object,
    responses((status = CREATED, body = Object), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn add_person(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<Person>), Problem> {
    let person: Person = read(&body)?;
    check_person(&realm, &person)?;
    let people = People(realm);
    if people.get(&person.key).is_some() {
        return Err(Problem::taken("person", &person.key));
    }
    people.add(person.clone());
    Ok((StatusCode::CREATED, Json(person)))
}

fn check_person(realm: &Realm, person: &Person) -> Result<(), Problem> {
    let state = realm.lock();
    if state.people.companies().iter().any(|company| company.key == person.company) {
        return Ok(());
    }
    let known: Vec<_> = state.people.companies().iter().map(|company| company.key.as_str()).collect();
    Err(Problem::wrong(format!("there is no company {:?}; known are: {}", person.company, known.join(", "))))
}

/// One person.
#[utoipa::path(get, path = "/_control/people/{key}", tag = "people", params(("key" = String, Path)),
    responses((status = OK, body = Object), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn get_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<Json<Person>, Problem> {
    Ok(Json(person(&People(realm), &key)?))
}

fn person(people: &People, key: &str) -> Result<Person, NotFound> {
    people.get(key).ok_or_else(|| NotFound { kind: "person", name: key.to_owned() })
}

/// Changes the members that are sent; null removes one (RFC 7396).
#[utoipa::path(patch, path = "/_control/people/{key}", tag = "people", params(("key" = String, Path)),
    request_body = Object,
    responses((status = OK, body = Object), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn change_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Json<Person>, Problem> {
    let people = People(Arc::clone(&realm));
    let changed: Person = patched(&person(&people, &key)?, &body)?;
    check_person(&realm, &changed)?;
    people.change(&key, |person| *person = changed)?;
    Ok(Json(person(&people, &key)?))
}

/// Deletes the account and ends its sessions; it can be restored.
#[utoipa::path(delete, path = "/_control/people/{key}", tag = "people", params(("key" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn delete_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    People(realm).delete(&key)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deactivates the account and ends its sessions.
#[utoipa::path(post, path = "/_control/people/{key}/deactivate", tag = "people", params(("key" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn deactivate_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    People(realm).deactivate(&key)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the sessions of a person and tells every client that took part, by logout token (Back-Channel Logout 1.0).
#[utoipa::path(post, path = "/_control/people/{key}/sign-out-everywhere", tag = "people", params(("key" = String, Path)),
    responses((status = OK, body = Vec<LogoutDelivery>), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn sign_out_everywhere(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<Json<Vec<LogoutDelivery>>, Problem> {
    Ok(Json(People(realm).sign_out_everywhere(&key).await?))
}

/// Locks the account and ends its sessions.
#[utoipa::path(post, path = "/_control/people/{key}/lock", tag = "people", params(("key" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn lock_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    People(realm).lock(&key)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes the account active again, whatever it was.
#[utoipa::path(post, path = "/_control/people/{key}/restore", tag = "people", params(("key" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn restore_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    People(realm).restore(&key)?;
    Ok(StatusCode::NO_CONTENT)
}

/// All clients.
#[utoipa::path(get, path = "/_control/clients", tag = "clients", responses((status = OK, body = Vec<Object>)))]
pub(crate) async fn list_clients(Place { realm, .. }: Place) -> Json<Vec<Client>> {
    Json(Clients(realm).list())
}

/// Adds a client: the members are those of a fixtures file.
#[utoipa::path(post, path = "/_control/clients", tag = "clients", request_body = Object,
    responses((status = CREATED, body = Object), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn add_client(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<Client>), Problem> {
    let client: Client = read(&body)?;
    let clients = Clients(realm);
    if clients.get(&client.id).is_some() {
        return Err(Problem::taken("client", &client.id));
    }
    clients.add(client.clone());
    Ok((StatusCode::CREATED, Json(client)))
}

/// One client.
#[utoipa::path(get, path = "/_control/clients/{id}", tag = "clients", params(("id" = String, Path)),
    responses((status = OK, body = Object), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn get_client(
    Place { realm, .. }: Place,
    Path(id): Path<String>,
) -> Result<Json<Client>, Problem> {
    Ok(Json(client(&Clients(realm), &id)?))
}

fn client(clients: &Clients, id: &str) -> Result<Client, NotFound> {
    clients.get(id).ok_or_else(|| NotFound { kind: "client", name: id.to_owned() })
}

/// Changes the members that are sent; null removes one (RFC 7396).
#[utoipa::path(patch, path = "/_control/clients/{id}", tag = "clients", params(("id" = String, Path)),
    request_body = Object,
    responses((status = OK, body = Object), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn change_client(
    Place { realm, .. }: Place,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Client>, Problem> {
    let clients = Clients(realm);
    let changed: Client = patched(&client(&clients, &id)?, &body)?;
    clients.change(&id, |client| *client = changed)?;
    Ok(Json(client(&clients, &id)?))
}

/// RFC 7396, one level deep: that is how deep these documents are.
fn patched<T: Serialize + DeserializeOwned>(old: &T, body: &Bytes) -> Result<T, Problem> {
    let patch: serde_json::Map<String, Value> = read(body)?;
    let mut document = serde_json::to_value(old).map_err(|error| Problem::wrong(error.to_string()))?;
    if let Value::Object(members) = &mut document {
        for (name, value) in patch {
            if value.is_null() {
                members.remove(&name);
            } else {
                members.insert(name, value);
            }
        }
    }
    serde_json::from_value(document).map_err(|error| Problem::wrong(error.to_string()))
}

/// Every fault there is.
#[utoipa::path(get, path = "/_control/faults/catalogue", tag = "faults", responses((status = OK, body = Vec<CatalogueEntry>)))]
pub(crate) async fn list_catalogue() -> Json<Vec<&'static CatalogueEntry>> {
    Json(crate::fault::catalogue::all().collect())
}

/// Everything armed since the start, with how often it fired.
#[utoipa::path(get, path = "/_control/faults", tag = "faults", responses((status = OK, body = Vec<ArmedRecord>)))]
pub(crate) async fn list_faults(Place { realm, .. }: Place) -> Json<Vec<ArmedRecord>> {
    Json(Faults(realm).list())
}

/// Arms a fault.
#[utoipa::path(post, path = "/_control/faults", tag = "faults", request_body = Arming,
    responses((status = CREATED, body = ArmedRecord), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn arm_fault(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<ArmedRecord>), Problem> {
    let arming: Arming = read(&body)?;
    let faults = Faults(Arc::clone(&realm)).after(arming.after);
    let armed = faults.arm(&arming.fault, arming.target, arming.times)?;
    Ok((StatusCode::CREATED, Json(record(&realm, armed.id())?)))
}

fn record(realm: &Realm, id: u64) -> Result<ArmedRecord, NotFound> {
    let found = realm.lock().faults.get(id).cloned();
    found.ok_or_else(|| NotFound { kind: "armed fault", name: id.to_string() })
}

/// Disarms everything.
#[utoipa::path(delete, path = "/_control/faults", tag = "faults", responses((status = NO_CONTENT)))]
pub(crate) async fn disarm_faults(Place { realm, .. }: Place) -> StatusCode {
    Faults(realm).disarm_all();
    StatusCode::NO_CONTENT
}

/// One arming, with how often it fired.
#[utoipa::path(get, path = "/_control/faults/{id}", tag = "faults", params(("id" = u64, Path)),
    responses((status = OK, body = ArmedRecord), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn get_fault(
    Place { realm, .. }: Place,
    Path(id): Path<u64>,
) -> Result<Json<ArmedRecord>, Problem> {
    Ok(Json(record(&realm, id)?))
}

/// Disarms one.
#[utoipa::path(delete, path = "/_control/faults/{id}", tag = "faults", params(("id" = u64, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn disarm_fault(
    Place { realm, .. }: Place,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    record(&realm, id)?;
    realm.lock().faults.disarm(id);
    Ok(StatusCode::NO_CONTENT)
}
