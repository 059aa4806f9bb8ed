//! People over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use fixtures::Person;

use crate::control::problem::{Problem, patched, read};
use crate::handles::{NotFound, People};
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
