//! Trading the code for tokens (OpenID Connect Core, 3.1.3). What comes back is read leniently where it does not
//! matter and strictly where it does; no body is ever logged or kept.

use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, EmptyAdditionalClaims, IdToken,
    IssuerUrl, JsonWebKeySet, OAuth2TokenResponse, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardErrorResponse, TokenResponse, TokenUrl,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::discovery::Metadata;
use super::http::{HttpClient, HttpError};
use crate::config::{ClientAuthentication, KaseyaOne};

/// What a code was traded for.
#[derive(Clone)]
pub struct Tokens {
    /// The ID token, not yet verified.
    pub id_token: String,
    /// The access token: visible ASCII, so that it can stand in a header.
    pub access_token: String,
}

/// Why a code was not traded.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// KaseyaOne does not take the code (`invalid_grant`): expired, used or not ours.
    #[error("KaseyaOne no longer takes the code")]
    InvalidGrant,
    /// KaseyaOne could not be asked.
    #[error("KaseyaOne could not be asked: {0}")]
    Unavailable(HttpError),
    /// KaseyaOne answered with an error, or with something that is not an answer.
    #[error("KaseyaOne refused the code: {0}")]
    Refused(String),
    /// The answer has no ID token; who somebody is is never taken from anywhere else.
    #[error("the token response has no ID token")]
    NoIdToken,
    /// The answer is no OpenID Connect answer.
    #[error("the token response is not usable: {0}")]
    Unusable(&'static str),
}

/// The members of a token response that matter, whatever the others hold.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct LenientResponse {
    access_token: AccessToken,
    token_type: String,
    #[serde(default)]
    id_token: Option<Value>,
    #[serde(skip, default = "bearer")]
    bearer: CoreTokenType,
}

fn bearer() -> CoreTokenType {
    CoreTokenType::Bearer
}

impl OAuth2TokenResponse for LenientResponse {
    type TokenType = CoreTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &CoreTokenType {
        &self.bearer
    }

    fn expires_in(&self) -> Option<Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

type CoreIdToken = IdToken<
    EmptyAdditionalClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

impl
    TokenResponse<
        EmptyAdditionalClaims,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    > for LenientResponse
{
    /// Never parsed by the library: one sloppy claim would lose the whole answer. `verify` reads it.
    fn id_token(&self) -> Option<&CoreIdToken> {
        None
    }
}

type LenientClient = Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    LenientResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
>;

/// Trades the code. It is sent once; a second attempt is made only if nothing could be sent at all.
pub(crate) async fn exchange(
    http: &HttpClient,
    config: &KaseyaOne,
    metadata: &Metadata,
    redirect_uri: &Url,
    code: &str,
    pkce_verifier: &str,
) -> Result<Tokens, ExchangeError> {
    let issuer =
        IssuerUrl::new(config.issuer.clone()).map_err(|_| ExchangeError::Unusable("the issuer is no URL"))?;
    let mut client =
        LenientClient::new(ClientId::new(config.client_id.clone()), issuer, JsonWebKeySet::new(Vec::new()));
    if let Some(secret) = &config.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
    }
    let client = client
        .set_auth_type(match config.client_authentication {
            ClientAuthentication::Basic => AuthType::BasicAuth,
            ClientAuthentication::Post => AuthType::RequestBody,
        })
        .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()))
        .set_token_uri(TokenUrl::from_url(metadata.token_endpoint.clone()));
    let response = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier.to_owned()))
        .request_async(http)
        .await
        .map_err(classify)?;
    usable(response)
}

/// Names the failure without keeping the body, which may hold tokens.
fn classify(
    error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>,
) -> ExchangeError {
    match error {
        RequestTokenError::ServerResponse(response) => match response.error() {
            CoreErrorResponseType::InvalidGrant => ExchangeError::InvalidGrant,
            other => ExchangeError::Refused(other.as_ref().chars().take(60).collect()),
        },
        RequestTokenError::Request(error) => ExchangeError::Unavailable(error),
        RequestTokenError::Parse(..) => ExchangeError::Unusable("it is not the JSON it should be"),
        RequestTokenError::Other(_) => ExchangeError::Unusable("its status or content type is wrong"),
    }
}

fn usable(response: LenientResponse) -> Result<Tokens, ExchangeError> {
    if !response.token_type.eq_ignore_ascii_case("bearer") {
        return Err(ExchangeError::Unusable("token_type is not Bearer"));
    }
    let access_token = response.access_token.secret().clone();
    if access_token.is_empty() || !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ExchangeError::Unusable("access_token is not visible ASCII"));
    }
    match response.id_token {
        Some(Value::String(id_token)) => Ok(Tokens { id_token, access_token }),
        _ => Err(ExchangeError::NoIdToken),
    }
}
