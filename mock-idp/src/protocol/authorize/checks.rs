//! The rules of an authorization request whose client and redirect URI are proven, one function each, in the order in
//! which they speak.

use fixtures::{Client, Grant, ResponseType};

use super::{AuthorizeRequest, Prompt, ReturnTo, is_sayable};
use crate::protocol::claims_parameter::ClaimsRequest;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::scope::{each_once, is_open_to};
use crate::protocol::text::{LONGEST, shorten};
use crate::protocol::{audience, pkce};

/// Most authentication contexts that are looked at.
const MOST_CONTEXTS: usize = 16;

/// One rule about a request whose client and redirect URI are proven.
type Check = fn(&Params, &Client, &mut AuthorizeRequest) -> Result<(), OAuthError>;

/// The rules, in the order in which they speak.
const CHECKS: &[Check] = &[
    parameters_once,
    no_registration,
    response_type_is_registered,
    response_mode_is_known,
    grant_is_allowed,
    scope_has_openid,
    audience_can_be_named,
    lengths_are_bounded,
    prompt_is_known,
    max_age_is_seconds,
    nonce_is_there,
    pkce_is_s256,
    claims_are_asked_for,
    key_is_a_thumbprint,
];

/// Runs every rule over a request whose client and redirect URI are proven; `acr` is the authentication context that can
/// be had.
pub(crate) fn check(
    params: &Params,
    client: &Client,
    to: &ReturnTo,
    acr: &str,
) -> Result<AuthorizeRequest, OAuthError> {
    let present = |name| params.first(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let mut request = AuthorizeRequest {
        client_id: to.client_id.clone(),
        redirect_uri: to.redirect_uri.clone(),
        response_type: ResponseType::Code,
        response_mode: to.response_mode,
        scope: Vec::new(),
        audience: Vec::new(),
        state: to.state.clone(),
        nonce: None,
        code_challenge: None,
        prompt: Prompt::default(),
        consent: false,
        max_age: client.default_max_age.map(i64::from),
        login_hint: present("login_hint"),
        id_token_hint: present("id_token_hint"),
        claims: ClaimsRequest::default(),
        acr_values: Vec::new(),
        dpop_jkt: present("dpop_jkt"),
    };
    for check in CHECKS {
        check(params, client, &mut request)?;
    }
    authentication_context(params, acr, &mut request)?;
    Ok(request)
}

// RFC 9449 10: the thumbprint of the key that the code will be redeemed with.
fn key_is_a_thumbprint(_: &Params, _: &Client, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    match request.dpop_jkt.as_deref().filter(|jkt| !crate::protocol::dpop::is_thumbprint(jkt)) {
        None => Ok(()),
        Some(_) => Err(invalid(
            "dpop_jkt",
            "dpop_jkt must be the thumbprint of a key: SHA-256 (RFC 7638), 43 letters of base64url",
        )),
    }
}

fn invalid(check: &str, reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, check, reason)
}

fn parameters_once(params: &Params, _: &Client, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    params.each_once_but_targets()
}

// OIDC Core 7.2.1: for self-issued providers only.
fn no_registration(params: &Params, _: &Client, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    match params.first("registration") {
        Some(_) => Err(OAuthError::new(
            ErrorCode::RegistrationNotSupported,
            "no_registration",
            "registration is not supported",
        )),
        None => Ok(()),
    }
}

fn response_type_is_registered(
    params: &Params,
    client: &Client,
    request: &mut AuthorizeRequest,
) -> Result<(), OAuthError> {
    let asked = params.first("response_type").filter(|asked| !asked.is_empty());
    let asked = asked.ok_or_else(|| invalid("response_type", "response_type is missing"))?;
    let known = ResponseType::ALL.into_iter().find(|known| same_words(known.as_str(), asked));
    let Some(known) = known else {
        let all = ResponseType::ALL.map(ResponseType::as_str).join(", ");
        return Err(OAuthError::new(
            ErrorCode::UnsupportedResponseType,
            "response_type",
            format!("response_type {:?} is not supported; known are {all}", shorten(asked)),
        ));
    };
    if !client.response_types.contains(&known) {
        let reason = format!(
            "{} may not ask for response_type {}: it is not among its response_types",
            client.id,
            known.as_str()
        );
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "response_type", reason));
    }
    request.response_type = known;
    Ok(())
}

/// The order of the words does not matter (RFC 6749 3.1.1).
fn same_words(known: &str, asked: &str) -> bool {
    let sorted = |text: &str| {
        let mut words: Vec<_> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    sorted(known) == sorted(asked)
}

fn response_mode_is_known(
    params: &Params,
    _: &Client,
    request: &mut AuthorizeRequest,
) -> Result<(), OAuthError> {
    let in_front = request.response_type != ResponseType::Code;
    match params.first("response_mode") {
        Some("query") if in_front => {
            Err(invalid("response_mode", "tokens do not travel in a query; use fragment or form_post"))
        }
        None | Some("" | "query" | "fragment" | "form_post") => Ok(()),
        Some(other) => {
            let reason = format!(
                "response_mode {:?} is not supported; use query, fragment or form_post",
                shorten(other)
            );
            Err(invalid("response_mode", reason))
        }
    }
}

fn grant_is_allowed(_: &Params, client: &Client, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let response_type = request.response_type;
    let needed = [
        (Grant::AuthorizationCode, response_type.has_code()),
        (Grant::Implicit, response_type.has_id_token() || response_type.has_token()),
    ];
    match needed.into_iter().find(|(grant, needed)| *needed && !client.grants.contains(grant)) {
        None => Ok(()),
        Some((grant, _)) => {
            let reason = format!("{} may not use the grant {}", client.id, grant.as_str());
            Err(OAuthError::new(ErrorCode::UnauthorizedClient, "client_grant", reason))
        }
    }
}

fn scope_has_openid(
    params: &Params,
    client: &Client,
    request: &mut AuthorizeRequest,
) -> Result<(), OAuthError> {
    let scope = params.first("scope").unwrap_or_default();
    // OIDC Core 3.1.2.1: scope values that are not understood should be ignored.
    request.scope = each_once(scope.split(' ').filter(|value| is_open_to(client, value)));
    if request.scope.iter().any(|value| value == "openid") {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidScope, "scope_openid", "scope must contain openid"))
}

fn audience_can_be_named(
    params: &Params,
    _: &Client,
    request: &mut AuthorizeRequest,
) -> Result<(), OAuthError> {
    request.audience = audience::asked(params)?;
    Ok(())
}

fn lengths_are_bounded(
    params: &Params,
    _: &Client,
    request: &mut AuthorizeRequest,
) -> Result<(), OAuthError> {
    if params.first("state").is_some_and(|state| !is_sayable(state)) {
        return Err(invalid("state_characters", "state has characters that are no visible ASCII"));
    }
    if let Some((name, value)) = params.iter().find(|(_, value)| value.len() > LONGEST) {
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
                request.consent = true;
                continue;
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
    // A sign is none of its digits; 100 years bounds the arithmetic that follows.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(seconds) if digits && (0..=3_155_760_000).contains(&seconds) => {
            request.max_age = Some(seconds);
            Ok(())
        }
        _ => Err(invalid("max_age", format!("max_age {:?} is not a number of seconds", shorten(text)))),
    }
}

// OIDC Core 3.2.2.1, 3.3.2.1: an ID token that travels through the browser is bound to a nonce.
fn nonce_is_there(_: &Params, _: &Client, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    if request.response_type.has_id_token() && request.nonce.is_none() {
        return Err(invalid("nonce_present", "nonce is missing, and the answer has an ID token"));
    }
    Ok(())
}

fn claims_are_asked_for(
    params: &Params,
    _: &Client,
    request: &mut AuthorizeRequest,
) -> Result<(), OAuthError> {
    if let Some(text) = params.first("claims").filter(|text| !text.is_empty()) {
        request.claims = ClaimsRequest::parse(text)?;
    }
    Ok(())
}

// OIDC Core 5.5.1.1: a context that is essential and cannot be had is an error; a wish is not.
fn authentication_context(
    params: &Params,
    acr: &str,
    request: &mut AuthorizeRequest,
) -> Result<(), OAuthError> {
    let wished = params.first("acr_values").unwrap_or_default();
    // In order of preference: what comes after so many is not preferred.
    request.acr_values = each_once(wished.split_ascii_whitespace().take(MOST_CONTEXTS));
    let essential = request.claims.essential_acr();
    if essential.is_empty() || essential.contains(&acr) {
        return Ok(());
    }
    let reason = format!("none of the essential authentication contexts can be had; there is only {acr}");
    Err(OAuthError::new(ErrorCode::UnmetAuthenticationRequirements, "acr", reason))
}

fn pkce_is_s256(params: &Params, client: &Client, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let present = |name| params.first(name).filter(|value| !value.is_empty());
    match (present("code_challenge"), present("code_challenge_method")) {
        // RFC 9700 2.1.1: public clients must use PKCE; with a confidential client the nonce may do instead.
        (None, None) if !client.is_public() || !request.response_type.has_code() => Ok(()),
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
