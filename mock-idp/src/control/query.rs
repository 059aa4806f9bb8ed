//! What is asked in the query of an address, and what is said where nothing is taken. What is wrong with a query is told by
//! the parameter and what that takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, MatchedPath, Query, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control::OPEN;
use crate::control::problem::{self, LONGEST_BODY, Problem};
use crate::journal::Params;
use crate::protocol::text::shorten;

/// A query that was read.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        asked(&Params::parse(parts.uri.query().unwrap_or_default()), &[]).map(Self)
    }
}

/// Reads parameters; `more` are those that are read beside.
pub(super) fn asked<T: DeserializeOwned>(params: &Params, more: &[&str]) -> Result<T, Problem> {
    let uri = format!("http://x/?{}", params.encode());
    let uri = uri.parse().map_err(|_| Problem::wrong_query("the query is too long; ask for less"))?;
    Query::try_from_uri(&uri)
        .map(|Query(read)| read)
        .map_err(|error| Problem::wrong_query(wrong(&error, params, more)))
}

/// Operations by method and path, as the document has them.
type Operations = BTreeSet<(String, String)>;

/// Operations that take nothing, of one kind or another.
pub(super) struct Plain {
    /// In their address.
    without_query: Operations,
    /// As a body.
    without_body: Operations,
    /// And all there are.
    all: Operations,
}

impl Plain {
    pub(super) fn of(document: &Value) -> Self {
        let in_query = |parameter: &Value| parameter["in"] == "query";
        // Whoever watches it may add what they like.
        let without_query = operations(document, |path, operation| {
            let mut parameters = operation["parameters"].as_array().into_iter().flatten();
            !OPEN.contains(&path) && !parameters.any(in_query)
        });
        let without_body = operations(document, |_, operation| operation.get("requestBody").is_none());
        Self { without_query, without_body, all: operations(document, |_, _| true) }
    }

    /// The methods that a path takes.
    fn methods_of(&self, path: &str) -> Vec<&str> {
        let here = self.all.iter().filter(|(_, other)| other == path);
        here.map(|(method, _)| method.as_str()).collect()
    }
}

/// The path of an operation, as the document has it.
fn path_of(request: &Request) -> Option<String> {
    request.extensions().get::<MatchedPath>().map(|path| path.as_str().replace("{*", "{"))
}

/// What no operation saw says what would be taken.
pub(super) async fn explained(State(plain): State<Arc<Plain>>, request: Request, next: Next) -> Response {
    let path = path_of(&request).unwrap_or_default();
    problem::explained(next.run(request).await, &plain.methods_of(&path)).await
}

fn operations(document: &Value, wanted: impl Fn(&str, &Value) -> bool) -> Operations {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, operations)| {
        let operations = operations.as_object().into_iter().flatten();
        operations.map(move |(method, operation)| (method, path, operation))
    });
    let wanted = all.filter(|(_, path, operation)| wanted(path, operation));
    wanted.map(|(method, path, _)| (method.to_uppercase(), path.clone())).collect()
}

/// What is said to an operation that takes nothing, in its address or as a body, would go unheard.
pub(super) async fn heard(State(plain): State<Arc<Plain>>, request: Request, next: Next) -> Response {
    let params = Params::parse(request.uri().query().unwrap_or_default());
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let method = if is_read { Method::GET } else { request.method().clone() };
    let operation = (method.to_string(), path_of(&request).unwrap_or_default());
    let first = params.iter().map(|(name, _)| name.to_owned()).next();
    if let Some(name) = first.filter(|_| plain.without_query.contains(&operation)) {
        return Problem::takes_none(&name).into_response();
    }
    if is_read || !plain.without_body.contains(&operation) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match to_bytes(body, LONGEST_BODY).await {
        Ok(body) if says_nothing(&body) => next.run(Request::from_parts(parts, Body::empty())).await,
        _ => Problem::takes_no_body().into_response(),
    }
}

/// Clients send something empty where nothing is meant.
fn says_nothing(body: &[u8]) -> bool {
    matches!(body.trim_ascii(), b"" | b"null" | b"{}" | b"[]")
}

/// That a parameter has a value which is none, and what it takes.
pub(super) fn not_taken(name: &str, takes: &str, value: &str) -> String {
    format!("{name} takes {takes}, not {:?}", shorten(value))
}

fn wrong(error: &QueryRejection, params: &Params, more: &[&str]) -> String {
    let text = error.body_text();
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
    let quoted: Vec<_> = text.split('`').skip(1).step_by(2).collect();
    if text.contains("unknown field")
        && let Some((wrong, known)) = quoted.split_first()
    {
        let remedy = fixtures::nearest_remedy(wrong, known.iter().chain(more).copied());
        return format!("there is no parameter {wrong:?}; {remedy}");
    }
    if let Some(name) = text.strip_prefix("duplicate field `").and_then(|rest| rest.strip_suffix('`')) {
        return format!("{name} is in the query twice; send it once");
    }
    let Some((name, what)) = text.split_once(": ") else { return text.to_owned() };
    let value = params.first(name).unwrap_or_default();
    // These are the words of the standard library and of serde.
    let takes = if what.starts_with("unknown variant") {
        match quoted.get(1..).unwrap_or_default() {
            [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
            all => all.concat(),
        }
    } else if what.contains("`true` or `false`") {
        "true or false".to_owned()
    } else if what.contains("too large") {
        "a smaller number".to_owned()
    } else if what.contains("digit") || what.contains("integer") {
        "a whole number that is not negative".to_owned()
    } else {
        return text.to_owned();
    };
    not_taken(name, &takes, value)
}
