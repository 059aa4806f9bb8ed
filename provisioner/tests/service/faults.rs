//! Every fault the provider can stage by itself, once, and what it comes to here: the whole table in one place.

use provisioner::domain::record::CauseCode;
use provisioner::usecase::get_sign_in;

use crate::database::Database;
use crate::stage::{Browser, Stage};

/// What a fault comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    /// The person is in.
    In,
    /// Refused, by this cause, whose reason begins with this text.
    To(CauseCode, &'static str),
}

use CauseCode::{
    AccessDenied, CallbackMalformed, CodeExpired, EmailUnverified, OtherCompany, ProviderError,
    ProviderUnavailable, ResponseIssuer, StateMismatch, TokenExpired, TokenInvalid,
};
use Comes::{In, To};

const TABLE: &[(&str, Comes)] = &[
    ("authz-error-access-denied", To(AccessDenied, "")),
    ("authz-error-server-error", To(ProviderError, "")),
    ("authz-error-temp-unavailable", To(ProviderError, "")),
    ("authz-error-login-required", To(ProviderError, "")),
    ("authz-error-unknown", To(ProviderError, "")),
    ("authz-error-evil-desc", To(ProviderError, "")),
    ("authz-error-plus-code", To(AccessDenied, "")),
    ("authz-state-missing", To(StateMismatch, "")),
    ("authz-state-wrong", To(StateMismatch, "")),
    ("authz-iss-wrong", To(ResponseIssuer, "")),
    ("authz-iss-missing", To(ResponseIssuer, "")),
    ("authz-code-injection", To(CodeExpired, "")),
    ("authz-code-injection-no-pkce", To(TokenInvalid, "nonce")),
    ("authz-param-dup", To(CallbackMalformed, "")),
    ("authz-param-empty", To(CallbackMalformed, "")),
    ("tok-invalid-grant-unknown", To(CodeExpired, "")),
    ("tok-invalid-grant-expired", To(CodeExpired, "")),
    ("tok-invalid-client", To(ProviderError, "")),
    ("tok-500", To(ProviderUnavailable, "")),
    ("tok-503", To(ProviderUnavailable, "")),
    ("tok-body-html", To(ProviderError, "")),
    ("tok-body-truncated", To(ProviderError, "")),
    ("tok-body-empty", To(ProviderError, "")),
    ("tok-no-id-token-absent", To(TokenInvalid, "id_token")),
    ("tok-no-id-token-null", To(TokenInvalid, "id_token")),
    ("tok-type-mac", To(ProviderError, "")),
    ("tok-type-missing", To(ProviderError, "")),
    ("idt-iss-wrong", To(TokenInvalid, "issuer")),
    ("idt-iss-missing", To(TokenInvalid, "issuer")),
    ("idt-iss-near", To(TokenInvalid, "issuer")),
    ("idt-iss-array", To(TokenInvalid, "issuer")),
    ("idt-iss-number", To(TokenInvalid, "issuer")),
    ("idt-aud-wrong", To(TokenInvalid, "audience")),
    ("idt-aud-missing", To(TokenInvalid, "audience")),
    ("idt-aud-null", To(TokenInvalid, "audience")),
    ("idt-aud-number", To(TokenInvalid, "audience")),
    ("idt-aud-object", To(TokenInvalid, "audience")),
    ("idt-aud-extra", To(TokenInvalid, "audience")),
    ("idt-azp-wrong", To(TokenInvalid, "azp")),
    ("idt-azp-missing-multi", To(TokenInvalid, "a")),
    ("idt-exp-past", To(TokenExpired, "expiry")),
    ("idt-exp-missing", To(TokenInvalid, "expiry")),
    ("idt-exp-absurd", To(TokenInvalid, "expiry")),
    ("idt-time-type-string", To(TokenInvalid, "")),
    ("idt-time-type-1e300", To(TokenInvalid, "")),
    ("idt-time-type-u64max", To(TokenInvalid, "")),
    ("idt-time-type-neg", To(TokenInvalid, "")),
    ("idt-iat-missing", To(TokenInvalid, "issued_at")),
    ("idt-iat-stale", To(TokenInvalid, "issued_at")),
    ("idt-iat-future", To(TokenInvalid, "issued_at")),
    ("idt-nbf-future", To(TokenInvalid, "not_before")),
    ("idt-nonce-wrong", To(TokenInvalid, "nonce")),
    ("idt-nonce-missing", To(TokenInvalid, "nonce")),
    ("idt-sub-missing", To(TokenInvalid, "subject")),
    ("idt-sub-empty", To(TokenInvalid, "subject")),
    ("idt-sub-too-long", To(TokenInvalid, "subject")),
    ("idt-sub-nonascii", To(TokenInvalid, "subject")),
    ("idt-sub-nul", To(TokenInvalid, "subject")),
    ("idt-sub-number", To(TokenInvalid, "subject")),
    ("idt-sub-space", To(TokenInvalid, "subject")),
    ("idt-hash-at", To(TokenInvalid, "at_hash")),
    ("idt-authtime-missing", To(TokenInvalid, "auth_time")),
    ("idt-authtime-stale", In),
    ("idt-authtime-future", To(TokenInvalid, "auth_time")),
    ("idt-dup-member", To(TokenInvalid, "shape")),
    ("idt-tenant-missing", To(OtherCompany, "")),
    ("idt-tenant-other", To(OtherCompany, "")),
    ("idt-tenant-array", To(OtherCompany, "")),
    ("sig-bad-rs256", To(TokenInvalid, "signature")),
    ("sig-bad-es256", To(TokenInvalid, "algorithm")),
    ("sig-bad-hs256", To(TokenInvalid, "algorithm")),
    ("sig-none-lower", To(TokenInvalid, "algorithm")),
    ("sig-none-mixed-case", To(TokenInvalid, "algorithm")),
    ("sig-none-stripped", To(TokenInvalid, "signature")),
    ("sig-alg-alternate", To(TokenInvalid, "algorithm")),
    ("sig-hs-pubkey", To(TokenInvalid, "algorithm")),
    ("sig-hs-secret", To(TokenInvalid, "algorithm")),
    ("sig-hs-empty", To(TokenInvalid, "algorithm")),
    ("jwks-kid-unknown", To(TokenInvalid, "signature")),
    ("jwks-rotate-just-before", In),
    ("id-email-unverified", To(EmailUnverified, "")),
    ("id-email-absent-flag", To(EmailUnverified, "")),
    ("id-email-string-true", To(EmailUnverified, "")),
    ("id-email-fold", In),
    ("id-jit-other-org", To(OtherCompany, "")),
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

#[tokio::test]
async fn every_fault_comes_to_what_the_table_says_and_the_next_sign_in_works() {
    let mut wrong = Vec::new();
    for (fault, expected) in TABLE {
        let database = Database::sqlite();
        let stage = Stage::in_effect(&database).await;
        let armed =
            stage.idp.faults().arm(fault, mock_idp::Target::person("dana"), 1).expect("a known fault");
        let came = match stage.sign_in(&mut Browser::default(), "dana").await {
            Ok(_) => (None, String::new()),
            Err(refusal) => {
                let (mona, _) = stage.mona().await;
                let record =
                    get_sign_in(stage.server.app(), &mona, refusal.reference.as_str()).await.unwrap();
                (Some(refusal.code), record.cause.expect("a refusal has a cause").reason)
            }
        };
        let is_expected = match expected {
            In => came.0.is_none(),
            To(code, begins) => came.0 == Some(*code) && came.1.starts_with(begins),
        };
        if !is_expected || armed.fired() == 0 {
            wrong.push(format!("{fault}: {came:?}, not {expected:?}; fired {} times", armed.fired()));
        }
        if came.0.is_some() && stage.sign_in(&mut Browser::default(), "dana").await.is_err() {
            wrong.push(format!("{fault}: the next clean sign-in failed"));
        }
        let accounts = stage.server.census().await.unwrap().accounts.len();
        if accounts != 2 {
            wrong.push(format!("{fault}: {accounts} accounts at the end"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
