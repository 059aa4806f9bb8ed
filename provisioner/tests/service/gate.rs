//! A gate in front of the provider: it lets everything through, and holds what a test tells it to hold.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// More than any message of these tests.
const MOST_BYTES: usize = 1024 * 1024;

/// A request that is to be held: its path, whom to tell, and what lets it go on.
struct Hold {
    path: &'static str,
    reached: oneshot::Sender<()>,
    released: oneshot::Receiver<()>,
}

/// The two ends of a hold that the test has.
pub(crate) struct Held {
    /// The request has come.
    pub(crate) reached: oneshot::Receiver<()>,
    /// Lets it go on; dropped, the request is never answered.
    pub(crate) release: oneshot::Sender<()>,
}

/// A gate that listens, and does not know yet where the provider is.
pub(crate) struct Gate {
    listener: TcpListener,
    /// The issuer that the provider has to claim to be.
    pub(crate) issuer: String,
}

/// A gate that lets requests through.
#[derive(Clone)]
pub(crate) struct OpenGate {
    upstream: String,
    http: reqwest::Client,
    hold: Arc<Mutex<Option<Hold>>>,
}

impl Gate {
    /// Takes a free port.
    pub(crate) async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("its own address"));
        Self { listener, issuer }
    }

    /// Begins to let requests through to the provider at this address.
    pub(crate) fn open(self, provider: std::net::SocketAddr) -> OpenGate {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        let upstream = format!("http://{provider}");
        let gate = OpenGate { upstream, http: http.expect("an HTTP client"), hold: Arc::default() };
        let router = Router::new().fallback(pass).with_state(gate.clone());
        tokio::spawn(async move { axum::serve(self.listener, router).await });
        gate
    }
}

impl OpenGate {
    /// Holds the next request for this path.
    pub(crate) fn hold(&self, path: &'static str) -> Held {
        let (tell, reached) = oneshot::channel();
        let (release, released) = oneshot::channel();
        *self.hold.lock().expect("nobody panicked") = Some(Hold { path, reached: tell, released });
        Held { reached, release }
    }

    fn take_hold(&self, path: &str) -> Option<Hold> {
        self.hold.lock().expect("nobody panicked").take_if(|hold| hold.path == path)
    }
}

async fn pass(State(gate): State<OpenGate>, request: Request) -> Response<Body> {
    if let Some(hold) = gate.take_hold(request.uri().path()) {
        // A test that no longer waits has failed already.
        let _told = hold.reached.send(());
        if hold.released.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut forwarded = gate.http.request(parts.method, format!("{}{target}", gate.upstream));
    for (name, value) in parts.headers.iter().filter(|(name, _)| ![HOST, CONTENT_LENGTH].contains(name)) {
        forwarded = forwarded.header(name, value);
    }
    let body = to_bytes(body, MOST_BYTES).await.expect("a request that can be read");
    let answer = forwarded.body(body).send().await.expect("the provider answers");
    let mut response = Response::builder().status(answer.status());
    let per_connection = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING];
    for (name, value) in answer.headers().iter().filter(|(name, _)| !per_connection.contains(name)) {
        response = response.header(name, value);
    }
    response
        .body(Body::from(answer.bytes().await.expect("a whole answer")))
        .expect("an answer of the provider")
}
