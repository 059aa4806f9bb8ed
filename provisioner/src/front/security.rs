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

/// Largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// Why a request comes to no handler, or a handler to no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Another site's page sent it in a person's name.
    OtherSite,
    /// A panic, which is a bug.
    OutOfOrder,
}

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

/// Refuses what another site's page sends in a person's name (by `Sec-Fetch-Site` and `Origin`), and recovers;
/// `answer` chooses between pages and problems.
pub(crate) fn guard<S, A>(router: Router<S>, base_url: &Url, answer: A) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    A: Fn(Stopped) -> Response + Clone + Send + Sync + 'static,
{
    let refuse = answer.clone();
    let origin = base_url.origin().ascii_serialization();
    let same_site = CsrfLayer::new().add_trusted_origin(origin).unwrap_or_default();
    recover(router.layer(same_site.with_rejection_response(move |_| refuse(Stopped::OtherSite))), answer)
}

/// Bounds what is read, and answers a panic.
pub(crate) fn recover<S, A>(router: Router<S>, answer: A) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    A: Fn(Stopped) -> Response + Clone + Send + Sync + 'static,
{
    router
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(move |_| answer(Stopped::OutOfOrder)))
}

#[cfg(test)]
mod tests {
    //! The bounds, around handlers that misbehave.

    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::response::IntoResponse as _;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(base_url: &str, request: Request) -> Response {
        let base_url = Url::parse(base_url).unwrap();
        let headers = SecurityHeaders::new(&base_url, "https://one.example/realm");
        let router = Router::new().route("/", get(panicking).post(|| async {}));
        let told = |stopped| match stopped {
            Stopped::OtherSite => StatusCode::FORBIDDEN.into_response(),
            Stopped::OutOfOrder => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
        guard(router, &base_url, told)
            .layer(axum::middleware::from_fn(move |request, next| headers.clone().apply(request, next)))
            .oneshot(request)
            .await
            .unwrap()
    }

    async fn panicking() {
        panic!("as a bug would");
    }

    #[tokio::test]
    async fn a_panic_is_answered_with_every_header() {
        let response = answer("http://127.0.0.1:8400", Request::new(Body::empty())).await;
        assert_eq!(response.status(), 500);
        assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    }

    #[tokio::test]
    async fn over_tls_browsers_are_told_to_stay_there_and_to_say_nothing_of_where_they_come_from() {
        let response = answer("https://mdr.example", Request::new(Body::empty())).await;
        assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
        assert!(response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("form-action 'self' https://one.example;"), "{policy}");
    }

    #[tokio::test]
    async fn our_own_origin_is_trusted_behind_a_proxy_and_another_is_not() {
        for (origin, status) in [("https://mdr.example", 200), ("https://evil.example", 403), ("null", 403)] {
            let request = Request::post("/").header("host", "inside:8400").header("origin", origin);
            let response = answer("https://mdr.example", request.body(Body::empty()).unwrap()).await;
            assert_eq!(response.status(), status, "{origin}");
        }
    }
}
