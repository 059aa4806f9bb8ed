//! The directory of a company, read-only: SCIM 2.0 (RFC 7643, RFC 7644). The bearer token says which company.

use axum::http::{StatusCode, header};
use fixtures::{Person, Status};
use serde_json::{Value, json};

use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::error::Refusal;
use crate::protocol::text::shorten;
use crate::protocol::token::same_secret;
use crate::realm::{Realm, State};

const JSON: &str = "application/scim+json";

/// Most resources of one answer.
const PAGE: usize = 100;

pub(crate) fn list_users(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let state = realm.lock_at(&incoming.place.base);
    let company = match company_of_bearer(&state, incoming, note) {
        Ok(company) => company,
        Err(refused) => return *refused,
    };
    let filter = match incoming.query.first("filter").map(Filter::parse) {
        Some(None) => {
            let reason = "filter must be: userName eq \"…\", emails.value eq \"…\" or externalId eq \"…\"";
            return error(StatusCode::BAD_REQUEST, Some("invalidFilter"), "scim_filter", reason, note);
        }
        Some(Some(filter)) => Some(filter),
        None => None,
    };
    let number =
        |name, default| incoming.query.first(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let start: usize = number("startIndex", 1).max(1);
    let count: usize = number("count", PAGE).min(PAGE);
    let found: Vec<_> = members(&state, &company)
        .filter(|person| filter.as_ref().is_none_or(|filter| filter.matches(person)))
        .collect();
    let page: Vec<_> = found
        .iter()
        .skip(start - 1)
        .take(count)
        .map(|person| resource(&incoming.place.base.back, person))
        .collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": found.len(),
        "startIndex": start,
        "itemsPerPage": page.len(),
        "Resources": page,
    });
    answer(&body, note)
}

pub(crate) fn get_user(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let state = realm.lock_at(&incoming.place.base);
    let company = match company_of_bearer(&state, incoming, note) {
        Ok(company) => company,
        Err(refused) => return *refused,
    };
    let id = incoming.path.rsplit('/').next().unwrap_or_default();
    let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
    match members(&state, &company).find(|person| person.subject == id) {
        Some(person) => answer(&resource(&incoming.place.base.back, person), note),
        None => error(StatusCode::NOT_FOUND, None, "scim_user_known", "there is no such user", note),
    }
}

pub(crate) fn service_provider_config(_: &Realm, _: &Incoming, note: &mut Note) -> Reply {
    let no = json!({"supported": false});
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": no,
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": PAGE},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [{"type": "oauthbearertoken", "name": "Bearer token", "description": "One token per company"}],
    });
    answer(&body, note)
}

fn company_of_bearer(state: &State, incoming: &Incoming, note: &mut Note) -> Result<String, Box<Reply>> {
    note.client_authentication = Some("bearer");
    let bearer = incoming.bearer().unwrap_or_default();
    let company =
        state.people.companies().iter().find(|company| same_secret(&company.directory_token, bearer));
    company.map(|company| company.key.clone()).ok_or_else(|| {
        let reason = "the bearer token is no company's directory token";
        let refused = error(StatusCode::UNAUTHORIZED, None, "directory_token", reason, note);
        Box::new(refused.with(header::WWW_AUTHENTICATE, "Bearer realm=\"mock-idp\""))
    })
}

fn members<'a>(state: &'a State, company: &'a str) -> impl Iterator<Item = &'a Person> {
    state.people.members(company)
}

/// The filters a look-up needs (RFC 7644 3.4.2.2): one attribute, equal to one text.
enum Filter {
    UserName(String),
    Email(String),
    ExternalId(String),
}

impl Filter {
    fn parse(text: &str) -> Option<Self> {
        let (attribute, rest) = text.trim().split_once(' ')?;
        let (operator, literal) = rest.trim_start().split_once(' ')?;
        let value: String = serde_json::from_str(literal.trim()).ok()?;
        if !operator.eq_ignore_ascii_case("eq") {
            return None;
        }
        match attribute.to_ascii_lowercase().as_str() {
            "username" => Some(Self::UserName(value)),
            "emails" | "emails.value" => Some(Self::Email(value)),
            "externalid" | "id" => Some(Self::ExternalId(value)),
            _ => None,
        }
    }

    fn matches(&self, person: &Person) -> bool {
        match self {
            // RFC 7643 4.1.1: userName is not case-sensitive; nor is an e-mail address for a look-up.
            Self::UserName(value) => person.username.to_lowercase() == value.to_lowercase(),
            Self::Email(value) => {
                person.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(value))
            }
            Self::ExternalId(value) => person.subject == *value,
        }
    }
}

fn resource(issuer: &str, person: &Person) -> Value {
    let emails: Vec<_> = person.email.iter().map(|email| json!({"value": email, "primary": true})).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": person.subject,
        "externalId": person.subject,
        "userName": person.username,
        "displayName": person.full_name(),
        "name": {"givenName": person.given_name, "familyName": person.family_name},
        "emails": emails,
        "active": matches!(person.status, Status::Active | Status::Locked | Status::AddressNotAllowed),
        "userType": person.role,
        "meta": {"resourceType": "User", "location": format!("{issuer}/scim/v2/Users/{}", person.subject)},
    })
}

fn answer(body: &Value, note: &mut Note) -> Reply {
    note.response.unread = true;
    Reply::new(StatusCode::OK, JSON, body.to_string())
}

/// RFC 7644 3.12
fn error(status: StatusCode, kind: Option<&str>, check: &str, reason: &str, note: &mut Note) -> Reply {
    note.refusal = Some(Refusal::new(check, shorten(reason)));
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.as_str(),
        "detail": reason,
    });
    if let Some(kind) = kind {
        body["scimType"] = json!(kind);
    }
    Reply::new(status, JSON, body.to_string())
}
