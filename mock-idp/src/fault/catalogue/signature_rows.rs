//! Rows about the signature of the ID token. Data only.

use super::Point::IdToken;
use super::StagedBy::Provider;
use super::Verdict::Refuse;
use super::{CatalogueEntry, entry};

pub(super) const SIGNATURE: &[CatalogueEntry] = &[
    entry(
        "sig-bad-rs256",
        "the RS256 signature has a wrong bit",
        &[IdToken],
        &[],
        Provider,
        "OIDC Core 3.1.3.7 (6); oidcc-client-test-invalid-sig-rs256",
        Refuse,
    ),
    entry(
        "sig-bad-rs256-other-key",
        "another key signs under the name of the right one",
        &[IdToken],
        &[],
        Provider,
        "OIDC Core 3.1.3.7 (6)",
        Refuse,
    ),
    entry(
        "sig-bad-rs256-swapped",
        "the signature is genuine, but belongs to another payload",
        &[IdToken],
        &[],
        Provider,
        "OIDC Core 3.1.3.7 (6)",
        Refuse,
    ),
    entry(
        "sig-bad-es256",
        "the ID token has an ES256 signature with a wrong bit",
        &[IdToken],
        &[],
        Provider,
        "oidcc-client-test-invalid-sig-es256",
        Refuse,
    ),
    entry(
        "sig-bad-hs256",
        "the ID token has an HS256 signature that is wrong",
        &[IdToken],
        &[],
        Provider,
        "oidcc-client-test-invalid-sig-hs256",
        Refuse,
    ),
    entry(
        "sig-none-lower",
        "the algorithm is none and there is no signature",
        &[IdToken],
        &[],
        Provider,
        "OIDC Core 3.1.3.7 (7); oidcc-client-test-idtoken-sig-none",
        Refuse,
    ),
    entry(
        "sig-none-mixed-case",
        "the algorithm is nOnE and there is no signature",
        &[IdToken],
        &[],
        Provider,
        "RFC 8725 2.1",
        Refuse,
    ),
    entry("sig-none-stripped", "the signature is removed", &[IdToken], &[], Provider, "RFC 8725 2.1", Refuse),
    entry(
        "sig-alg-alternate",
        "a genuine key signs with an algorithm that was not agreed",
        &[IdToken],
        &[],
        Provider,
        "fapi2-security-profile-final-client-test-invalid-alternate-alg",
        Refuse,
    ),
    entry(
        "sig-hs-pubkey",
        "HS256 with the public key as the secret",
        &[IdToken],
        &[],
        Provider,
        "CVE-2022-29217",
        Refuse,
    ),
    entry("sig-hs-secret", "HS256 with the client secret", &[IdToken], &[], Provider, "RFC 8725 3.1", Refuse),
    entry("sig-hs-empty", "HS256 with an empty secret", &[IdToken], &[], Provider, "RFC 8725 3.1", Refuse),
];
