//! Rows about the signature and the shape of the ID token. Data only.

use super::Point::IdToken;
use super::Verdict::Refuse;
use super::{Binds, CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "sig-bad-rs256",
        "the RS256 signature has a wrong bit",
        &[IdToken],
        "OIDC Core 3.1.3.7 (6); oidcc-client-test-invalid-sig-rs256",
        Refuse,
    )
    .binding(Binds::Signature),
    staged(
        "sig-bad-rs256-other-key",
        "another key signs under the name of the right one",
        &[IdToken],
        "OIDC Core 3.1.3.7 (6)",
        Refuse,
    )
    .binding(Binds::Signature),
    staged(
        "sig-bad-rs256-swapped",
        "the signature is genuine, but belongs to another payload",
        &[IdToken],
        "OIDC Core 3.1.3.7 (6)",
        Refuse,
    )
    .binding(Binds::Signature),
    staged(
        "sig-bad-es256",
        "the ID token has an ES256 signature with a wrong bit",
        &[IdToken],
        "oidcc-client-test-invalid-sig-es256",
        Refuse,
    )
    .binding(Binds::Signature),
    staged(
        "sig-bad-hs256",
        "the ID token has an HS256 signature that is wrong",
        &[IdToken],
        "oidcc-client-test-invalid-sig-hs256",
        Refuse,
    )
    .binding(Binds::Signature),
    staged(
        "sig-none-lower",
        "the algorithm is none and there is no signature",
        &[IdToken],
        "OIDC Core 3.1.3.7 (7); oidcc-client-test-idtoken-sig-none",
        Refuse,
    )
    .binding(Binds::Signature)
    .seen(&["CVE-2020-26244"]),
    staged(
        "sig-none-mixed-case",
        "the algorithm is nOnE and there is no signature",
        &[IdToken],
        "RFC 8725 2.1",
        Refuse,
    )
    .binding(Binds::Signature)
    .seen(&["CVE-2020-26244"]),
    staged("sig-none-stripped", "the signature is removed", &[IdToken], "RFC 8725 2.1", Refuse)
        .binding(Binds::Signature)
        .seen(&["CVE-2020-26244"]),
    staged(
        "sig-alg-alternate",
        "a genuine key signs with an algorithm that was not agreed",
        &[IdToken],
        "fapi2-security-profile-final-client-test-invalid-alternate-alg",
        Refuse,
    )
    .binding(Binds::Signature),
    staged("sig-hs-pubkey", "HS256 with the public key as the secret", &[IdToken], "CVE-2022-29217", Refuse)
        .binding(Binds::Signature)
        .seen(&["CVE-2022-29217", "CVE-2024-37568", "CVE-2026-49852", "MinIO CVE-2026-33322"]),
    staged("sig-hs-secret", "HS256 with the client secret", &[IdToken], "RFC 8725 3.1", Refuse)
        .binding(Binds::Signature)
        .seen(&["MinIO CVE-2026-33322", "openidconnect 4.1.0 (Rust)"]),
    staged("sig-hs-empty", "HS256 with an empty secret", &[IdToken], "RFC 8725 3.1", Refuse)
        .binding(Binds::Signature)
        .seen(&["MinIO CVE-2026-33322", "openidconnect 4.1.0 (Rust)"]),
    staged(
        "sig-header-jwk",
        "the ID token brings the attacker's key along, which signed it",
        &[IdToken],
        "OIDC Core 2; RFC 8725 3.10",
        Refuse,
    )
    .binding(Binds::Signature)
    .seen(&["CVE-2018-0114", "authlib CVE-2026-27962"]),
    staged(
        "sig-header-jku",
        "the ID token says at which address the attacker's key set is, which signed it",
        &[IdToken],
        "OIDC Core 2; RFC 8725 3.10",
        Refuse,
    )
    .binding(Binds::Signature)
    .seen(&["authlib CVE-2026-27962"]),
    staged(
        "sig-header-x5u",
        "the ID token says at which address the attacker's certificate is, which signed it",
        &[IdToken],
        "OIDC Core 2; RFC 8725 3.10",
        Refuse,
    )
    .binding(Binds::Signature)
    .seen(&["authlib CVE-2026-27962"]),
    staged(
        "sig-kid-evil",
        "the ID token names a key by a path out of any folder",
        &[IdToken],
        "RFC 8725 3.10",
        Refuse,
    ),
    staged(
        "sig-kid-evil-sql",
        "the ID token names a key by a piece of SQL",
        &[IdToken],
        "RFC 8725 3.10",
        Refuse,
    ),
    staged(
        "sig-kid-evil-long",
        "the ID token names a key by ten thousand letters",
        &[IdToken],
        "RFC 8725 3.10",
        Refuse,
    ),
    staged(
        "sig-kid-evil-number",
        "the ID token names a key by a number",
        &[IdToken],
        "RFC 7515 4.1.4",
        Refuse,
    ),
    staged(
        "sig-crit-unknown",
        "the ID token demands an extension that nobody knows",
        &[IdToken],
        "RFC 7515 4.1.11",
        Refuse,
    )
    .seen(&["PyJWT CVE-2026-32597", "authlib CVE-2025-59420", "jsonwebtoken 11.1 (Rust)"]),
    staged(
        "sig-crit-b64",
        "the ID token demands that its payload is read without base64url",
        &[IdToken],
        "RFC 7515 4.1.11; RFC 7797 7",
        Refuse,
    )
    .seen(&["PyJWT CVE-2026-32597", "authlib CVE-2025-59420", "jsonwebtoken 11.1 (Rust)"]),
    staged(
        "sig-cross-issuer",
        "the key of another issuer, which has the same name there, signs",
        &[IdToken],
        "RFC 8725 3.8",
        Refuse,
    )
    .binding(Binds::Signature),
    staged("sig-ecdsa-zero", "the ES256 signature is all zeros", &[IdToken], "RFC 7518 3.4", Refuse)
        .binding(Binds::Signature)
        .seen(&["CVE-2022-21449"]),
    staged(
        "sig-ecdsa-zero-der",
        "the ES256 signature is genuine, but in DER",
        &[IdToken],
        "RFC 7518 3.4",
        Refuse,
    )
    .binding(Binds::Signature),
    staged(
        "sig-ecdsa-zero-curve",
        "the signature named ES256 is made on another curve",
        &[IdToken],
        "RFC 7518 3.4",
        Refuse,
    )
    .binding(Binds::Signature),
    staged("sig-shape-2", "the ID token has no third part", &[IdToken], "RFC 7515 3, 7.1", Refuse),
    staged("sig-shape-4", "the ID token has four parts", &[IdToken], "RFC 7515 3, 7.1", Refuse),
    staged("sig-shape-5", "the ID token has five parts", &[IdToken], "RFC 7515 3, 7.1", Refuse),
    staged("sig-shape-pad", "the ID token ends with padding", &[IdToken], "RFC 7515 3, 7.1", Refuse),
    staged("sig-shape-ws", "the ID token holds a line break", &[IdToken], "RFC 7515 3, 7.1", Refuse),
    staged("sig-shape-dots", "the ID token is a million dots", &[IdToken], "RFC 7515 3, 7.1", Refuse)
        .seen(&["go-jose CVE-2025-27144"]),
    staged("sig-shape-jwe", "the ID token looks encrypted", &[IdToken], "RFC 7516 3.1", Refuse),
];
