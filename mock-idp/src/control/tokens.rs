//! Issue, expire, replay over HTTP.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::control::problem::{Problem, read};
use crate::control::query::Asked;
use crate::handles::{Minter, Replays};
use crate::http::backchannel_logout::LogoutDelivery;
use crate::http::place::Place;
use crate::realm::handed_out::{SentResponse, SentToken, TokenKind};
use crate::realm::mint::{Mint, MintLogoutToken, Minted, MintedSession};

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

/// A logout token.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MintedLogoutToken {
    /// The token.
    logout_token: String,
}

/// Makes a logout token that is sent to nobody.
#[utoipa::path(post, path = "/_control/logout-tokens", tag = "tokens", request_body = MintLogoutToken,
    responses((status = CREATED, body = MintedLogoutToken), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn mint_logout_token(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<MintedLogoutToken>), Problem> {
    let logout_token = Minter(realm).logout_token(&read(&body)?)?;
    Ok((StatusCode::CREATED, Json(MintedLogoutToken { logout_token })))
}

/// Whose session.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MintSession {
    /// Key of the person.
    person: String,
}

/// Begins a session that no browser has yet: its cookie.
#[utoipa::path(post, path = "/_control/sessions", tag = "tokens", request_body = MintSession,
    responses((status = CREATED, body = MintedSession), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn mint_session(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<MintedSession>), Problem> {
    let MintSession { person } = read(&body)?;
    Ok((StatusCode::CREATED, Json(Minter(realm).session(&person)?)))
}

/// An authorization request that is answered without a browser.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MintResponse {
    /// Key of the person who just signed in.
    person: String,
    /// Parameters of the request (OIDC Core 3.1.2.1).
    request: BTreeMap<String, String>,
}

/// Answers an authorization request as if the person had just signed in; opening `location` sends a browser there.
#[utoipa::path(post, path = "/_control/responses", tag = "tokens", request_body = MintResponse,
    responses((status = CREATED, body = SentResponse), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn mint_response(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<SentResponse>), Problem> {
    let MintResponse { person, request } = read(&body)?;
    let request = request.into_iter().collect();
    Ok((StatusCode::CREATED, Json(Minter(realm).response(&person, &request)?)))
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
    /// Every code, access and refresh token about this person.
    Grants(String),
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
    let expiry = read(&body)?;
    if let Expiry::Grants(key) | Expiry::Sessions(key) = &expiry {
        let state = realm.lock();
        // Of the deleted something may be left.
        if state.people.get(key).is_none() {
            return Err(state.no_person(key).into());
        }
    }
    let minter = Minter(realm);
    let expired = match expiry {
        Expiry::Code(code) => minter.expire_code(&code).map(|()| 1)?,
        Expiry::Token(token) => minter.expire_token(&token).map(|()| 1)?,
        Expiry::AllCodes => minter.expire_codes(),
        Expiry::Grants(person) => minter.expire_grants(&person),
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

/// What was handed out before, exactly as it was: the newest thousand of each kind, oldest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HandedOutBefore {
    /// Authorization responses; opening `location` replays one.
    responses: Vec<SentResponse>,
    /// ID tokens.
    id_tokens: Vec<SentToken>,
    /// Access tokens.
    access_tokens: Vec<SentToken>,
    /// Refresh tokens.
    refresh_tokens: Vec<SentToken>,
    /// Logout tokens.
    logout_tokens: Vec<SentToken>,
}

/// What was handed out before, to be handed out again exactly as it was.
#[utoipa::path(get, path = "/_control/replay", tag = "replay", params(ReplayFilter),
    responses((status = OK, body = HandedOutBefore), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn list_handed_out(
    Place { realm, .. }: Place,
    Asked(filter): Asked<ReplayFilter>,
) -> Result<Json<HandedOutBefore>, Problem> {
    let replays = Replays(realm);
    let about = |person: Option<&str>| filter.person.is_none() || person == filter.person.as_deref();
    let mut responses = replays.responses();
    responses.retain(|sent| about(sent.person.as_deref()));
    let tokens = |kind| {
        let mut tokens = replays.tokens(kind);
        tokens.retain(|sent| about(sent.person.as_deref()));
        tokens
    };
    Ok(Json(HandedOutBefore {
        responses,
        id_tokens: tokens(TokenKind::IdToken),
        access_tokens: tokens(TokenKind::AccessToken),
        refresh_tokens: tokens(TokenKind::RefreshToken),
        logout_tokens: tokens(TokenKind::LogoutToken),
    }))
}

/// Which logout token: the newest about this person for this client.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogoutTokenAgain {
    /// Key of the person.
    person: String,
    /// Id of the client.
    client: String,
}

/// Sends a logout token to its client once more, exactly as it was.
#[utoipa::path(post, path = "/_control/replay/logout-token", tag = "replay", request_body = LogoutTokenAgain,
    responses((status = OK, body = LogoutDelivery), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn send_logout_token(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<Json<LogoutDelivery>, Problem> {
    let LogoutTokenAgain { person, client } = read(&body)?;
    Ok(Json(Replays(realm).send_logout_token(&person, &client).await?))
}
