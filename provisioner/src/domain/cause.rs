//! Why a sign-in makes no session: stable codes for the administrator, categories for the person.
//!
//! The sentences themselves are written where they are shown; nothing here reveals whether an address is known.

use serde::Serialize;

use super::text::text_enum;

text_enum! {
    /// Every reason for which a sign-in makes no session, by its stable code.
    pub enum CauseCode {
        /// Check 2.
        AllowOff = "allow_off",
        /// Check 3.
        CreateOff = "create_off",
        /// The person pressed Cancel or Deny in KaseyaOne, or KaseyaOne refused them.
        AccessDenied = "access_denied",
        /// KaseyaOne answered with an error.
        ProviderError = "provider_error",
        /// The person did not come back before the sign-in request ran out, or not at all.
        RequestExpired = "request_expired",
        /// KaseyaOne no longer takes the code (`invalid_grant`).
        CodeExpired = "code_expired",
        /// The ID token was past its `exp`.
        TokenExpired = "token_expired",
        /// The ID token failed a check; the reason names it.
        TokenInvalid = "token_invalid",
        /// The `state` was missing or not ours.
        StateMismatch = "state_mismatch",
        /// The `iss` of the response was wrong or missing (RFC 9207).
        ResponseIssuer = "response_issuer",
        /// The callback could not be read.
        CallbackMalformed = "callback_malformed",
        /// The callback had been used before.
        CallbackReplayed = "callback_replayed",
        /// KaseyaOne could not be reached.
        ProviderUnavailable = "provider_unavailable",
        /// The callback came from another browser than the one that began.
        OtherBrowser = "other_browser",
        /// An open session of this service was used instead.
        LeftoverSession = "leftover_session",
        /// Address or password of a local sign-in was wrong.
        LocalCredentials = "local_credentials",
        /// Too many failures for one address in a short time.
        LocalLocked = "local_locked",
        /// Local sign-in is closed to this account while KaseyaOne is required.
        LocalNotPermitted = "local_not_permitted",
        /// KaseyaOne vouched for a person of another company.
        OtherCompany = "other_company",
        /// The e-mail address belongs to an account of another KaseyaOne person.
        EmailConflict = "email_conflict",
        /// The MSP account is deactivated.
        AccountDeactivated = "account_deactivated",
        /// The MSP account was removed and nobody allowed the person to come back.
        AccountRemoved = "account_removed",
        /// This MSP is not active.
        TenantInactive = "tenant_inactive",
        /// KaseyaOne has not assigned this module to the person.
        ModuleNotAssigned = "module_not_assigned",
        /// The account could not be stored.
        StorageFailure = "storage_failure",
        /// KaseyaOne sent no usable e-mail address.
        EmailMissing = "email_missing",
        /// KaseyaOne did not say that the e-mail address is verified.
        EmailUnverified = "email_unverified",
        /// A KaseyaOne session from before answered and a fresh sign-in was not obtained.
        SessionReused = "session_reused",
        /// The e-mail address is that of an MSP Admin, who has not yet confirmed by a local sign-in.
        AdminLinkUnconfirmed = "admin_link_unconfirmed",
    }
}

impl CauseCode {
    /// Whether this stands in the way although all five checks may pass (S-70).
    pub fn is_outside_the_checks(self) -> bool {
        match self {
            Self::OtherCompany
            | Self::EmailConflict
            | Self::AccountDeactivated
            | Self::AccountRemoved
            | Self::TenantInactive
            | Self::ModuleNotAssigned
            | Self::StorageFailure
            | Self::EmailMissing
            | Self::EmailUnverified
            | Self::SessionReused
            | Self::AdminLinkUnconfirmed => true,
            Self::AllowOff
            | Self::CreateOff
            | Self::AccessDenied
            | Self::ProviderError
            | Self::RequestExpired
            | Self::CodeExpired
            | Self::TokenExpired
            | Self::TokenInvalid
            | Self::StateMismatch
            | Self::ResponseIssuer
            | Self::CallbackMalformed
            | Self::CallbackReplayed
            | Self::ProviderUnavailable
            | Self::OtherBrowser
            | Self::LeftoverSession
            | Self::LocalCredentials
            | Self::LocalLocked
            | Self::LocalNotPermitted => false,
        }
    }

    /// What the person is told; several causes share a sentence, so that nothing is given away.
    pub fn category(self) -> Category {
        match self {
            Self::AllowOff => Category::KaseyaOneOff,
            Self::AccessDenied => Category::Cancelled,
            Self::RequestExpired
            | Self::CodeExpired
            | Self::TokenExpired
            | Self::CallbackReplayed
            | Self::StateMismatch
            | Self::OtherBrowser => Category::StartAgain,
            Self::ProviderError | Self::TokenInvalid | Self::ResponseIssuer | Self::CallbackMalformed => {
                Category::NotCompleted
            }
            Self::ProviderUnavailable => Category::ProviderUnavailable,
            Self::SessionReused => Category::SignInAfresh,
            Self::AdminLinkUnconfirmed => Category::ConfirmLocally,
            Self::StorageFailure => Category::TryAgainLater,
            Self::LeftoverSession => Category::AlreadySignedIn,
            Self::LocalCredentials | Self::LocalLocked => Category::WrongCredentials,
            Self::LocalNotPermitted => Category::UseKaseyaOne,
            Self::CreateOff
            | Self::OtherCompany
            | Self::EmailConflict
            | Self::AccountDeactivated
            | Self::AccountRemoved
            | Self::TenantInactive
            | Self::ModuleNotAssigned
            | Self::EmailMissing
            | Self::EmailUnverified => Category::AskAdministrator,
        }
    }
}

text_enum! {
    /// The plain words a person gets, by category; none of them tells whether an address is known here.
    pub enum Category {
        /// Signing in with KaseyaOne is not available here.
        KaseyaOneOff = "kaseyaone_off",
        /// The sign-in was cancelled or KaseyaOne refused it.
        Cancelled = "cancelled",
        /// The sign-in is no longer valid; start again.
        StartAgain = "start_again",
        /// The sign-in could not be completed.
        NotCompleted = "not_completed",
        /// KaseyaOne cannot be reached right now.
        ProviderUnavailable = "provider_unavailable",
        /// KaseyaOne did not ask who you are; sign out there and sign in again.
        SignInAfresh = "sign_in_afresh",
        /// Sign in here once with your password in this browser, then use KaseyaOne.
        ConfirmLocally = "confirm_locally",
        /// Something went wrong on our side.
        TryAgainLater = "try_again_later",
        /// You were already signed in; nothing happened.
        AlreadySignedIn = "already_signed_in",
        /// Address or password is wrong.
        WrongCredentials = "wrong_credentials",
        /// Log in with KaseyaOne instead.
        UseKaseyaOne = "use_kaseyaone",
        /// You cannot be signed in; ask your administrator with this reference.
        AskAdministrator = "ask_administrator",
    }
}

/// Why a sign-in made no session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The stable code.
    pub code: CauseCode,
    /// For the administrator: what exactly was wrong, in a fragment. Never shown to the person.
    pub reason: String,
}

impl Cause {
    /// A cause with its reason.
    pub fn new(code: CauseCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}
