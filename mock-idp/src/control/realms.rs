//! Realms over HTTP: made, listed, removed; put back to how they were.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Serialize;

use crate::config::{self, RealmShape};
use crate::control::clients::check_client;
use crate::control::problem::{Problem, read};
use crate::handles::NotFound;
use crate::http::place::Place;
use crate::realm::Realm;

/// Most snapshots of one realm: each holds a journal.
pub(crate) const MOST_SNAPSHOTS: usize = 16;

/// A realm.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RealmReading {
    /// Its path; empty for the one at the root.
    path: String,
    /// Its issuer.
    issuer: String,
    /// Where it is controlled.
    control: String,
}

fn reading(place: &Place, realm: &Realm) -> RealmReading {
    let base = place.base_of(realm);
    RealmReading { path: realm.path.clone(), issuer: base.issuer.to_string(), control: base.control_url() }
}

/// Every realm of this process.
#[utoipa::path(get, path = "/_control/realms", tag = "realms", responses((status = OK, body = Vec<RealmReading>)))]
pub(crate) async fn list_realms(place: Place) -> Json<Vec<RealmReading>> {
    let realms = place.realms.paths().into_iter().filter_map(|path| place.realms.get(&path));
    Json(realms.map(|realm| reading(&place, &realm)).collect())
}

/// Makes a realm with keys of its own. What is not given is as in what the provider was started with.
#[utoipa::path(post, path = "/_control/realms", tag = "realms", request_body = RealmShape,
    responses((status = CREATED, body = RealmReading), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn create_realm(
    place: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<RealmReading>), Problem> {
    let (path, plan) = config::realm(read(&body)?, &place.realms.fixtures(), place.realms.switches())?;
    if plan.keys.is_some() {
        return Err(Problem::wrong("keys names a folder, which only a configuration file may; leave it out"));
    }
    let clients = plan.fixtures.iter().flat_map(|fixtures| &fixtures.clients);
    clients.into_iter().try_for_each(check_client)?;
    let realm = place.realms.create(&path, plan.into())?;
    Ok((StatusCode::CREATED, Json(reading(&place, &realm))))
}

/// Removes the realm at this path, slashes and all. The one at the root stays.
#[utoipa::path(delete, path = "/_control/realms/{*path}", tag = "realms", params(("path" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn remove_realm(place: Place, Path(path): Path<String>) -> Result<StatusCode, Problem> {
    if place.realms.remove(&path) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let known = place.realms.paths();
    let known = known.iter().map(String::as_str).filter(|known| !known.is_empty());
    Err(NotFound::among("realm", &path, known).into())
}

/// Puts everything back to how it was when the realm was made.
#[utoipa::path(post, path = "/_control/reset", tag = "realms", responses((status = NO_CONTENT)))]
pub(crate) async fn reset(Place { realm, .. }: Place) -> StatusCode {
    realm.reset();
    StatusCode::NO_CONTENT
}

/// Names of the snapshots of this realm.
#[utoipa::path(get, path = "/_control/snapshots", tag = "realms", responses((status = OK, body = Vec<String>)))]
pub(crate) async fn list_snapshots(Place { realm, .. }: Place) -> Json<Vec<String>> {
    Json(realm.snapshots().keys().cloned().collect())
}

/// Keeps everything as it is now under this name.
#[utoipa::path(put, path = "/_control/snapshots/{name}", tag = "realms", params(("name" = String, Path)),
    responses((status = NO_CONTENT), (status = CONFLICT, body = Problem)))]
pub(crate) async fn take_snapshot(
    Place { realm, .. }: Place,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let there = realm.snapshots();
    let is_one_more = there.len() >= MOST_SNAPSHOTS && !there.contains_key(&name);
    drop(there);
    if is_one_more {
        return Err(Problem::too_many_snapshots(MOST_SNAPSHOTS));
    }
    let snapshot = realm.snapshot();
    realm.snapshots().insert(name, snapshot);
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a snapshot.
#[utoipa::path(delete, path = "/_control/snapshots/{name}", tag = "realms", params(("name" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn forget_snapshot(
    Place { realm, .. }: Place,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let forgotten = realm.snapshots().remove(&name);
    forgotten.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| no_snapshot(&realm, &name).into())
}

/// Puts everything back to how it was in this snapshot.
#[utoipa::path(post, path = "/_control/snapshots/{name}/restore", tag = "realms", params(("name" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn restore_snapshot(
    Place { realm, .. }: Place,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let snapshot = realm.snapshots().get(&name).cloned();
    let snapshot = snapshot.ok_or_else(|| no_snapshot(&realm, &name))?;
    realm.restore(&snapshot);
    Ok(StatusCode::NO_CONTENT)
}

fn no_snapshot(realm: &Realm, name: &str) -> NotFound {
    NotFound::among("snapshot", name, realm.snapshots().keys().map(String::as_str))
}
