//! What is asked in the query of an address. What is wrong with it is told by the parameter and what that takes.

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

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
    let uri = uri.parse().map_err(|_| Problem::wrong("the query is too long; ask for less"))?;
    Query::try_from_uri(&uri)
        .map(|Query(read)| read)
        .map_err(|error| Problem::wrong(wrong(&error, params, more)))
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
