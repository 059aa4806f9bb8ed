//! The clock over HTTP.

use axum::Json;
use axum::body::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::clock::ClockReading;
use crate::control::problem::{Problem, read};
use crate::handles::ClockHandle;
use crate::http::place::Place;

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
    /// Let it be this time now (RFC 3339), as far as it is not wrong on purpose.
    #[schema(format = DateTime)]
    at: Option<String>,
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
    let at = change.at.as_deref().map(time).transpose()?;
    let clock = ClockHandle(realm);
    match change.frozen {
        Some(true) => clock.freeze(),
        Some(false) => clock.resume(),
        None => {}
    }
    if let Some(at) = at {
        clock.set(at);
    }
    if let Some(seconds) = change.advance_seconds {
        clock.advance(SignedDuration::from_secs(seconds));
    }
    if let Some(seconds) = change.skew_seconds {
        clock.skew(SignedDuration::from_secs(seconds));
    }
    Ok(Json(clock.reading()))
}

fn time(at: &str) -> Result<Timestamp, Problem> {
    let none = |_| Problem::wrong(format!("at {at:?} is no time; write it as in \"2027-01-01T00:00:00Z\""));
    at.parse().map_err(none)
}
