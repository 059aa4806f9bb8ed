//! Logout: where the browser may be sent afterwards (RP-Initiated Logout 1.0), and what clients are told
//! (Back-Channel Logout 1.0, Front-Channel Logout 1.0).

use fixtures::{Client, is_registered};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::protocol::error::Refusal;
use crate::protocol::params::Params;
use crate::protocol::text::shorten;

/// The member of `events` that makes a token a logout token (Back-Channel Logout 2.4).
pub(crate) const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Life of a logout token, seconds: "preferably at most two minutes" (Back-Channel Logout 4).
const LOGOUT_TOKEN_LIFE: i64 = 120;

/// Whom the `id_token_hint` was issued to and about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) client_id: String,
    pub(crate) sid: Option<String>,
    pub(crate) sub: Option<String>,
}

/// Where to go after the session has ended: a registered URI with `state`, or a page of our own.
pub(crate) fn check<'a>(
    params: &Params,
    hint: Option<&Hint>,
    find_client: impl Fn(&str) -> Option<&'a Client>,
) -> Result<Option<(String, Params)>, Refusal> {
    if let Some(name) = params.duplicate() {
        return Err(Refusal::new("parameter_once", format!("{:?} was sent more than once", shorten(name))));
    }
    let client_id = params.one("client_id")?;
    if let (Some(sent), Some(hint)) = (client_id, hint)
        && sent != hint.client_id
    {
        // RP-Initiated Logout 2: client_id must match the audience of the hint.
        let reason =
            format!("client_id is {:?}, the id_token_hint was issued to {}", shorten(sent), hint.client_id);
        return Err(Refusal::new("logout_client", reason));
    }
    let Some(uri) = params.one("post_logout_redirect_uri")? else { return Ok(None) };
    let id = client_id.or(hint.map(|hint| hint.client_id.as_str())).ok_or_else(|| {
        let reason = "post_logout_redirect_uri was sent with neither id_token_hint nor client_id";
        Refusal::new("logout_client_present", reason)
    })?;
    let unknown = || Refusal::new("client_known", format!("there is no client {:?}", shorten(id)));
    let client = find_client(id).ok_or_else(unknown)?;
    if !is_registered(&client.post_logout_redirect_uris, uri) {
        let reason = format!(
            "post_logout_redirect_uri {:?} is not registered for {}; registered are {:?}",
            shorten(uri),
            client.id,
            client.post_logout_redirect_uris
        );
        return Err(Refusal::new("logout_uri_registered", reason));
    }
    let mut answer = Params::default();
    if let Some(state) = params.first("state") {
        answer.push("state", state);
    }
    Ok(Some((uri.to_owned(), answer)))
}

/// What a logout token says.
pub(crate) struct LogoutTokenFacts<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) sid: &'a str,
    pub(crate) jti: &'a str,
    pub(crate) now: Timestamp,
}

/// The payload of a logout token (Back-Channel Logout 2.4).
pub(crate) fn logout_token_payload(facts: &LogoutTokenFacts<'_>) -> Map<String, Value> {
    let issued_at = facts.now.as_second();
    let payload = json!({
        "iss": facts.issuer,
        "sub": facts.subject,
        "aud": facts.client_id,
        "iat": issued_at,
        "exp": issued_at + LOGOUT_TOKEN_LIFE,
        "jti": facts.jti,
        "events": { LOGOUT_EVENT: {} },
        "sid": facts.sid,
    });
    if let Value::Object(payload) = payload { payload } else { Map::new() }
}

/// What the address in a frame says (Front-Channel Logout 2).
pub(crate) fn frame_parameters(issuer: &str, sid: &str) -> Params {
    let mut params = Params::default();
    params.push("iss", issuer);
    params.push("sid", sid);
    params
}
