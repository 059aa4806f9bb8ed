//! The pages of the portal.

use askama::Template;
use axum::http::StatusCode;
use fixtures::Person;

use super::{CompanyGroup, Search, Wanted, groups, policy, show};
use crate::http::reply::Reply;
use crate::journal::Note;
use crate::realm::State;

#[derive(Template)]
#[template(path = "portal.html")]
struct Portal<'a> {
    prefix: &'a str,
    person: &'a str,
    company: &'a str,
    clients: Vec<Tile<'a>>,
}

/// An application that can be opened.
struct Tile<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Template)]
#[template(path = "portal_people.html")]
struct PortalPeople<'a> {
    prefix: &'a str,
    search: Option<Search<'a>>,
    companies: Vec<CompanyGroup>,
    only_one: bool,
    error: Option<&'a str>,
}

/// What a person can open.
pub(crate) fn portal(state: &State, key: &str, note: &mut Note) -> Reply {
    note.person = Some(key.to_owned());
    let person = state.people.get(key);
    let company = person.and_then(|person| state.people.company_of(person));
    let page = Portal {
        prefix: &state.base.prefix,
        person: &person.map(Person::full_name).unwrap_or_default(),
        company: company.map_or("", |company| &company.name),
        clients: state.launchable().map(|client| Tile { id: &client.id, name: &client.name }).collect(),
    };
    let addresses = state.launchable().filter_map(|client| client.initiate_login_uri.as_deref());
    show(StatusCode::OK, "kaseyaone-portal", page.render(), &policy(addresses, false), note)
}

/// Who opens the portal: anybody, or the one person who is expected.
pub(crate) fn portal_people(
    state: &State,
    only: Option<&str>,
    wanted: &Wanted<'_>,
    error: Option<&str>,
    note: &mut Note,
) -> Reply {
    let mut companies = groups(state, wanted);
    let search = Search::of(state, wanted.by, "/portal", None).filter(|_| only.is_none());
    if let Some(only) = only.and_then(|key| state.people.get(key)) {
        companies = vec![CompanyGroup::of_one(state, only)];
    }
    let page =
        PortalPeople { prefix: &state.base.prefix, search, companies, only_one: only.is_some(), error };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    show(status, "kaseyaone-portal-people", page.render(), &policy(None, false), note)
}
