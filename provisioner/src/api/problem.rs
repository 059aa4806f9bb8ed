//! What goes wrong, as RFC 9457 problem details with a stable `code`. No detail of the inside leaves here.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::record::Reference;

/// The stable codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProblemCode {
    NotSignedIn,
    MspAdminRequired,
    SignInRefused,
    NotFound,
    MethodNotAllowed,
    MalformedRequest,
    InvalidInput,
    TooLarge,
    OtherSite,
    EmailTaken,
    NameTaken,
    AuthenticationRequired,
    RequireNeedsAllow,
    CreateNeedsAllow,
    LastAdministrator,
    NotPossible,
    Unavailable,
    OutOfOrder,
}

impl ProblemCode {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 18] = [
        Self::NotSignedIn,
        Self::MspAdminRequired,
        Self::SignInRefused,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::MalformedRequest,
        Self::InvalidInput,
        Self::TooLarge,
        Self::OtherSite,
        Self::EmailTaken,
        Self::NameTaken,
        Self::AuthenticationRequired,
        Self::RequireNeedsAllow,
        Self::CreateNeedsAllow,
        Self::LastAdministrator,
        Self::NotPossible,
        Self::Unavailable,
        Self::OutOfOrder,
    ];

    /// Status, code and title; one exhaustive match.
    pub(crate) fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not_signed_in", "Nobody is signed in"),
            Self::MspAdminRequired => {
                (StatusCode::FORBIDDEN, "msp_admin_required", "Only an MSP Admin can do this")
            }
            Self::SignInRefused => (StatusCode::FORBIDDEN, "sign_in_refused", "The sign-in was refused"),
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "not_found", "There is nothing here, or it is not visible to you")
            }
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This address does not take that method",
            ),
            Self::MalformedRequest => {
                (StatusCode::BAD_REQUEST, "malformed_request", "The request could not be read")
            }
            Self::InvalidInput => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", "The input is not acceptable")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large"),
            Self::OtherSite => (StatusCode::FORBIDDEN, "cross_site", "The request came from another site"),
            Self::EmailTaken => {
                (StatusCode::CONFLICT, "email_taken", "A user with this e-mail address exists")
            }
            Self::NameTaken => (StatusCode::CONFLICT, "name_taken", "Another one has this name"),
            Self::AuthenticationRequired => (
                StatusCode::CONFLICT,
                "kaseyaone_authentication_required",
                "Turning this on needs authentication through KaseyaOne",
            ),
            Self::RequireNeedsAllow => (
                StatusCode::CONFLICT,
                "require_needs_allow",
                "Require Login with KaseyaOne needs Allow Users to Log in with KaseyaOne",
            ),
            Self::CreateNeedsAllow => (
                StatusCode::CONFLICT,
                "create_needs_allow",
                "Enable Automatic User Creation needs Allow Users to Log in with KaseyaOne",
            ),
            Self::LastAdministrator => (
                StatusCode::CONFLICT,
                "last_administrator",
                "This would leave no MSP Admin who is able to sign in",
            ),
            Self::NotPossible => {
                (StatusCode::CONFLICT, "not_possible", "This is not possible as things stand")
            }
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available right now"),
            Self::OutOfOrder => {
                (StatusCode::INTERNAL_SERVER_ERROR, "out_of_order", "Something went wrong on our side")
            }
        }
    }
}

/// A problem to answer with.
#[derive(Debug)]
pub(crate) struct Problem {
    code: ProblemCode,
    more: Box<More>,
}

#[derive(Debug, Default)]
struct More {
    detail: Option<String>,
    authenticate_at: Option<String>,
    reference: Option<String>,
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemJson {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    /// Stable; made for programs.
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Where to authenticate, with `kaseyaone_authentication_required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticate_at: Option<String>,
    /// The reference of a refused sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

impl Problem {
    pub(crate) fn new(code: ProblemCode) -> Self {
        Self { code, more: Box::default() }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.more.detail = Some(detail.into());
        self
    }

    pub(crate) fn authenticate_at(mut self, address: impl Into<String>) -> Self {
        self.more.authenticate_at = Some(address.into());
        self
    }

    pub(crate) fn reference(mut self, reference: &Reference) -> Self {
        self.more.reference = Some(reference.to_string());
        self
    }
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        Self::new(code)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, title) = self.code.parts();
        let More { detail, authenticate_at, reference } = *self.more;
        let kind = "about:blank";
        let status_code = status.as_u16();
        let body = ProblemJson { kind, title, status: status_code, code, detail, authenticate_at, reference };
        let mut response = (status, axum::Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
