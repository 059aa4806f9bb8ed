//! Rows about the authorization response. Data only.

use super::Point::{Authorization, Issue, Launch};
use super::StagedBy::{Browser, Person};
use super::Verdict::{Either, Refuse};
use super::{Binds, CatalogueEntry, staged, told};

pub(super) const ROWS: &[CatalogueEntry] = &[
    staged(
        "authz-error-access-denied",
        "the authorization response is the error access_denied",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-server-error",
        "the authorization response is the error server_error",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-temp-unavailable",
        "the authorization response is the error temporarily_unavailable",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-invalid-scope",
        "the authorization response is the error invalid_scope",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-unknown",
        "the authorization response is an error with a code that no RFC knows",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-login-required",
        "the authorization response is the error login_required",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-interaction-required",
        "the authorization response is the error interaction_required",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-consent-required",
        "the authorization response is the error consent_required",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-account-selection-required",
        "the authorization response is the error account_selection_required",
        &[Authorization],
        "OIDC Core 3.1.2.6; RFC 6749 4.1.2.1",
        Refuse,
    ),
    staged(
        "authz-error-evil-desc",
        "the error description holds HTML, line breaks and ten thousand characters",
        &[Authorization],
        "RFC 6749 4.1.2.1; CVE-2020-36599",
        Refuse,
    )
    .seen(&["omniauth CVE-2020-36599"]),
    staged(
        "authz-error-plus-code",
        "the authorization response has both an error and a code",
        &[Authorization],
        "RFC 6749 4.1.2",
        Refuse,
    ),
    staged(
        "authz-state-missing",
        "the authorization response has no state",
        &[Authorization],
        "OIDC Core 3.1.2.5; fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails",
        Refuse,
    ),
    staged(
        "authz-state-wrong",
        "the authorization response has another state",
        &[Authorization],
        "OIDC Core 3.1.2.5; fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails",
        Refuse,
    ),
    told(
        "authz-state-other-browser",
        "the authorization response is delivered to another browser",
        Browser,
        "RFC 9700 4.7",
        Refuse,
    ),
    told(
        "authz-state-expired",
        "the authorization response comes after the request has expired at the relying party",
        Person,
        "RFC 9700 4.7",
        Refuse,
    ),
    staged(
        "authz-iss-wrong",
        "the authorization response names another issuer",
        &[Authorization],
        "RFC 9207 2.4; fapi2-security-profile-final-client-test-invalid-authorization-response-iss",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "authz-iss-missing",
        "the authorization response names no issuer although discovery promises it",
        &[Authorization],
        "RFC 9207 2.4; fapi2-security-profile-final-client-test-remove-authorization-response-iss",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "authz-code-injection",
        "the response carries a valid code of another person's sign-in",
        &[Issue],
        "RFC 9700 4.5",
        Refuse,
    ),
    staged(
        "authz-code-injection-no-pkce",
        "the response carries a valid code of another person's sign-in, and PKCE is not checked: only the nonce can tell",
        &[Issue],
        "RFC 9700 4.5",
        Refuse,
    ),
    staged(
        "authz-param-dup",
        "the authorization response has the code twice",
        &[Authorization],
        "RFC 6749 3.1",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "authz-param-empty",
        "the authorization response has an empty code",
        &[Authorization],
        "RFC 6749 3.1",
        Refuse,
    ),
    staged(
        "authz-param-huge",
        "the code in the authorization response is 64,000 letters long",
        &[Authorization],
        "RFC 6749 3.1",
        Refuse,
    ),
    staged(
        "authz-param-ctrl",
        "the code in the authorization response has a NUL and line breaks",
        &[Authorization],
        "RFC 6749 A.11",
        Refuse,
    ),
    staged(
        "authz-mixup",
        "the authorization response is another provider's: its code, and its issuer",
        &[Authorization],
        "RFC 9700 4.4; RFC 9207 2.4",
        Refuse,
    ),
    staged(
        "authz-mixup-no-iss",
        "the authorization response has another provider's code and names no issuer",
        &[Authorization],
        "RFC 9700 4.4",
        Refuse,
    ),
    staged(
        "authz-mode-fragment",
        "the authorization response comes in the fragment, which the server never sees",
        &[Authorization],
        "OAuth 2.0 Multiple Response Types 2.1",
        Refuse,
    ),
    staged(
        "authz-mode-form-post",
        "the authorization response comes as a form that the browser posts",
        &[Authorization],
        "OAuth 2.0 Form Post Response Mode 2",
        Refuse,
    )
    .binding(Binds::OwnRule),
    staged(
        "authz-mode-front-tokens",
        "the authorization response also carries an ID token and an access token that nobody asked for",
        &[Issue],
        "RFC 9700 2.1.2",
        Either,
    ),
    staged(
        "authz-unsolicited-nostate",
        "a launch from the portal sends the application a good code that it never asked for, without a state",
        &[Launch],
        "RFC 6749 10.12; OIDC Core 4",
        Refuse,
    ),
    staged(
        "authz-unsolicited-3pi-issuer",
        "a launch from the portal asks the application to begin a sign-in at an issuer that it does not know",
        &[Launch],
        "OIDC Core 4; oidcc-client-test 3rd-party-init-login",
        Refuse,
    ),
    staged(
        "authz-unsolicited-3pi-target",
        "a launch from the portal names a page of another site as the one to open after the sign-in",
        &[Launch],
        "OIDC Core 4",
        Either,
    )
    .seen(&["CVE-2021-39191"]),
];
