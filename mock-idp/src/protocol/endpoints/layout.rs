//! Whose endpoints a realm's look like: where other products have theirs, as their documentation says.

use serde::{Deserialize, Serialize};

use super::{Endpoint, NoSuchName, named};

/// Whose endpoints and issuer those of a realm look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// `/connect/authorize`, `/connect/token`, …
    #[default]
    Usual,
    /// Auth0: `/authorize`, `/oauth/token`, …; the issuer ends with a slash.
    Auth0,
    /// Microsoft Entra ID: `/oauth2/v2.0/authorize`, `/oauth2/v2.0/token`, …; the issuer ends with `/v2.0`. The realm is the tenant.
    Entra,
    /// Google: `/o/oauth2/v2/auth`, `/token`, …
    Google,
    /// Keycloak: `/protocol/openid-connect/auth`, `/protocol/openid-connect/token`, … The realm is `realms/` and a name.
    Keycloak,
    /// navikt's mock-oauth2-server: `/authorize`, `/token`, … The realm is the issuer id.
    Navikt,
    /// Okta: `/v1/authorize`, `/v1/token`, … The realm is `oauth2/` and an authorization server.
    Okta,
}

impl Layout {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Usual, Self::Auth0, Self::Entra, Self::Google, Self::Keycloak, Self::Navikt, Self::Okta];

    /// The name as it stands in a configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Auth0 => "auth0",
            Self::Entra => "entra",
            Self::Google => "google",
            Self::Keycloak => "keycloak",
            Self::Navikt => "navikt",
            Self::Okta => "okta",
        }
    }

    /// What its issuers end with, behind the path of the realm: nothing for most.
    pub fn issuer_suffix(self) -> &'static str {
        match self {
            Self::Auth0 => "/",
            Self::Entra => "/v2.0",
            Self::Usual | Self::Google | Self::Keycloak | Self::Navikt | Self::Okta => "",
        }
    }

    /// Where its endpoints are. What the product does not have is where it usually is.
    pub(super) fn paths(self) -> &'static [(Endpoint, &'static str)] {
        use Endpoint::{
            Authorization, DeviceAuthorization, EndSession, Introspection, Jwks, PushedAuthorization,
            Registration, Revocation, Token, Userinfo,
        };
        match self {
            Self::Usual => &[],
            Self::Auth0 => &[
                (Authorization, "/authorize"),
                (Token, "/oauth/token"),
                (Userinfo, "/userinfo"),
                (Jwks, "/.well-known/jwks.json"),
                (EndSession, "/oidc/logout"),
                (PushedAuthorization, "/oauth/par"),
                (Revocation, "/oauth/revoke"),
                (DeviceAuthorization, "/oauth/device/code"),
                (Registration, "/oidc/register"),
            ],
            Self::Entra => &[
                (Authorization, "/oauth2/v2.0/authorize"),
                (Token, "/oauth2/v2.0/token"),
                (Userinfo, "/oidc/userinfo"),
                (Jwks, "/discovery/v2.0/keys"),
                (EndSession, "/oauth2/v2.0/logout"),
                (DeviceAuthorization, "/oauth2/v2.0/devicecode"),
            ],
            Self::Google => &[
                (Authorization, "/o/oauth2/v2/auth"),
                (Token, "/token"),
                (Userinfo, "/v1/userinfo"),
                (Jwks, "/oauth2/v3/certs"),
                (Revocation, "/revoke"),
                (DeviceAuthorization, "/device/code"),
            ],
            Self::Keycloak => &[
                (Authorization, "/protocol/openid-connect/auth"),
                (Token, "/protocol/openid-connect/token"),
                (Userinfo, "/protocol/openid-connect/userinfo"),
                (Jwks, "/protocol/openid-connect/certs"),
                (EndSession, "/protocol/openid-connect/logout"),
                (PushedAuthorization, "/protocol/openid-connect/ext/par/request"),
                (Introspection, "/protocol/openid-connect/token/introspect"),
                (Revocation, "/protocol/openid-connect/revoke"),
                (DeviceAuthorization, "/protocol/openid-connect/auth/device"),
                (Registration, "/clients-registrations/openid-connect"),
            ],
            Self::Navikt => &[
                (Authorization, "/authorize"),
                (Token, "/token"),
                (Userinfo, "/userinfo"),
                (Jwks, "/jwks"),
                (EndSession, "/endsession"),
                (Introspection, "/introspect"),
                (Revocation, "/revoke"),
            ],
            Self::Okta => &[
                (Authorization, "/v1/authorize"),
                (Token, "/v1/token"),
                (Userinfo, "/v1/userinfo"),
                (Jwks, "/v1/keys"),
                (EndSession, "/v1/logout"),
                (PushedAuthorization, "/v1/par"),
                (Introspection, "/v1/introspect"),
                (Revocation, "/v1/revoke"),
                (DeviceAuthorization, "/v1/device/authorize"),
                (Registration, "/v1/clients"),
            ],
        }
    }
}

impl std::str::FromStr for Layout {
    type Err = NoSuchName;

    fn from_str(name: &str) -> Result<Self, NoSuchName> {
        named(name, &Self::ALL, Self::as_str)
    }
}
