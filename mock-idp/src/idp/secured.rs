//! Setting TLS up: where the certificate comes from, and which names it is for.

use std::sync::Arc;

use super::{MockIdpBuilder, StartError};
use crate::clock::Clock;
use crate::realm::Realm;
use crate::realms::Realms;
use crate::tls::{Judge, Tls, TlsSource};

impl MockIdpBuilder {
    /// Serves by TLS, with a certificate of an authority that is made at start. It is for `localhost`, the loopback
    /// addresses, the hosts of issuer and back channel, and these names.
    #[must_use]
    pub fn tls<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.tls = Some(TlsSource::OwnAuthority(names.into_iter().map(Into::into).collect()));
        self
    }

    /// Serves by TLS, with this certificate chain and private key, both PEM.
    #[must_use]
    pub fn tls_pem(mut self, chain: impl Into<String>, key: impl Into<String>) -> Self {
        self.tls = Some(TlsSource::Pem { chain: chain.into(), key: key.into() });
        self
    }
}

/// The wrong certificates are shown when a fault of the root realm says so: at a handshake no realm is known yet.
pub(super) fn make_tls(
    source: &TlsSource,
    realms: &Realms,
    root: &Arc<Realm>,
    clock: &dyn Clock,
) -> Result<Tls, StartError> {
    let addressing = &realms.addressing;
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    for address in [&addressing.front, &addressing.back].into_iter().flatten() {
        let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = host.map(|host| host.trim_matches(['[', ']']).to_owned());
        hosts.extend(host.filter(|host| !hosts.contains(host)).into_iter().collect::<Vec<_>>());
    }
    let judged = Arc::clone(root);
    let judge: Judge = Arc::new(move || judged.lock().strike_handshake());
    Ok(Tls::new(source, &hosts, clock, judge)?)
}
