//! The provider over HTTP: decode a request, call the realm, encode the answer, write the journal.
//!
//! No rule of the protocol is here. Every answer says that this is a test provider and forbids caching and framing.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod authorization;
pub(crate) mod back_channel;
pub(crate) mod backchannel_logout;
mod cookies;
pub(crate) mod delivery;
pub(crate) mod device_page;
pub(crate) mod documents;
mod entrance;
pub(crate) mod fetch;
pub(crate) mod gzip;
pub(crate) mod logout;
pub(crate) mod neighbours;
pub(crate) mod not_found;
pub(crate) mod operation;
pub(crate) mod origin;
pub(crate) mod pages;
pub(crate) mod place;
pub(crate) mod portal;
mod record;
pub(crate) mod registration;
pub(crate) mod reply;
pub(crate) mod request;
mod routes;
pub(crate) mod scim;
mod serve;
pub(crate) mod token;
pub(crate) mod userinfo;

use axum::http::{HeaderMap, HeaderValue, header};

pub(crate) use crate::http::routes::{Face, router};

/// What every answer carries.
pub(crate) fn test_only(headers: &mut HeaderMap) {
    let always = [
        ("x-mock-idp", "testing-only"),
        ("cache-control", "no-store"),
        // Not no-referrer: with it a form of our own comes from the origin null.
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let strict = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(strict);
}
