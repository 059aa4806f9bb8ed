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
    // What has no origin is named by its scheme: `null` helps nobody.
    let origin =
        if url.has_host() { url.origin().ascii_serialization() } else { format!("{}:", url.scheme()) };
    Err(DiscoveryError::Origin { member, origin })
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config() -> KaseyaOne {
        KaseyaOne::new("https://one.example", "mdr")
    }

    fn document() -> Value {
        json!({
            "issuer": "https://one.example",
            "authorization_endpoint": "https://one.example/connect/authorize",
            "token_endpoint": "https://one.example/connect/token",
            "jwks_uri": "https://one.example/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    fn read_with(member: &str, value: Value) -> Result<Metadata, DiscoveryError> {
        let mut document = document();
        document[member] = value;
        read(document.to_string().as_bytes(), &config())
    }

    #[test]
    fn a_bad_value_nobody_uses_takes_nothing_down() {
        for (member, value) in
            [("op_tos_uri", json!("")), ("claims_parameter_supported", json!("true")), ("x", json!(7))]
        {
            assert!(read_with(member, value).is_ok(), "{member}");
        }
    }

    #[test]
    fn the_issuer_is_compared_letter_by_letter() {
        for issuer in [
            "https://one.example/",
            "https://ONE.example",
            "https://one.example:443",
            "https://one.example?x",
            "INVALID",
        ] {
            let error = read_with("issuer", json!(issuer)).unwrap_err();
            assert!(matches!(error, DiscoveryError::Issuer { .. }), "{issuer}");
        }
    }

    #[test]
    fn what_is_needed_and_missing_is_named() {
        for member in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "id_token_signing_alg_values_supported",
        ] {
            for value in [Value::Null, json!(7)] {
                let said = read_with(member, value).unwrap_err().to_string();
                assert!(said.contains(member), "{said}");
            }
        }
        let said = read_with("authorization_response_iss_parameter_supported", json!("true")).unwrap_err();
        assert!(said.to_string().contains("authorization_response_iss_parameter_supported"));
    }

    #[test]
    fn an_endpoint_elsewhere_is_refused_unless_it_is_allowed() {
        let elsewhere = [
            "https://evil.example/t",
            "http://one.example/t",
            "http://169.254.169.254/t",
            "file:///t",
            "javascript:alert(1)",
        ];
        for member in ["token_endpoint", "jwks_uri", "userinfo_endpoint", "authorization_endpoint"] {
            for url in elsewhere {
                let error = read_with(member, json!(url)).unwrap_err();
                assert!(matches!(error, DiscoveryError::Origin { .. }), "{member} at {url}");
            }
        }
        let said = read_with("jwks_uri", json!("file:///etc/hosts")).unwrap_err().to_string();
        assert!(said.contains("`jwks_uri` is at `file:`"), "{said}");
        let mut allowing = config();
        allowing.allowed_origins.push(Url::parse("https://keys.example").unwrap());
        let mut document = document();
        document["jwks_uri"] = json!("https://keys.example/all");
        assert!(read(document.to_string().as_bytes(), &allowing).is_ok());
    }
}
