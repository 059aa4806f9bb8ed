//! An answer before it becomes bytes.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::Value;

use crate::journal::Note;
use crate::protocol::error::OAuthError;
use crate::realm::logout::Farewell;
use crate::rule::Then;

/// Status, headers and body, and how they are sent.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// Wait before sending.
    pub(crate) slow: bool,
    /// Send in pieces, without a length.
    pub(crate) chunked: bool,
    /// Of HTTP: that of the request.
    pub(crate) version: Version,
    /// What a fault does to the answer on its way.
    pub(crate) then: Option<Then>,
    /// Logout tokens that are delivered before the answer goes out.
    pub(crate) farewells: Vec<Farewell>,
}

impl Reply {
    pub(crate) fn new(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        // Room for those that every answer has, too.
        let headers = HeaderMap::with_capacity(16);
        let (body, farewells) = (body.into(), Vec::new());
        let version = Version::HTTP_11;
        Self { status, headers, body, slow: false, chunked: false, version, then: None, farewells }
            .with(header::CONTENT_TYPE, content_type)
    }

    /// What an outage says.
    pub(crate) fn sick(status: StatusCode) -> Self {
        Self::new(status, "text/plain", "the provider is sick")
    }

    pub(crate) fn json(status: StatusCode, value: &Value) -> Self {
        // Most are about as long; a value can always be written.
        let mut body = Vec::with_capacity(2_048);
        let _ = serde_json::to_writer(&mut body, value);
        Self::new(status, "application/json", body)
    }

    /// The same, and the journal shows what it says.
    pub(crate) fn noted_json(status: StatusCode, value: &Value, note: &mut Note) -> Self {
        note.response.unread = true;
        Self::json(status, value)
    }

    pub(crate) fn html(status: StatusCode, page: impl Into<Bytes>) -> Self {
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// 303: the browser follows by GET, whatever it came with.
    pub(crate) fn see_other(location: &str) -> Self {
        Self::new(StatusCode::SEE_OTHER, "text/plain", "").with(header::LOCATION, location)
    }

    /// RFC 6749 5.2; the reason is a tester's best friend, so it is sent.
    pub(crate) fn oauth_error(error: &OAuthError, status: StatusCode, note: &mut Note) -> Self {
        let body = serde_json::json!({
            "error": error.code.as_str(),
            "error_description": crate::protocol::text::describable(&error.refusal.reason),
        });
        note.refusal = Some(error.refusal.clone());
        Self::noted_json(status, &body, note)
    }

    /// Adds a header. What cannot stand in one was refused before; this is the last net, against header injection.
    pub(crate) fn with(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.append(name, value);
        }
        self
    }

    /// Bytes of the body.
    pub(crate) fn body_len(&self) -> usize {
        self.body.len()
    }

    /// Adds what every answer carries, so that the journal has it too; `cross_origin` where pages of any site may read it.
    pub(crate) fn completed(mut self, at: Timestamp, cross_origin: bool) -> Self {
        super::test_only(&mut self.headers);
        if cross_origin {
            self.headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            let exposed = HeaderValue::from_static("www-authenticate,dpop-nonce,x-mock-idp-check");
            self.headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        // RFC 9110 15.3.5 and 15.4.5: those have no content, whatever a rule wants to send.
        if matches!(self.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            self.body = Bytes::new();
            self.headers.remove(header::CONTENT_TYPE);
        }
        // RFC 9110 8.6: an answer without content has no length.
        if !self.chunked && self.status != StatusCode::NO_CONTENT {
            self.headers.insert(header::CONTENT_LENGTH, self.body.len().into());
        }
        // RFC 9110 6.6.1, by the clock of the realm.
        let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        self.with(header::DATE, date)
    }

    /// The body, and the answer without it.
    pub(crate) fn split(mut self) -> (Bytes, Self) {
        (std::mem::take(&mut self.body), self)
    }

    /// The same headers, as far as they fit, with this status and no body.
    pub(crate) fn instead(mut self, status: StatusCode) -> Self {
        self.status = status;
        self.body = Bytes::new();
        self.chunked = false;
        self.headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        self
    }

    /// What HEAD gets.
    pub(crate) fn without_body(mut self) -> Self {
        self.body = Bytes::new();
        self
    }

    /// The same, to be sent in chunks.
    pub(crate) fn without_length(mut self) -> Self {
        self.headers.remove(header::CONTENT_LENGTH);
        self
    }

    /// Its head, promising chunks.
    pub(crate) fn raw_head_of_chunks(&self) -> Vec<u8> {
        let mut headers = self.headers.clone();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        self.message(&headers, &[])
    }

    /// The answer as bytes, once it is complete.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.message(&self.headers, &self.body)
    }

    fn message(&self, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
        let status = self.status.as_str();
        // RFC 9113 8.3.2: HTTP/2 carries no reason.
        let reason = self.status.canonical_reason().filter(|_| self.version != Version::HTTP_2);
        let first = [version_of(self.version), " ", status, " ", reason.unwrap_or_default(), "\r\n"];
        message(&first, headers, body)
    }
}

/// As it stands in the first line of a message; HTTP/2 has none, and says it at the beginning of the connection.
pub(super) fn version_of(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
}

/// A message as bytes: the parts of its first line, headers and body. The journal keeps it, so it takes what it needs.
pub(super) fn message(first: &[&str], headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let fields: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let length = first.iter().map(|part| part.len()).sum::<usize>() + fields + 2 + body.len();
    let mut raw = Vec::with_capacity(length);
    for part in first {
        raw.extend_from_slice(part.as_bytes());
    }
    for (name, value) in headers {
        raw.extend_from_slice(name.as_str().as_bytes());
        raw.extend_from_slice(b": ");
        raw.extend_from_slice(value.as_bytes());
        raw.extend_from_slice(b"\r\n");
    }
    raw.extend_from_slice(b"\r\n");
    raw.extend_from_slice(body);
    raw
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let body = if self.chunked { in_pieces(&self.body) } else { Body::from(self.body) };
        let mut response = (self.status, body).into_response();
        *response.headers_mut() = self.headers;
        response
    }
}

/// Without a length, HTTP/1.1 sends chunks.
fn in_pieces(bytes: &Bytes) -> Body {
    let pieces: Vec<Result<Bytes, Infallible>> =
        bytes.chunks(200).map(|piece| Ok(bytes.slice_ref(piece))).collect();
    Body::from_stream(futures_util::stream::iter(pieces))
}
