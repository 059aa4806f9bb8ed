//! Who may control a provider, and read of its other realms: whoever shows its key; where it has none, whoever asks on this
//! machine or by the name of the issuer.

use std::net::IpAddr;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::http::origin::authority;
use crate::http::place::Place;
use crate::protocol::token::same_secret;

/// Whether whoever sent these headers to this host may read what is here: nothing about other realms is told to anybody
/// else.
pub(crate) fn is_open_to(place: &Place, host: Option<&str>, headers: &HeaderMap) -> bool {
    match place.realms.control_key() {
        Some(key) => shown_key(headers).is_some_and(|shown| same_secret(key, &shown.key)),
        None => is_here(host.unwrap_or_default(), &place.realm.base.front),
    }
}

/// A key as a request shows it.
pub(crate) struct Shown {
    pub(crate) key: String,
    pub(crate) by_bearer: bool,
}

/// As a bearer token, or as the password of anybody, which is what browsers can ask for.
pub(crate) fn shown_key(headers: &HeaderMap) -> Option<Shown> {
    let (scheme, rest) = headers.get("authorization")?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Shown { key: rest.trim().to_owned(), by_bearer: true });
    }
    let basic = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(rest.trim()).ok())??;
    let text = String::from_utf8(basic).ok()?;
    let key = text.split_once(':')?.1.to_owned();
    Some(Shown { key, by_bearer: false })
}

/// A page of another site must not steer a provider on this machine, not even under a name of its own that it lets
/// point here (DNS rebinding): the request is for an address, `localhost` or the issuer, and comes from no other origin.
pub(crate) fn is_here(host: &str, issuer: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (address, port),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    is_port && (name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok())
        || authority(issuer) == Some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_for_this_machine_or_the_issuer_are_ours() {
        let ours = |host| is_here(host, "http://idp.test:9400");
        for host in ["127.0.0.1:9400", "[::1]:9400", "localhost:9400", "LOCALHOST", "[::1]", "idp.test:9400"]
        {
            assert!(ours(host), "{host}");
        }
        for host in [
            "evil.example:9400",
            "localhost.evil.example",
            "idp.test:9401",
            "localhost:9400@evil.example",
            "127.0.0.1:evil",
            "[::1].evil.example",
            "",
        ] {
            assert!(!ours(host), "{host}");
        }
    }
}
