//! Where a realm is reached: its issuer, and the addresses browsers and servers use for it. Addresses only; it opens
//! none of them.

use std::sync::Arc;

use crate::protocol::endpoints::{Endpoint, Endpoints};
use crate::protocol::path;

/// Whether it is an http or https URL that paths can be put behind.
pub(crate) fn is_base_url(address: &str) -> bool {
    let right = url::Url::parse(address).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    right && !address.ends_with('/')
}

/// The addresses of a realm, as one request sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    /// The issuer (OIDC Core 2): what stands in `iss`.
    pub(crate) issuer: Arc<str>,
    /// What stands before the paths that browsers open; no slash at the end.
    pub(crate) front: Arc<str>,
    /// What stands before the paths that servers call; no slash at the end.
    pub(crate) back: Arc<str>,
    /// What stands before `/_control`: nothing but the realm's path where control is served at the same address.
    pub(crate) control: Arc<str>,
    /// The path in `front`: what stands before every link on a page.
    pub(crate) prefix: Arc<str>,
    /// Where the endpoints are, behind all of these.
    pub(crate) endpoints: Arc<Endpoints>,
}

impl Base {
    /// Browsers at one address and servers at another; the issuer is the browsers', with what it ends with.
    fn new(front: &str, back: &str, trailing_slash: bool, endpoints: &Arc<Endpoints>) -> Self {
        let mut issuer = format!("{front}{}", endpoints.issuer_suffix());
        if trailing_slash && !issuer.ends_with('/') {
            issuer.push('/');
        }
        let prefix = front.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        Self {
            issuer: issuer.into(),
            front: front.into(),
            back: back.into(),
            control: prefix.unwrap_or_default().into(),
            prefix: prefix.unwrap_or_default().into(),
            endpoints: Arc::clone(endpoints),
        }
    }

    /// The address of an endpoint.
    pub(crate) fn endpoint(&self, endpoint: Endpoint) -> String {
        let base = if endpoint.is_front() { &self.front } else { &self.back };
        format!("{base}{}", self.endpoints.path(endpoint))
    }

    /// The path of the discovery document, behind the address of the realm (OIDC Discovery 4).
    pub(crate) fn discovery_path(&self) -> String {
        format!("{}{}", self.endpoints.issuer_suffix().trim_end_matches('/'), path::DISCOVERY)
    }

    /// The whole address of the control API.
    pub(crate) fn control_url(&self) -> String {
        let base = if self.control.contains("://") { &self.control } else { &self.front };
        format!("{base}/_control")
    }
}

/// How the addresses of every realm come to be. The realm's path is put behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addressing {
    /// What browsers use; `None` means whatever a request was sent to.
    pub(crate) front: Option<String>,
    /// What servers use, when that is not the same.
    pub(crate) back: Option<String>,
    /// Where control is served, when that is an address of its own.
    pub(crate) control: Option<String>,
    /// Whether issuers end with a slash.
    pub(crate) trailing_slash: bool,
    /// Where this process listens: the address when a request names none.
    pub(crate) listening: String,
}

impl Addressing {
    /// The addresses of the realm at `path`, for a request that was sent to `asked`.
    pub(crate) fn base(&self, path: &str, asked: Option<&str>, endpoints: &Arc<Endpoints>) -> Base {
        let front = self.front.as_deref().or(asked).unwrap_or(&self.listening);
        let back = self.back.as_deref().unwrap_or(front);
        let below =
            |address: &str| if path.is_empty() { address.to_owned() } else { format!("{address}/{path}") };
        let mut base = Base::new(&below(front), &below(back), self.trailing_slash, endpoints);
        if let Some(control) = &self.control {
            base.control = below(control).into();
        }
        base
    }

    /// By which scheme this process is reached, if nothing is in front of it.
    pub(crate) fn scheme(&self) -> &str {
        self.listening.split_once("://").map_or("http", |(scheme, _)| scheme)
    }

    /// Whether the addresses depend on the request.
    pub(crate) fn is_derived(&self) -> bool {
        self.front.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::endpoints::Layout;

    fn addressing() -> Addressing {
        Addressing {
            front: None,
            back: None,
            control: None,
            trailing_slash: false,
            listening: "http://127.0.0.1:9400".to_owned(),
        }
    }

    #[test]
    fn a_derived_base_is_where_the_request_was_sent_to() {
        let base = addressing().base("acme/eu", Some("https://idp.test"), &Arc::default());
        assert_eq!((&*base.issuer, &*base.prefix), ("https://idp.test/acme/eu", "/acme/eu"));
        assert_eq!(&*addressing().base("", None, &Arc::default()).issuer, "http://127.0.0.1:9400");
    }

    #[test]
    fn a_pinned_base_does_not_care() {
        let pinned = Addressing {
            front: Some("https://login.test/idp".to_owned()),
            back: Some("http://idp:9400".to_owned()),
            trailing_slash: true,
            ..addressing()
        };
        let base = pinned.base("acme", Some("http://evil.example"), &Arc::default());
        assert_eq!(&*base.issuer, "https://login.test/idp/acme/");
        assert_eq!((&*base.front, &*base.back), ("https://login.test/idp/acme", "http://idp:9400/acme"));
        assert_eq!(&*base.prefix, "/idp/acme");
        let entra = Arc::new(Endpoints::like(Layout::Entra));
        let base = pinned.base("acme", None, &entra);
        assert_eq!(&*base.issuer, "https://login.test/idp/acme/v2.0/");
        assert_eq!(base.discovery_path(), "/v2.0/.well-known/openid-configuration");
        assert_eq!(base.endpoint(Endpoint::Token), "http://idp:9400/acme/oauth2/v2.0/token");
        assert_eq!(
            base.endpoint(Endpoint::Authorization),
            "https://login.test/idp/acme/oauth2/v2.0/authorize"
        );
    }
}
