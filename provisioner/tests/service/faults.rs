//! Every fault the provider can stage by itself, once, and what it comes to here: the whole table in one place.

use jiff::SignedDuration;
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
    AccessDenied, CallbackMalformed, CodeExpired, EmailUnverified, OtherCompany, ProviderError,
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
}
