//! Rows about claims that are legal and awkward. Data only.

use super::Point::{IdToken, Identity};
use super::Verdict::{Accept, Either};
use super::{CatalogueEntry, staged};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged("claim-groups-string", "the groups are one bare text", &[Identity], "OIDC Core 5.1.2", Accept)
        .seen(&["coder#10962", "akhq#840", "akhq#1263", "NextExplorer#279"]),
    staged("claim-groups-empty", "the groups are an empty list", &[Identity], "OIDC Core 5.1.2", Accept),
    staged(
        "claim-groups-hundreds",
        "the person is in four hundred groups with long names",
        &[Identity],
        "OIDC Core 5.1.2",
        Accept,
    )
    .seen(&[
        "agentgateway#2778",
        "we-promise/sure#1571",
        "opensearch security-dashboards-plugin#1100",
        "flask-oidc#53",
    ]),
    staged("claim-groups-objects", "each group is an object", &[Identity], "OIDC Core 5.1.2", Accept),
    staged(
        "claim-email-verified-string",
        "email_verified is the text true, and the address is only shown",
        &[Identity],
        "OIDC Core 5.1",
        Either,
    )
    .seen(&[
        "listmonk#2237",
        "AFFiNE#14609",
        "zitadel/oidc#139",
        "rustdesk-api#502",
        "openidconnect 4.1.0 (Rust)",
    ]),
    staged(
        "claim-email-verified-absent",
        "nothing says whether the e-mail address is verified, and it is only shown",
        &[Identity],
        "OIDC Core 5.1",
        Either,
    )
    .seen(&["nOAuth", "certmate#206", "chirpstack#302"]),
    staged(
        "claim-email-upper",
        "the e-mail address begins with capital letters",
        &[Identity],
        "RFC 5321 2.4",
        Accept,
    )
    .seen(&["karakeep#411", "kratos#3907"]),
    staged("claim-email-plus", "the e-mail address has a tag behind a plus", &[Identity], "RFC 5233", Accept),
    staged(
        "claim-email-quoted",
        "the local part of the e-mail address is quoted and holds a blank",
        &[Identity],
        "RFC 5321 4.1.2",
        Either,
    ),
    staged(
        "claim-email-idn",
        "the domain of the e-mail address is not ASCII",
        &[Identity],
        "RFC 6531 3.3",
        Either,
    ),
    staged(
        "claim-email-punycode",
        "the domain of the e-mail address is punycode",
        &[Identity],
        "RFC 5890 2.3.2.1",
        Accept,
    ),
    staged(
        "claim-email-lookalike",
        "the e-mail address equals another one to the eye, by a letter of another alphabet",
        &[Identity],
        "RFC 6531 3.3",
        Either,
    ),
    staged(
        "claim-email-long",
        "the e-mail address is as long as its parts may be",
        &[Identity],
        "RFC 5321 4.5.3.1",
        Either,
    ),
    staged("claim-aud-array", "the audience is a list of one", &[IdToken], "OIDC Core 2", Accept)
        .seen(&["bacularis-app#117"]),
    staged("claim-amr-string", "amr is a bare text", &[IdToken], "OIDC Core 2", Accept)
        .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged("claim-name-unicode", "the name is in three alphabets", &[Identity], "OIDC Core 5.1", Accept)
        .seen(&["rommapp/romm#4407"]),
    staged(
        "claim-name-rtl",
        "the name is written from right to left, with marks of direction in it",
        &[Identity],
        "OIDC Core 5.1",
        Accept,
    ),
    staged(
        "claim-name-emoji",
        "the name holds pictures that are several characters each",
        &[Identity],
        "OIDC Core 5.1",
        Accept,
    ),
    staged(
        "claim-name-hostile",
        "the name holds quotes, SQL, HTML and a template",
        &[Identity],
        "OIDC Core 5.1",
        Accept,
    )
    .seen(&["rommapp/romm#4407"]),
    staged(
        "claim-name-long",
        "the name is five thousand characters long",
        &[Identity],
        "OIDC Core 5.1",
        Either,
    ),
    staged(
        "claim-name-mononym",
        "the person has one name, and an empty family name",
        &[Identity],
        "OIDC Core 5.1",
        Accept,
    ),
    staged(
        "claim-name-userinfo-only",
        "the name is in userinfo and not in the ID token",
        &[IdToken],
        "OIDC Core 5.4",
        Accept,
    ),
    staged(
        "claim-all-userinfo-only",
        "every claim about the person is in userinfo and none in the ID token",
        &[IdToken],
        "OIDC Core 5.4",
        Either,
    ),
    staged(
        "claim-emails-array",
        "a list of e-mail addresses stands beside the one",
        &[Identity],
        "OIDC Core 5.1.2",
        Accept,
    ),
    staged("claim-null", "claims that are unknown are null", &[Identity], "OIDC Core 5.3.2", Accept),
    staged("claim-empty", "claims that are unknown are empty", &[Identity], "OIDC Core 5.1", Accept),
    staged(
        "claim-address",
        "the address is an object with line breaks",
        &[Identity],
        "OIDC Core 5.1.1",
        Accept,
    ),
    staged(
        "claim-phone",
        "the phone number has blanks, brackets and an extension",
        &[Identity],
        "OIDC Core 5.1",
        Accept,
    ),
    staged("claim-updated-at-string", "updated_at is a date in text", &[Identity], "OIDC Core 5.1", Accept)
        .seen(&["openidconnect 4.1.0 (Rust)"]),
    staged("claim-updated-at-float", "updated_at has a fraction", &[Identity], "OIDC Core 5.1", Accept),
    staged(
        "claim-locale",
        "locale and time zone are in an older notation",
        &[Identity],
        "OIDC Core 5.2",
        Accept,
    ),
    staged(
        "claim-many",
        "a hundred claims make the ID token larger than 8 kB",
        &[Identity],
        "OIDC Core 5.1.2",
        Accept,
    )
    .seen(&[
        "agentgateway#2778",
        "we-promise/sure#1571",
        "opensearch security-dashboards-plugin#1100",
        "flask-oidc#53",
    ]),
    staged(
        "claim-sub-digits",
        "the subject is digits that no number type holds",
        &[Identity],
        "OIDC Core 2",
        Accept,
    ),
    staged(
        "claim-sub-pipes",
        "the subject holds bars, slashes and percent signs",
        &[Identity],
        "OIDC Core 2",
        Accept,
    ),
    staged("claim-username-number", "the user name is a number", &[Identity], "OIDC Core 5.1", Either),
    staged("claim-role-array", "the role is a list of two", &[Identity], "OIDC Core 5.1.2", Accept),
    staged(
        "claim-modules-string",
        "the modules are one text with blanks between them",
        &[Identity],
        "OIDC Core 5.1.2",
        Either,
    ),
];
