//! Signing in through KaseyaOne, as a browser sees it: the way there and the way back.
//!
//! Only a `GET` that a person navigated to consumes anything: `HEAD`, prefetches and the `form_post` do not.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::failure::Failure;
use super::input::Asked;
use super::page::Matter;
use super::sign_in::{refused, still_signed_in, to_provider, welcome};
use super::single_sign_on::binding_failed;
use super::visitor::Visitor;
use crate::app::AppState;
use crate::usecase::{
    BeginSignIn, BeginSignInError, Begun, CompleteSignIn, CompleteSignInError, Completed, begin_sign_in,
    complete_sign_in,
};

/// What the link to KaseyaOne may carry, and what KaseyaOne's portal sends (OIDC Core 4). Where the portal would have
/// the person arrive, `target_link_uri`, does not matter: everybody arrives at home.
#[derive(Debug, Deserialize)]
pub(crate) struct Start {
    hint: Option<String>,
    login_hint: Option<String>,
    iss: Option<String>,
}

/// `GET /sso/start`
#[tracing::instrument(skip_all)]
pub(crate) async fn start_sign_in(
    State(app): State<AppState>,
    visitor: Visitor,
    Asked(start): Asked<Start>,
) -> Response {
    if start.iss.is_some_and(|iss| iss != app.config.kaseyaone.issuer) {
        return Failure::NotUnderstood.into_response();
    }
    let hint = start.hint.or(start.login_hint);
    let hint = hint.as_deref().map(str::trim).filter(|hint| !hint.is_empty());
    let input = BeginSignIn { browser: visitor.browser.as_ref(), session: visitor.session.as_ref(), hint };
    match begin_sign_in(&app, input).await {
        Ok(Begun::Redirect { to, browser }) => to_provider(&app, to.as_str(), &browser),
        Ok(Begun::AlreadySignedIn { reference, .. }) => still_signed_in(&visitor, Some(&reference)),
        Err(BeginSignInError::Refused(refusal)) => refused(&refusal),
        Err(BeginSignInError::Unavailable(error)) => Failure::from(error).into_response(),
    }
}

/// `GET /sso/callback`
#[tracing::instrument(skip_all)]
pub(crate) async fn finish_sign_in(
    State(app): State<AppState>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if is_speculative(&headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let query = query.unwrap_or_default();
    let input = CompleteSignIn {
        query: &query,
        browser: visitor.browser.as_ref(),
        session: visitor.session.as_ref(),
    };
    match complete_sign_in(&app, input).await {
        Ok(Completed::SignedIn(signed_in)) => welcome(&app, &signed_in),
        Ok(Completed::Reauthenticate { to, browser }) => to_provider(&app, to.as_str(), &browser),
        Ok(Completed::AlreadySignedIn { .. }) => Redirect::to("/").into_response(),
        Ok(Completed::ConfirmBinding) => {
            Redirect::to("/settings/users/single-sign-on/confirm").into_response()
        }
        Err(CompleteSignInError::Refused(refusal)) => refused(&refusal),
        Err(CompleteSignInError::BindingFailed(failure)) => binding_failed(&app, &visitor, failure).await,
        Err(CompleteSignInError::Unavailable(error)) => Failure::from(error).into_response(),
    }
}

/// `POST /sso/callback`: `form_post` (OAuth 2.0 Form Post Response Mode). The cookies do not come with a POST from
/// another site, so the browser is sent to fetch the same answer.
#[tracing::instrument(skip_all)]
pub(crate) async fn forward_callback(body: Bytes) -> Response {
    let query =
        std::str::from_utf8(&body).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
    let target = query.and_then(|query| format!("/sso/callback?{query}").parse::<Uri>().ok());
    match target {
        Some(target) => Redirect::to(&target.to_string()).into_response(),
        None => Matter::NotUnderstood.into_response(),
    }
}

/// `HEAD` of the way there or back begins and consumes nothing.
#[tracing::instrument(skip_all)]
pub(crate) async fn peek() -> StatusCode {
    StatusCode::OK
}

/// A fetch that a browser makes before anybody asked (`Sec-Purpose`, and `Purpose` of older ones).
fn is_speculative(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|value| value.contains("prefetch") || value.contains("prerender"))
}
