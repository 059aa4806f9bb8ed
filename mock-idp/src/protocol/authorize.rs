//! The authorization request (OIDC Core 3.1.2.1), and the proof of client and redirect URI. Until they are proven an error
//! is a page; afterwards, in `checks`, it is sent to the redirect URI. Nothing here redirects, stores or reads a clock.

mod checks;

use std::sync::Arc;

use fixtures::{Client, ResponseType, is_registered};

use crate::protocol::claims_parameter::ClaimsRequest;
use crate::protocol::error::Refusal;
use crate::protocol::on_the_spot::client as on_the_spot;
use crate::protocol::params::Params;
use crate::protocol::text::{LONGEST, shorten};

pub(crate) use self::checks::check;

/// How the authorization response travels (OAuth 2.0 Multiple Response Types, Form Post).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    #[default]
    Query,
    Fragment,
    FormPost,
}

/// What `prompt` asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Not sent: a live session answers.
    #[default]
    WhenNeeded,
    None,
    Login,
    SelectAccount,
}

/// A checked authorization request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorizeRequest {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) response_type: ResponseType,
    pub(crate) response_mode: ResponseMode,
    pub(crate) scope: Vec<String>,
    /// For whom the access tokens are to be.
    pub(crate) audience: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) prompt: Prompt,
    /// The person has to agree to what the client gets, whatever was agreed to before.
    pub(crate) consent: bool,
    /// Seconds; 0 means the same as `prompt=login` (OIDC Core errata 2).
    pub(crate) max_age: Option<i64>,
    pub(crate) login_hint: Option<String>,
    pub(crate) id_token_hint: Option<String>,
    pub(crate) claims: ClaimsRequest,
    /// Authentication contexts in order of preference.
    pub(crate) acr_values: Vec<String>,
    /// Thumbprint of the key that the code is bound to (RFC 9449 10).
    pub(crate) dpop_jkt: Option<String>,
}

/// Where an answer may be sent: proven, so errors may go there too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReturnTo {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) response_mode: ResponseMode,
    pub(crate) state: Option<String>,
}

/// An authorization response on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorizationResponse {
    pub(crate) to: ReturnTo,
    pub(crate) params: Params,
}

impl ReturnTo {
    /// The address with these parameters where the answer has them: in the query or in the fragment.
    pub(crate) fn address(&self, params: &Params) -> String {
        match self.response_mode {
            ResponseMode::Fragment => format!("{}#{}", self.redirect_uri, params.encode()),
            ResponseMode::Query | ResponseMode::FormPost => params.append_to(&self.redirect_uri),
        }
    }
}

impl AuthorizeRequest {
    /// Bytes that whoever sent it made it take, roughly.
    pub(crate) fn size(&self) -> usize {
        let texts = [&self.state, &self.nonce, &self.login_hint, &self.id_token_hint, &self.dpop_jkt];
        let texts = texts.into_iter().flatten().chain(&self.acr_values);
        let texts = texts.chain(&self.scope).chain(&self.audience);
        texts.map(String::len).sum::<usize>() + self.redirect_uri.len() + self.claims.size()
    }

    /// Where the answer to this request goes.
    pub(crate) fn return_to(&self) -> ReturnTo {
        ReturnTo {
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            response_mode: self.response_mode,
            state: self.state.clone(),
        }
    }
}

/// Proves client and redirect URI. A refusal is a page; nothing is ever redirected from here.
pub(crate) fn prove_return_to<'a>(
    params: &Params,
    find_client: impl Fn(&str) -> Option<&'a Arc<Client>>,
) -> Result<(&'a Arc<Client>, ReturnTo), Refusal> {
    let id = params.one("client_id")?;
    let id = id.ok_or_else(|| Refusal::new("client_id_present", "client_id is missing"))?;
    let unknown = || Refusal::new("client_known", on_the_spot::unknown(id));
    let client = find_client(id).ok_or_else(unknown)?;
    let uri = params.one("redirect_uri")?;
    let uri = uri.ok_or_else(|| Refusal::new("redirect_uri_present", "redirect_uri is missing"))?;
    // OIDC Core 3.1.2.1: exact match, by simple string comparison (RFC 3986 6.2.1).
    if !is_registered(&client.redirect_uris, uri) {
        let reason = format!(
            "redirect_uri {:?} is not registered for {}; registered are {:?}",
            shorten(uri),
            client.id,
            client.redirect_uris
        );
        return Err(Refusal::new("redirect_uri_registered", reason));
    }
    let response_mode = response_mode(params);
    // A state that came twice is nobody's state, and one that is too long or cannot be said is none: it is not echoed.
    let is_state = |state: &&str| state.len() <= LONGEST && is_sayable(state);
    let state = params.one("state").ok().flatten().filter(is_state).map(str::to_owned);
    Ok((
        client,
        ReturnTo { client_id: client.id.clone(), redirect_uri: uri.to_owned(), response_mode, state },
    ))
}

/// Whether a `state` can come back as it was (RFC 6749 A.5).
fn is_sayable(state: &str) -> bool {
    state.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// How answers travel: as asked for, or as is usual for the response type (OAuth 2.0 Multiple Response Types 5).
fn response_mode(params: &Params) -> ResponseMode {
    let response_type = params.first("response_type").unwrap_or_default();
    let in_front = response_type.split(' ').any(|part| matches!(part, "token" | "id_token"));
    match params.first("response_mode") {
        Some("form_post") => ResponseMode::FormPost,
        Some("fragment") => ResponseMode::Fragment,
        // Never in the query: it ends in logs and in Referer headers.
        _ if in_front => ResponseMode::Fragment,
        _ => ResponseMode::Query,
    }
}
