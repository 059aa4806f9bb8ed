//! Listening and serving: one address, or a second one for control alone.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::StartError;
use crate::control;
use crate::http::{self, Face};
use crate::realms::Realms;
use crate::wire::{Door, IDLE, Lever, WireListener};

/// What is listened on.
pub(super) struct Served {
    pub(super) main: TcpListener,
    /// An address of its own for control.
    pub(super) control: Option<TcpListener>,
    pub(super) tls: Option<TlsAcceptor>,
}

/// What one thread serves.
type Bound = Vec<(WireListener, Router)>;

impl Served {
    /// The doors, and what so many threads serve behind them. It is called within the runtime of the doors.
    fn behind_doors(
        self,
        realms: &Arc<Realms>,
        threads: usize,
    ) -> Result<(Vec<Door>, Vec<Bound>), StartError> {
        let face = if self.control.is_some() { Face::Protocol } else { Face::Both };
        let listened = [Some((self.main, face)), self.control.map(|listener| (listener, Face::Control))];
        let mut doors = Vec::new();
        let mut shares: Vec<Bound> = (0..threads).map(|_| Vec::new()).collect();
        for (listener, face) in listened.into_iter().flatten() {
            let (door, listeners) =
                Door::new(listener, self.tls.as_ref(), threads, IDLE).map_err(|error| system(&error))?;
            doors.push(door);
            let routes = router(realms, face);
            for (share, listener) in shares.iter_mut().zip(listeners) {
                share.push((listener, routes.clone()));
            }
        }
        Ok((doors, shares))
    }
}

/// What is served there.
pub(super) fn router(realms: &Arc<Realms>, face: Face) -> Router {
    let control = if face == Face::Protocol { control::health() } else { control::router() };
    http::router(Arc::clone(realms), face, control)
}

pub(super) fn listen(option: &'static str, bind: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let error = |reason| StartError::Bind { option, address: bind.to_owned(), reason };
    if !bind.contains(':') {
        return Err(error(io::Error::other("it names no port, as 127.0.0.1:9400 does")));
    }
    let mut addresses = bind.to_socket_addrs().map_err(error)?;
    let address = addresses.next().ok_or_else(|| error(io::ErrorKind::AddrNotAvailable.into()))?;
    let listener = TcpListener::bind(address).map_err(error)?;
    listener.set_nonblocking(true).map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok((listener, address))
}

/// What listens there, by the name by which it was asked to listen: an issuer is compared letter by letter, and whoever
/// writes `localhost` here writes it at the application too.
pub(super) fn called(bind: &str, address: SocketAddr) -> String {
    let host = bind.rsplit_once(':').map_or("", |(host, _)| host);
    let is_name = !host.is_empty() && !host.starts_with('[') && host.parse::<IpAddr>().is_err();
    if is_name { format!("{host}:{}", address.port()) } else { reached_at(address).to_string() }
}

/// The address at which this machine itself reaches what listens there.
pub(super) fn reached_at(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    address
}

fn system(error: &io::Error) -> StartError {
    StartError::System(error.to_string())
}

/// Serves on so many threads until the sender of `stopped` is gone. Each has a runtime of its own: nothing has to be
/// woken on another.
pub(super) fn serve_on_threads(
    served: Served,
    realms: &Arc<Realms>,
    stopped: &watch::Receiver<()>,
    threads: NonZeroUsize,
) -> Result<Vec<JoinHandle<()>>, StartError> {
    let runtime =
        || tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| system(&error));
    let first = runtime()?;
    let (doors, shares) = {
        let _inside = first.enter();
        served.behind_doors(realms, threads.get())?
    };
    let (mut first, mut doors) = (Some(first), Some(doors));
    let mut handles = Vec::new();
    for share in shares {
        let runtime = first.take().map_or_else(runtime, Ok)?;
        let serving = serve(doors.take().unwrap_or_default(), share, stopped.clone());
        let thread = std::thread::Builder::new().name("mock-idp".to_owned());
        handles.push(thread.spawn(move || runtime.block_on(serving)).map_err(|error| system(&error))?);
    }
    Ok(handles)
}

/// The same as a task of the runtime that is there.
pub(super) fn serve_here(
    served: Served,
    realms: &Arc<Realms>,
    stopped: watch::Receiver<()>,
) -> Result<(), StartError> {
    let (doors, mut shares) = served.behind_doors(realms, 1)?;
    let share = shares.pop().unwrap_or_default();
    tokio::spawn(serve(doors, share, stopped));
    Ok(())
}

async fn serve(doors: Vec<Door>, bound: Bound, mut stopped: watch::Receiver<()>) {
    let serving = bound.into_iter().map(|(listener, routes)| {
        axum::serve(listener, routes.into_make_service_with_connect_info::<Lever>()).into_future()
    });
    let opened = futures_util::future::join_all(doors.into_iter().map(Door::open));
    let serving = futures_util::future::join(opened, futures_util::future::try_join_all(serving));
    tokio::select! {
        (_, served) = serving => {
            if let Err(error) = served {
                tracing::error!(%error, "the provider stopped serving");
            }
        }
        _ = stopped.changed() => {}
    }
}
