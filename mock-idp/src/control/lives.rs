//! Health, clock, journal, tokens, expiry and replay over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::clock::ClockReading;
use crate::control::problem::{Problem, read};
use crate::handles::{ClockHandle, JournalHandle, Minter, Replays};
use crate::http::place::Place;
use crate::journal::Entry;
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

/// Which entries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JournalFilter {
    /// Only entries after this number.
    #[serde(default)]
    after: u64,
    /// Only this operation.
    operation: Option<String>,
    /// Only about this person.
    person: Option<String>,
    /// With secrets as they came.
    #[serde(default)]
    raw: bool,
}

/// What was asked and answered, oldest first.
#[utoipa::path(get, path = "/_control/journal", tag = "journal", params(JournalFilter), responses((status = OK, body = Vec<Object>)))]
pub(crate) async fn read_journal(
    Place { realm, .. }: Place,
    Query(filter): Query<JournalFilter>,
) -> Json<Vec<Entry>> {
    let entries = JournalHandle(realm).entries().into_iter();
    let wanted = entries.filter(|entry| {
        entry.seq > filter.after
            && filter.operation.as_ref().is_none_or(|operation| operation == entry.operation)
            && filter.person.as_ref().is_none_or(|person| Some(person) == entry.person.as_ref())
    });
    Json(wanted.map(|entry| if filter.raw { entry } else { entry.masked() }).collect())
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
