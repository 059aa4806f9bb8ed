//! Rows about the key set. Data only.

use super::Point::{Discovery, IdToken, Jwks};
use super::Verdict::{Accept, Either, Refuse};
use super::{Binds, CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "jwks-rotate-just-before",
        "a new key signs, published right before",
        &[IdToken],
        "OIDC Core 10.1.1; oidcc-client-test-signing-key-rotation-just-before-signing",
        Accept,
    )
    .seen(&[
        "giantswarm/mcp-oauth#452",
        "databend#15921",
        "keepass4web-rs#313",
        "OidcProxy.Net#242",
        "quack-oauth#15",
        "erlef/oidcc#543",
        "agents-at-scale-ark#2568",
    ]),
    staged(
        "jwks-rotate-between",
        "the signing key changes right after this sign-in, so the next one comes with a new key",
        &[IdToken],
        "OIDC Core 10.1.1; oidcc-client-test-signing-key-rotation",
        Accept,
    )
    .seen(&[
        "giantswarm/mcp-oauth#452",
        "databend#15921",
        "keepass4web-rs#313",
        "OidcProxy.Net#242",
        "quack-oauth#15",
        "erlef/oidcc#543",
        "agents-at-scale-ark#2568",
    ]),
    staged(
        "jwks-kid-unknown",
        "the ID token names a key that was never published",
        &[IdToken],
        "OIDC Core 10.1.1",
        Refuse,
    )
    .seen(&["openfga#3101"]),
    staged(
        "jwks-kid-absent-single",
        "the key set has one key and nothing has a kid",
        &[IdToken],
        "oidcc-client-test-kid-absent-single-jwks",
        Accept,
    )
    .with(&[Jwks]),
    staged(
        "jwks-kid-absent-multi",
        "the key set has several keys and nothing has a kid",
        &[IdToken],
        "oidcc-client-test-kid-absent-multiple-jwks",
        Either,
    )
    .with(&[Jwks]),
    staged(
        "jwks-kid-dup",
        "the key set holds a stranger's key under the name of the right one, and before it",
        &[Jwks],
        "RFC 7517 4.5",
        Either,
    ),
    staged(
        "jwks-kid-reused",
        "a new key signs under the name of the old one",
        &[IdToken],
        "RFC 7517 4.5",
        Either,
    ),
    staged(
        "jwks-uri-random",
        "the key set is at another address, which discovery names",
        &[Discovery],
        "oidcc-client-test-discovery-jwks-uri-keys",
        Accept,
    )
    .with(&[Jwks]),
    staged("jwks-outage-500", "the key set endpoint answers 500", &[Jwks], "OIDC Core 10.1.1", Refuse),
    staged(
        "jwks-outage-html",
        "the key set endpoint answers with a web page",
        &[Jwks],
        "OIDC Core 10.1.1",
        Refuse,
    ),
    staged("jwks-outage-empty", "the key set is empty", &[Jwks], "OIDC Core 10.1.1", Refuse),
    staged("jwks-outage-huge", "the key set is followed by 128 MB of blanks", &[Jwks], "RFC 9110 15", Refuse)
        .binding(Binds::OwnRule),
    staged(
        "jwks-key-withdrawn",
        "the key that signs is missing from the key set",
        &[Jwks],
        "OIDC Core 10.1.1",
        Refuse,
    ),
    staged(
        "jwks-foreign-entries",
        "the key set begins with keys of other kinds and with a broken one",
        &[Jwks],
        "RFC 7517 5",
        Accept,
    )
    .seen(&["jsonwebtoken 10.4 (Rust)"]),
    staged(
        "jwks-misuse-enc",
        "the only key in the key set is for encryption",
        &[Jwks],
        "RFC 7517 4.2",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "jwks-misuse-alg",
        "the only key in the key set is for another algorithm",
        &[Jwks],
        "RFC 7517 4.4",
        Refuse,
    )
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "jwks-misuse-oct",
        "the key set holds a shared secret, and the ID token is signed with it",
        &[IdToken],
        "RFC 8725 3.1",
        Refuse,
    )
    .with(&[Jwks])
    .seen(&["jsonwebtoken 11.1 (Rust)"]),
    staged(
        "jwks-misuse-private",
        "the only key in the key set has its private exponent beside it",
        &[Jwks],
        "RFC 7517 9.2",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "jwks-weak-1024",
        "the ID token is signed by a published RSA key of 1024 bits",
        &[IdToken],
        "RFC 7518 3.3",
        Refuse,
    )
    .with(&[Jwks])
    .seen(&["openidconnect 4.1.0 (Rust)", "jsonwebtoken 11.1 (Rust) on rust_crypto"]),
    staged(
        "jwks-weak-e1",
        "the ID token is signed by a published RSA key with the exponent 1, for which everybody can sign",
        &[IdToken],
        "RFC 7518 3.3",
        Refuse,
    )
    .with(&[Jwks]),
    staged(
        "jwks-weak-16k",
        "the ID token is signed by a published RSA key of 16384 bits, which takes long to check",
        &[IdToken],
        "RFC 8725 3.2",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .with(&[Jwks]),
];
