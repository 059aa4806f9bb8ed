//! A request, decoded as far as every operation needs it. Bounded; nothing in it is trusted.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Version, header};

use crate::base::Base;
use crate::http::origin::{is_elsewhere, only};
use crate::http::place::Place;
use crate::protocol::params::Params;
use crate::realm::client_auth::Caller;
use crate::realm::userinfo::Presented;

/// Bodies are forms; nothing honest is longer.
const LONGEST_BODY: usize = 64 * 1024;

/// A decoded request.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) method: Method,
    version: Version,
    /// The path at which it is served.
    pub(crate) path: String,
    /// The path below the realm, as it was asked for.
    pub(crate) asked: Arc<str>,
    /// Path and query as they came.
    target: String,
    pub(crate) query: Params,
    pub(crate) form: Params,
    /// The body as it came.
    pub(crate) body: Bytes,
    /// The addresses of the realm, as this request sees them.
    pub(crate) base: Arc<Base>,
    headers: HeaderMap,
}

impl Incoming {
    /// Reads a request; one whose body is too long comes back without it.
    pub(crate) async fn read(place: &Place, request: Request) -> Result<Self, Box<Parts>> {
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, LONGEST_BODY).await else { return Err(Box::new(parts)) };
        let is_form = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        let form = if is_form { Params::parse(&String::from_utf8_lossy(&body)) } else { Params::default() };
        Ok(Self {
            method: parts.method,
            version: parts.version,
            path: parts.uri.path().to_owned(),
            asked: Arc::clone(&place.asked),
            target: match parts.uri.query() {
                Some(query) => format!("{}?{query}", place.whole_path),
                None => place.whole_path.to_string(),
            },
            query: Params::parse(parts.uri.query().unwrap_or_default()),
            form,
            body,
            base: Arc::clone(&place.base),
            headers: parts.headers,
        })
    }

    /// The request as bytes, as far as the parsed headers tell.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let version = if self.version == Version::HTTP_10 { " HTTP/1.0\r\n" } else { " HTTP/1.1\r\n" };
        let first = [self.method.as_str(), " ", &self.target, version];
        super::reply::message(&first, &self.headers, &self.body)
    }

    /// The parameters of the request: the form of a POST, the query of a GET (OIDC Core 3.1.2.1).
    pub(crate) fn params(&self) -> &Params {
        if self.method == Method::POST { &self.form } else { &self.query }
    }

    /// Whether a browser says that a page of another site sent this. Servers and tests say nothing.
    pub(crate) fn is_cross_site(&self) -> bool {
        is_elsewhere(&self.headers, &self.base.front)
    }

    /// The Authorization header (RFC 6749 2.3: one way to authenticate for each request).
    pub(crate) fn authorization(&self) -> Option<&str> {
        only(&self.headers, header::AUTHORIZATION.as_str())
    }

    /// What this request shows beside its form. There is not more than one proof (RFC 9449 4.3).
    pub(crate) fn caller(&self) -> Caller<'_> {
        let dpop = only(&self.headers, "dpop");
        Caller { authorization: self.authorization(), dpop, method: self.method.as_str(), path: &self.asked }
    }

    /// The access token: in the header by either scheme, or in the form of a POST (RFC 6750 2.1 and 2.2, RFC 9449 7.1).
    pub(crate) fn access_token(&self) -> Option<Presented<'_>> {
        let in_form =
            self.form.iter().filter(|(name, _)| *name == "access_token" && self.method == Method::POST);
        let count = in_form.count();
        let Some(header) = self.authorization() else {
            let token = self.form.first("access_token").filter(|_| count > 0)?;
            return Some(Presented { token, with_proof: false, count });
        };
        let (scheme, token) = header.split_once(' ')?;
        let with_proof = scheme.eq_ignore_ascii_case("dpop");
        let known = with_proof || scheme.eq_ignore_ascii_case("bearer");
        known.then(|| Presented { token: token.trim(), with_proof, count: count + 1 })
    }

    /// The bearer token of a directory (RFC 6750 2.1).
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.authorization()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let headers = self.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        headers
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }
}
