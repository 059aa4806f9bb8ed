//! What faults do at the token endpoint. Each returns whether it changed anything.

use fixtures::AuthMethod;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::protocol::error::{ErrorCode, OAuthError};
use crate::rule::Then;

/// What a token request presents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Presented {
    #[default]
    FreshCode,
    UsedCode,
    RefreshToken,
}

/// How a token request is judged. Faults edit it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact or an effect of its own")]
#[derive(Debug, Clone, Default)]
pub(crate) struct RedeemDraft {
    pub(crate) presented: Presented,
    pub(crate) auth_method: Option<AuthMethod>,
    /// Refused, before anything else is looked at.
    pub(crate) refuse: Option<OAuthError>,
    /// Answered with nothing useful.
    pub(crate) outage: Option<Outage>,
    /// A used code is as good as a fresh one.
    pub(crate) forgive_reuse: bool,
    /// Make the access token longer than usual.
    pub(crate) long_access_token: bool,
    /// Give tokens of somebody else.
    pub(crate) substitution: Option<Substitution>,
    /// There is somebody else whose tokens could be given.
    pub(crate) somebody_else: bool,
    /// The refresh token counts as stolen: its family is revoked.
    pub(crate) revoke_family: bool,
}

/// An answer that helps nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outage {
    /// This status, and a sentence.
    Status(StatusCode),
    /// A redirect to the same endpoint at another origin.
    Elsewhere(StatusCode),
    /// A connection that breaks.
    Wire(Then),
}

/// Which tokens are somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Substitution {
    /// All of them.
    Everything,
    /// The access token alone.
    AccessToken,
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
        "tok-substitution" if code && draft.somebody_else => {
            draft.substitution = Some(Substitution::Everything);
        }
        "tok-substitution-access" if code && draft.somebody_else => {
            draft.substitution = Some(Substitution::AccessToken);
        }
        "tok-refresh-revoked" if !code => draft.refuse = grant("the refresh token was revoked"),
        "tok-refresh-reused" if !code => {
            draft.revoke_family = true;
            draft.refuse = grant("the refresh token was used before; its family is revoked");
        }
        "ok-long" => draft.long_access_token = true,
        _ => {
            draft.outage = outage(id);
            return draft.outage.is_some();
        }
    }
    true
}

/// What strikes before the request is looked at: the code is not spent.
fn outage(id: &str) -> Option<Outage> {
    Some(match id {
        "tok-500" => Outage::Status(StatusCode::INTERNAL_SERVER_ERROR),
        "tok-503" => Outage::Status(StatusCode::SERVICE_UNAVAILABLE),
        "tok-429" => Outage::Status(StatusCode::TOO_MANY_REQUESTS),
        "tok-redirect" => Outage::Elsewhere(StatusCode::TEMPORARY_REDIRECT),
        "tok-redirect-302" => Outage::Elsewhere(StatusCode::FOUND),
        "net-hang-token" => Outage::Wire(Then::Hang),
        "net-refused-token" => Outage::Wire(Then::Close),
        "net-reset-token" => Outage::Wire(Then::Reset),
        _ => return None,
    })
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
    /// Another status than 200.
    pub(crate) status: Option<StatusCode>,
    /// Send as little that grows to so many bytes when it is decompressed.
    pub(crate) grows_to: Option<usize>,
    /// What happens to the answer on its way.
    pub(crate) then: Option<Then>,
}

/// Most that an answer grows to: far more than anybody should read, and less than fills a machine.
pub(crate) const FAR_TOO_MUCH: usize = 100 * 1024 * 1024;

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
        "tok-body-bom" => {
            let text = Value::Object(body.clone());
            draft.instead = Some(("application/json", format!("\u{feff}{text}")));
        }
        "tok-body-200error" => {
            let error = json!({"error": "invalid_grant", "error_description": "the code has expired"});
            draft.instead = Some(("application/json", error.to_string()));
        }
        "tok-body-201" => draft.status = Some(StatusCode::CREATED),
        "tok-at-ctrl" => {
            let token = body.get("access_token").and_then(Value::as_str).map(str::to_owned);
            return token.is_some_and(|token| {
                let token = format!("{token}\r\nX-Injected: 1");
                body.insert("access_token".to_owned(), json!(token)).is_some()
            });
        }
        "tok-hang" => draft.then = Some(Then::Hang),
        "tok-reset" => draft.then = Some(Then::Reset),
        "net-truncated-token" => draft.then = Some(Then::Truncate),
        "net-huge" => draft.then = Some(Then::Padding(FAR_TOO_MUCH as u64)),
        "net-trickle" => draft.then = Some(Then::Trickle),
        "net-bomb" => draft.grows_to = Some(FAR_TOO_MUCH),
        "ok-slow" => draft.slow = true,
        "ok-headers" => draft.chunked = true,
        _ => return false,
    }
    true
}
