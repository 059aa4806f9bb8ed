//! Where the endpoints of a realm are, relative to it: as usual, as another product has them, or wherever somebody wants
//! them, for applications that do not read discovery.

mod layout;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::layout::Layout;
use crate::protocol::path;

/// An endpoint that can be elsewhere than usual, by the name that its member of the metadata begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `authorization_endpoint`.
    Authorization,
    /// `token_endpoint`.
    Token,
    /// `userinfo_endpoint`.
    Userinfo,
    /// `jwks_uri`.
    Jwks,
    /// `end_session_endpoint`.
    EndSession,
    /// `pushed_authorization_request_endpoint`.
    PushedAuthorization,
    /// `introspection_endpoint`.
    Introspection,
    /// `revocation_endpoint`.
    Revocation,
    /// `device_authorization_endpoint`.
    DeviceAuthorization,
    /// `registration_endpoint`.
    Registration,
}

impl Endpoint {
    /// Every one, in the order of the metadata.
    pub const ALL: [Self; 10] = [
        Self::Authorization,
        Self::Token,
        Self::Userinfo,
        Self::Jwks,
        Self::EndSession,
        Self::PushedAuthorization,
        Self::Introspection,
        Self::Revocation,
        Self::DeviceAuthorization,
        Self::Registration,
    ];

    /// The name as it stands in a configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::Jwks => "jwks",
            Self::EndSession => "end_session",
            Self::PushedAuthorization => "pushed_authorization",
            Self::Introspection => "introspection",
            Self::Revocation => "revocation",
            Self::DeviceAuthorization => "device_authorization",
            Self::Registration => "registration",
        }
    }

    /// Whether browsers come to it, and not servers.
    pub(crate) fn is_front(self) -> bool {
        matches!(self, Self::Authorization | Self::EndSession)
    }

    /// Where it is served, wherever it is asked for.
    pub(crate) fn usual(self) -> &'static str {
        match self {
            Self::Authorization => path::AUTHORIZE,
            Self::Token => path::TOKEN,
            Self::Userinfo => path::USERINFO,
            Self::Jwks => path::JWKS,
            Self::EndSession => path::END_SESSION,
            Self::PushedAuthorization => path::PUSH,
            Self::Introspection => path::INTROSPECT,
            Self::Revocation => path::REVOKE,
            Self::DeviceAuthorization => path::DEVICE,
            Self::Registration => path::REGISTER,
        }
    }
}

/// Nothing has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is none of {known}")]
pub struct NoSuchName {
    name: String,
    known: String,
}

/// The one of these that has the name.
fn named<T: Copy>(name: &str, all: &[T], name_of: impl Fn(T) -> &'static str) -> Result<T, NoSuchName> {
    let found = all.iter().copied().find(|it| name_of(*it) == name);
    found.ok_or_else(|| {
        let known: Vec<_> = all.iter().map(|it| name_of(*it)).collect();
        NoSuchName { name: name.to_owned(), known: known.join(", ") }
    })
}

impl std::str::FromStr for Endpoint {
    type Err = NoSuchName;

    fn from_str(name: &str) -> Result<Self, NoSuchName> {
        named(name, &Self::ALL, Self::as_str)
    }
}

/// Why an endpoint cannot be at a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no path, or not one that can be served.
    #[error(
        "{path:?} cannot be the path of the {endpoint} endpoint; write it from the realm on, as in \"/oauth/token\": segments of letters, digits, '.', '_', '~' and '-'"
    )]
    Path {
        /// Name of the endpoint.
        endpoint: &'static str,
        /// What was written.
        path: String,
    },
    /// Something else is there.
    #[error("{path:?} cannot be the path of the {endpoint} endpoint: {other} is there; choose another one")]
    Taken {
        /// Name of the endpoint.
        endpoint: &'static str,
        /// What was written.
        path: String,
        /// What is there.
        other: String,
    },
}

/// Where the endpoints of a realm are, and what its issuer ends with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Endpoints {
    issuer_suffix: &'static str,
    /// Those that are elsewhere than usual.
    moved: BTreeMap<Endpoint, Arc<str>>,
}

/// Folders of what the provider serves itself.
const OURS: [&str; 8] =
    ["/_control", "/account", "/assets", "/keys", "/moved", "/portal", "/scim", "/strangers"];

/// Something that is served at a path, and below it when it is a folder.
struct Served<'a> {
    path: &'a str,
    is_folder: bool,
    what: String,
}

impl Served<'_> {
    /// Whether a request could be for both.
    fn is_in_the_way_of(&self, other: &Self) -> bool {
        self.path == other.path
            || self.is_folder && is_below(other.path, self.path)
            || other.is_folder && is_below(self.path, other.path)
    }
}

impl Endpoints {
    /// As a product has them.
    pub(crate) fn like(layout: Layout) -> Self {
        let moved = layout.paths().iter().map(|(endpoint, path)| (*endpoint, Arc::from(*path)));
        Self { issuer_suffix: layout.issuer_suffix(), moved: moved.collect() }
    }

    /// With these elsewhere. Whether one is in the way of another is seen when all of them are known.
    pub(crate) fn with(
        mut self,
        paths: impl IntoIterator<Item = (Endpoint, String)>,
    ) -> Result<Self, EndpointError> {
        let mut written = Vec::new();
        for (endpoint, path) in paths {
            if !is_path(&path) {
                return Err(EndpointError::Path { endpoint: endpoint.as_str(), path });
            }
            self.moved.insert(endpoint, path.into());
            written.push(endpoint);
        }
        self.check(&written)?;
        Ok(self)
    }

    /// Whether nothing is in the way of anything; of two that are, the one that was written is told.
    fn check(&self, written: &[Endpoint]) -> Result<(), EndpointError> {
        let discovery = format!("{}{}", self.folder(), path::DISCOVERY);
        let own =
            |path, is_folder| Served { path, is_folder, what: "something of the provider's own".to_owned() };
        let documents = [&*discovery, path::DISCOVERY, path::DEVICE_PAGE].map(|path| own(path, false));
        // Below it is the issuer's path.
        let folders = OURS.into_iter().chain([path::RFC_8414]).map(|path| own(path, true));
        let own: Vec<_> = folders.chain(documents).collect();
        for endpoint in written.iter().chain(self.moved.keys()) {
            let this = self.served(*endpoint);
            let others = Endpoint::ALL.into_iter().filter(|other| other != endpoint);
            let mut others = others
                .map(|other| self.served(other))
                .chain(own.iter().map(|own| Served { what: own.what.clone(), ..*own }));
            if let Some(other) = others.find(|other| this.is_in_the_way_of(other)) {
                let path = this.path.to_owned();
                return Err(EndpointError::Taken { endpoint: endpoint.as_str(), path, other: other.what });
            }
        }
        Ok(())
    }

    /// An endpoint where it is. Registered clients are below theirs.
    fn served(&self, endpoint: Endpoint) -> Served<'_> {
        let what = format!("the {} endpoint", endpoint.as_str());
        Served { path: self.path(endpoint), is_folder: endpoint == Endpoint::Registration, what }
    }

    /// The folder in the realm that the issuer names; none for most.
    fn folder(&self) -> &'static str {
        self.issuer_suffix.trim_end_matches('/')
    }

    /// What issuers end with.
    pub(crate) fn issuer_suffix(&self) -> &'static str {
        self.issuer_suffix
    }

    /// Where an endpoint is.
    pub(crate) fn path(&self, endpoint: Endpoint) -> &str {
        self.moved.get(&endpoint).map_or(endpoint.usual(), |path| path)
    }

    /// The usual path of what is asked for at a path; none when what is usually there is elsewhere.
    pub(crate) fn served_at<'a>(&self, asked: &'a str) -> Option<std::borrow::Cow<'a, str>> {
        match asked.strip_suffix(path::DISCOVERY) {
            Some(folder) if folder == self.folder() => return Some(path::DISCOVERY.into()),
            Some("") => return None,
            _ => {}
        }
        // RFC 8414 3.1: it stands before the whole path of the issuer, and here nothing of that is behind it.
        if asked == path::RFC_8414 && !self.folder().is_empty() {
            return None;
        }
        for (endpoint, moved) in &self.moved {
            if *asked == **moved {
                return Some(endpoint.usual().into());
            }
            if *endpoint == Endpoint::Registration && is_below(asked, moved) {
                return Some(format!("{}{}", endpoint.usual(), &asked[moved.len()..]).into());
            }
        }
        let is_elsewhere = |endpoint: &Endpoint| {
            asked == endpoint.usual()
                || *endpoint == Endpoint::Registration && is_below(asked, endpoint.usual())
        };
        (!self.moved.keys().any(is_elsewhere)).then_some(asked.into())
    }

    /// What a realm at the path `below` would hide of one at `above` that has these; the root is at the empty path.
    pub(crate) fn hidden_between(&self, above: &str, below: &str) -> Option<&str> {
        let inside = if above.is_empty() { below } else { below.strip_prefix(above)?.strip_prefix('/')? };
        if inside.is_empty() { None } else { self.hidden_by(&format!("/{inside}")) }
    }

    /// What a realm at this path, relative to this one, would hide.
    fn hidden_by(&self, path: &str) -> Option<&str> {
        let realm = Served { path, is_folder: true, what: String::new() };
        let mut moved = self.moved.keys().map(|endpoint| self.served(*endpoint));
        let hidden = moved.find(|there| realm.is_in_the_way_of(there)).map(|there| there.path);
        let folder = Some(self.folder()).filter(|it| *it == path || is_below(it, path));
        hidden.or(folder)
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// What RFC 3986 2.3 calls unreserved, in segments that are not empty and lead nowhere else.
fn is_path(path: &str) -> bool {
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    };
    path.len() <= 200 && path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(endpoint: Endpoint, path: &str) -> Result<Endpoints, EndpointError> {
        Endpoints::default().with([(endpoint, path.to_owned())])
    }

    #[test]
    fn what_is_moved_is_not_where_it_was() {
        let there = moved(Endpoint::Token, "/oauth/token").unwrap();
        let served = |asked| there.served_at(asked).map(std::borrow::Cow::into_owned);
        assert_eq!(served("/oauth/token").as_deref(), Some(path::TOKEN));
        assert_eq!(served(path::TOKEN), None);
        assert_eq!(served(path::USERINFO).as_deref(), Some(path::USERINFO));
        assert_eq!(served("/oauth/token/x").as_deref(), Some("/oauth/token/x"));
        let there = moved(Endpoint::Registration, "/clients").unwrap();
        assert_eq!(there.served_at("/clients/7").as_deref(), Some("/connect/register/7"));
        assert_eq!(there.served_at("/connect/register/7"), None);
        assert_eq!(there.served_at("/clientsx").as_deref(), Some("/clientsx"));
    }

    #[test]
    fn discovery_is_below_the_whole_issuer() {
        let entra = Endpoints::like(Layout::Entra);
        assert_eq!(
            entra.served_at("/v2.0/.well-known/openid-configuration").as_deref(),
            Some(path::DISCOVERY)
        );
        assert_eq!(entra.served_at("/.well-known/openid-configuration"), None);
        assert_eq!(entra.served_at(path::RFC_8414), None);
        let auth0 = Endpoints::like(Layout::Auth0);
        assert_eq!(auth0.served_at("/.well-known/openid-configuration").as_deref(), Some(path::DISCOVERY));
        assert_eq!(auth0.served_at("/.well-known/openid-configuration/jwks"), None);
    }

    #[test]
    fn every_layout_can_be_served() {
        for layout in Layout::ALL {
            let endpoints = Endpoints::like(layout).with([]).unwrap();
            for endpoint in Endpoint::ALL {
                let served = endpoints.served_at(endpoints.path(endpoint)).map(std::borrow::Cow::into_owned);
                assert_eq!(served.as_deref(), Some(endpoint.usual()), "{layout:?} {endpoint:?}");
            }
            assert_eq!(serde_json::to_value(layout).unwrap(), layout.as_str());
        }
        for endpoint in Endpoint::ALL {
            assert_eq!(serde_json::to_value(endpoint).unwrap(), endpoint.as_str());
        }
    }

    #[test]
    fn a_realm_hides_what_is_below_it_and_registered_clients() {
        let auth0 = Endpoints::like(Layout::Auth0);
        for (realm, hidden) in [
            ("/oauth", Some("/oauth/token")),
            ("/oauth/token", Some("/oauth/token")),
            ("/oauth/token/x", None),
            ("/oidc/register/x", Some("/oidc/register")),
            ("/acme", None),
        ] {
            assert_eq!(auth0.hidden_by(realm).is_some(), hidden.is_some(), "{realm}");
        }
        let entra = Endpoints::like(Layout::Entra);
        assert_eq!((entra.hidden_by("/v2.0"), entra.hidden_by("/acme")), (Some("/v2.0"), None));
        assert_eq!(Endpoints::default().hidden_by("/acme"), None);
        for (above, below, is_hidden) in [
            ("", "oauth", true),
            ("a", "a/oauth", true),
            ("a", "aa/oauth", false),
            ("a/oauth", "a", false),
            ("a", "a", false),
            ("", "", false),
        ] {
            assert_eq!(auth0.hidden_between(above, below).is_some(), is_hidden, "{above} {below}");
        }
    }

    #[test]
    fn no_endpoint_hides_anything() {
        for path in ["", "/", "token", "/a//b", "/a/", "/a?b", "/a b", "/../x", "/ü", "//evil.example"] {
            assert!(matches!(moved(Endpoint::Token, path), Err(EndpointError::Path { .. })), "{path}");
        }
        for (path, other) in [
            (path::USERINFO, "the userinfo endpoint"),
            ("/connect/register/x", "the registration endpoint"),
            ("/_control/token", "the provider's own"),
            ("/account/login", "the provider's own"),
            (path::DISCOVERY, "the provider's own"),
            (path::DEVICE_PAGE, "the provider's own"),
            ("/.well-known/oauth-authorization-server/token", "the provider's own"),
        ] {
            let error = moved(Endpoint::Token, path).unwrap_err().to_string();
            assert!(error.contains(other) && error.contains("the token endpoint"), "{path}: {error}");
        }
        for path in ["/connect", "/.well-known", "/connect/token"] {
            let error = moved(Endpoint::Registration, path).unwrap_err().to_string();
            assert!(error.contains("cannot be the path of the registration endpoint"), "{path}: {error}");
        }
        let entra = |path: &str| Endpoints::like(Layout::Entra).with([(Endpoint::Jwks, path.to_owned())]);
        assert!(entra("/v2.0/.well-known/openid-configuration").is_err());
        assert!(entra("/.well-known/openid-configuration").is_err());
        let there = entra("/x/.well-known/openid-configuration").unwrap();
        assert_eq!(there.served_at("/x/.well-known/openid-configuration").as_deref(), Some(path::JWKS));
        // Two that change places are in nobody's way.
        let swapped =
            [(Endpoint::Token, path::USERINFO.to_owned()), (Endpoint::Userinfo, path::TOKEN.to_owned())];
        let swapped = Endpoints::default().with(swapped).unwrap();
        assert_eq!(swapped.served_at(path::TOKEN).as_deref(), Some(path::USERINFO));
    }
}
