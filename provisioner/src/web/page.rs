//! From a filled view to a response, and the pages for what is not there or not possible.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::views::outside::MessagePage;
use super::views::shell::Shell;
use crate::front::security::Stopped;

/// Renders pages.
pub(crate) struct Page;

impl Page {
    /// A page that answers 200.
    pub(crate) fn ok(view: impl Template) -> Response {
        Self::with(StatusCode::OK, view)
    }

    /// A page with another status.
    pub(crate) fn with(status: StatusCode, view: impl Template) -> Response {
        match view.render() {
            Ok(html) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// A page that says what is the matter and leads back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    NotFound,
    MethodNotAllowed,
    AdminsOnly,
    NotUnderstood,
    AddressNotUnderstood,
    TooLarge,
    OtherSite,
    Unavailable,
    OutOfOrder,
}

impl Matter {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "Not found", "There is nothing here, or it is not visible to you.")
            }
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "Not possible here",
                "This address does not take that kind of request.",
            ),
            Self::AdminsOnly => (
                StatusCode::FORBIDDEN,
                "For MSP Admins only",
                "Only an MSP Admin can see and change these settings. The attempt was recorded.",
            ),
            Self::NotUnderstood => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Not understood",
                "The form could not be read. Go back and send it again.",
            ),
            Self::AddressNotUnderstood => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Not understood",
                "The address could not be read, or asks for one thing twice. Follow a link to the page instead.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "Too large",
                "The form is larger than anything this page takes.",
            ),
            Self::OtherSite => (
                StatusCode::FORBIDDEN,
                "Sent from another site",
                "This request came from another site and was not carried out.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not available right now",
                "Something the service depends on does not answer. Nothing was changed. Try again in a minute.",
            ),
            Self::OutOfOrder => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Out of order",
                "Something went wrong on our side. It has been logged.",
            ),
        }
    }
}

impl From<Stopped> for Matter {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::OtherSite => Self::OtherSite,
            Stopped::OutOfOrder => Self::OutOfOrder,
        }
    }
}

impl IntoResponse for Matter {
    fn into_response(self) -> Response {
        let (status, title, sentence) = self.parts();
        let view =
            MessagePage { shell: Shell::outside(), title: title.to_owned(), sentence: sentence.to_owned() };
        Page::with(status, view)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_page() {
        let response = Matter::from(Stopped::OutOfOrder).into_response();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }
}
