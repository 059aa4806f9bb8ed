//! Rows about what a strict relying party must accept. Data only.

use super::Point::{Discovery, IdToken, Identity, Issue, Jwks, Redeem, TokenResponse, Userinfo};
use super::StagedBy::{Person, RelyingParty};
use super::Verdict::Accept;
use super::{Binds, CatalogueEntry, staged, told};

pub(super) const ROWS: &[CatalogueEntry] = &[
    told("ok-basic", "an honest sign-in", Person, "oidcc-client-test", Accept),
    told("ok-relogin", "an honest second sign-in of the same person", Person, "oidcc-client-test", Accept),
    staged(
        "ok-rs256",
        "the key set holds one key, for RS256",
        &[Jwks],
        "oidcc-client-test-idtoken-sig-rs256",
        Accept,
    ),
    staged(
        "ok-discovery",
        "the endpoints are at other addresses, which discovery names",
        &[Discovery],
        "oidcc-client-test-discovery-openid-config",
        Accept,
    ),
    staged(
        "ok-aud-array",
        "the audience is a list of one",
        &[IdToken],
        "OIDC Core 2; fapi2-security-profile-final-client-test-valid-aud-as-array",
        Accept,
    )
    .seen(&["kilork/openid#71", "bacularis-app#117"]),
    staged(
        "ok-aud-azp",
        "two audiences, both trusted, and the authorized party is right",
        &[IdToken],
        "OIDC Core 2",
        Accept,
    )
    .binding(Binds::OwnRule)
    .seen(&["kilork/openid#71"]),
    staged(
        "ok-extra",
        "unknown claims, an unknown header with a number, unknown metadata",
        &[IdToken],
        "RFC 7519 4; RFC 7515 4",
        Accept,
    )
    .with(&[Discovery])
    .seen(&["jsonwebtoken 10.4 (Rust)"]),
    staged("ok-skew", "iat and nbf are thirty seconds ahead", &[IdToken], "RFC 7519 4.1.4", Accept)
        .binding(Binds::OwnRule)
        .seen(&[
            "nextjs-auth0#18",
            "tailscale/tsidp#73",
            "18F/identity-idp#10085",
            "openidconnect 4.1.0 (Rust)",
        ]),
    staged("ok-skew-behind", "exp was thirty seconds ago", &[IdToken], "RFC 7519 4.1.4", Accept)
        .binding(Binds::OwnRule)
        .seen(&[
            "nextjs-auth0#18",
            "tailscale/tsidp#73",
            "18F/identity-idp#10085",
            "openidconnect 4.1.0 (Rust)",
        ]),
    staged("ok-typ", "the header has no typ", &[IdToken], "RFC 7519 5.1", Accept),
    staged("ok-typ-lower", "the typ is jwt in small letters", &[IdToken], "RFC 7519 5.1", Accept),
    staged("ok-token-case", "the token type is bEARER", &[TokenResponse], "RFC 6749 5.1", Accept),
    staged(
        "ok-token-noexpires",
        "the token response has no expires_in",
        &[TokenResponse],
        "RFC 6749 5.1",
        Accept,
    ),
    staged("ok-token-noscope", "the token response has no scope", &[TokenResponse], "RFC 6749 5.1", Accept),
    staged("ok-token-floats", "times in the ID token have a fraction", &[IdToken], "RFC 7519 2", Accept),
    staged("ok-no-athash", "the ID token has no at_hash", &[IdToken], "OIDC Core 3.1.3.6", Accept),
    told(
        "ok-userinfo-header",
        "userinfo takes the token in the Authorization header: the honest behaviour",
        RelyingParty,
        "oidcc-client-test-userinfo-bearer-header",
        Accept,
    ),
    staged(
        "ok-userinfo-jwt",
        "userinfo is a signed JWT",
        &[Userinfo],
        "OIDC Core 5.3.2; oidcc-client-test-userinfo-signed",
        Accept,
    ),
    told(
        "ok-userinfo-scope",
        "userinfo holds the claims of the scopes: the honest behaviour",
        RelyingParty,
        "oidcc-client-test-scope-userinfo-claims",
        Accept,
    ),
    told(
        "ok-refresh",
        "a refresh gives a new ID token without nonce: the honest behaviour",
        RelyingParty,
        "oidcc-client-test-refresh-token",
        Accept,
    )
    .seen(&["oic-auth#409"]),
    staged(
        "ok-sloppy-profile",
        "email_verified is text, updated_at is a date, amr is text, expires_in is text, the picture is null",
        &[Identity],
        "OIDC Core 5.1",
        Accept,
    )
    .with(&[IdToken, TokenResponse])
    .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged(
        "ok-iss-param",
        "the authorization response names the issuer although discovery does not promise it",
        &[Discovery],
        "RFC 9207 2.4",
        Accept,
    ),
    staged("ok-slow", "the token response takes five seconds", &[TokenResponse], "RFC 9110 15", Accept),
    staged(
        "ok-headers",
        "the token response is chunked and names a character set",
        &[TokenResponse],
        "RFC 9112 7.1",
        Accept,
    ),
    staged(
        "ok-long",
        "a subject of 255 characters, a code of 2 kB, an access token of 8 kB",
        &[Issue],
        "OIDC Core 2",
        Accept,
    )
    .with(&[Redeem, Identity]),
];
