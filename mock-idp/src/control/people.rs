//! People over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use fixtures::{Person, nearest_remedy};
use serde::{Deserialize, Serialize};

use crate::config;
use crate::config::tree::Node;
use crate::control::problem::{Problem, patched, read};
use crate::control::query::Asked;
use crate::handles::People;
use crate::http::backchannel_logout::LogoutDelivery;
use crate::http::place::Place;
use crate::protocol::launch::Launch;
use crate::realm::{Realm, State};

/// Who is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeopleQuery {
    /// Part of a name, a user name, an e-mail address, a key, the key of a company, or a role; in any letter case.
    q: Option<String>,
}

/// Everybody, or those who are looked for, the deleted included. Passwords and codes are in it: they are public and worthless.
#[utoipa::path(get, path = "/_control/people", tag = "people", params(PeopleQuery),
    responses((status = OK, body = Vec<Person>), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn list_people(
    Place { realm, .. }: Place,
    Asked(PeopleQuery { q }): Asked<PeopleQuery>,
) -> Json<Vec<Person>> {
    let Some(wanted) = q.filter(|wanted| !wanted.trim().is_empty()) else {
        return Json(People(realm).list());
    };
    // Among many people this takes a while, and nobody is to wait for it.
    let everybody = realm.lock().people.everybody();
    Json(everybody.described(wanted.trim()).map(|person| Person::clone(person)).collect())
}

/// Adds a person. Only `key` is needed, and `company` where there are several; what is not given is as in a configuration file.
#[utoipa::path(post, path = "/_control/people", tag = "people", request_body = ref("#/components/schemas/NewPerson"),
    responses((status = CREATED, body = Person), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn add_person(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<Person>), Problem> {
    Ok((StatusCode::CREATED, Json(added(&realm, read(&body)?)?)))
}

/// Adds the person that this describes. It is checked and added under one lock: of those who come at once with one name one
/// is there, and the others are told so.
pub(super) fn added(realm: &Realm, described: Node) -> Result<Person, Problem> {
    let mut state = realm.lock();
    let only_company = state.people.only_company().map(|only| only.key.as_str());
    if only_company.is_none() && described.get("key").is_some() && described.get("company").is_none() {
        let known = state.people.companies().iter().map(|company| company.key.as_str());
        return Err(Problem::wrong(format!("\"company\" is missing; {}", nearest_remedy("", known))));
    }
    let person = config::person(described, only_company)?;
    if state.people.get(&person.key).is_some() {
        return Err(Problem::taken("person", &person.key));
    }
    check_person(&state, &person)?;
    state.add_person(person.clone());
    Ok(person)
}

/// People that are wanted.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invention {
    /// How many; 100,000 at most.
    count: usize,
    /// Key of their company; all companies in turn unless given.
    company: Option<String>,
}

/// Makes people up. The seed of the realm fixes who they are; their password is `password`, their one-time code `123456`.
#[utoipa::path(post, path = "/_control/people/invent", tag = "people", request_body = Invention,
    responses((status = CREATED, body = Vec<Person>), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn invent_people(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<Vec<Person>>), Problem> {
    let Invention { count, company } = read(&body)?;
    Ok((StatusCode::CREATED, Json(People(realm).invent(count, company.as_deref())?)))
}

/// The names of a person say something, and lead to nobody else.
fn check_person(state: &State, person: &Person) -> Result<(), Problem> {
    for (name, value) in [("key", &person.key), ("username", &person.username), ("subject", &person.subject)]
    {
        if value.is_empty() {
            return Err(Problem::wrong(format!("{name} of a person is empty; give one")));
        }
    }
    fixtures::check_person(person, state.people.companies())
        .map_err(|wrong| Problem::wrong(wrong.to_string()))?;
    if state.people.with_subject(&person.subject).is_some_and(|owner| owner.key != person.key) {
        return Err(Problem::taken("person with the subject", &person.subject));
    }
    Ok(state.check_username(&person.key, &person.username, &person.company)?)
}

/// One person.
#[utoipa::path(get, path = "/_control/people/{key}", tag = "people", params(("key" = String, Path)),
    responses((status = OK, body = Person), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn get_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<Json<Person>, Problem> {
    let state = realm.lock();
    let person = state.people.get(&key).cloned();
    Ok(Json(person.ok_or_else(|| state.no_person(&key))?))
}

/// Changes the members that are sent; null removes one (RFC 7396).
#[utoipa::path(patch, path = "/_control/people/{key}", tag = "people", params(("key" = String, Path)),
    request_body(content = ref("#/components/schemas/PersonChange"), content_type = "application/merge-patch+json"),
    responses((status = OK, body = Person), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn change_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Json<Person>, Problem> {
    let mut state = realm.lock();
    let before = state.people.get(&key).ok_or_else(|| state.no_person(&key))?;
    let changed: Person = patched(before, "key", &body)?;
    check_person(&state, &changed)?;
    state.change_person(&key, |person| person.clone_from(&changed));
    Ok(Json(changed))
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

/// Deactivates the account and ends its sessions; refused where it was deleted and somebody has its user name now.
#[utoipa::path(post, path = "/_control/people/{key}/deactivate", tag = "people", params(("key" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem)))]
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

/// Locks the account and ends its sessions; refused where it was deleted and somebody has its user name now.
#[utoipa::path(post, path = "/_control/people/{key}/lock", tag = "people", params(("key" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem)))]
pub(crate) async fn lock_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    People(realm).lock(&key)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes the account active again, whatever it was; refused where it was deleted and somebody has its user name now.
#[utoipa::path(post, path = "/_control/people/{key}/restore", tag = "people", params(("key" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem)))]
pub(crate) async fn restore_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    People(realm).restore(&key)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another e-mail address.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEmail {
    /// The address; null for none.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    email: Option<String>,
}

/// Gives the account another e-mail address; the subject stays.
#[utoipa::path(post, path = "/_control/people/{key}/change-email", tag = "people", params(("key" = String, Path)),
    request_body = NewEmail,
    responses((status = OK, body = Person), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn change_email(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Json<Person>, Problem> {
    let NewEmail { email } = read(&body)?;
    Ok(Json(People(realm).change_email(&key, email.as_deref())?))
}

/// Another user name.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUsername {
    /// The user name: nobody of the company has it.
    username: String,
}

/// Gives the person another user name: a new account with the old address, a subject that nobody had before, and the
/// end of what was handed out about the old one.
#[utoipa::path(post, path = "/_control/people/{key}/rename", tag = "people", params(("key" = String, Path)),
    request_body = NewUsername,
    responses((status = OK, body = Person), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn rename_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Json<Person>, Problem> {
    let NewUsername { username } = read(&body)?;
    Ok(Json(People(realm).rename(&key, &username)?))
}

/// Deletes the account and makes it again by the same names: a subject that nobody had before, and the end of what was
/// handed out about the old one.
#[utoipa::path(post, path = "/_control/people/{key}/recreate", tag = "people", params(("key" = String, Path)),
    responses((status = OK, body = Person), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem)))]
pub(crate) async fn recreate_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<Json<Person>, Problem> {
    Ok(Json(People(realm).recreate(&key)?))
}

/// Another company.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Move)]
pub(crate) struct NewCompany {
    /// Key of the company.
    company: String,
}

/// Moves the account to another company, which has the person's role; the subject and the sessions stay.
#[utoipa::path(post, path = "/_control/people/{key}/move", tag = "people", params(("key" = String, Path)),
    request_body = NewCompany,
    responses((status = OK, body = Person), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn move_person(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Json<Person>, Problem> {
    let NewCompany { company } = read(&body)?;
    Ok(Json(People(realm).move_to(&key, &company)?))
}

/// Where a launch begins.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Launchpad {
    /// What the browser opens: once, and within five minutes.
    location: String,
}

/// Prepares a launch from the portal (OIDC Core 4): whatever browser opens the address is signed in as this person and
/// sent to the client.
#[utoipa::path(post, path = "/_control/people/{key}/launch", tag = "people", params(("key" = String, Path)),
    request_body = Launch,
    responses((status = CREATED, body = Launchpad), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn launch_client(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Launchpad>), Problem> {
    let location = People(realm).launch(&key, read(&body)?)?;
    Ok((StatusCode::CREATED, Json(Launchpad { location })))
}
