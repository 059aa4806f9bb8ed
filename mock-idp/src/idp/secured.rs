//! Who may reach the provider: by which certificate, and with which key and at which address it is controlled.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use super::{MockIdpBuilder, StartError};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::generator::Generator;
use crate::realm::Realm;
use crate::realms::Realms;
use crate::tls::{self, Judge, Tls, TlsSource, WrongPem};

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

    /// The same, from files. What is wrong with one is told by its name.
    pub fn tls_files(
        mut self,
        certificate: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Result<Self, ConfigError> {
        self.tls = Some(from_files(certificate.as_ref(), key.as_ref())?);
        Ok(self)
    }

    /// Serves the control API at an address of its own, and not beside the protocol; port 0 means any free port.
    #[must_use]
    pub fn control_bind(mut self, address: impl Into<String>) -> Self {
        self.control_bind = Some(address.into());
        self
    }

    /// Controls the provider over HTTP only for whoever shows this key: `Authorization: Bearer KEY`, or the key as the
    /// password of any user. A provider that listens to other machines makes one when it is given none.
    #[must_use]
    pub fn control_key(mut self, key: impl Into<String>) -> Self {
        self.control_key = Some(key.into());
        self
    }
}

/// A certificate chain and a private key, both PEM.
pub(super) fn from_files(certificate: &Path, key: &Path) -> Result<TlsSource, ConfigError> {
    let (chain, secret) = (read(certificate)?, read(key)?);
    tls::check(&chain, &secret).map_err(|wrong| match wrong {
        WrongPem::Chain(error) => {
            let remedy = "put a certificate there, and behind it those between it and its authority";
            wrong_file(certificate, format!("is no certificate in PEM ({error})"), remedy)
        }
        WrongPem::Key(error) => {
            let remedy = "put the private key of the certificate there, without a password";
            wrong_file(key, format!("is no private key in PEM ({error})"), remedy)
        }
        WrongPem::Both(error) => {
            let sentence = format!("is not the key of {} ({error})", certificate.display());
            wrong_file(key, sentence, "give the two that belong together")
        }
    })?;
    Ok(TlsSource::Pem { chain, key: secret })
}

fn read(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|error| {
        wrong_file(file, format!("cannot be read ({error})"), "name a PEM file that is there and may be read")
    })
}

fn wrong_file(file: &Path, sentence: String, remedy: &str) -> ConfigError {
    ConfigError { file: file.display().to_string(), line: None, sentence, remedy: remedy.to_owned() }
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

/// Whether other machines reach this address.
pub(super) fn is_exposed(address: &SocketAddr) -> bool {
    !address.ip().is_loopback()
}

/// A key that nobody can guess, whatever a seed fixes.
pub(super) fn made_key() -> Result<String, StartError> {
    let generator = Generator::from_os();
    generator
        .map(|mut generator| generator.secret())
        .ok_or_else(|| StartError::System("randomness".to_owned()))
}
