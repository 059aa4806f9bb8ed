//! Rows about identities and accounts. Data only.

use super::Point::Identity;
use super::StagedBy::{Browser, Person, RelyingParty};
use super::Verdict::{Accept, Either, Refuse};
use super::{Binds, CatalogueEntry, staged, told};

pub(super) const ROWS: &[CatalogueEntry] = &[
    told(
        "id-email-match",
        "a new subject has the e-mail address of an existing account",
        Person,
        "OIDC Core 5.7; CVE-2023-3128",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["Zitadel CVE-2026-56666", "Grafana CVE-2023-3128"]),
    staged("id-email-unverified", "the e-mail address is not verified", &[Identity], "OIDC Core 5.1", Refuse)
        .binding(Binds::OwnRule)
        .seen(&[
            "nOAuth",
            "certmate#206",
            "manyfold#5088",
            "Athenaeum#13",
            "Morelitea/initiative#666",
            "sandbox-quantum/switch#291",
            "klangk#166",
        ]),
    staged(
        "id-email-absent-flag",
        "nothing says whether the e-mail address is verified, and accounts are found by it",
        &[Identity],
        "OIDC Core 5.1",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["nOAuth", "certmate#206", "chirpstack#302"]),
    staged(
        "id-email-string-true",
        "email_verified is the text true, and accounts are found by the address",
        &[Identity],
        "OIDC Core 5.1",
        Refuse,
    )
    .binding(Binds::OwnRule)
    .seen(&["listmonk#2237", "AFFiNE#14609", "zitadel/oidc#139", "rustdesk-api#502"]),
    staged(
        "id-email-changed",
        "the same subject comes with another e-mail address",
        &[Identity],
        "OIDC Core 5.7",
        Accept,
    ),
    staged(
        "id-email-reassigned",
        "the same e-mail address comes with another subject",
        &[Identity],
        "OIDC Core 5.7",
        Refuse,
    )
    .of_returning()
    .binding(Binds::OwnRule)
    .seen(&["Google: domains that were sold (Truffle Security)"]),
    told(
        "id-email-two-companies",
        "one e-mail address belongs to people of two companies",
        Person,
        "OIDC Core 5.7",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "id-email-fold",
        "the e-mail address comes in capital letters",
        &[Identity],
        "RFC 5321 2.4",
        Accept,
    )
    .seen(&["karakeep#411", "kratos#3907"]),
    staged(
        "id-user-recreated",
        "the person was deleted and invited again: same user name and address, new subject",
        &[Identity],
        "OIDC Core 5.7",
        Refuse,
    )
    .of_returning()
    .binding(Binds::OwnRule)
    .seen(&["Google: domains that were sold (Truffle Security)"]),
    staged("id-sub-case", "the subject comes in other letter case", &[Identity], "OIDC Core 2", Either),
    staged("id-sub-space", "the subject ends with a blank", &[Identity], "OIDC Core 2", Either),
    staged("id-sub-nfc", "the subject holds a decomposed letter", &[Identity], "OIDC Core 2", Either),
    told("id-sub-cross-issuer", "two issuers use the same subject", RelyingParty, "OIDC Core 5.7", Refuse)
        .seen(&["jellyfin-plugin-sso#186", "better-auth#10403"]),
    told(
        "id-issuer-repointed",
        "the relying party is pointed to another issuer",
        RelyingParty,
        "OIDC Core 5.7",
        Refuse,
    )
    .seen(&["jellyfin-plugin-sso#186", "better-auth#10403"]),
    told(
        "id-jit-race",
        "one person signs in for the first time many times at once",
        Browser,
        "RFC 9110 9.2.2",
        Accept,
    )
    .seen(&["ai-core-tools#204", "ocnews#18", "SnapOtter#969", "cal.diy#28300", "homebox#996"]),
    told("id-jit-off", "automatic user creation is off", RelyingParty, "KaseyaOne help", Refuse),
    told("id-jit-inactive-user", "the local account is deactivated", RelyingParty, "KaseyaOne help", Refuse)
        .seen(&["Zitadel CVE-2025-64717"]),
    told("id-jit-inactive-org", "the tenant is inactive", RelyingParty, "KaseyaOne help", Refuse)
        .seen(&["Zitadel CVE-2025-64717"]),
    staged(
        "id-jit-other-org",
        "the person belongs to another company: company id and name are another's",
        &[Identity],
        "KaseyaOne help",
        Refuse,
    )
    .binding(Binds::OwnRule),
    told(
        "id-link-proof",
        "the confirmation of a link is used for a second identity",
        Browser,
        "CVE-2026-9087",
        Refuse,
    )
    .seen(&[
        "Keycloak CVE-2026-9087",
        "Keycloak CVE-2026-82968",
        "Keycloak CVE-2026-92358",
        "CVE-2015-9284",
        "semaphore#4025",
    ]),
    staged("id-domain-trick", "the e-mail address has two at signs", &[Identity], "RFC 5321 4.1.2", Refuse)
        .binding(Binds::OwnRule)
        .seen(&["oauth2-proxy CVE-2026-40574", "Coder CVE-2024-27918"]),
    staged(
        "id-domain-trick-suffix",
        "the e-mail address is at a domain that begins with the right one",
        &[Identity],
        "RFC 5321 4.1.2",
        Either,
    )
    .seen(&["oauth2-proxy CVE-2026-40574", "Coder CVE-2024-27918"]),
    staged(
        "id-domain-trick-prefix",
        "the e-mail address is at a domain that ends with the right one",
        &[Identity],
        "RFC 5321 4.1.2",
        Either,
    )
    .seen(&["oauth2-proxy CVE-2026-40574", "Coder CVE-2024-27918"]),
    staged(
        "id-domain-trick-subdomain",
        "the e-mail address is at a domain below the right one",
        &[Identity],
        "RFC 5321 4.1.2",
        Either,
    )
    .seen(&["oauth2-proxy CVE-2026-40574", "Coder CVE-2024-27918"]),
    staged(
        "id-domain-trick-idn",
        "the e-mail address is at a domain with a letter of another alphabet",
        &[Identity],
        "RFC 5321 4.1.2",
        Either,
    )
    .seen(&["oauth2-proxy CVE-2026-40574", "Coder CVE-2024-27918"]),
    staged(
        "id-domain-trick-quoted",
        "the e-mail address quotes the right address before another domain",
        &[Identity],
        "RFC 5321 4.1.2",
        Either,
    )
    .seen(&["oauth2-proxy CVE-2026-40574", "Coder CVE-2024-27918"]),
    staged("id-username-collision", "the user name is admin", &[Identity], "OIDC Core 5.7", Accept)
        .seen(&["Grafana CVE-2022-31107", "Athenaeum#13"]),
    staged("id-role-absent", "the person has no role", &[Identity], "OIDC Core 5.1.2", Accept)
        .seen(&["agent-desk#47"]),
    staged(
        "id-role-unknown",
        "the person has a role that nobody knows",
        &[Identity],
        "OIDC Core 5.1.2",
        Accept,
    )
    .seen(&["agent-desk#47"]),
    staged(
        "id-role-admin",
        "the person has the highest role over there",
        &[Identity],
        "OIDC Core 5.1.2",
        Accept,
    )
    .seen(&["agent-desk#47"]),
    staged("id-role-wrongtype", "the role is an object", &[Identity], "OIDC Core 5.1.2", Accept)
        .seen(&["agent-desk#47"]),
    staged("id-role-changed", "the role is another one than before", &[Identity], "OIDC Core 5.1.2", Accept)
        .seen(&["agent-desk#47", "NextExplorer#279"]),
    staged(
        "id-profile-sparse",
        "the person has no name, no user name and no e-mail address",
        &[Identity],
        "OIDC Core 5.4",
        Either,
    ),
];
