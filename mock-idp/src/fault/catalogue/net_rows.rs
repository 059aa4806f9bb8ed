//! Rows about connections, size and clocks. Data only.

use super::Point::{Discovery, IdToken, Jwks, Redeem, TokenResponse, Userinfo};
use super::Verdict::{Accept, Refuse};
use super::{Binds, CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "net-refused-discovery",
        "the connection to discovery is closed without an answer, as where nobody listens any more",
        &[Discovery],
        "RFC 9110 9.2.2",
        Refuse,
    ),
    staged(
        "net-refused-jwks",
        "the connection to the key set is closed without an answer, as where nobody listens any more",
        &[Jwks],
        "RFC 9110 9.2.2",
        Refuse,
    ),
    staged(
        "net-refused-token",
        "the connection to the token endpoint is closed without an answer, as where nobody listens any more",
        &[Redeem],
        "RFC 9110 9.2.2",
        Refuse,
    ),
    staged(
        "net-refused-userinfo",
        "the connection to userinfo is closed without an answer, as where nobody listens any more",
        &[Userinfo],
        "RFC 9110 9.2.2",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "net-dns-jwks",
        "discovery places the key set at a name that does not resolve",
        &[Discovery],
        "RFC 6761 6.4",
        Refuse,
    ),
    staged(
        "net-dns-token",
        "discovery places the token endpoint at a name that does not resolve",
        &[Discovery],
        "RFC 6761 6.4",
        Refuse,
    ),
    staged(
        "net-dns-userinfo",
        "discovery places userinfo at a name that does not resolve",
        &[Discovery],
        "RFC 6761 6.4",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "net-hang-discovery",
        "discovery takes the request and never answers",
        &[Discovery],
        "RFC 9110 9.2.2",
        Refuse,
    )
    .seen(&["ciso-assistant-community#4666"]),
    staged(
        "net-hang-jwks",
        "the key set takes the request and never answers",
        &[Jwks],
        "RFC 9110 9.2.2",
        Refuse,
    )
    .seen(&["ciso-assistant-community#4666"]),
    staged(
        "net-hang-token",
        "the token endpoint takes the request and never answers",
        &[Redeem],
        "RFC 9110 9.2.2",
        Refuse,
    )
    .seen(&["ciso-assistant-community#4666"]),
    staged(
        "net-hang-userinfo",
        "userinfo takes the request and never answers",
        &[Userinfo],
        "RFC 9110 9.2.2",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["ciso-assistant-community#4666"]),
    staged(
        "net-reset-discovery",
        "the connection to discovery is reset instead of an answer",
        &[Discovery],
        "RFC 9110 9.2.2",
        Refuse,
    ),
    staged(
        "net-reset-jwks",
        "the connection to the key set is reset instead of an answer",
        &[Jwks],
        "RFC 9110 9.2.2",
        Refuse,
    ),
    staged(
        "net-reset-token",
        "the connection to the token endpoint is reset instead of an answer",
        &[Redeem],
        "RFC 9110 9.2.2",
        Refuse,
    ),
    staged(
        "net-reset-userinfo",
        "the connection to userinfo is reset instead of an answer",
        &[Userinfo],
        "RFC 9110 9.2.2",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "net-truncated-discovery",
        "the answer of discovery ends in the middle",
        &[Discovery],
        "RFC 9112 8",
        Refuse,
    ),
    staged(
        "net-truncated-jwks",
        "the answer of the key set ends in the middle",
        &[Jwks],
        "RFC 9112 8",
        Refuse,
    ),
    staged(
        "net-truncated-token",
        "the answer of the token endpoint ends in the middle",
        &[TokenResponse],
        "RFC 9112 8",
        Refuse,
    ),
    staged(
        "net-truncated-userinfo",
        "the answer of userinfo ends in the middle",
        &[Userinfo],
        "RFC 9112 8",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "net-huge",
        "the token response is followed by 100 MB of blanks",
        &[TokenResponse],
        "RFC 9110 15",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["oauth2 5.0.0 (Rust) with its reqwest adapter"]),
    staged(
        "net-bomb",
        "the token response is 600 kB that decompress to 100 MB",
        &[TokenResponse],
        "RFC 9110 8.4.1.3",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["oauth2 5.0.0 (Rust) with its reqwest adapter"]),
    staged(
        "net-trickle",
        "the token response comes one byte a second",
        &[TokenResponse],
        "RFC 9110 15",
        Refuse,
    )
    .seen(&["oauth2 5.0.0 (Rust) with its reqwest adapter"]),
    staged(
        "net-skew-30s",
        "the provider's clock is thirty seconds ahead in every time of the ID token",
        &[IdToken],
        "RFC 7519 4.1.4",
        Accept,
    )
    .seen(&[
        "nextjs-auth0#18",
        "tailscale/tsidp#73",
        "18F/identity-idp#10085",
        "openidconnect 4.1.0 (Rust)",
    ]),
    staged(
        "net-skew-10m",
        "the provider's clock is ten minutes ahead in every time of the ID token",
        &[IdToken],
        "RFC 7519 4.1.4",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["nextjs-auth0#18", "tailscale/tsidp#73", "18F/identity-idp#10085"]),
];
