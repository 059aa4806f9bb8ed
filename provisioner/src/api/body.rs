//! Reading callers, JSON bodies, queries and path ids, with problems instead of plain texts when they cannot be read.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::problem::{Problem, ProblemCode};
use crate::app::AppState;
use crate::domain::foreign::printable;
use crate::domain::id::Id;
use crate::front::visitor::Visitor;

/// Longest text that is told back, in characters.
const LONGEST_ECHO: usize = 40;

/// The sender of a request.
pub(crate) struct Caller(pub(crate) Visitor);

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        Ok(Self(Visitor::read(&parts.headers, app).await?))
    }
}

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = axum::Json::<T>::from_request(request, state).await;
        read.map(|axum::Json(body)| Self(body)).map_err(|rejection| unreadable(&rejection))
    }
}

/// A query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(query)| Self(query))
            .map_err(|rejection| Problem::new(ProblemCode::InvalidInput).detail(told(&rejection.body_text())))
    }
}

fn unreadable(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::JsonDataError(error) => {
            Problem::new(ProblemCode::InvalidInput).detail(told(&error.body_text()))
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::TooLarge.into(),
        other => Problem::new(ProblemCode::MalformedRequest).detail(told(&other.body_text())),
    }
}

/// What is wrong, without how the text was read.
fn told(text: &str) -> String {
    let readers = [
        "Failed to deserialize query string: ",
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to parse the request body as JSON: ",
    ];
    readers.iter().find_map(|reader| text.strip_prefix(reader)).unwrap_or(text).to_owned()
}

/// A time of a query (RFC 3339).
pub(crate) fn time(name: &str, text: &str) -> Result<Timestamp, Problem> {
    text.parse().map_err(|_| {
        invalid(format!(
            "`{name}` is `{}`, which is not a time; write it as in 2026-01-31T00:00:00Z",
            printable(text, LONGEST_ECHO)
        ))
    })
}

/// The page of a query, from 1; without one, the first.
pub(crate) fn page(text: Option<&str>) -> Result<u32, Problem> {
    let Some(text) = text else { return Ok(1) };
    text.parse().ok().filter(|page| *page > 0).ok_or_else(|| {
        let text = printable(text, LONGEST_ECHO);
        invalid(format!("`page` is `{text}`, which is not the number of a page; the first is 1"))
    })
}

fn invalid(detail: String) -> Problem {
    Problem::new(ProblemCode::InvalidInput).detail(detail)
}

/// An id of the path. What is no id names nothing: 404, as for an id that nobody has.
pub(crate) fn id<T>(text: &str) -> Result<Id<T>, Problem> {
    text.parse().map_err(|_| ProblemCode::NotFound.into())
}
