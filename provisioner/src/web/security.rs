//! The headers every answer carries, and the refusal of requests that another site makes.
//!
//! No page needs scripts, so none are permitted; nothing with data is kept by a cache.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use url::Url;

use super::page::Matter;

/// Largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// The headers, made once from the configuration.
#[derive(Clone, Debug)]
pub(crate) struct SecurityHeaders {
    headers: HeaderMap,
}

impl SecurityHeaders {
    /// `provider` is the issuer: a form that starts a sign-in is redirected there, and Chromium holds the
    /// redirects of a form against `form-action`.
    pub(crate) fn new(base_url: &Url, provider: &str) -> Self {
        let provider =
            Url::parse(provider).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization());
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {provider}; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        let mut headers = HeaderMap::new();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        let mut set =
            |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(header::X_FRAME_OPTIONS, "DENY");
        // Without TLS a browser sends no `Sec-Fetch-Site`, and under `no-referrer` it would send `Origin: null`
        // with a form, so that nothing would tell our own pages from another site's.
        let secure = base_url.scheme() == "https";
        set(header::REFERRER_POLICY, if secure { "no-referrer" } else { "same-origin" });
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        set(
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        );
        if secure {
            set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
        }
        Self { headers }
    }

    /// Adds the headers, and `no-store` wherever a handler did not choose otherwise.
    pub(crate) async fn apply(self, request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        let headers = response.headers_mut();
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }
}

/// Refuses what another site's page sends in a person's name (by `Sec-Fetch-Site` and `Origin`), and answers panics
/// and what is too large; `answer` chooses between pages and problems.
pub(crate) fn guard<S, A>(router: Router<S>, base_url: &Url, answer: A) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    A: Fn(Matter) -> Response + Clone + Send + Sync + 'static,
{
    let (refuse, recover) = (answer.clone(), answer);
    let origin = base_url.origin().ascii_serialization();
    let same_site = CsrfLayer::new().add_trusted_origin(origin).unwrap_or_default();
    router
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(same_site.with_rejection_response(move |_| refuse(Matter::OtherSite)))
        .layer(CatchPanicLayer::custom(move |_| recover(Matter::OutOfOrder)))
}
