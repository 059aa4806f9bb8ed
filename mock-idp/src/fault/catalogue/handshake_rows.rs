//! Rows about the TLS handshake. Data only.

use super::Point::Handshake;
use super::Verdict::Refuse;
use super::{CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "net-tls-selfsigned",
        "the certificate that is shown is signed by nobody but itself",
        &[Handshake],
        "OIDC Core 16.17, RFC 9325 3",
        Refuse,
    ),
    staged(
        "net-tls-expired",
        "the certificate that is shown has expired",
        &[Handshake],
        "OIDC Core 16.17, RFC 5280 4.1.2.5",
        Refuse,
    ),
    staged(
        "net-tls-wronghost",
        "the certificate that is shown is for another host",
        &[Handshake],
        "OIDC Core 16.17, RFC 9525 6",
        Refuse,
    ),
];
