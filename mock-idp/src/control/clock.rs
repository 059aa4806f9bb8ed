//! The clock over HTTP.

use axum::Json;
use axum::body::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::clock::ClockReading;
use crate::control::problem::{Problem, read_given};
use crate::handles::ClockHandle;
use crate::http::place::Place;

/// How the clock stands.
#[utoipa::path(get, path = "/_control/clock", tag = "clock", responses((status = OK, body = ClockReading)))]
pub(crate) async fn read_clock(Place { realm, .. }: Place) -> Json<ClockReading> {
    Json(ClockHandle(realm).reading())
}

/// What to do with the clock; what is not sent stays. Null is no value here.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockChange {
    /// Stop time, or let it run.
    #[schema(nullable = false)]
    frozen: Option<bool>,
    /// Let it be this time now (RFC 3339), as far as it is not wrong on purpose.
    #[schema(format = DateTime, nullable = false)]
    at: Option<String>,
    /// Move the clock by this many seconds.
    #[schema(nullable = false)]
    advance_seconds: Option<i64>,
    /// Be wrong by this many seconds.
    #[schema(nullable = false)]
    skew_seconds: Option<i64>,
}

/// Freezes, moves or falsifies the clock.
#[utoipa::path(post, path = "/_control/clock", tag = "clock", request_body = ClockChange,
    responses((status = OK, body = ClockReading), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn set_clock(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<Json<ClockReading>, Problem> {
    let change: ClockChange = read_given(&body, "send DELETE /_control/clock for real time")?;
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

/// Real time again: takes back whatever was done to the clock.
#[utoipa::path(delete, path = "/_control/clock", tag = "clock", responses((status = OK, body = ClockReading)))]
pub(crate) async fn restore_clock(Place { realm, .. }: Place) -> Json<ClockReading> {
    let clock = ClockHandle(realm);
    clock.restore();
    Json(clock.reading())
}

fn time(at: &str) -> Result<Timestamp, Problem> {
    let none = |_| Problem::wrong(format!("at {at:?} is no time; write it as in \"2027-01-01T00:00:00Z\""));
    at.parse().map_err(none)
}
