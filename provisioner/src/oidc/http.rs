//! The HTTP client of the relying party: bounded in time and size, and it never follows a redirect.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use url::Url;

/// Until a connection stands.
const CONNECT_DEADLINE: Duration = Duration::from_secs(2);
/// Until the last byte of the answer.
const TOTAL_DEADLINE: Duration = Duration::from_secs(10);
/// Longest body that is read.
const LONGEST_BODY: usize = 1024 * 1024;

/// A client for the endpoints of one provider. A redirect would carry the secret or the code elsewhere
/// (RFC 9700, 4.12), so it is an answer like any other, and not the wanted one.
#[derive(Clone, Debug)]
pub(crate) struct HttpClient {
    client: reqwest::Client,
}

/// Why no usable answer came. Bodies are never part of it.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Nothing was sent: no connection came about.
    #[error("no connection to {0}")]
    NotConnected(String),
    /// The request may have been received, but no answer came in time or whole.
    #[error("no complete answer from {0}")]
    NoAnswer(String),
    /// The answer was longer than 1 MiB.
    #[error("the answer of {0} is longer than 1 MiB")]
    TooLong(String),
    /// The answer has an unexpected status.
    #[error("{0} answered with status {1}")]
    Status(String, u16),
    /// The answer is not the JSON it should be.
    #[error("the answer of {0} is not a JSON object")]
    NotJson(String),
}

/// An answer whose body has been read.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl HttpClient {
    /// A client for these addresses. Reading the certificates of the system takes longer than everything else
    /// at start, so it is left out where plain http on the loopback interface is all there is; https then fails.
    pub(crate) fn for_addresses<'a>(urls: impl IntoIterator<Item = &'a str>) -> Result<Self, reqwest::Error> {
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(TOTAL_DEADLINE)
            .no_proxy();
        let is_plain = urls.into_iter().all(|url| url.starts_with("http:"));
        let builder = if is_plain { builder.tls_certs_only([]) } else { builder };
        Ok(Self { client: builder.build()? })
    }

    /// Gets a JSON document; any status but 200 is an error.
    pub(crate) async fn get_json(&self, url: &Url) -> Result<Vec<u8>, HttpError> {
        let answer = self.get(url, HeaderMap::new()).await?;
        if answer.status == 200 { Ok(answer.body) } else { Err(HttpError::Status(name(url), answer.status)) }
    }

    /// Gets a document with further headers, whatever its status.
    pub(crate) async fn get(&self, url: &Url, headers: HeaderMap) -> Result<Answer, HttpError> {
        let request = self
            .client
            .get(url.clone())
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .headers(headers);
        send(request, url).await
    }

    /// Sends a request that `openidconnect` has built. If no connection came about, nothing was sent and it is
    /// tried once more; a code is never sent twice.
    async fn send_once(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        match self.call_once(request.clone()).await {
            Err(HttpError::NotConnected(_)) => self.call_once(request).await,
            outcome => outcome,
        }
    }

    async fn call_once(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let text = parts.uri.to_string();
        let url = Url::parse(&text).map_err(|_| HttpError::NotConnected(text))?;
        let builder = self.client.request(parts.method, url.clone()).headers(parts.headers).body(body);
        let answer = send(builder, &url).await?;
        if answer.status == 429 || answer.status >= 500 {
            return Err(HttpError::Status(name(&url), answer.status));
        }
        let mut response = HttpResponse::new(answer.body);
        *response.status_mut() = reqwest::StatusCode::from_u16(answer.status)
            .map_err(|_| HttpError::Status(name(&url), answer.status))?;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

/// The client that `openidconnect` sends with. A closure would do, were its future provably `Send`.
impl<'client> AsyncHttpClient<'client> for HttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'client>>;

    fn call(&'client self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send_once(request))
    }
}

async fn send(request: reqwest::RequestBuilder, url: &Url) -> Result<Answer, HttpError> {
    let mut response = request.send().await.map_err(|error| {
        if error.is_connect() { HttpError::NotConnected(name(url)) } else { HttpError::NoAnswer(name(url)) }
    })?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| HttpError::NoAnswer(name(url)))? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(HttpError::TooLong(name(url)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
}

/// The endpoint without its query, for messages.
pub(crate) fn name(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}
