//! The authorization request (OIDC Core 3.1.2.1) as an ordered list of one-rule checks.
//!
//! Two lists, because they answer differently: until client and redirect URI are proven an error is a page, afterwards
//! it is sent to the redirect URI. Nothing here redirects, stores or reads a clock.

use fixtures::{Client, Grant};

use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::params::Params;
use crate::protocol::pkce;

/// How the authorization response travels (OAuth 2.0 Multiple Response Types, Form Post).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    #[default]
    Query,
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
    pub(crate) response_mode: ResponseMode,
    pub(crate) scope: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) prompt: Prompt,
    /// Seconds; 0 means the same as `prompt=login` (OIDC Core errata 2).
    pub(crate) max_age: Option<i64>,
    pub(crate) login_hint: Option<String>,
    pub(crate) id_token_hint: Option<String>,
}

/// Where an answer may be sent: proven, so errors may go there too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReturnTo {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) response_mode: ResponseMode,
    pub(crate) state: Option<String>,
}

impl AuthorizeRequest {
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
    find_client: impl Fn(&str) -> Option<&'a Client>,
) -> Result<(&'a Client, ReturnTo), Refusal> {
    let id = params.one("client_id")?;
    let id = id.ok_or_else(|| Refusal::new("client_id_present", "client_id is missing"))?;
    let unknown = || Refusal::new("client_known", format!("there is no client {:?}", shorten(id)));
    let client = find_client(id).ok_or_else(unknown)?;
    let uri = params.one("redirect_uri")?;
    let uri = uri.ok_or_else(|| Refusal::new("redirect_uri_present", "redirect_uri is missing"))?;
    // OIDC Core 3.1.2.1: exact match, by simple string comparison (RFC 3986 6.2.1).
    if !client.redirect_uris.iter().any(|registered| registered == uri) {
        let reason = format!(
            "redirect_uri {:?} is not registered for {}; registered are {:?}",
            shorten(uri),
            client.id,
            client.redirect_uris
        );
        return Err(Refusal::new("redirect_uri_registered", reason));
    }
    let response_mode = match params.first("response_mode") {
        Some("form_post") => ResponseMode::FormPost,
        _ => ResponseMode::Query,
    };
    // A state that came twice is nobody's state: it is not echoed.
    let state = params.one("state").ok().flatten().map(str::to_owned);
    Ok((
        client,
        ReturnTo { client_id: client.id.clone(), redirect_uri: uri.to_owned(), response_mode, state },
    ))
}

/// One rule about a request whose client and redirect URI are proven.
type Check = fn(&Params, &Client, &mut AuthorizeRequest) -> Result<(), OAuthError>;

/// The rules, in the order in which they speak.
const CHECKS: &[Check] = &[
    parameters_once,
    no_request_object,
    response_type_is_code,
    response_mode_is_known,
    grant_is_allowed,
    scope_has_openid,
    lengths_are_bounded,
    prompt_is_known,
    max_age_is_seconds,
    pkce_is_s256,
];

/// Runs every rule over a request whose client and redirect URI are proven.
pub(crate) fn check(params: &Params, client: &Client, to: &ReturnTo) -> Result<AuthorizeRequest, OAuthError> {
    let present = |name| params.first(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let mut request = AuthorizeRequest {
        client_id: to.client_id.clone(),
        redirect_uri: to.redirect_uri.clone(),
        response_mode: to.response_mode,
        scope: Vec::new(),
        state: to.state.clone(),
        nonce: None,
        code_challenge: None,
        prompt: Prompt::default(),
        max_age: None,
        login_hint: present("login_hint"),
        id_token_hint: present("id_token_hint"),
    };
    for check in CHECKS {
        check(params, client, &mut request)?;
    }
    Ok(request)
}

fn invalid(check: &str, reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, check, reason)
}

fn parameters_once(params: &Params, _: &Client, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    match params.duplicate() {
        Some(name) => Err(invalid("parameter_once", format!("{:?} was sent more than once", shorten(name)))),
        None => Ok(()),
    }
}

// OIDC Core 6: request objects are optional; what is not supported says so.
fn no_request_object(params: &Params, _: &Client, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let unsupported = [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ];
    match unsupported.into_iter().find(|(name, _)| params.first(name).is_some()) {
        Some((name, code)) => {
            Err(OAuthError::new(code, "no_request_object", format!("{name} is not supported")))
        }
        None => Ok(()),
    }
}

fn response_type_is_code(params: &Params, _: &Client, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    match params.first("response_type") {
        Some("code") => Ok(()),
        None | Some("") => Err(invalid("response_type", "response_type is missing; it must be code")),
        Some(other) => Err(OAuthError::new(
            ErrorCode::UnsupportedResponseType,
            "response_type",
            format!("response_type {:?} is not supported; it must be code", shorten(other)),
        )),
    }
}

fn response_mode_is_known(params: &Params, _: &Client, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    match params.first("response_mode") {
        None | Some("" | "query" | "form_post") => Ok(()),
        Some(other) => {
            let reason =
                format!("response_mode {:?} is not supported; use query or form_post", shorten(other));
            Err(invalid("response_mode", reason))
        }
    }
}

fn grant_is_allowed(_: &Params, client: &Client, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    if client.grants.contains(&Grant::AuthorizationCode) {
        return Ok(());
    }
    let reason = format!("{} may not use the authorization code grant", client.id);
    Err(OAuthError::new(ErrorCode::UnauthorizedClient, "client_grant", reason))
}

fn scope_has_openid(params: &Params, _: &Client, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let scope = params.first("scope").unwrap_or_default();
    // OIDC Core 3.1.2.1: scope values that are not understood should be ignored.
    let known = |value: &&str| super::discovery::SCOPES.contains(value);
    request.scope = scope.split(' ').filter(known).map(str::to_owned).collect();
    if request.scope.iter().any(|value| value == "openid") {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidScope, "scope_openid", "scope must contain openid"))
}

/// Longer than anything honest; bounds what is stored per request.
const LONGEST: usize = 4096;

fn lengths_are_bounded(
    params: &Params,
    _: &Client,
    request: &mut AuthorizeRequest,
) -> Result<(), OAuthError> {
    if let Some((name, value)) = params.0.iter().find(|(_, value)| value.len() > LONGEST) {
        request.state = request.state.take().filter(|state| state.len() <= LONGEST);
        let reason = format!("{} has {} bytes; at most {LONGEST}", shorten(name), value.len());
        return Err(invalid("parameter_length", reason));
    }
    request.nonce = params.first("nonce").filter(|nonce| !nonce.is_empty()).map(str::to_owned);
    Ok(())
}

fn prompt_is_known(params: &Params, _: &Client, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let values: Vec<_> = params.first("prompt").unwrap_or_default().split_ascii_whitespace().collect();
    if values.contains(&"none") && values.len() > 1 {
        // OIDC Core 3.1.2.1
        return Err(invalid("prompt", "prompt=none cannot be combined with another value"));
    }
    for value in values {
        request.prompt = match value {
            "none" => Prompt::None,
            // Asking who, then for the password, covers both: the chooser wins over plain login.
            "login" if request.prompt == Prompt::SelectAccount => Prompt::SelectAccount,
            "login" => Prompt::Login,
            "select_account" => Prompt::SelectAccount,
            "consent" => {
                let reason = "there is nothing to consent to at this provider";
                return Err(OAuthError::new(ErrorCode::ConsentRequired, "prompt", reason));
            }
            other => {
                return Err(invalid("prompt", format!("prompt {:?} is not known", shorten(other))));
            }
        };
    }
    Ok(())
}

fn max_age_is_seconds(params: &Params, _: &Client, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let Some(text) = params.first("max_age").filter(|text| !text.is_empty()) else { return Ok(()) };
    // 100 years bounds the arithmetic that follows.
    match text.parse::<i64>() {
        Ok(seconds) if (0..=3_155_760_000).contains(&seconds) => {
            request.max_age = Some(seconds);
            Ok(())
        }
        _ => Err(invalid("max_age", format!("max_age {:?} is not a number of seconds", shorten(text)))),
    }
}

fn pkce_is_s256(params: &Params, client: &Client, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let present = |name| params.first(name).filter(|value| !value.is_empty());
    match (present("code_challenge"), present("code_challenge_method")) {
        // RFC 9700 2.1.1: public clients must use PKCE; with a confidential client the nonce may do instead.
        (None, None) if client.secret.is_some() => Ok(()),
        (None, None) => Err(invalid("pkce", "a public client must send a code_challenge")),
        (None, Some(_)) => Err(invalid("pkce", "code_challenge_method was sent without a code_challenge")),
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => {
            request.code_challenge = Some(challenge.to_owned());
            Ok(())
        }
        (Some(_), Some("S256")) => Err(invalid("pkce", "code_challenge is not 43 characters of base64url")),
        // RFC 7636 4.3: an absent method means plain.
        (Some(_), method) => {
            let reason =
                format!("code_challenge_method {:?} is not supported; use S256", method.unwrap_or("plain"));
            Err(invalid("pkce", reason))
        }
    }
}

/// Quoted input in a reason stays short.
pub(crate) fn shorten(text: &str) -> String {
    const SHOWN: usize = 120;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain("…".chars()).collect()
}
