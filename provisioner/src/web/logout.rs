//! What KaseyaOne calls, or has browsers load, when a person signs out there.

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::failure::Failure;
use super::input::Asked;
use crate::app::AppState;
use crate::usecase::{KaseyaOneSignOutError, sign_out_by_frame, sign_out_by_logout_token};

/// The body of a logout request (Back-Channel Logout 1.0, 2.5).
#[derive(Deserialize)]
pub(crate) struct LogoutRequest {
    logout_token: String,
}

/// `POST /sso/backchannel-logout`: 200 when done, 400 for everything else (Back-Channel Logout 1.0, 2.8).
#[tracing::instrument(skip_all)]
pub(crate) async fn take_logout_token(
    State(app): State<AppState>,
    request: Result<Form<LogoutRequest>, FormRejection>,
) -> Response {
    let Ok(Form(request)) = request else {
        return refused("a form with one logout_token is expected");
    };
    match sign_out_by_logout_token(&app, &request.logout_token).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => {
            // Anybody can send one, so it is no warning.
            tracing::debug!(%error, "a logout token was refused");
            match error {
                KaseyaOneSignOutError::Refused(_) => refused(&error.to_string()),
                KaseyaOneSignOutError::Unverifiable(_) | KaseyaOneSignOutError::Unavailable(_) => {
                    refused("the logout token cannot be checked now")
                }
            }
        }
    }
}

fn refused(description: &str) -> Response {
    let body = json!({ "error": "invalid_request", "error_description": description }).to_string();
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// What the address in a frame says (Front-Channel Logout 1.0, 2).
#[derive(Deserialize)]
pub(crate) struct Frame {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    sid: String,
}

/// `GET /sso/frontchannel-logout`: an empty page, whatever it ended.
#[tracing::instrument(skip_all)]
pub(crate) async fn load_frame(State(app): State<AppState>, Asked(frame): Asked<Frame>) -> Response {
    match sign_out_by_frame(&app, &frame.iss, &frame.sid).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => Failure::from(error).into_response(),
    }
}
