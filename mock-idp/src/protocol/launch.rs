//! What a launch from the portal asks for (OIDC Core 4).

use serde::{Deserialize, Serialize};

/// What a person opens in the portal.
///
/// ```
/// use mock_idp::Launch;
/// let launch = Launch::of("kaseya-mdr").target("http://127.0.0.1:8400/home");
/// assert!(!launch.unsolicited);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// Id of the client.
    pub client: String,
    /// Where in the application the person wants to arrive: `target_link_uri`, sent as it is, right or wrong.
    #[serde(default)]
    pub target_link_uri: Option<String>,
    /// Sent as `iss` instead of this issuer, to see whether the application minds.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Send a code that the application did not ask for, to the redirect URI that was registered last, instead of asking
    /// it to begin.
    #[serde(default)]
    pub unsolicited: bool,
}

impl Launch {
    /// Asks this client to begin a sign-in.
    pub fn of(client: impl Into<String>) -> Self {
        Self { client: client.into(), target_link_uri: None, issuer: None, unsolicited: false }
    }

    /// Where in the application the person wants to arrive.
    #[must_use]
    pub fn target(mut self, target_link_uri: impl Into<String>) -> Self {
        self.target_link_uri = Some(target_link_uri.into());
        self
    }

    /// Claims to come from another issuer.
    #[must_use]
    pub fn from_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Sends a code that nobody asked for.
    #[must_use]
    pub fn unsolicited(mut self) -> Self {
        self.unsolicited = true;
        self
    }
}
