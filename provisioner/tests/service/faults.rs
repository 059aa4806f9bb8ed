//! Every fault the provider can stage by itself, once, and what it comes to here: the whole table in one place.

use jiff::SignedDuration;
use mock_idp::{JournalQuery, Verdict};
use provisioner::domain::record::CauseCode;
use provisioner::usecase::{Actor, UserQuery, allow_user_again, get_sign_in, list_users, remove_user};

use crate::database::Database;
use crate::stage::{Browser, Stage};

/// What a fault comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    /// The person is in.
    In,
    /// Refused, by this cause, whose reason names the check in these words.
    To(CauseCode, &'static str),
}

use CauseCode::{
    AccessDenied, CallbackMalformed, CodeExpired, EmailMissing, EmailUnverified, OtherCompany, ProviderError,
    ProviderUnavailable, ResponseIssuer, StateMismatch, TokenExpired, TokenInvalid,
};
use Comes::{In, To};

const TABLE: &[(&str, Comes)] = &[
    ("authz-error-access-denied", To(AccessDenied, "answered access_denied")),
    ("authz-error-server-error", To(ProviderError, "answered server_error")),
    ("authz-error-temp-unavailable", To(ProviderError, "answered temporarily_unavailable")),
    ("authz-error-login-required", To(ProviderError, "answered login_required")),
    ("authz-error-unknown", To(ProviderError, "answered the_stars_are_wrong")),
    ("authz-error-evil-desc", To(ProviderError, "answered server_error")),
    ("authz-error-plus-code", To(AccessDenied, "answered access_denied")),
    ("authz-state-missing", To(StateMismatch, "state: missing")),
    ("authz-state-wrong", To(StateMismatch, "state: not one of ours")),
    ("authz-iss-wrong", To(ResponseIssuer, "iss: wrong")),
    ("authz-iss-missing", To(ResponseIssuer, "iss: wrong, or missing")),
    ("authz-code-injection", To(CodeExpired, "invalid_grant:")),
    ("authz-code-injection-no-pkce", To(TokenInvalid, "nonce:")),
    ("authz-param-dup", To(CallbackMalformed, "a parameter is empty, repeated")),
    ("authz-param-empty", To(CallbackMalformed, "a parameter is empty")),
    ("tok-invalid-grant-unknown", To(CodeExpired, "invalid_grant:")),
    ("tok-invalid-grant-expired", To(CodeExpired, "invalid_grant:")),
    ("tok-invalid-client", To(ProviderError, "refused the code: invalid_client")),
    ("tok-500", To(ProviderUnavailable, "/connect/token answered with status 500")),
    ("tok-503", To(ProviderUnavailable, "/connect/token answered with status 503")),
    ("tok-body-html", To(ProviderError, "not usable: its status or content type")),
    ("tok-body-truncated", To(ProviderError, "not usable: it is not the JSON")),
    ("tok-body-empty", To(ProviderError, "not usable: its status or content type")),
    ("tok-no-id-token-absent", To(TokenInvalid, "id_token:")),
    ("tok-no-id-token-null", To(TokenInvalid, "id_token:")),
    ("tok-type-mac", To(ProviderError, "token_type is not Bearer")),
    ("tok-type-missing", To(ProviderError, "not usable: it is not the JSON")),
    ("idt-iss-wrong", To(TokenInvalid, "issuer:")),
    ("idt-iss-missing", To(TokenInvalid, "issuer:")),
    ("idt-iss-near", To(TokenInvalid, "issuer:")),
    ("idt-iss-array", To(TokenInvalid, "issuer:")),
    ("idt-iss-number", To(TokenInvalid, "issuer:")),
    ("idt-aud-wrong", To(TokenInvalid, "audience:")),
    ("idt-aud-missing", To(TokenInvalid, "audience:")),
    ("idt-aud-null", To(TokenInvalid, "audience:")),
    ("idt-aud-number", To(TokenInvalid, "audience:")),
    ("idt-aud-object", To(TokenInvalid, "audience:")),
    ("idt-aud-extra", To(TokenInvalid, "audience:")),
    ("idt-azp-wrong", To(TokenInvalid, "azp:")),
    ("idt-azp-missing-multi", To(TokenInvalid, "audience:")),
    ("idt-exp-past", To(TokenExpired, "expiry:")),
    ("idt-exp-missing", To(TokenInvalid, "expiry:")),
    ("idt-exp-absurd", To(TokenInvalid, "expiry:")),
    ("idt-time-type-string", To(TokenInvalid, "expiry:")),
    ("idt-time-type-1e300", To(TokenInvalid, "expiry:")),
    ("idt-time-type-u64max", To(TokenInvalid, "expiry:")),
    ("idt-time-type-neg", To(TokenInvalid, "expiry:")),
    ("idt-iat-missing", To(TokenInvalid, "issued_at:")),
    ("idt-iat-stale", To(TokenInvalid, "issued_at:")),
    ("idt-iat-future", To(TokenInvalid, "issued_at:")),
    ("idt-nbf-future", To(TokenInvalid, "not_before:")),
    ("idt-nonce-wrong", To(TokenInvalid, "nonce:")),
    ("idt-nonce-missing", To(TokenInvalid, "nonce:")),
    ("idt-replay", To(TokenInvalid, "nonce:")),
    ("idt-sub-missing", To(TokenInvalid, "subject:")),
    ("idt-sub-empty", To(TokenInvalid, "subject:")),
    ("idt-sub-too-long", To(TokenInvalid, "subject:")),
    ("idt-sub-nonascii", To(TokenInvalid, "subject:")),
    ("idt-sub-nul", To(TokenInvalid, "subject:")),
    ("idt-sub-number", To(TokenInvalid, "subject:")),
    ("idt-sub-space", To(TokenInvalid, "subject:")),
    ("idt-hash-at", To(TokenInvalid, "at_hash:")),
    ("idt-authtime-missing", To(TokenInvalid, "auth_time:")),
    ("idt-authtime-stale", In),
    ("idt-authtime-future", To(TokenInvalid, "auth_time:")),
    ("idt-dup-member", To(TokenInvalid, "shape:")),
    ("idt-tenant-missing", To(OtherCompany, "named no company")),
    ("idt-tenant-other", To(OtherCompany, "belongs to `k1-co-2002`")),
    ("idt-tenant-array", To(OtherCompany, "named no company")),
    ("sig-bad-rs256", To(TokenInvalid, "signature:")),
    ("sig-bad-es256", To(TokenInvalid, "algorithm:")),
    ("sig-bad-hs256", To(TokenInvalid, "algorithm:")),
    ("sig-none-lower", To(TokenInvalid, "algorithm:")),
    ("sig-none-mixed-case", To(TokenInvalid, "algorithm:")),
    ("sig-none-stripped", To(TokenInvalid, "signature:")),
    ("sig-alg-alternate", To(TokenInvalid, "algorithm:")),
    ("sig-hs-pubkey", To(TokenInvalid, "algorithm:")),
    ("sig-hs-secret", To(TokenInvalid, "algorithm:")),
    ("sig-hs-empty", To(TokenInvalid, "algorithm:")),
    ("jwks-kid-unknown", To(TokenInvalid, "signature:")),
    ("jwks-rotate-just-before", In),
    ("id-email-unverified", To(EmailUnverified, "did not say that the e-mail address is verified")),
    ("id-email-absent-flag", To(EmailUnverified, "did not say that the e-mail address is verified")),
    ("id-email-string-true", To(EmailUnverified, "did not say that the e-mail address is verified")),
    ("id-email-fold", In),
    ("id-jit-other-org", To(OtherCompany, "belongs to `k1-co-2002`")),
    ("ok-aud-array", In),
    ("ok-extra", In),
    ("ok-skew", In),
    ("ok-skew-behind", In),
    ("ok-typ", In),
    ("ok-typ-lower", In),
    ("ok-token-case", In),
    ("ok-token-noexpires", In),
    ("ok-token-noscope", In),
    ("ok-token-floats", In),
    ("ok-no-athash", In),
    ("ok-headers", In),
    ("ok-long", In),
    ("sess-maxage0-edge", In),
    ("authz-error-invalid-scope", To(ProviderError, "answered invalid_scope")),
    ("authz-error-interaction-required", To(ProviderError, "answered interaction_required")),
    ("authz-error-consent-required", To(ProviderError, "answered consent_required")),
    ("authz-error-account-selection-required", To(ProviderError, "answered account_selection_required")),
    ("tok-invalid-grant-reused", To(CodeExpired, "invalid_grant:")),
    ("tok-429", To(ProviderUnavailable, "/connect/token answered with status 429")),
    ("idt-iss-near-case", To(TokenInvalid, "issuer:")),
    ("idt-iss-near-port", To(TokenInvalid, "issuer:")),
    ("idt-iss-near-query", To(TokenInvalid, "issuer:")),
    ("idt-hash-c", To(TokenInvalid, "c_hash:")),
    ("idt-acr-low", In),
    ("idt-wrong-kind-access", To(TokenInvalid, "kind:")),
    ("idt-wrong-kind-logout", To(TokenInvalid, "kind:")),
    ("idt-wrong-kind-logout-untyped", To(TokenInvalid, "kind:")),
    ("sig-bad-rs256-other-key", To(TokenInvalid, "signature:")),
    ("sig-bad-rs256-swapped", To(TokenInvalid, "signature:")),
    ("id-email-changed", In),
    ("id-sub-case", In),
    ("id-sub-space", In),
    ("id-sub-nfc", To(TokenInvalid, "subject:")),
    ("jwks-misuse-oct", To(TokenInvalid, "algorithm:")),
    ("jwks-weak-1024", To(TokenInvalid, "signature:")),
    ("jwks-weak-e1", To(TokenInvalid, "signature:")),
    ("jwks-weak-16k", To(TokenInvalid, "signature:")),
    ("authz-mixup", To(ResponseIssuer, "iss: wrong")),
    ("authz-mixup-no-iss", To(ResponseIssuer, "iss: wrong")),
    ("authz-param-huge", To(CallbackMalformed, "far too long")),
    ("authz-param-ctrl", To(CallbackMalformed, "a parameter is empty, repeated")),
    ("authz-mode-front-tokens", In),
    ("tok-reset", To(ProviderUnavailable, "no complete answer from")),
    ("tok-body-bom", To(ProviderError, "not usable: it is not the JSON")),
    ("tok-body-200error", To(ProviderError, "not usable: it is not the JSON")),
    ("tok-body-201", To(ProviderError, "not usable: it is not the JSON")),
    ("tok-at-ctrl", To(ProviderError, "not usable: access_token")),
    ("tok-redirect", To(ProviderError, "not usable: its status or content type")),
    ("tok-redirect-302", To(ProviderError, "not usable: its status or content type")),
    ("tok-substitution", To(TokenInvalid, "nonce:")),
    ("tok-substitution-access", To(TokenInvalid, "at_hash:")),
    ("sig-header-jwk", To(TokenInvalid, "signature:")),
    ("sig-header-jku", To(TokenInvalid, "signature:")),
    ("sig-header-x5u", To(TokenInvalid, "signature:")),
    ("sig-kid-evil", To(TokenInvalid, "signature:")),
    ("sig-kid-evil-sql", To(TokenInvalid, "signature:")),
    ("sig-kid-evil-long", To(TokenInvalid, "signature:")),
    ("sig-kid-evil-number", To(TokenInvalid, "signature:")),
    ("sig-crit-unknown", To(TokenInvalid, "critical_header:")),
    ("sig-crit-b64", To(TokenInvalid, "critical_header:")),
    ("sig-cross-issuer", To(TokenInvalid, "signature:")),
    ("sig-ecdsa-zero", To(TokenInvalid, "algorithm:")),
    ("sig-ecdsa-zero-der", To(TokenInvalid, "algorithm:")),
    ("sig-ecdsa-zero-curve", To(TokenInvalid, "algorithm:")),
    ("sig-shape-2", To(TokenInvalid, "shape:")),
    ("sig-shape-4", To(TokenInvalid, "shape:")),
    ("sig-shape-5", To(TokenInvalid, "shape:")),
    ("sig-shape-pad", To(TokenInvalid, "shape:")),
    ("sig-shape-ws", To(TokenInvalid, "shape:")),
    ("sig-shape-dots", To(TokenInvalid, "shape:")),
    ("sig-shape-jwe", To(TokenInvalid, "shape:")),
    ("net-refused-token", To(ProviderUnavailable, "no complete answer from")),
    ("net-reset-token", To(ProviderUnavailable, "no complete answer from")),
    ("net-truncated-token", To(ProviderUnavailable, "no complete answer from")),
    ("net-huge", To(ProviderUnavailable, "is longer than 1 MiB")),
    ("net-bomb", To(ProviderError, "not usable: it is not the JSON")),
    ("net-skew-30s", In),
    ("net-skew-10m", To(TokenInvalid, "issued_at:")),
    ("id-domain-trick", To(EmailMissing, "not of the form name@domain")),
    ("id-domain-trick-suffix", In),
    ("id-domain-trick-prefix", In),
    ("id-domain-trick-subdomain", In),
    ("id-domain-trick-idn", In),
    ("id-domain-trick-quoted", To(EmailMissing, "not of the form name@domain")),
    ("id-username-collision", In),
    ("id-role-absent", In),
    ("id-role-unknown", In),
    ("id-role-admin", In),
    ("id-role-wrongtype", In),
    ("id-role-changed", In),
    ("id-profile-sparse", To(EmailMissing, "sent no e-mail address")),
    ("claim-groups-string", In),
    ("claim-groups-empty", In),
    ("claim-groups-hundreds", In),
    ("claim-groups-objects", In),
    ("claim-email-verified-string", To(EmailUnverified, "did not say that the e-mail address is verified")),
    ("claim-email-verified-absent", To(EmailUnverified, "did not say that the e-mail address is verified")),
    ("claim-aud-array", In),
    ("claim-amr-string", In),
    ("claim-name-unicode", In),
    ("claim-name-rtl", In),
    ("claim-name-emoji", In),
    ("claim-name-hostile", In),
    ("claim-name-long", In),
    ("claim-name-mononym", In),
    ("claim-name-userinfo-only", In),
    ("claim-all-userinfo-only", To(OtherCompany, "named no company")),
    ("claim-email-upper", In),
    ("claim-email-plus", In),
    ("claim-email-quoted", To(EmailMissing, "not of the form name@domain")),
    ("claim-email-idn", In),
    ("claim-email-punycode", In),
    ("claim-email-lookalike", In),
    ("claim-email-long", In),
    ("claim-emails-array", In),
    ("claim-null", In),
    ("claim-empty", In),
    ("claim-address", In),
    ("claim-phone", In),
    ("claim-updated-at-string", In),
    ("claim-updated-at-float", In),
    ("claim-locale", In),
    ("claim-many", In),
    ("claim-sub-digits", In),
    ("claim-sub-pipes", In),
    ("claim-username-number", In),
    ("claim-role-array", In),
    ("claim-modules-string", In),
];

/// What one sign-in of Dana came to: nothing, or the cause and its reason.
async fn try_dana(stage: &Stage, mona: &Actor) -> Option<(CauseCode, String)> {
    let refusal = stage.sign_in(&mut Browser::default(), "dana").await.err()?;
    let record = get_sign_in(stage.server.app(), mona, refusal.reference.as_str()).await;
    let record = record.expect("the reference finds the record");
    Some((refusal.code, record.cause.expect("a refusal has a cause").reason))
}

/// Dana is unknown here again; how many accounts she had.
async fn forget_dana(stage: &Stage, mona: &Actor) -> usize {
    let app = stage.server.app();
    let everybody = list_users(app, mona, &UserQuery::default()).await.expect("Mona may").users;
    let danas = everybody.iter().filter(|user| !user.account.msp_admin);
    let mut count = 0;
    for dana in danas {
        remove_user(app, mona, dana.account.id).await.expect("Mona may");
        allow_user_again(app, mona, dana.account.id).await.expect("Mona may");
        count += 1;
    }
    count
}

#[tokio::test]
async fn every_fault_comes_to_what_the_table_says_and_the_next_sign_in_works() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let (mona, _) = stage.mona().await;
    let mut wrong = Vec::new();
    for (fault, expected) in TABLE {
        let armed =
            stage.idp.faults().arm(fault, mock_idp::Target::person("dana"), 1).expect("a known fault");
        let came = try_dana(&stage, &mona).await;
        let is_expected = match (expected, &came) {
            (In, None) => true,
            (To(code, named), Some((came, reason))) => {
                code == came && !named.is_empty() && reason.contains(named)
            }
            _ => false,
        };
        if !is_expected || armed.fired() == 0 {
            wrong.push(format!("{fault}: {came:?}, not {expected:?}; fired {} times", armed.fired()));
        }
        armed.disarm();
        let after = if came.is_some() { try_dana(&stage, &mona).await } else { None };
        let accounts = forget_dana(&stage, &mona).await;
        if after.is_some() || accounts != 1 {
            wrong
                .push(format!("{fault}: the next clean sign-in came to {after:?}, with {accounts} accounts"));
        }
        // Keys that a token asks for are fetched at most once a minute.
        stage.clock.advance(SignedDuration::from_mins(2));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Keys and claims that a token only names an address of are never fetched.
    stage.idp.journal().assert_count(&JournalQuery::operation("stranger"), 0);
}

/// The answers that the service waits for in vain, ten seconds each: all at once.
#[tokio::test]
async fn an_answer_that_never_comes_is_not_waited_for_and_the_next_sign_in_works() {
    let try_one = async |fault| {
        let database = Database::sqlite();
        let stage = Stage::in_effect(&database).await;
        let (mona, _) = stage.mona().await;
        let armed =
            stage.idp.faults().arm(fault, mock_idp::Target::person("dana"), 1).expect("a known fault");
        let (code, reason) = try_dana(&stage, &mona).await.expect("nobody is signed in");
        assert_eq!((code, armed.fired()), (ProviderUnavailable, 1), "{fault}: {reason}");
        assert!(reason.contains("no complete answer from"), "{fault}: {reason}");
        assert_eq!(try_dana(&stage, &mona).await, None, "{fault}");
    };
    tokio::join!(try_one("tok-hang"), try_one("net-hang-token"), try_one("net-trickle"));
}

/// A provider that gives a key the name of another breaks its own rules; it may not break the service for longer than
/// its keys are used without asking again.
#[tokio::test]
async fn a_key_under_an_old_name_is_refused_until_the_keys_are_read_again() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let (mona, _) = stage.mona().await;
    assert_eq!(try_dana(&stage, &mona).await, None);
    let armed = stage
        .idp
        .faults()
        .arm("jwks-kid-reused", mock_idp::Target::person("dana"), 1)
        .expect("a known fault");
    let (code, reason) = try_dana(&stage, &mona).await.expect("nobody is signed in");
    assert!(code == TokenInvalid && reason.contains("signature:") && armed.fired() == 1, "{reason}");
    stage.clock.advance(SignedDuration::from_mins(61));
    assert_eq!(try_dana(&stage, &mona).await.map(|(code, _)| code), None);
}

#[tokio::test]
async fn a_refused_token_is_told_by_what_came_and_what_was_expected_and_no_secret() {
    let database = Database::sqlite();
    let stage = Stage::in_effect(&database).await;
    let (mona, _) = stage.mona().await;
    let issuer = stage.idp.issuer();
    let told = [
        ("idt-iss-wrong", format!("issuer: the ID token says `{issuer}/1`; expected `{issuer}`")),
        ("idt-aud-wrong", "audience: the ID token says `".to_owned()),
        ("idt-azp-wrong", "azp: the ID token says `".to_owned()),
        ("idt-nonce-wrong", "nonce: the nonce of the ID token is not that of this sign-in: ".to_owned()),
        ("idt-iat-missing", "issued_at: the ID token has no `iat`".to_owned()),
        (
            "idt-iat-future",
            "issued_at: `iat` of the ID token is 10m ahead of the clock of this service, and 1m are allowed: the clocks differ by 10m; compare the clocks".to_owned(),
        ),
        ("idt-iat-stale", "issued_at: the ID token was issued 168h before this sign-in began: ".to_owned()),
        ("idt-nbf-future", "not_before: `nbf` of the ID token is ".to_owned()),
        ("idt-exp-past", "expiry: the ID token expired ".to_owned()),
    ];
    for (fault, expected) in told {
        let armed =
            stage.idp.faults().arm(fault, mock_idp::Target::person("dana"), 1).expect("a known fault");
        let (_, reason) = try_dana(&stage, &mona).await.expect("nobody is signed in");
        assert!(reason.starts_with(&expected), "{fault}: {reason}\nexpected: {expected}");
        assert!(!reason.contains("eyJ") && reason.len() < 500, "{fault}: {reason}");
        armed.disarm();
        stage.clock.advance(SignedDuration::from_mins(2));
    }
}

#[test]
fn the_table_says_what_a_correct_relying_party_does() {
    let verdict =
        |id: &str| mock_idp::catalogue().find(|entry| entry.id == id).expect("a known fault").verdict;
    for (fault, comes) in TABLE {
        let agrees = match verdict(fault) {
            Verdict::Refuse => *comes != In,
            Verdict::Accept | Verdict::Reauthenticate => *comes == In,
            Verdict::Either => true,
        };
        assert!(agrees, "{fault}: {comes:?}");
    }
}
