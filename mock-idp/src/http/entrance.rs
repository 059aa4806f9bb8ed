//! The way of a request to its realm. The longest path wins; a realm that is not there is never made by asking for it.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Uri, Version};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;

use crate::fault::documents::MOVED;
use crate::http::not_found::NOTHING_HERE;
use crate::http::origin::host;
use crate::http::place::Place;
use crate::http::serve::serve;
use crate::protocol::endpoints::Endpoints;
use crate::protocol::path;
use crate::realm::Realm;
use crate::realms::Realms;

/// What `dispatch` needs.
#[derive(Clone)]
pub(crate) struct Entrance {
    pub(crate) realms: Arc<Realms>,
    /// The routes of any realm.
    pub(crate) inside: Router,
}

/// Sends a request to its realm.
pub(crate) async fn dispatch(State(entrance): State<Entrance>, mut request: Request) -> Response {
    // RFC 9112 3.2: otherwise whoever forwards requests may have had another host in mind.
    if request.version() == Version::HTTP_11 && request.headers().get_all(HOST).iter().count() != 1 {
        return (StatusCode::BAD_REQUEST, "the request has no Host header, or several; send one\n")
            .into_response();
    }
    let whole_path: Arc<str> = request.uri().path().into();
    let Entrance { realms, inside } = entrance;
    let found = find(&realms, &whole_path);
    let is_found = found.is_some();
    let root = || realms.get("").map(|root| (root, whole_path.to_string()));
    let Some((realm, rest)) = found.or_else(root) else { return StatusCode::NOT_FOUND.into_response() };
    let base = if realms.addressing.is_derived() {
        let headers = request.headers();
        let asked = asked_for(realms.addressing.scheme(), host(request.uri(), headers), headers);
        Arc::new(realms.addressing.base(&realm.path, asked.as_deref(), &realm.base.endpoints))
    } else {
        Arc::clone(&realm.base)
    };
    let place = Place { realm, base, realms, whole_path, asked: rest.as_str().into() };
    let served = match issuer_behind(&place.whole_path) {
        Some(_) => Some(path::RFC_8414.into()),
        None => served_at(&place.base.endpoints, &rest),
    };
    let served = served.filter(|_| is_found);
    let Some(served) = served else { return serve(place, NOTHING_HERE, request).await };
    if *served != *place.whole_path
        && let Some(uri) = with_path(request.uri(), &served)
    {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().insert(place);
    inside.oneshot(request).await.into_response()
}

/// RFC 8414 3.1 puts the well-known path before the issuer's; everything else comes after the realm's.
fn find(realms: &Realms, whole: &str) -> Option<(Arc<Realm>, String)> {
    let Some(issuer) = issuer_behind(whole) else {
        return realms.find(whole).map(|(realm, rest)| (realm, rest.to_owned()));
    };
    let (realm, rest) = realms.find(issuer)?;
    let is_issuer = rest.trim_end_matches('/') == realm.base.endpoints.issuer_suffix().trim_end_matches('/');
    is_issuer.then(|| (realm, path::RFC_8414.to_owned()))
}

/// The path of an issuer whose metadata is asked for in front of it.
fn issuer_behind(whole: &str) -> Option<&str> {
    whole.strip_prefix(path::RFC_8414).filter(|rest| rest.starts_with('/'))
}

/// The path at which a path of the realm is served; endpoints that moved are below their prefix too.
fn served_at<'a>(endpoints: &Endpoints, asked: &'a str) -> Option<Cow<'a, str>> {
    match asked.strip_prefix(MOVED).filter(|below| below.starts_with('/')) {
        Some(below) => Some(format!("{MOVED}{}", endpoints.served_at(below)?).into()),
        None => endpoints.served_at(asked),
    }
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

/// The scheme and authority a request was sent to: ours, or as the proxies in front tell it (the first of each list). What
/// is no host or no port is as good as not told, and the port that a scheme has anyway is left out (RFC 9110 4.2.3).
fn asked_for(scheme: &str, host: Option<&str>, headers: &HeaderMap) -> Option<String> {
    let first = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        value.split(',').next().map(str::trim).filter(|value| !value.is_empty())
    };
    let scheme = first("x-forwarded-proto").unwrap_or(scheme).to_ascii_lowercase();
    let (host, port) = first("x-forwarded-host").and_then(host_and_port).or_else(|| host_and_port(host?))?;
    let port = port.or_else(|| first("x-forwarded-port")?.parse().ok());
    let usual = if scheme == "https" { 443 } else { 80 };
    let port = port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
    let prefix = first("x-forwarded-prefix").map(|prefix| prefix.trim_end_matches('/')).unwrap_or_default();
    let address = format!("{scheme}://{host}{port}{prefix}");
    let url = url::Url::parse(&address).ok()?;
    // It goes into pages, cookies and redirects: what RFC 3986 2.3 calls unreserved, and what separates the parts.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&byte);
    let honest = address.bytes().all(is_plain)
        && matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.query().is_none()
        && url.fragment().is_none()
        && (prefix.is_empty() || prefix.starts_with('/') && !prefix.contains("//"));
    honest.then_some(address)
}

/// A host as it stands in an address, and its port if it has one; nothing for what is no host.
fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte);
    let url = url::Url::parse(&format!("http://{text}")).ok().filter(url::Url::has_host)?;
    if !text.bytes().all(is_plain) || url.path() != "/" {
        return None;
    }
    Some(match text.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((host, port)) => (host, port.parse().ok()),
        None => (text, None),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn the_address_comes_from_the_proxy_before_the_host() {
        let asked = |headers: &[(&'static str, &'static str)]| {
            let pairs = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            let headers = pairs.collect();
            asked_for("http", host(&Uri::default(), &headers), &headers)
        };
        for (headers, expected) in [
            (&[("host", "idp:9400")] as &[_], Some("http://idp:9400")),
            (&[("host", "[::1]:9400")], Some("http://[::1]:9400")),
            (
                &[
                    ("host", "in:1"),
                    ("x-forwarded-host", "out.test, in"),
                    ("x-forwarded-proto", "https, http"),
                ],
                Some("https://out.test"),
            ),
            (
                &[("host", "out.test"), ("x-forwarded-port", "8443"), ("x-forwarded-proto", "https")],
                Some("https://out.test:8443"),
            ),
            (&[("host", "out.test"), ("x-forwarded-prefix", "/idp/")], Some("http://out.test/idp")),
            (
                &[
                    ("x-forwarded-host", "e.example"),
                    ("x-forwarded-proto", "https"),
                    ("x-forwarded-port", "443"),
                ],
                Some("https://e.example"),
            ),
            (
                &[("x-forwarded-host", "e.example:443"), ("x-forwarded-proto", " HTTPS")],
                Some("https://e.example"),
            ),
            (&[("host", "e.example:80")], Some("http://e.example")),
            (&[("host", "e.example:443")], Some("http://e.example:443")),
            (&[("host", "e.example"), ("x-forwarded-port", "soon")], Some("http://e.example")),
            (&[("host", "[::1]:80")], Some("http://[::1]")),
            (&[("host", "in:1"), ("x-forwarded-host", "a/b")], Some("http://in:1")),
            (&[("host", "in:1"), ("x-forwarded-host", "a:b")], Some("http://in:1")),
            (&[("host", "in:1"), ("x-forwarded-host", "user@evil")], Some("http://in:1")),
            (&[("host", "a/b")], None),
            (&[("host", "a b")], None),
            (&[("host", "user@evil")], None),
            (&[("host", "x?y")], None),
            (&[("host", "x\"y")], None),
            (&[("host", "x;y")], None),
            (&[("host", "x"), ("x-forwarded-prefix", "/a; Domain=evil.example")], None),
            (&[], None),
        ] {
            assert_eq!(asked(headers).as_deref(), expected, "{headers:?}");
        }
    }
}
