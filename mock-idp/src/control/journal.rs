//! The journal over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::control::browsers::Format;
use crate::control::console::entry_page;
use crate::control::number::Number;
use crate::control::problem::Problem;
use crate::control::query::{Asked, asked, not_taken};
use crate::control::{journaled, unknown_operation};
use crate::handles::{JournalHandle, NotFound};
use crate::http::place::Place;
use crate::journal::{Entry, JournalQuery, NearMiss, Params};

/// Most entries that are given where there is a limit.
const MOST: usize = 1_000;

/// So many milliseconds are waited at most.
const LONGEST_WAIT: u64 = 60_000;

/// Whether secrets and bytes are shown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Rawness {
    /// With secrets and bytes as they came.
    #[serde(default)]
    raw: bool,
}

/// How many are given, and in which order.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// Only the first so many of those that are wanted; whoever reads on asks for what comes `after` the last one.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// The newest first, and not the oldest.
    #[serde(default)]
    newest_first: bool,
}

/// What of the page and of what is shown stands in a query.
const HOW: [&str; 3] = ["limit", "newest_first", "raw"];

/// What was asked and answered, oldest first unless asked otherwise. Unknown members of the query are refused.
#[utoipa::path(get, path = "/_control/journal", tag = "journal", params(JournalQuery, Page, Rawness),
    responses((status = OK, body = Vec<Entry>), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn read_journal(
    Place { realm, .. }: Place,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Entry>>, Problem> {
    let (query, Rawness { raw }) = journal_query(query.as_deref(), &HOW)?;
    Ok(Json(shown(JournalHandle(realm).find(&query), raw)))
}

/// How many there are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Count {
    /// How many.
    count: usize,
    /// What came nearest, when there is none.
    near_misses: Vec<NearMiss>,
}

/// How many entries there are, and what came nearest when there is none.
#[utoipa::path(get, path = "/_control/journal/count", tag = "journal", params(JournalQuery),
    responses((status = OK, body = Count), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn count_journal(
    Place { realm, .. }: Place,
    RawQuery(query): RawQuery,
) -> Result<Json<Count>, Problem> {
    let (query, _): (_, Rawness) = journal_query(query.as_deref(), &[])?;
    let state = realm.lock();
    let count = state.journal.count(&query);
    let near_misses = if count == 0 { state.journal.near_misses(&query) } else { Vec::new() };
    Ok(Json(Count { count, near_misses }))
}

/// How long, and for how many.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Patience {
    /// How many entries to wait for.
    #[serde(default = "one")]
    count: usize,
    /// How long to wait, in milliseconds; a minute at most.
    #[serde(default = "two_seconds")]
    #[param(maximum = 60_000)]
    timeout_ms: u64,
    /// With secrets and bytes as they came.
    #[serde(default)]
    raw: bool,
}

fn one() -> usize {
    1
}

fn two_seconds() -> u64 {
    2_000
}

/// Waits until there are so many entries, whatever the limit of those that are given. When they do not come in time, the problem says what came nearest.
#[utoipa::path(get, path = "/_control/journal/wait", tag = "journal", params(JournalQuery, Patience, Page),
    responses((status = OK, body = Vec<Entry>), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn wait_for_journal(
    Place { realm, .. }: Place,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Entry>>, Problem> {
    let (query, patience): (_, Patience) =
        journal_query(query.as_deref(), &[&HOW[..], &["count", "timeout_ms"]].concat())?;
    if patience.timeout_ms > LONGEST_WAIT {
        let takes = format!("a number from 0 to {LONGEST_WAIT}");
        let detail = not_taken("timeout_ms", &takes, &patience.timeout_ms.to_string());
        return Err(Problem::wrong_query(detail));
    }
    let time = std::time::Duration::from_millis(patience.timeout_ms);
    let found = JournalHandle(realm).wait_for(&query, patience.count, time).await?;
    Ok(Json(shown(found, patience.raw)))
}

fn shown(entries: Vec<Entry>, raw: bool) -> Vec<Entry> {
    entries.into_iter().map(|entry| if raw { entry } else { entry.masked() }).collect()
}

/// Splits a query into what is wanted and the rest; what is neither is refused.
fn journal_query<T: DeserializeOwned>(
    query: Option<&str>,
    rest: &[&str],
) -> Result<(JournalQuery, T), Problem> {
    let query = Params::parse(query.unwrap_or_default());
    let (ours, theirs): (Vec<_>, Vec<_>) = query.iter().partition(|(name, _)| rest.contains(name));
    let ours = ours.into_iter().collect();
    let read = asked(&ours, rest)?;
    let page: Page = asked(&ours, rest)?;
    if let Some(limit) = page.limit.filter(|limit| !(1..=MOST).contains(limit)) {
        let takes = format!("a number from 1 to {MOST}");
        return Err(Problem::wrong_query(not_taken("limit", &takes, &limit.to_string())));
    }
    let query: JournalQuery = asked(&theirs.into_iter().collect(), rest)?;
    let query = JournalQuery { limit: page.limit, newest_first: page.newest_first, ..query };
    let known = journaled();
    match query.operation.as_deref().filter(|operation| !known.contains(operation)) {
        None => Ok((query, read)),
        Some(operation) => Err(unknown_operation(operation, &known)),
    }
}

/// How an entry is shown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Shown {
    /// With secrets and bytes as they came; a page has neither.
    #[serde(default)]
    raw: bool,
    /// How it is written; JSON unless said otherwise, but a page for browsers.
    #[param(inline)]
    format: Option<Format>,
}

/// One entry, by its number.
#[utoipa::path(get, path = "/_control/journal/{seq}", tag = "journal", params(("seq" = u64, Path), Shown),
    responses((status = OK, content((Entry = "application/json"), (String = "text/html"))), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn read_entry(
    place: Place,
    Number(seq): Number,
    headers: HeaderMap,
    Asked(how): Asked<Shown>,
) -> Result<Response, Problem> {
    let entry = JournalHandle(Arc::clone(&place.realm)).entry(seq);
    let entry = entry.ok_or_else(|| NotFound::new("journal entry", seq.to_string()))?;
    Ok(match Format::of(how.format, &headers) {
        Format::Html => entry_page::entry(&place, &entry),
        Format::Json if how.raw => Json(entry).into_response(),
        Format::Json => Json(entry.masked()).into_response(),
    })
}

/// Forgets the entries; numbers go on.
#[utoipa::path(delete, path = "/_control/journal", tag = "journal", responses((status = NO_CONTENT)))]
pub(crate) async fn clear_journal(Place { realm, .. }: Place) -> StatusCode {
    JournalHandle(realm).clear();
    StatusCode::NO_CONTENT
}
