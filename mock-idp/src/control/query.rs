//! What is asked in the query of an address. What is wrong with it is told by the parameter and what that takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, MatchedPath, Query, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control::OPEN;
use crate::control::problem::Problem;
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

/// Operations that take nothing in their address: method and path, as the document has them.
pub(super) fn plain(document: &Value) -> BTreeSet<(String, String)> {
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let paths = members(&document["paths"]).into_iter();
    let operations = paths.flat_map(|(path, operations)| {
        members(&operations).into_iter().map(move |(method, operation)| (method, path.clone(), operation))
    });
    let in_query = |parameter: &Value| parameter["in"] == "query";
    let takes =
        |operation: &Value| operation["parameters"].as_array().is_some_and(|all| all.iter().any(in_query));
    // Whoever watches it may add what they like.
    let plain = operations.filter(|(_, path, operation)| !takes(operation) && !OPEN.contains(&path.as_str()));
    plain.map(|(method, path, _)| (method.to_uppercase(), path)).collect()
}

/// What is said to an operation that takes nothing in its address would go unheard.
pub(super) async fn heard(
    State(plain): State<Arc<BTreeSet<(String, String)>>>,
    request: Request,
    next: Next,
) -> Response {
    let params = Params::parse(request.uri().query().unwrap_or_default());
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().replace("{*", "{"));
    let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
    let operation = (method.to_string(), matched.unwrap_or_default());
    let first = params.iter().map(|(name, _)| name.to_owned()).next();
    match first.filter(|_| plain.contains(&operation)) {
        Some(name) => Problem::takes_none(&name).into_response(),
        None => next.run(request).await,
    }
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
