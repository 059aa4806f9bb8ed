//! Starting and stopping the service. Everything that can be wrong is said before anything is served.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Router, middleware};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use crate::app::{App, AppState};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::domain::account::Account;
use crate::front::Route;
use crate::front::security::SecurityHeaders;
use crate::generator::Generator;
use crate::store::{OpenStoreError, Store, StoreError};
use crate::usecase::{self, BootstrapError, Census, take_census};
use crate::{api, web};

/// Time and randomness of one server.
#[derive(Clone)]
pub struct Runtime {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ids, tokens, codes.
    pub generator: Generator,
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenStoreError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another with `listen` or --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// A running service. Dropping it stops it at once; [`Server::stop`] lets requests finish.
#[must_use = "the service stops when this is dropped"]
pub struct Server {
    app: AppState,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// Starts the service: checks the configuration, migrates the database, listens.
///
/// KaseyaOne is not asked for anything yet; if it is down, the service runs and the sign-in page says so.
///
/// The future is boxed, here and below, so that the service is compiled in this crate and not again in every
/// crate that starts it.
pub fn serve(config: Config, runtime: Runtime) -> BoxFuture<'static, Result<Server, StartError>> {
    start(config, runtime).boxed()
}

async fn start(config: Config, runtime: Runtime) -> Result<Server, StartError> {
    config.check()?;
    let listener = listen(config.listen).await?;
    let address =
        listener.local_addr().map_err(|source| StartError::Listen { address: config.listen, source })?;
    let store = Store::open(&config.database_url, config.database_connections).await?;
    let base_url = config.base_url.clone().unwrap_or_else(|| url_of(address));
    let app = Arc::new(App::new(store, runtime.clock, runtime.generator, config, base_url)?);
    let (stop, stopped) = watch::channel(false);
    let router = router(Arc::clone(&app));
    let serving = tokio::spawn(async move {
        // Made ready once: a bare router would be cloned whole for every connection.
        let service = router.with_state(()).into_make_service();
        axum::serve(listener, service).with_graceful_shutdown(wait_for_stop(stopped)).await
    });
    Ok(Server { app, address, stop, serving })
}

/// Everything that is served: pages, API, callback, style sheet.
fn router(app: AppState) -> Router {
    let headers = SecurityHeaders::new(app.base_url(), &app.config.kaseyaone.issuer);
    web::router(&app)
        .merge(api::router(&app))
        .with_state(app)
        .layer(middleware::from_fn(move |request, next| headers.clone().apply(request, next)))
}

/// Everything that is served, by path: the pages as they are routed, the API as its document says. Only what is not
/// found anywhere else is left out.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut table = web::routes();
    table.extend(api::routes());
    table.sort();
    table
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

async fn wait_for_stop(mut stopped: watch::Receiver<bool>) {
    // An error means that the server was dropped, which is a stop as well.
    let _dropped = stopped.wait_for(|stop| *stop).await;
}

fn url_of(address: SocketAddr) -> Url {
    let mut url = Url::parse("http://localhost/").expect("a constant URL");
    url.set_ip_host(address.ip()).expect("http URLs have a host");
    url.set_port(Some(address.port())).expect("http URLs have a port");
    url
}

impl Server {
    /// The address browsers use.
    pub fn base_url(&self) -> &Url {
        self.app.base_url()
    }

    /// The address that is listened on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What every use case is handed, for tests that call them without HTTP.
    pub fn app(&self) -> &AppState {
        &self.app
    }

    /// Everything the service knows, sorted.
    pub fn census(&self) -> BoxFuture<'_, Result<Census, StoreError>> {
        take_census(&self.app).boxed()
    }

    /// Stops listening, lets open requests and a turn of upkeep finish, closes the database.
    pub fn stop(self) -> BoxFuture<'static, ()> {
        let end = async move {
            self.stop.send_replace(true);
            if let Err(error) = self.serving.await {
                tracing::error!(%error, "the server ended badly");
            }
            let _upkeep = self.app.upkeep.lock().await;
            self.app.store.close().await;
        };
        end.boxed()
    }
}

/// Makes an MSP Admin who signs in locally, in the database of a configuration.
pub fn bootstrap_admin<'a>(
    config: &'a Config,
    runtime: &'a Runtime,
    email: &'a str,
    name: &'a str,
    password: &'a SecretString,
) -> BoxFuture<'a, Result<Account, BootstrapError>> {
    usecase::bootstrap_admin(config, &*runtime.clock, &runtime.generator, email, name, password).boxed()
}
