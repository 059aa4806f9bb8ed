//! The discovery document (OpenID Connect Discovery 1.0, 3 and 4), read for what is used and nothing more.
//!
//! A bad value in a member that nobody uses takes no sign-in down; a bad value in one that is used names it.

use serde_json::Value;
use url::Url;

use super::http::{HttpClient, HttpError};
use super::jose::StrictObject;
use crate::config::{KaseyaOne, is_secure};

/// What is used of the discovery document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Where browsers are sent.
    pub authorization_endpoint: Url,
    /// Where codes are traded.
    pub token_endpoint: Url,
    /// Where the keys are.
    pub jwks_uri: Url,
    /// Where more claims are, if anywhere.
    pub userinfo_endpoint: Option<Url>,
    /// Where people sign out of KaseyaOne, if anywhere.
    pub end_session_endpoint: Option<Url>,
    /// Whether every response carries `iss` (RFC 9207, 3).
    pub response_iss: bool,
}

/// Why a discovery document is not used.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// It could not be fetched.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Another sign-in asked just now, in vain.
    #[error("KaseyaOne did not answer just now")]
    JustFailed,
    /// Its `issuer` is not the configured one, compared as text (Discovery, 4.3).
    #[error("the discovery document is of the issuer `{found}`, not of `{configured}`")]
    Issuer {
        /// What was found.
        found: String,
        /// What is configured.
        configured: String,
    },
    /// A member that is needed is missing or of the wrong type.
    #[error("the member `{0}` of the discovery document is missing or of the wrong type")]
    Member(&'static str),
    /// An endpoint is neither secure nor on an origin that is trusted.
    #[error(
        "the endpoint `{member}` is at `{origin}`, which is neither the issuer's origin nor an allowed one"
    )]
    Origin {
        /// The member.
        member: &'static str,
        /// Where it points.
        origin: String,
    },
}

/// Fetches and checks the document of the configured issuer.
pub(crate) async fn discover(http: &HttpClient, config: &KaseyaOne) -> Result<Metadata, DiscoveryError> {
    let address = format!("{}/.well-known/openid-configuration", config.issuer.trim_end_matches('/'));
    let url = Url::parse(&address).map_err(|_| DiscoveryError::Member("issuer"))?;
    read(&http.get_json(&url).await?, config)
}

/// Reads a document; pure.
pub(crate) fn read(body: &[u8], config: &KaseyaOne) -> Result<Metadata, DiscoveryError> {
    let document = StrictObject::read(body).map_err(|_| DiscoveryError::Member("the document itself"))?;
    let found = document.text("issuer").ok_or(DiscoveryError::Member("issuer"))?;
    if found != config.issuer {
        return Err(DiscoveryError::Issuer { found: found.to_owned(), configured: config.issuer.clone() });
    }
    if document.texts("id_token_signing_alg_values_supported").is_none() {
        return Err(DiscoveryError::Member("id_token_signing_alg_values_supported"));
    }
    Ok(Metadata {
        authorization_endpoint: required(&document, "authorization_endpoint", config)?,
        token_endpoint: required(&document, "token_endpoint", config)?,
        jwks_uri: required(&document, "jwks_uri", config)?,
        userinfo_endpoint: optional(&document, "userinfo_endpoint", config)?,
        end_session_endpoint: optional(&document, "end_session_endpoint", config)?,
        response_iss: flag(&document, "authorization_response_iss_parameter_supported")?,
    })
}

fn required(
    document: &StrictObject,
    member: &'static str,
    config: &KaseyaOne,
) -> Result<Url, DiscoveryError> {
    optional(document, member, config)?.ok_or(DiscoveryError::Member(member))
}

fn optional(
    document: &StrictObject,
    member: &'static str,
    config: &KaseyaOne,
) -> Result<Option<Url>, DiscoveryError> {
    let text = match document.get(member) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => return Err(DiscoveryError::Member(member)),
    };
    let url = Url::parse(text).map_err(|_| DiscoveryError::Member(member))?;
    if is_secure(&url) && is_trusted(&url, config) {
        return Ok(Some(url));
    }
    Err(DiscoveryError::Origin { member, origin: url.origin().ascii_serialization() })
}

/// The same origin as the issuer, or one that the configuration allows (arXiv 1508.04324, malicious endpoints).
fn is_trusted(url: &Url, config: &KaseyaOne) -> bool {
    let issuer = Url::parse(&config.issuer).map(|issuer| issuer.origin());
    issuer.is_ok_and(|issuer| issuer == url.origin())
        || config.allowed_origins.iter().any(|allowed| allowed.origin() == url.origin())
}

fn flag(document: &StrictObject, member: &'static str) -> Result<bool, DiscoveryError> {
    match document.get(member) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(DiscoveryError::Member(member)),
    }
}
