//! Issue, expire, replay over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::control::problem::{Problem, read};
use crate::handles::{Minter, Replays};
use crate::http::place::Place;
use crate::realm::people::{Mint, Minted};
use crate::realm::replay::{SentResponse, SentToken};

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
