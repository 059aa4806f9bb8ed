//! The provider inside a wiremock server that has other stubs beside it. It carries requests over and answers back; what
//! they mean is the router's business.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::ServiceExt as _;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use crate::handles::{RealmHandle, RealmsHandle};
use crate::http::Face;
use crate::idp::{MockIdp, MockIdpBuilder, StartError, serving};
use crate::realms::Realms;

/// Comes after every mock that says nothing of its priority.
const LAST: u8 = u8::MAX;

/// A provider inside a wiremock server. Its issuer is the address of the server.
///
/// It is the realm at the root, so everything a [`RealmHandle`] does it does too. It answers until the server is reset
/// or dropped.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};
///
/// let server = MockServer::start().await;
/// Mock::given(path("/api")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
/// let idp = mock_idp::mount_into(&server).await;
/// assert_eq!(idp.issuer(), server.uri());
/// # });
/// ```
pub struct Mounted {
    root: RealmHandle,
    realms: Arc<Realms>,
}

impl Mounted {
    /// The realms: each an issuer of its own below the address of the server.
    pub fn realms(&self) -> RealmsHandle {
        RealmsHandle(Arc::clone(&self.realms))
    }
}

impl std::ops::Deref for Mounted {
    type Target = RealmHandle;

    fn deref(&self) -> &RealmHandle {
        &self.root
    }
}

impl std::fmt::Debug for Mounted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mounted({})", self.root.issuer())
    }
}

/// Mounts a provider with the embedded fixtures into a wiremock server. It answers whatever no other mock answers: mocks
/// of a higher priority (1 to 254; they have 5 unless told otherwise) come first, so a test can put one before an endpoint.
///
/// # Panics
/// When the machine has no randomness or no thread. [`MockIdpBuilder::mount_into`] returns an error instead.
pub async fn mount_into(server: &MockServer) -> Mounted {
    match MockIdp::builder().mount_into(server).await {
        Ok(mounted) => mounted,
        Err(error) => panic!("the mock provider was not mounted: {error}"),
    }
}

impl MockIdpBuilder {
    /// Mounts this provider into a wiremock server, whose address is its issuer unless it has one. See [`mount_into`].
    ///
    /// A wiremock server answers one request after the other. So rules and faults that delay, hold or hang stop the
    /// whole server for that time, faults of the connection (reset, garbage, …) do nothing, logout tokens are on their
    /// way when the answer comes, and a client's `jwks_uri` must not be on the same server. A test that needs these
    /// starts a provider of its own.
    pub async fn mount_into(self, server: &MockServer) -> Result<Mounted, StartError> {
        let addressing = self.addressing(server.uri())?;
        let (realms, root) = Self { farewells_later: true, tls: None, ..self }.into_realms(addressing)?;
        let provider = Provider::start(serving::router(&realms, Face::Both))?;
        Mock::given(any()).respond_with(provider).with_priority(LAST).named("mock-idp").mount(server).await;
        Ok(Mounted { root: RealmHandle(root), realms })
    }
}

/// A request and where its answer goes.
type Order = (Request, SyncSender<ResponseTemplate>);

/// Answers for wiremock. That asks from inside its own runtime and cannot wait for a future, so the router runs on a
/// thread of its own, which ends when wiremock forgets this value.
struct Provider(UnboundedSender<Order>);

impl Provider {
    fn start(router: Router) -> Result<Self, StartError> {
        let system = |error: std::io::Error| StartError::System(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system)?;
        let (orders, taken) = unbounded_channel();
        std::thread::Builder::new()
            .name("mock-idp".to_owned())
            .spawn(move || runtime.block_on(serve(router, taken)))
            .map_err(system)?;
        Ok(Self(orders))
    }
}

impl Respond for Provider {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let (answer, answered) = sync_channel(1);
        let sent = self.0.send((carried(request), answer));
        sent.ok().and_then(|()| answered.recv().ok()).unwrap_or_else(|| ResponseTemplate::new(500))
    }
}

async fn serve(router: Router, mut orders: UnboundedReceiver<Order>) {
    while let Some((request, answer)) = orders.recv().await {
        let router = router.clone();
        tokio::spawn(async move {
            let (parts, body) = match router.oneshot(request).await {
                Ok(response) => response.into_parts(),
                Err(never) => match never {},
            };
            let template = match to_bytes(body, usize::MAX).await {
                Ok(body) => template(parts.status, &parts.headers, body.to_vec()),
                Err(_) => ResponseTemplate::new(500),
            };
            // Whoever does not wait any more needs no answer.
            let _ = answer.send(template);
        });
    }
}

fn carried(request: &wiremock::Request) -> Request {
    let url = &request.url;
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut carried = Request::new(Body::from(request.body.clone()));
    *carried.method_mut() = request.method.clone();
    *carried.uri_mut() = target.parse().unwrap_or_default();
    *carried.headers_mut() = request.headers.clone();
    carried
}

fn template(status: StatusCode, headers: &HeaderMap, body: Vec<u8>) -> ResponseTemplate {
    let template = ResponseTemplate::new(status.as_u16()).set_body_bytes(body);
    headers.iter().fold(template, |template, (name, value)| template.append_header(name, value))
}
