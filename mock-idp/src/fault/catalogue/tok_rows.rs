//! Rows about the token endpoint. Data only.

use super::Point::{Discovery, IdToken, Redeem, TokenResponse};
use super::Verdict::{Accept, Either, Reauthenticate, Refuse};
use super::{Binds, CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "tok-invalid-grant-unknown",
        "the token endpoint does not know the code",
        &[Redeem],
        "RFC 6749 5.2",
        Refuse,
    ),
    staged(
        "tok-invalid-grant-expired",
        "the token endpoint says that the code has expired",
        &[Redeem],
        "RFC 6749 5.2",
        Refuse,
    ),
    staged(
        "tok-invalid-grant-reused",
        "the token endpoint says that the code was used before",
        &[Redeem],
        "RFC 6749 5.2; oidcc-codereuse",
        Refuse,
    ),
    staged("tok-invalid-client", "the token endpoint refuses the client", &[Redeem], "RFC 6749 5.2", Refuse),
    staged("tok-reuse-lenient", "a code may be redeemed twice", &[Redeem], "RFC 6749 4.1.2", Refuse)
        .seen(&["wekan#6464"]),
    staged(
        "tok-basic-only",
        "only client_secret_basic is advertised and honoured",
        &[Discovery],
        "oidcc-client-test-client-secret-basic",
        Accept,
    )
    .with(&[Redeem]),
    staged("tok-500", "the token endpoint answers 500", &[Redeem], "RFC 9110 15.6.1", Refuse),
    staged(
        "tok-503",
        "the token endpoint answers 503 with Retry-After",
        &[Redeem],
        "RFC 9110 15.6.4",
        Refuse,
    ),
    staged("tok-429", "the token endpoint answers 429 with Retry-After", &[Redeem], "RFC 6585 4", Refuse),
    staged("tok-body-html", "the token response is a web page", &[TokenResponse], "RFC 6749 5.1", Refuse)
        .seen(&["oauth2 5.0.0 (Rust)"]),
    staged(
        "tok-body-truncated",
        "the token response ends in the middle",
        &[TokenResponse],
        "RFC 6749 5.1",
        Refuse,
    )
    .seen(&["oauth2 5.0.0 (Rust)"]),
    staged("tok-body-empty", "the token response is empty", &[TokenResponse], "RFC 6749 5.1", Refuse)
        .seen(&["oauth2 5.0.0 (Rust)"]),
    staged(
        "tok-body-bom",
        "the token response begins with a byte order mark",
        &[TokenResponse],
        "RFC 8259 8.1",
        Either,
    )
    .seen(&["oauth2 5.0.0 (Rust)"]),
    staged(
        "tok-body-200error",
        "the token response is an error with status 200",
        &[TokenResponse],
        "RFC 6749 5.1, 5.2",
        Refuse,
    )
    .seen(&["oauth2 5.0.0 (Rust)"]),
    staged("tok-body-201", "the token response has status 201", &[TokenResponse], "RFC 6749 5.1", Refuse)
        .binding(Binds::OwnRule)
        .seen(&["oauth2 5.0.0 (Rust)"]),
    staged(
        "tok-no-id-token-absent",
        "the token response has no ID token",
        &[TokenResponse],
        "OIDC Core 3.1.3.3",
        Refuse,
    )
    .seen(&["librefang#3364"]),
    staged("tok-no-id-token-null", "the ID token is null", &[TokenResponse], "OIDC Core 3.1.3.3", Refuse)
        .seen(&["librefang#3364"]),
    staged("tok-type-mac", "the token type is mac", &[TokenResponse], "OIDC Core 3.1.3.3", Refuse),
    staged(
        "tok-type-missing",
        "the token response has no token type",
        &[TokenResponse],
        "OIDC Core 3.1.3.3",
        Refuse,
    ),
    staged(
        "tok-hang",
        "the token endpoint takes the code and never answers",
        &[TokenResponse],
        "RFC 9110 9.2.2",
        Refuse,
    ),
    staged(
        "tok-reset",
        "the token endpoint takes the code and resets the connection",
        &[TokenResponse],
        "RFC 9110 9.2.2",
        Refuse,
    ),
    staged(
        "tok-at-ctrl",
        "the access token holds a line break and a header",
        &[TokenResponse],
        "RFC 6750 2.1",
        Refuse,
    )
    .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged(
        "tok-redirect",
        "the token endpoint redirects by 307 to another origin, where this provider would answer too",
        &[Redeem],
        "RFC 9700 4.12",
        Refuse,
    ),
    staged(
        "tok-redirect-302",
        "the token endpoint redirects by 302 to another origin",
        &[Redeem],
        "RFC 9700 4.12",
        Refuse,
    ),
    staged(
        "tok-substitution",
        "all tokens are genuine, but of another person and another sign-in",
        &[Redeem],
        "OIDC Core 16.11; RFC 9700 4.6",
        Refuse,
    ),
    staged(
        "tok-substitution-access",
        "the access token beside the right ID token is of another person",
        &[Redeem],
        "OIDC Core 16.11, 3.1.3.8",
        Refuse,
    )
    .binding(Binds::Userinfo),
    staged(
        "tok-refresh-iss",
        "the refreshed ID token has another issuer",
        &[IdToken],
        "OIDC Core 12.2; oidcc-client-test-refresh-token-invalid-issuer",
        Refuse,
    ),
    staged(
        "tok-refresh-sub",
        "the refreshed ID token has another subject",
        &[IdToken],
        "OIDC Core 12.2; oidcc-client-test-refresh-token-invalid-sub",
        Refuse,
    ),
    staged(
        "tok-refresh-reused",
        "the refresh token counts as used before: it is refused, and its family is revoked",
        &[Redeem],
        "RFC 9700 4.14",
        Reauthenticate,
    )
    .seen(&["oauth2-proxy#1992", "elizaOS/eliza#29954"]),
    staged(
        "tok-refresh-revoked",
        "the refresh token was revoked",
        &[Redeem],
        "RFC 9700 4.14",
        Reauthenticate,
    ),
];
