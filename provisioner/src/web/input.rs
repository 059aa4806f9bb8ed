//! Reading forms and queries, with a page instead of a plain text when they cannot be read.

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use super::page::Matter;

/// A form that was sent.
pub(crate) struct Sent<T>(pub(crate) T);

/// A query that was asked.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let read = Form::<T>::from_request(request, state).await;
        read.map(|Form(form)| Self(form)).map_err(|rejection| {
            let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
            let matter = if too_large { Matter::TooLarge } else { Matter::NotUnderstood };
            matter.into_response()
        })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Matter;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Matter> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(query)| Self(query)).map_err(|_| Matter::AddressNotUnderstood)
    }
}

/// The values of a field that may come several times, as check boxes do.
pub(crate) fn values<'a>(fields: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a str> {
    fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
}
