//! Which host a request names, and which page sent it, as far as a browser says so. Servers and tests say nothing.

use axum::http::{HeaderMap, Uri, header};

/// The host that a request names, with its port: in its target where that has one, as in HTTP/2 (RFC 9113 8.3.1, RFC 9112
/// 3.2.2), otherwise in `Host`.
pub(crate) fn host<'a>(target: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match target.authority() {
        Some(authority) => Some(authority.as_str()),
        None => only(headers, header::HOST.as_str()),
    }
}

/// Whether a browser says that a page of another site than `ours`, an address of this provider, sent this to `host`.
pub(crate) fn is_elsewhere(host: Option<&str>, headers: &HeaderMap, ours: &str) -> bool {
    if let Some(site) = only(headers, "sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    // Browsers do not say more to an address of plain http that is not this machine. Whoever forwards requests may
    // have changed the host.
    let host = host.unwrap_or_default();
    let is_ours =
        |origin: &str| authority(origin).is_some_and(|it| it == host || authority(ours) == Some(it));
    only(headers, header::ORIGIN.as_str()).is_some_and(|origin| !is_ours(origin))
}

/// Host and port of an address or of an origin.
pub(crate) fn authority(url: &str) -> Option<&str> {
    url.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest))
}

/// The value of a header that comes once; present but unreadable, or there twice, counts as empty.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_some() { "" } else { first.to_str().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn what_a_browser_says_counts_and_what_cannot_be_read_is_elsewhere() {
        let elsewhere = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                headers.append(HeaderName::from_static(name), value);
            }
            is_elsewhere(host(&Uri::default(), &headers), &headers, "http://idp.test:9400/acme")
        };
        let host = ("host", "127.0.0.1:9400");
        assert!(!elsewhere(&[host]));
        assert!(!elsewhere(&[("host", "[::1]:9400"), ("origin", "http://[::1]:9400")]));
        assert!(!elsewhere(&[host, ("origin", "http://idp.test:9400")]));
        assert!(!elsewhere(&[host, ("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(!elsewhere(&[host, ("sec-fetch-site", "none")]));
        for origin in ["http://evil.example", "null", "", "http://idp.test", "http://idp.test:94000"] {
            assert!(elsewhere(&[host, ("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site", "", "é"] {
            assert!(elsewhere(&[host, ("sec-fetch-site", site)]), "{site}");
        }
        assert!(elsewhere(&[host, ("sec-fetch-site", "none"), ("sec-fetch-site", "none")]));
    }
}
