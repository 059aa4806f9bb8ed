//! The number at the end of an address. What has numbers has no names, and what is none says where the numbers are listed.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, MatchedPath, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::control::problem::Problem;
use crate::http::place::Place;
use crate::protocol::text::shorten;

/// The number of an arming, a rule or an entry.
pub(crate) struct Number(pub(crate) u64);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Path(text): Path<String> =
            Path::from_request_parts(parts, state).await.map_err(PathRejection::into_response)?;
        if let Ok(number) = text.parse() {
            return Ok(Self(number));
        }
        let place = Place::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let matched = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let list = matched.rsplit_once('/').map_or(matched, |(list, _)| list);
        let control = place.base.control_url();
        let address = format!("{}{list}", control.strip_suffix("/_control").unwrap_or(&control));
        let detail =
            format!("{:?} is no number, and what is here has numbers; {address} lists them", shorten(&text));
        Err(Problem::new(StatusCode::BAD_REQUEST, "wrong_request", detail).into_response())
    }
}
