//! TLS: by an authority made at start whose certificate can be downloaded, or by files. Beside the right certificate it
//! has wrong ones, for faults of the handshake.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::clock::Clock;

/// Where certificate and key come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TlsSource {
    /// From an authority that is made at start, for these names and those of the provider's addresses.
    OwnAuthority(Vec<String>),
    /// From PEM texts: the chain, and the private key.
    Pem {
        /// The certificate and what stands between it and its authority.
        chain: String,
        /// The private key.
        key: String,
    },
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A name that no host has.
    #[error(
        "{0:?} is no host name and no IP address; write one, as in \"idp.test\", under names or with --tls-name"
    )]
    Name(String),
    /// A certificate cannot be made for such a name.
    #[error("no certificate can be made: {0}; names are host names and IP addresses")]
    Make(#[from] rcgen::Error),
    /// The files are no certificate and key that belong together.
    #[error(
        "certificate and key cannot be used: {0}; both are PEM, the certificate first in its chain, the key without a password"
    )]
    Use(String),
}

/// What serving by TLS takes.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// The certificate of the authority, PEM, where it was made here.
    pub(crate) authority: Option<String>,
}

/// What is wrong with a certificate that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// No authority stands behind it.
    SelfSigned,
    /// It has expired.
    Expired,
    /// It is for another host.
    OtherHost,
}

/// Says at each handshake whether something is to be wrong.
pub(crate) type Judge = Arc<dyn Fn() -> Option<Wrong> + Send + Sync>;

impl Tls {
    /// Makes ready. `hosts` are those of the provider's addresses.
    pub(crate) fn new(
        source: &TlsSource,
        hosts: &[String],
        clock: &dyn Clock,
        judge: Judge,
    ) -> Result<Self, TlsError> {
        let (right, authority) = match source {
            TlsSource::OwnAuthority(names) => {
                if let Some(name) = names.iter().find(|name| !is_host(name)) {
                    return Err(TlsError::Name(name.clone()));
                }
                let authority = Authority::new(clock)?;
                let names: Vec<_> = hosts.iter().chain(names).cloned().collect();
                (authority.certify(names, Life::Usual)?, authority)
            }
            TlsSource::Pem { chain, key } => (certified(chain, key)?, Authority::new(clock)?),
        };
        let certificates = Certificates {
            right: Arc::new(right),
            self_signed: Arc::new(Authority::new(clock)?.own(hosts.to_vec())?),
            expired: Arc::new(authority.certify(hosts.to_vec(), Life::Over)?),
            other_host: Arc::new(authority.certify(vec!["elsewhere.example".to_owned()], Life::Usual)?),
            judge,
        };
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Use(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(certificates));
        let made_here = matches!(source, TlsSource::OwnAuthority(_));
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: made_here.then_some(authority.pem),
        })
    }
}

/// Most characters of a host name, and of what stands between its dots (RFC 1035 2.3.4).
const LONGEST_HOST: usize = 253;
const LONGEST_LABEL: usize = 63;

/// Whether a certificate can be for it: an IP address or a host name, which may begin with a star, and have an underscore as
/// names of containers do.
pub(crate) fn is_host(name: &str) -> bool {
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(is_letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let host = name.strip_prefix("*.").unwrap_or(name);
    // What ends with a number is meant as an address.
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|letter| letter.is_ascii_digit());
    name.parse::<std::net::IpAddr>().is_ok()
        || name.len() <= LONGEST_HOST && !is_number && host.split('.').all(is_label)
}

/// How long a certificate lives.
#[derive(Clone, Copy)]
enum Life {
    /// From yesterday for 397 days, the longest that browsers accept.
    Usual,
    /// It was over yesterday.
    Over,
}

/// An authority for certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    today: jiff::civil::Date,
}

impl Authority {
    fn new(clock: &dyn Clock) -> Result<Self, TlsError> {
        let today = clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut params = params(Vec::new(), today, Life::Usual)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = named("mock-idp test authority, trust it nowhere else");
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem, today })
    }

    fn certify(&self, names: Vec<String>, life: Life) -> Result<CertifiedKey, TlsError> {
        let mut params = params(names, self.today, life)?;
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        certified(&certificate.pem(), &key.serialize_pem())
    }

    /// A certificate that nobody but its own key vouches for.
    fn own(&self, names: Vec<String>) -> Result<CertifiedKey, TlsError> {
        let key = KeyPair::generate()?;
        let certificate = params(names, self.today, Life::Usual)?.self_signed(&key)?;
        certified(&certificate.pem(), &key.serialize_pem())
    }
}

fn params(names: Vec<String>, today: jiff::civil::Date, life: Life) -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = named("mock-idp");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let (from, days) = match life {
        Life::Usual => (today.saturating_sub(jiff::Span::new().days(1)), 397),
        Life::Over => (today.saturating_sub(jiff::Span::new().days(30)), 29),
    };
    let until = from.saturating_add(jiff::Span::new().days(days));
    let at = |date: jiff::civil::Date| {
        date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    (params.not_before, params.not_after) = (at(from), at(until));
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// What is wrong with PEM texts.
pub(crate) enum WrongPem {
    /// The chain is none.
    Chain(String),
    /// The key is none.
    Key(String),
    /// They do not belong together.
    Both(String),
}

/// Whether a chain and a key can be served by.
pub(crate) fn check(chain: &str, key: &str) -> Result<(), WrongPem> {
    paired(chain, key).map(drop)
}

fn certified(chain: &str, key: &str) -> Result<CertifiedKey, TlsError> {
    paired(chain, key).map_err(|wrong| match wrong {
        WrongPem::Chain(error) | WrongPem::Key(error) | WrongPem::Both(error) => TlsError::Use(error),
    })
}

fn paired(chain: &str, key: &str) -> Result<CertifiedKey, WrongPem> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| WrongPem::Chain(error.to_string()))?;
    if chain.is_empty() {
        return Err(WrongPem::Chain("there is no certificate".to_owned()));
    }
    let key =
        PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|error| WrongPem::Key(error.to_string()))?;
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
        .map_err(|error| WrongPem::Both(error.to_string()))
}

/// The certificates that can be shown.
struct Certificates {
    right: Arc<CertifiedKey>,
    self_signed: Arc<CertifiedKey>,
    expired: Arc<CertifiedKey>,
    other_host: Arc<CertifiedKey>,
    judge: Judge,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificates")
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(match (self.judge)() {
            None => &self.right,
            Some(Wrong::SelfSigned) => &self.self_signed,
            Some(Wrong::Expired) => &self.expired,
            Some(Wrong::OtherHost) => &self.other_host,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn a_certificate_is_for_hosts_and_addresses() {
        for name in ["idp", "idp.test", "my_idp-2", "*.idp.test", "127.0.0.1", "::1"] {
            assert!(is_host(name), "{name}");
        }
        let long = "a".repeat(64);
        for name in
            ["", "a b", "*", "a..b", "-a", "https://idp.test", "idp.test:9400", "1.2.3.400", "ä.test", &long]
        {
            assert!(!is_host(name), "{name}");
        }
    }
}
