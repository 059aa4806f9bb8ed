//! Rows about sessions and the callback. Data only.

use super::Point::{Issue, Session};
use super::StagedBy::{Browser, Person, RelyingParty};
use super::Verdict::{Accept, Either, Reauthenticate, Refuse};
use super::{Binds, CatalogueEntry, staged, told};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "sess-sso-silent",
        "the answer comes from a session four hours old, with the old auth_time",
        &[Issue],
        "OIDC Core 3.1.2.3; oidcc-prompt-none-logged-in",
        Accept,
    ),
    staged(
        "sess-sso-other-user",
        "the session of another person answers",
        &[Session, Issue],
        "OIDC Core 3.1.2.1",
        Refuse,
    )
    .binding(Binds::IdTokenHint),
    staged(
        "sess-force-ignored-prompt",
        "prompt=login is ignored: the live session answers with the old auth_time",
        &[Session],
        "OIDC Core 3.1.2.1",
        Reauthenticate,
    )
    .seen(&["Keycloak#14146"]),
    staged(
        "sess-force-ignored-maxage",
        "max_age is ignored: the live session answers with the old auth_time",
        &[Session],
        "OIDC Core 3.1.2.1",
        Reauthenticate,
    )
    .seen(&["Keycloak#14146"]),
    staged(
        "sess-force-ignored-stripped",
        "prompt and max_age are lost on the way: the live session answers with the old auth_time",
        &[Session],
        "OIDC Core 3.1.2.1",
        Reauthenticate,
    )
    .seen(&["Keycloak#14146"]),
    staged(
        "sess-maxage0-edge",
        "auth_time is two seconds before the answer",
        &[Issue],
        "OIDC Core 3.1.2.1 errata 2",
        Accept,
    )
    .seen(&["Keycloak#33641"]),
    staged("sess-authtime-lie", "a session answers, but auth_time says now", &[Issue], "OIDC Core 2", Accept)
        .seen(&["Keycloak#22205", "Keycloak#7881", "Keycloak#4453"]),
    staged(
        "sess-none-other-sub",
        "prompt=none with id_token_hint answers with another subject",
        &[Session],
        "OIDC Core 3.1.2.1",
        Refuse,
    ),
    told(
        "sess-callback-reload",
        "the same authorization response comes again in the same browser",
        Browser,
        "RFC 9700 4.5",
        Accept,
    )
    .seen(&["mod_auth_openidc#89", "django-lasuite#90", "inbox-zero#3217"]),
    told(
        "sess-callback-replay-after-logout",
        "a captured authorization response comes after logout",
        Browser,
        "RFC 9700 4.5",
        Refuse,
    )
    .seen(&["wekan#6464"]),
    told(
        "sess-callback-replay-other-browser",
        "a captured authorization response comes in another browser",
        Browser,
        "RFC 9700 4.5",
        Refuse,
    )
    .seen(&["wekan#6464"]),
    told("sess-stale-state", "a page of an old sign-in is used again", Browser, "RFC 9700 4.7", Accept)
        .seen(&["stig-manager#1808", "NUKIB/misp#85"]),
    told("sess-parallel-tabs", "two sign-ins run at once in one browser", Browser, "RFC 9700 4.7", Accept)
        .seen(&["express-openid-connect#43"]),
    told(
        "sess-fixation",
        "a cookie from before the sign-in is used afterwards",
        Browser,
        "CVE-2023-24426",
        Refuse,
    )
    .seen(&["Jenkins CVE-2023-24426"]),
    told(
        "sess-swap",
        "the session of one person receives the authorization response of another",
        Browser,
        "RFC 9700 4.7",
        Either,
    )
    .seen(&["Jenkins CVE-2023-24426"]),
    told(
        "sess-refresh-not-fresh",
        "a refreshed ID token has a new iat, the old auth_time and no nonce: the honest behaviour",
        RelyingParty,
        "OIDC Core 12.2",
        Accept,
    ),
    told(
        "sess-idtoken-expires-later",
        "the ID token expires during the session: time passes",
        Person,
        "OIDC Core 2",
        Accept,
    ),
];
