//! Rows about the claims of the ID token. Data only.

use super::Point::{IdToken, Identity};
use super::Verdict::{Either, Reauthenticate, Refuse};
use super::{Binds, CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "idt-iss-wrong",
        "the ID token has another issuer",
        &[IdToken],
        "OIDC Core 3.1.3.7 (2); oidcc-client-test-invalid-iss",
        Refuse,
    ),
    staged("idt-iss-missing", "the ID token has no issuer", &[IdToken], "OIDC Core 3.1.3.7 (2)", Refuse)
        .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-iss-near",
        "the issuer in the ID token ends with a slash",
        &[IdToken],
        "OIDC Core 3.1.3.7 (2)",
        Refuse,
    ),
    staged(
        "idt-iss-near-case",
        "the issuer in the ID token is in capital letters",
        &[IdToken],
        "OIDC Core 3.1.3.7 (2)",
        Refuse,
    ),
    staged(
        "idt-iss-near-port",
        "the issuer in the ID token has its port written in another way",
        &[IdToken],
        "OIDC Core 3.1.3.7 (2)",
        Refuse,
    ),
    staged(
        "idt-iss-near-query",
        "the issuer in the ID token has a query behind it",
        &[IdToken],
        "OIDC Core 3.1.3.7 (2)",
        Refuse,
    ),
    staged(
        "idt-iss-array",
        "the issuer in the ID token is a list that holds the right one",
        &[IdToken],
        "OIDC Core 3.1.3.7 (2)",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-iss-number",
        "the issuer in the ID token is a number",
        &[IdToken],
        "OIDC Core 3.1.3.7 (2)",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-aud-wrong",
        "the ID token is for another client of the same provider",
        &[IdToken],
        "OIDC Core 3.1.3.7 (3); oidcc-client-test-invalid-aud",
        Refuse,
    ),
    staged(
        "idt-aud-missing",
        "the ID token has no audience",
        &[IdToken],
        "OIDC Core 3.1.3.7 (3); oidcc-client-test-missing-aud",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-aud-null",
        "the audience of the ID token is null",
        &[IdToken],
        "OIDC Core 3.1.3.7 (3)",
        Refuse,
    ),
    staged(
        "idt-aud-number",
        "the audience of the ID token is a number",
        &[IdToken],
        "OIDC Core 3.1.3.7 (3)",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-aud-object",
        "the audience of the ID token is an object",
        &[IdToken],
        "OIDC Core 3.1.3.7 (3)",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-aud-extra",
        "the ID token is also for a client that is not trusted",
        &[IdToken],
        "OIDC Core 3.1.3.7 (3); fapi2-security-profile-final-client-test-invalid-secondary-aud",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-azp-wrong",
        "the authorized party is another client",
        &[IdToken],
        "OIDC Core 3.1.3.7 (5), which errata set 2 leaves to extensions",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["openidconnect 4.1.0 (Rust)", "VaulTLS#231"]),
    staged(
        "idt-azp-missing-multi",
        "the ID token has two audiences and no authorized party",
        &[IdToken],
        "OIDC Core 3.1.3.7 (4), which errata set 2 leaves to extensions",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["openidconnect 4.1.0 (Rust)", "VaulTLS#231"]),
    staged(
        "idt-exp-past",
        "the ID token expired six minutes ago",
        &[IdToken],
        "OIDC Core 3.1.3.7 (9); fapi2-security-profile-final-client-test-invalid-expired-exp",
        Refuse,
    ),
    staged(
        "idt-exp-missing",
        "the ID token has no expiry",
        &[IdToken],
        "OIDC Core 2; fapi2-security-profile-final-client-test-invalid-missing-exp",
        Refuse,
    ),
    staged("idt-exp-absurd", "the ID token lives for ten years", &[IdToken], "OIDC Core 2", Refuse)
        .binding(Binds::OwnRule)
        .seen(&["openidconnect 4.1.0 (Rust)", "jsonwebtoken 11.1 (Rust)"]),
    staged("idt-time-type-string", "expiry and issue time are text", &[IdToken], "CVE-2026-25537", Refuse)
        .seen(&["jsonwebtoken CVE-2026-25537", "huskarl#189"]),
    staged("idt-time-type-1e300", "expiry and issue time are 1e300", &[IdToken], "RFC 7519 2", Refuse)
        .seen(&["huskarl#189"]),
    staged(
        "idt-time-type-u64max",
        "expiry and issue time are the largest 64-bit number",
        &[IdToken],
        "RFC 7519 2",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)", "huskarl#189"]),
    staged("idt-time-type-neg", "expiry and issue time are negative", &[IdToken], "RFC 7519 2", Refuse)
        .seen(&["huskarl#189"]),
    staged(
        "idt-iat-missing",
        "the ID token has no issue time",
        &[IdToken],
        "OIDC Core 2; oidcc-client-test-missing-iat",
        Refuse,
    ),
    staged(
        "idt-iat-stale",
        "the ID token was issued a week ago",
        &[IdToken],
        "OIDC Core 3.1.3.7 (10); fapi1-advanced-final-client-test-iat-is-week-in-past",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["openidconnect 4.1.0 (Rust)", "jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-iat-future",
        "the ID token is issued in ten minutes",
        &[IdToken],
        "OIDC Core 3.1.3.7 (10)",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["openidconnect 4.1.0 (Rust)", "jsonwebtoken 11.1 (Rust)"]),
    staged("idt-nbf-future", "the ID token is valid in ten minutes", &[IdToken], "RFC 7519 4.1.5", Refuse)
        .seen(&["openidconnect 4.1.0 (Rust)", "jsonwebtoken 11.1 (Rust)"]),
    staged(
        "idt-nonce-wrong",
        "the nonce is another one",
        &[IdToken],
        "OIDC Core 3.1.3.7 (11); oidcc-client-test-nonce-invalid",
        Refuse,
    ),
    staged(
        "idt-nonce-missing",
        "the ID token has no nonce",
        &[IdToken],
        "OIDC Core 3.1.3.7 (11); fapi2-security-profile-final-client-test-invalid-missing-nonce",
        Refuse,
    )
    .seen(&["cups#1609", "NGINX CVE-2024-10318"]),
    staged(
        "idt-replay",
        "the ID token of an earlier sign-in of the same person is served again",
        &[IdToken],
        "OIDC Core 3.1.3.7 (11), 15.5.2",
        Refuse,
    )
    .binding(Binds::Nonce)
    .seen(&["agent-bom#3561"]),
    staged(
        "idt-sub-missing",
        "the ID token has no subject",
        &[IdToken],
        "OIDC Core 2; oidcc-client-test-missing-sub",
        Refuse,
    ),
    staged("idt-sub-empty", "the subject is empty", &[IdToken], "OIDC Core 2", Refuse)
        .seen(&["openidconnect 4.1.0 (Rust)", "jsonwebtoken 11.1 (Rust)"]),
    staged("idt-sub-too-long", "the subject is 300 characters long", &[IdToken], "OIDC Core 2", Refuse)
        .binding(Binds::OwnRule)
        .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged("idt-sub-nonascii", "the subject is not ASCII", &[IdToken], "OIDC Core 2", Refuse)
        .binding(Binds::OwnRule),
    staged("idt-sub-nul", "the subject is ended by a NUL", &[IdToken], "OIDC Core 2", Refuse)
        .binding(Binds::OwnRule)
        .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged("idt-sub-number", "the subject is a number", &[IdToken], "OIDC Core 2", Refuse),
    staged("idt-sub-space", "the subject is a blank", &[IdToken], "OIDC Core 2", Refuse)
        .binding(Binds::OwnRule),
    staged(
        "idt-hash-at",
        "at_hash belongs to another access token",
        &[IdToken],
        "OIDC Core 3.1.3.8; oidcc-client-test-invalid-athash",
        Refuse,
    )
    .binding(Binds::FrontChannel)
    .seen(&["authlib CVE-2026-28498", "openidconnect-rs#174"]),
    staged(
        "idt-hash-c",
        "c_hash belongs to another code",
        &[IdToken],
        "OIDC Core 3.3.2.11; oidcc-client-test-invalid-chash",
        Refuse,
    )
    .binding(Binds::FrontChannel)
    .seen(&["authlib CVE-2026-28498"]),
    staged(
        "idt-authtime-missing",
        "the ID token has no auth_time",
        &[IdToken],
        "OIDC Core 3.1.3.7 (13)",
        Refuse,
    )
    .binding(Binds::MaxAge),
    staged(
        "idt-authtime-stale",
        "auth_time is thirty days ago",
        &[IdToken],
        "OIDC Core 3.1.3.7 (13)",
        Reauthenticate,
    )
    .binding(Binds::MaxAge),
    staged(
        "idt-authtime-future",
        "auth_time is in ten minutes",
        &[IdToken],
        "OIDC Core 3.1.3.7 (13)",
        Refuse,
    )
    .binding(Binds::MaxAge),
    staged(
        "idt-acr-low",
        "the person authenticated by password only",
        &[IdToken],
        "OIDC Core 3.1.3.7 (12)",
        Either,
    ),
    staged("idt-dup-member", "the ID token has two subjects", &[IdToken], "RFC 7519 4", Refuse)
        .binding(Binds::OwnRule),
    staged(
        "idt-wrong-kind-access",
        "the ID token is an access token by its type, whatever else it says",
        &[IdToken],
        "RFC 8725 3.11; RFC 9068 4",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "idt-wrong-kind-logout",
        "the ID token is a logout token",
        &[IdToken],
        "RFC 8725 3.11; Back-Channel Logout 2.4",
        Refuse,
    ),
    staged(
        "idt-wrong-kind-logout-untyped",
        "the ID token is a logout token whose type does not say so",
        &[IdToken],
        "RFC 8725 3.12; Back-Channel Logout 2.4",
        Refuse,
    ),
    staged("idt-tenant-missing", "the ID token names no company", &[Identity], "CVE-2023-3128", Refuse)
        .binding(Binds::OwnRule)
        .seen(&["Grafana CVE-2023-3128"]),
    staged("idt-tenant-other", "the ID token names another company", &[Identity], "CVE-2023-3128", Refuse)
        .binding(Binds::OwnRule)
        .seen(&["Grafana CVE-2023-3128"]),
    staged("idt-tenant-array", "the company in the ID token is a list", &[Identity], "CVE-2023-3128", Refuse)
        .binding(Binds::OwnRule)
        .seen(&["Grafana CVE-2023-3128"]),
];
