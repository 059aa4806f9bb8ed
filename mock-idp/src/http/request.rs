//! A request, decoded as far as every operation needs it. Bounded; nothing in it is trusted.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri, Version, header};
use futures_util::StreamExt as _;

use crate::http::access::is_open_to;
use crate::http::fetch::MARK;
use crate::http::origin::{host, is_elsewhere, only};
use crate::http::place::Place;
use crate::http::reply::{message, version_of};
use crate::protocol::error::Refusal;
use crate::protocol::params::Params;
use crate::realm::client_auth::Caller;
use crate::realm::userinfo::Presented;

/// Bodies are forms; nothing honest is longer.
const LONGEST_BODY: usize = 64 * 1024;

/// A decoded request.
#[derive(Clone)]
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) version: Version,
    /// The path at which it is served.
    pub(crate) path: String,
    /// The realm, its addresses, and the path as it was asked for.
    pub(crate) place: Place,
    pub(crate) query: Params,
    pub(crate) form: Params,
    /// The body as it came; empty when it was not read.
    pub(crate) body: Bytes,
    /// Why it was not.
    pub(crate) unread: Option<Refusal>,
    headers: HeaderMap,
    /// Its target, with the path at which it is served.
    target: Uri,
}

impl Incoming {
    pub(crate) async fn read(place: Place, request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let (body, unread) = match whole(body).await {
            Ok(body) => (body, None),
            Err(refusal) => (Bytes::new(), Some(refusal)),
        };
        let is_form = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        let form = if is_form { Params::parse(&String::from_utf8_lossy(&body)) } else { Params::default() };
        Self {
            method: parts.method,
            version: parts.version,
            path: parts.uri.path().to_owned(),
            place,
            query: Params::parse(parts.uri.query().unwrap_or_default()),
            form,
            body,
            unread,
            headers: parts.headers,
            target: parts.uri,
        }
    }

    /// The request as bytes, as far as the parsed headers tell.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let (method, path) = (self.method.as_str(), &*self.place.whole_path);
        let (mark, query) = self.target.query().map_or(("", ""), |query| ("?", query));
        let authority = self.target.authority().map_or("", |authority| authority.as_str());
        let version = version_of(self.version);
        let first: &[&str] = if self.version == Version::HTTP_2 {
            &[method, " ", path, mark, query, " ", version, "\r\n:authority: ", authority, "\r\n"]
        } else {
            let (scheme, colon) = self.target.scheme_str().map_or(("", ""), |scheme| (scheme, "://"));
            &[method, " ", scheme, colon, authority, path, mark, query, " ", version, "\r\n"]
        };
        message(first, &self.headers, &self.body)
    }

    /// The parameters of the request: the form of a POST, the query of a GET (OIDC Core 3.1.2.1).
    pub(crate) fn params(&self) -> &Params {
        if self.method == Method::POST { &self.form } else { &self.query }
    }

    /// Whether a browser says that a page of another site sent this. Servers and tests say nothing.
    pub(crate) fn is_cross_site(&self) -> bool {
        is_elsewhere(host(&self.target, &self.headers), &self.headers, &self.place.base.front)
    }

    /// Whether a provider sent this to fetch what a client registered.
    pub(crate) fn is_fetch(&self) -> bool {
        self.headers.contains_key(MARK)
    }

    /// Who is looked for on a page of people.
    pub(crate) fn wanted(&self) -> &str {
        self.query.first("q").unwrap_or_default().trim()
    }

    /// Whether the control interface would answer whoever sent this.
    pub(crate) fn may_control(&self) -> bool {
        is_open_to(&self.place, host(&self.target, &self.headers), &self.headers)
    }

    /// The Authorization header (RFC 6749 2.3: one way to authenticate for each request).
    pub(crate) fn authorization(&self) -> Option<&str> {
        only(&self.headers, header::AUTHORIZATION.as_str())
    }

    /// What this request shows beside its form. There is not more than one proof (RFC 9449 4.3).
    pub(crate) fn caller(&self) -> Caller<'_> {
        let dpop = only(&self.headers, "dpop");
        Caller {
            authorization: self.authorization(),
            dpop,
            method: self.method.as_str(),
            path: &self.place.asked,
        }
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

/// The whole body, as far as it is no longer than any honest one.
async fn whole(body: Body) -> Result<Bytes, Refusal> {
    let mut pieces = body.into_data_stream();
    let mut read = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece
            .map_err(|_| Refusal::new("body_whole", "the body broke off, or is not as the headers say"))?;
        if read.len() + piece.len() > LONGEST_BODY {
            return Err(Refusal::new("body_length", "the body is longer than 64 KiB"));
        }
        read.extend_from_slice(&piece);
    }
    Ok(read.into())
}
