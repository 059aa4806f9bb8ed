//! Pages in place of documents for whoever asks for them by Accept, as browsers do. Programs get what they always got.

use axum::http::{HeaderMap, header};
use serde::Deserialize;

/// How something is written that is there as a document and as a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// A document.
    Json,
    /// A page.
    Html,
}

impl Format {
    /// What is asked for by name; otherwise a page for browsers.
    pub(super) fn of(named: Option<Self>, headers: &HeaderMap) -> Self {
        named.unwrap_or(if want_page(headers) { Self::Html } else { Self::Json })
    }
}

/// Whether a page is asked for, more than a document.
pub(super) fn want_page(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let kinds: Vec<_> = lines.flat_map(|line| line.split(',')).collect();
    let page = wish(&kinds, "text/html");
    page > 0.0 && page > wish(&kinds, "application/json")
}

/// How much a kind is wished for by its name (RFC 9110 12.5.1); not at all when it is not named.
fn wish(kinds: &[&str], wanted: &str) -> f32 {
    let of = |kind: &&str| {
        let (name, params) = kind.split_once(';').unwrap_or((kind, ""));
        let weight = params.split(';').find_map(|param| param.trim().strip_prefix("q=")?.parse().ok());
        name.trim().eq_ignore_ascii_case(wanted).then(|| weight.unwrap_or(1.0))
    };
    kinds.iter().find_map(of).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_do_not() {
        let wants = |accept: &'static str| {
            want_page(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert!(!want_page(&HeaderMap::new()));
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
            "application/json;q=0.5, Text/HTML",
        ] {
            assert!(wants(accept), "{accept}");
        }
        for accept in [
            "*/*",
            "text/*",
            "application/json",
            "application/json, text/plain, */*",
            "text/html, application/json",
            "text/html;q=0",
            "text/html;q=x;q=0, application/json;q=0",
            "",
        ] {
            assert!(!wants(accept), "{accept}");
        }
    }
}
