//! Rows about the discovery document. Data only.

use super::Point::Discovery;
use super::Verdict::{Accept, Either, Refuse};
use super::{Binds, CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "disc-issuer-mismatch",
        "discovery names an issuer that is not the configured one",
        &[Discovery],
        "OIDC Discovery 4.3; oidcc-client-test-discovery-issuer-mismatch",
        Refuse,
    ),
    staged(
        "disc-issuer-near-slash",
        "discovery names the issuer with a slash more at its end, or one less",
        &[Discovery],
        "OIDC Discovery 4.3, OIDC Core 2",
        Refuse,
    ),
    staged(
        "disc-issuer-near-case",
        "discovery names the issuer in capital letters",
        &[Discovery],
        "OIDC Discovery 4.3, OIDC Core 2",
        Refuse,
    ),
    staged(
        "disc-issuer-near-port",
        "discovery names the issuer with its port written in another way",
        &[Discovery],
        "OIDC Discovery 4.3, OIDC Core 2",
        Refuse,
    ),
    staged(
        "disc-issuer-near-query",
        "discovery names the issuer with a query behind it",
        &[Discovery],
        "OIDC Discovery 4.3, OIDC Core 2",
        Refuse,
    ),
    staged(
        "disc-issuer-template",
        "the issuer in discovery holds a place for a tenant that nobody has filled in",
        &[Discovery],
        "OIDC Discovery 4.3",
        Refuse,
    )
    .seen(&["nOAuth", "Spring Security CVE-2018-15801"]),
    staged(
        "disc-alg-downgrade",
        "discovery also advertises HS256 and none",
        &[Discovery],
        "RFC 8725 3.1",
        Either,
    )
    .seen(&["MinIO CVE-2026-33322", "openidconnect 4.1.0 (Rust)"]),
    staged("disc-flap", "discovery answers 503", &[Discovery], "OIDC Discovery 4", Refuse).seen(&[
        "camunda#34189",
        "oauth2-proxy#3487",
        "alkem-io/server#6241",
        "alkem-io/server#6260",
        "headscale#3462",
        "BetterDesk#411",
    ]),
    staged("disc-flap-timeout", "discovery never answers", &[Discovery], "OIDC Discovery 4", Refuse)
        .seen(&["ciso-assistant-community#4666"]),
    staged(
        "disc-flap-html",
        "discovery is a web page with status 200",
        &[Discovery],
        "OIDC Discovery 4.2",
        Refuse,
    ),
    staged(
        "disc-flap-redirect",
        "discovery redirects to another origin, where this provider would answer too",
        &[Discovery],
        "OIDC Discovery 4.2",
        Refuse,
    ),
    staged(
        "disc-scheme-http",
        "the token endpoint is plain http at another machine",
        &[Discovery],
        "OIDC Core 3.1.2, 16.17",
        Refuse,
    )
    .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged(
        "disc-scheme-file",
        "the key set is a file of the machine that reads discovery",
        &[Discovery],
        "OIDC Discovery 3",
        Refuse,
    )
    .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged(
        "disc-scheme-js",
        "the authorization endpoint is a script",
        &[Discovery],
        "OIDC Discovery 3",
        Refuse,
    )
    .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged(
        "disc-endpoint-foreign-token",
        "the token endpoint is at another origin, where this provider would answer too",
        &[Discovery],
        "arXiv 1508.04324",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["metabase#72534", "twenty#25638", "Keycloak CVE-2026-1180"]),
    staged(
        "disc-endpoint-foreign-jwks",
        "the key set is at another origin, where this provider would answer too",
        &[Discovery],
        "arXiv 1508.04324",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["metabase#72534", "twenty#25638", "Keycloak CVE-2026-1180"]),
    staged(
        "disc-endpoint-foreign-userinfo",
        "the userinfo endpoint is at another origin, where this provider would answer too",
        &[Discovery],
        "arXiv 1508.04324",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["metabase#72534", "twenty#25638", "Keycloak CVE-2026-1180"]),
    staged(
        "disc-endpoint-foreign-meta",
        "the token endpoint is the metadata service of a cloud",
        &[Discovery],
        "arXiv 1508.04324",
        Refuse,
    )
    .seen(&["metabase#72534", "twenty#25638", "Keycloak CVE-2026-1180"]),
    staged(
        "disc-endpoint-moved",
        "from one fetch of discovery to the next the endpoints move; the old ones still answer",
        &[Discovery],
        "OIDC Discovery 4",
        Accept,
    ),
    staged("disc-field-missing", "discovery names no key set", &[Discovery], "OIDC Discovery 3", Refuse),
    staged(
        "disc-field-missing-token",
        "discovery names no token endpoint",
        &[Discovery],
        "OIDC Discovery 3",
        Refuse,
    ),
    staged(
        "disc-field-missing-algs",
        "discovery names no algorithms for ID tokens",
        &[Discovery],
        "OIDC Discovery 3",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "disc-field-wrongtype",
        "discovery promises iss in the answer by a text instead of true",
        &[Discovery],
        "OIDC Discovery 3; RFC 9207 3",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged(
        "disc-field-wrongtype-unused",
        "discovery says true as a text about a request parameter that few send",
        &[Discovery],
        "OIDC Discovery 3",
        Either,
    )
    .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged(
        "disc-pkce-absent",
        "discovery does not say that PKCE is supported",
        &[Discovery],
        "RFC 9700 2.1.1",
        Accept,
    ),
    staged(
        "disc-pkce-plain",
        "discovery supports PKCE by plain only; S256 goes on to work",
        &[Discovery],
        "RFC 9700 2.1.1; RFC 7636 4.2",
        Accept,
    ),
];
