//! Rows about userinfo. Data only.

use super::Point::Userinfo;
use super::Verdict::{Accept, Either, Refuse};
use super::{Binds, CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "ui-sub-mismatch",
        "userinfo is about another subject",
        &[Userinfo],
        "OIDC Core 5.3.2; oidcc-client-test-userinfo-invalid-sub",
        Refuse,
    )
    .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged("ui-sub-missing", "userinfo has no subject", &[Userinfo], "OIDC Core 5.3.2", Refuse)
        .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged("ui-401", "userinfo answers 401", &[Userinfo], "OIDC Core 5.3.3", Refuse).binding(Binds::OwnRule),
    staged("ui-403", "userinfo answers 403", &[Userinfo], "OIDC Core 5.3.3", Refuse).binding(Binds::OwnRule),
    staged("ui-500", "userinfo answers 500", &[Userinfo], "OIDC Core 5.3.3", Refuse).binding(Binds::OwnRule),
    staged(
        "ui-jwt-badsig",
        "userinfo is a signed JWT with a wrong bit in its signature",
        &[Userinfo],
        "OIDC Core 5.3.2, 5.3.4",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "ui-jwt-none",
        "userinfo is a JWT without a signature",
        &[Userinfo],
        "OIDC Core 5.3.2, 5.3.4",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "ui-jwt-aud",
        "userinfo is a signed JWT for another client",
        &[Userinfo],
        "OIDC Core 5.3.2, 5.3.4",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "ui-jwt-downgrade",
        "userinfo is plain JSON although the client registered for a signed JWT",
        &[Userinfo],
        "OIDC Core 5.3.2",
        Refuse,
    ),
    staged("ui-hang", "userinfo never answers", &[Userinfo], "OIDC Core 5.3.3", Refuse)
        .binding(Binds::OwnRule),
    staged("ui-html", "userinfo is a web page with status 200", &[Userinfo], "OIDC Core 5.3.2", Refuse)
        .binding(Binds::OwnRule),
    staged(
        "ui-redirect",
        "userinfo redirects to another origin, where this provider would answer too",
        &[Userinfo],
        "OIDC Core 5.3.3",
        Refuse,
    ),
    staged(
        "ui-conflict",
        "userinfo has another e-mail address, name and company than the ID token",
        &[Userinfo],
        "OIDC Core 5.3.2",
        Either,
    ),
    staged(
        "ui-types",
        "userinfo has a list, an object, null, markup, control characters and ten thousand letters where plain text is due",
        &[Userinfo],
        "OIDC Core 5.1",
        Either,
    ),
    staged(
        "ui-claim-sources",
        "userinfo says that claims lie at another address",
        &[Userinfo],
        "OIDC Core 5.6.2; oidcc-client-test-distributed-claims",
        Accept,
    ),
];
