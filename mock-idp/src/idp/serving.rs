//! Listening and serving: one address, or a second one for control alone.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::StartError;
use crate::http::Face;
use crate::realms::Realms;
use crate::wire::{Lever, WireListener};

/// What is listened on.
pub(super) struct Served {
    pub(super) main: TcpListener,
    /// An address of its own for control.
    pub(super) control: Option<TcpListener>,
    pub(super) tls: Option<TlsAcceptor>,
}

impl Served {
    /// The same as the runtime knows it, with what is served there.
    pub(super) fn bound(self) -> Result<Vec<(WireListener, Face)>, StartError> {
        let bind = |listener: TcpListener| {
            let tcp = tokio::net::TcpListener::from_std(listener);
            let tcp = tcp.map_err(|error| StartError::System(error.to_string()))?;
            Ok::<_, StartError>(WireListener { tcp, tls: self.tls.clone() })
        };
        let face = if self.control.is_some() { Face::Protocol } else { Face::Both };
        let mut bound = vec![(bind(self.main)?, face)];
        if let Some(listener) = self.control {
            bound.push((bind(listener)?, Face::Control));
        }
        Ok(bound)
    }
}

pub(super) fn listen(bind: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let error = |source| StartError::Bind { address: bind.to_owned(), source };
    let mut addresses = bind.to_socket_addrs().map_err(error)?;
    let address = addresses.next().ok_or_else(|| error(io::ErrorKind::AddrNotAvailable.into()))?;
    let listener = TcpListener::bind(address).map_err(error)?;
    listener.set_nonblocking(true).map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok((listener, address))
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

pub(super) fn own_thread(
    served: Served,
    realms: Arc<Realms>,
    stopped: oneshot::Receiver<()>,
) -> Result<JoinHandle<()>, StartError> {
    let system = |error: io::Error| StartError::System(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system)?;
    let bound = {
        let _inside = runtime.enter();
        served.bound()?
    };
    std::thread::Builder::new()
        .name("mock-idp".to_owned())
        .spawn(move || runtime.block_on(serve(bound, realms, stopped)))
        .map_err(system)
}

/// Serves until the provider is dropped.
pub(super) async fn serve(
    bound: Vec<(WireListener, Face)>,
    realms: Arc<Realms>,
    stopped: oneshot::Receiver<()>,
) {
    let serving = bound.into_iter().map(|(listener, face)| {
        let routes = crate::http::router(Arc::clone(&realms), face);
        axum::serve(listener, routes.into_make_service_with_connect_info::<Lever>()).into_future()
    });
    tokio::select! {
        served = futures_util::future::try_join_all(serving) => {
            if let Err(error) = served {
                tracing::error!(%error, "the provider stopped serving");
            }
        }
        _ = stopped => {}
    }
}
