//! The style sheet and the icon, inside the binary, under names that carry a hash of their content.
//!
//! It serves nothing else; there is no directory of files to walk out of.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const STYLESHEET: &str = include_str!("../../static/style.css");
const ICON: &str = include_str!("../../static/icon.svg");

static STYLESHEET_NAME: LazyLock<String> = LazyLock::new(|| hashed("style", STYLESHEET, "css"));
static ICON_NAME: LazyLock<String> = LazyLock::new(|| hashed("icon", ICON, "svg"));

/// Where the pages find the style sheet.
pub(crate) fn stylesheet_path() -> String {
    format!("/static/{}", *STYLESHEET_NAME)
}

/// Where the pages find the icon.
pub(crate) fn icon_path() -> String {
    format!("/static/{}", *ICON_NAME)
}

/// `GET /static/{name}`: the content never changes under one name, so it may be kept for a year.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let (kind, body) = if name == *STYLESHEET_NAME {
        ("text/css; charset=utf-8", STYLESHEET)
    } else if name == *ICON_NAME {
        ("image/svg+xml", ICON)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, body).into_response()
}

fn hashed(stem: &str, content: &str, extension: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(content.as_bytes());
    let mut name = format!("{stem}.");
    for byte in &digest[..6] {
        let _ = write!(name, "{byte:02x}");
    }
    format!("{name}.{extension}")
}
