//! What faults do at the token endpoint and at userinfo. Each returns whether it changed anything.

use fixtures::AuthMethod;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::protocol::error::{ErrorCode, OAuthError};

/// What a token request presents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Presented {
    #[default]
    FreshCode,
    UsedCode,
    RefreshToken,
}

/// How a token request is judged. Faults edit it.
#[derive(Debug, Clone, Default)]
pub(crate) struct RedeemDraft {
    pub(crate) presented: Presented,
    pub(crate) auth_method: Option<AuthMethod>,
    /// Refused, before anything else is looked at.
    pub(crate) refuse: Option<OAuthError>,
    /// Answered with this status and nothing useful.
    pub(crate) outage: Option<StatusCode>,
    /// A used code is as good as a fresh one.
    pub(crate) forgive_reuse: bool,
    /// Make the access token longer than usual.
    pub(crate) long_access_token: bool,
}

pub(crate) fn redeem(id: &str, draft: &mut RedeemDraft) -> bool {
    let grant = |reason: &str| Some(OAuthError::new(ErrorCode::InvalidGrant, "fault", reason));
    let code = draft.presented != Presented::RefreshToken;
    match id {
        "tok-invalid-grant-unknown" if code => draft.refuse = grant("the code is not known"),
        "tok-invalid-grant-expired" if code => draft.refuse = grant("the code has expired"),
        "tok-invalid-grant-reused" if code => draft.refuse = grant("the code was used before"),
        "tok-reuse-lenient" if draft.presented == Presented::UsedCode => draft.forgive_reuse = true,
        "tok-invalid-client" => {
            draft.refuse = Some(OAuthError::new(ErrorCode::InvalidClient, "fault", "the client is refused"));
        }
        "tok-basic-only" if draft.auth_method == Some(AuthMethod::ClientSecretPost) => {
            let reason = "only client_secret_basic is honoured";
            draft.refuse = Some(OAuthError::new(ErrorCode::InvalidClient, "client_auth_method", reason));
        }
        "tok-500" => draft.outage = Some(StatusCode::INTERNAL_SERVER_ERROR),
        "tok-503" => draft.outage = Some(StatusCode::SERVICE_UNAVAILABLE),
        "tok-429" => draft.outage = Some(StatusCode::TOO_MANY_REQUESTS),
        "ok-long" => draft.long_access_token = true,
        _ => return false,
    }
    true
}

/// A token response on its way out. Faults edit it.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokenResponseDraft {
    pub(crate) body: Map<String, Value>,
    /// Sent instead of the body, with this content type.
    pub(crate) instead: Option<(&'static str, String)>,
    /// Send after a while.
    pub(crate) slow: bool,
    /// Send without a length, and name a character set.
    pub(crate) chunked: bool,
}

pub(crate) fn response(id: &str, draft: &mut TokenResponseDraft) -> bool {
    let body = &mut draft.body;
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value.clone()) != Some(value);
    match id {
        "tok-no-id-token-absent" => return body.remove("id_token").is_some(),
        "tok-no-id-token-null" => return set("id_token", Value::Null),
        "tok-type-mac" => return set("token_type", json!("mac")),
        "tok-type-missing" => return body.remove("token_type").is_some(),
        "ok-token-case" => return set("token_type", json!("bEARER")),
        "ok-token-noexpires" => return body.remove("expires_in").is_some(),
        "ok-token-noscope" => return body.remove("scope").is_some(),
        "ok-sloppy-profile" => {
            let text = body.get("expires_in").map(ToString::to_string);
            return text.is_some_and(|text| body.insert("expires_in".to_owned(), json!(text)).is_some());
        }
        "tok-body-html" => draft.instead = Some(("text/html", "<!doctype html><p>maintenance".to_owned())),
        "tok-body-truncated" => {
            let mut text = Value::Object(body.clone()).to_string();
            text.truncate(text.len() / 2);
            draft.instead = Some(("application/json", text));
        }
        "tok-body-empty" => draft.instead = Some(("application/json", String::new())),
        "ok-slow" => draft.slow = true,
        "ok-headers" => draft.chunked = true,
        _ => return false,
    }
    true
}

/// A userinfo response on its way out. Faults edit it.
#[derive(Debug, Clone)]
pub(crate) struct UserinfoDraft {
    pub(crate) status: StatusCode,
    pub(crate) claims: Map<String, Value>,
    /// Send the claims as a signed token.
    pub(crate) signed: bool,
}

pub(crate) fn userinfo(id: &str, draft: &mut UserinfoDraft) -> bool {
    match id {
        "ui-sub-mismatch" => {
            match draft.claims.get("sub").and_then(Value::as_str).map(|sub| format!("{sub}invalid")) {
                Some(sub) => {
                    draft.claims.insert("sub".to_owned(), json!(sub));
                }
                None => return false,
            }
        }
        "ui-sub-missing" => return draft.claims.remove("sub").is_some(),
        "ui-401" => draft.status = StatusCode::UNAUTHORIZED,
        "ui-403" => draft.status = StatusCode::FORBIDDEN,
        "ui-500" => draft.status = StatusCode::INTERNAL_SERVER_ERROR,
        "ok-userinfo-jwt" => draft.signed = true,
        _ => return false,
    }
    true
}
