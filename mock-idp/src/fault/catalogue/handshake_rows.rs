//! Rows about the TLS handshake. Data only.

use super::Point::Handshake;
use super::StagedBy::Provider;
use super::Verdict::Refuse;
use super::{CatalogueEntry, entry};

pub(super) const HANDSHAKE: &[CatalogueEntry] = &[
    entry(
        "net-tls-selfsigned",
        "the certificate that is shown is signed by nobody but itself",
        &[Handshake],
        &[],
        Provider,
        "OIDC Core 16.17, RFC 9325 3",
        Refuse,
    ),
    entry(
        "net-tls-expired",
        "the certificate that is shown has expired",
        &[Handshake],
        &[],
        Provider,
        "OIDC Core 16.17, RFC 5280 4.1.2.5",
        Refuse,
    ),
    entry(
        "net-tls-wronghost",
        "the certificate that is shown is for another host",
        &[Handshake],
        &[],
        Provider,
        "OIDC Core 16.17, RFC 9525 6",
        Refuse,
    ),
];
