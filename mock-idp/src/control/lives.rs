//! Health, clock, journal, tokens, expiry and replay over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::ClockReading;
use crate::control::problem::{Problem, read};
use crate::handles::{ClockHandle, JournalHandle, Minter, NotFound, Replays};
use crate::http::place::Place;
use crate::journal::{Entry, JournalQuery, NearMiss, Params};
use crate::realm::people::{Mint, Minted};
use crate::realm::replay::{SentResponse, SentToken};

/// That it serves.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The issuer.
    issuer: String,
}

/// Whether it serves.
#[utoipa::path(get, path = "/_control/health", tag = "health", responses((status = OK, body = Health)))]
pub(crate) async fn health(Place { base, .. }: Place) -> Json<Health> {
    Json(Health { status: "ok", issuer: base.issuer.to_string() })
}

/// The certificate of the authority behind the provider's own, PEM: what a client under test has to trust.
#[utoipa::path(get, path = "/_control/tls/authority.pem", tag = "health",
    responses((status = OK, body = String, content_type = "application/x-pem-file"), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn authority(Place { realms, .. }: Place) -> Result<impl IntoResponse, Problem> {
    let name = "authority; serve with --tls to have one made".to_owned();
    let pem = realms.authority().ok_or(NotFound { kind: "TLS", name })?.to_owned();
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem))
}

/// How the clock stands.
#[utoipa::path(get, path = "/_control/clock", tag = "clock", responses((status = OK, body = ClockReading)))]
pub(crate) async fn read_clock(Place { realm, .. }: Place) -> Json<ClockReading> {
    Json(ClockHandle(realm).reading())
}

/// What to do with the clock; what is not sent stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockChange {
    /// Stop time, or let it run.
    frozen: Option<bool>,
    /// Move the clock by this many seconds.
    advance_seconds: Option<i64>,
    /// Be wrong by this many seconds.
    skew_seconds: Option<i64>,
}

/// Freezes, moves or falsifies the clock.
#[utoipa::path(post, path = "/_control/clock", tag = "clock", request_body = ClockChange,
    responses((status = OK, body = ClockReading), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn set_clock(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<Json<ClockReading>, Problem> {
    let change: ClockChange = read(&body)?;
    let clock = ClockHandle(realm);
    match change.frozen {
        Some(true) => clock.freeze(),
        Some(false) => clock.resume(),
        None => {}
    }
    if let Some(seconds) = change.advance_seconds {
        clock.advance(SignedDuration::from_secs(seconds));
    }
    if let Some(seconds) = change.skew_seconds {
        clock.skew(SignedDuration::from_secs(seconds));
    }
    Ok(Json(clock.reading()))
}

/// Whether secrets and bytes are shown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Rawness {
    /// With secrets and bytes as they came.
    #[serde(default)]
    raw: bool,
}

/// What was asked and answered, oldest first. Unknown members of the query are refused.
#[utoipa::path(get, path = "/_control/journal", tag = "journal", params(JournalQuery, Rawness),
    responses((status = OK, body = Vec<Object>), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn read_journal(
    Place { realm, .. }: Place,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Entry>>, Problem> {
    let (query, Rawness { raw }) = journal_query(query.as_deref(), &["raw"])?;
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
    let count = state.journal.find(&query).len();
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

/// Waits until there are so many entries. When they do not come in time, the problem says what came nearest.
#[utoipa::path(get, path = "/_control/journal/wait", tag = "journal", params(JournalQuery, Patience),
    responses((status = OK, body = Vec<Object>), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn wait_for_journal(
    Place { realm, .. }: Place,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Entry>>, Problem> {
    let (query, patience): (_, Patience) = journal_query(query.as_deref(), &["count", "timeout_ms", "raw"])?;
    let time = std::time::Duration::from_millis(patience.timeout_ms.min(60_000));
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
    let (ours, theirs): (Vec<_>, Vec<_>) = Params::parse(query.unwrap_or_default())
        .0
        .into_iter()
        .partition(|(name, _)| rest.contains(&name.as_str()));
    let rest = from_query(&Params(ours))?;
    Ok((from_query(&Params(theirs))?, rest))
}

fn from_query<T: DeserializeOwned>(params: &Params) -> Result<T, Problem> {
    let uri = format!("http://x/?{}", params.encode());
    let uri = uri.parse().map_err(|_| Problem::wrong("the query is too long"))?;
    Query::try_from_uri(&uri).map(|Query(read)| read).map_err(|error| Problem::wrong(error.body_text()))
}

/// Forgets the entries; numbers go on.
#[utoipa::path(delete, path = "/_control/journal", tag = "journal", responses((status = NO_CONTENT)))]
pub(crate) async fn clear_journal(Place { realm, .. }: Place) -> StatusCode {
    JournalHandle(realm).clear();
    StatusCode::NO_CONTENT
}

/// Makes tokens without a login.
#[utoipa::path(post, path = "/_control/tokens", tag = "tokens", request_body = Mint,
    responses((status = CREATED, body = Minted), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn mint_tokens(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<Minted>), Problem> {
    let order: Mint = read(&body)?;
    Ok((StatusCode::CREATED, Json(Minter(realm).mint(&order)?)))
}

/// What is to expire now: exactly one member.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Expiry {
    /// This code.
    Code(String),
    /// Every code that was not redeemed yet: `"all_codes"`.
    AllCodes,
    /// This access or refresh token.
    Token(String),
    /// The provider sessions of this person.
    Sessions(String),
}

/// How much expired.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Expired {
    /// How many.
    expired: usize,
}

/// Makes something expire now.
#[utoipa::path(post, path = "/_control/expire", tag = "tokens", request_body = Expiry,
    responses((status = OK, body = Expired), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn expire(Place { realm, .. }: Place, body: Bytes) -> Result<Json<Expired>, Problem> {
    let minter = Minter(realm);
    let expired = match read(&body)? {
        Expiry::Code(code) => minter.expire_code(&code).map(|()| 1)?,
        Expiry::Token(token) => minter.expire_token(&token).map(|()| 1)?,
        Expiry::AllCodes => minter.expire_codes(),
        Expiry::Sessions(person) => minter.expire_sessions(&person),
    };
    Ok(Json(Expired { expired }))
}

/// Whose.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReplayFilter {
    /// Only about this person.
    person: Option<String>,
}

/// What was handed out before, exactly as it was.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HandedOutBefore {
    /// Authorization responses, oldest first; opening `location` replays one.
    responses: Vec<SentResponse>,
    /// ID tokens, oldest first.
    id_tokens: Vec<SentToken>,
}

/// What was handed out before, to be handed out again exactly as it was.
#[utoipa::path(get, path = "/_control/replay", tag = "replay", params(ReplayFilter), responses((status = OK, body = HandedOutBefore)))]
pub(crate) async fn replay(
    Place { realm, .. }: Place,
    Query(filter): Query<ReplayFilter>,
) -> Json<HandedOutBefore> {
    let replays = Replays(realm);
    let about = |person: Option<&str>| filter.person.is_none() || person == filter.person.as_deref();
    let mut responses = replays.responses();
    responses.retain(|sent| about(sent.person.as_deref()));
    let mut id_tokens = replays.id_tokens();
    id_tokens.retain(|sent| about(Some(&sent.person)));
    Json(HandedOutBefore { responses, id_tokens })
}
