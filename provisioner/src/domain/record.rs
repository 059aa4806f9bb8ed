//! The sign-in record: one per attempt, written for the administrator who asks "why is Dana not here?".
//!
//! It holds what was observed, with the settings as they were then. It never changes what happens.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::checks::{Check, Checks, Finding};
use super::id::{AccountId, RecordId};
use super::identity::Freshness;
use super::settings::SingleSignOn;
use super::text::{UnknownText, text_enum};

/// Characters of a reference: no letter or digit that is mistaken for another when read aloud.
pub const REFERENCE_ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKLMNPQRSTVWXY";
/// Number of characters of a reference.
pub const REFERENCE_LENGTH: usize = 6;

/// The code a person is shown and an administrator finds the record by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference(String);

impl Reference {
    /// Wraps a code that the generator made of the alphabet.
    pub(crate) fn from_generated(code: String) -> Self {
        Self(code)
    }

    /// The text as shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reference {
    type Err = UnknownText;

    /// Reads what a person typed: case and surrounding space do not matter.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let typed = text.trim().to_ascii_uppercase();
        let known = typed.bytes().all(|byte| REFERENCE_ALPHABET.contains(&byte));
        if known && typed.len() == REFERENCE_LENGTH {
            Ok(Self(typed))
        } else {
            Err(UnknownText { kind: "Reference", text: text.to_owned() })
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

text_enum! {
    /// By which way a person tried to sign in.
    pub enum Method {
        /// Through KaseyaOne.
        KaseyaOne = "kaseyaone",
        /// By e-mail address and password of this service.
        Local = "local",
    }
}

text_enum! {
    /// How a sign-in ended.
    pub enum Outcome {
        /// Signed in to an account that existed.
        SignedIn = "signed_in",
        /// The account was created and the person signed in to it.
        CreatedAndSignedIn = "created_and_signed_in",
        /// Refused.
        Refused = "refused",
        /// The person never came back from KaseyaOne.
        Abandoned = "abandoned",
        /// The request, the code or the token was too old.
        Expired = "expired",
        /// Nothing happened: a session that was already open was used.
        NoNewSignIn = "no_new_sign_in",
    }
}

impl Outcome {
    /// Whether a session came of it.
    pub fn is_success(self) -> bool {
        matches!(self, Self::SignedIn | Self::CreatedAndSignedIn)
    }
}

text_enum! {
    /// Why there is no account although all five checks may pass (S-70).
    pub enum OtherCause {
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
        /// See [`OtherCause`] for this and the following.
        OtherCompany = "other_company",
        /// See [`OtherCause`].
        EmailConflict = "email_conflict",
        /// See [`OtherCause`].
        AccountDeactivated = "account_deactivated",
        /// See [`OtherCause`].
        AccountRemoved = "account_removed",
        /// See [`OtherCause`].
        TenantInactive = "tenant_inactive",
        /// See [`OtherCause`].
        ModuleNotAssigned = "module_not_assigned",
        /// See [`OtherCause`].
        StorageFailure = "storage_failure",
        /// See [`OtherCause`].
        EmailMissing = "email_missing",
        /// See [`OtherCause`].
        EmailUnverified = "email_unverified",
        /// See [`OtherCause`].
        SessionReused = "session_reused",
        /// See [`OtherCause`].
        AdminLinkUnconfirmed = "admin_link_unconfirmed",
    }
}

impl CauseCode {
    /// The cause outside the five checks, if this is one.
    pub fn other_cause(self) -> Option<OtherCause> {
        self.as_str().parse().ok()
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

/// The settings as they were when the sign-in was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SettingsThen {
    /// Allow.
    pub allow: bool,
    /// Require.
    pub require: bool,
    /// Create.
    pub create: bool,
    /// The version of the settings.
    pub version: i64,
}

impl From<&SingleSignOn> for SettingsThen {
    fn from(settings: &SingleSignOn) -> Self {
        let SingleSignOn { allow, require, create, version, .. } = *settings;
        Self { allow, require, create, version }
    }
}

/// What is known of the person behind a sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PersonSeen {
    /// The e-mail address KaseyaOne asserted, or the one typed at a local sign-in.
    pub email: Option<String>,
    /// The subject KaseyaOne asserted.
    pub subject: Option<String>,
    /// The company KaseyaOne asserted.
    pub company: Option<String>,
    /// The KaseyaOne user name typed on the sign-in page; never trusted (S-09).
    pub hint: Option<String>,
}

/// One sign-in attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignInRecord {
    /// Its id.
    pub id: RecordId,
    /// The code shown to the person.
    pub reference: Reference,
    /// The way that was tried.
    pub method: Method,
    /// When the person began.
    pub started_at: Timestamp,
    /// When it ended; absent while under way.
    pub ended_at: Option<Timestamp>,
    /// How it ended; absent while under way.
    pub outcome: Option<Outcome>,
    /// The five findings.
    pub checks: Checks,
    /// Why there is no session, if there is none.
    pub cause: Option<Cause>,
    /// The settings as they were.
    pub settings: SettingsThen,
    /// When the person authenticated in KaseyaOne.
    pub auth_time: Option<Timestamp>,
    /// Whether that was for this sign-in.
    pub freshness: Option<Freshness>,
    /// What is known of the person.
    pub person: PersonSeen,
    /// The account that was signed in to, or that stands in the way.
    pub account: Option<AccountId>,
}

impl SignInRecord {
    /// A record of a KaseyaOne sign-in that has just begun.
    pub fn begun(id: RecordId, reference: Reference, settings: &SingleSignOn, now: Timestamp) -> Self {
        Self {
            id,
            reference,
            method: Method::KaseyaOne,
            started_at: now,
            ended_at: None,
            outcome: None,
            checks: Checks {
                used_kaseyaone: Finding::Pass,
                allow_on: settings.allow.into(),
                create_on: settings.create.into(),
                exists_in_kaseyaone: Finding::NotReached,
                authentication_completed: Finding::NotReached,
            },
            cause: None,
            settings: settings.into(),
            auth_time: None,
            freshness: None,
            person: PersonSeen::default(),
            account: None,
        }
    }

    /// The first failing check of a sign-in that made no session.
    pub fn first_failing(&self) -> Option<Check> {
        match self.outcome {
            Some(outcome) if !outcome.is_success() => self.checks.first_failing(),
            _ => None,
        }
    }

    /// The cause outside the five checks, if that is what stood in the way.
    pub fn other_cause(&self) -> Option<OtherCause> {
        self.cause.as_ref().and_then(|cause| cause.code.other_cause())
    }

    /// Takes over the settings that the decision was made with.
    pub fn judge_by(&mut self, settings: &SingleSignOn) {
        self.settings = settings.into();
        self.checks.allow_on = settings.allow.into();
        self.checks.create_on = settings.create.into();
    }

    /// Ends the attempt without a session.
    pub fn fail(&mut self, outcome: Outcome, cause: Cause, now: Timestamp) {
        self.outcome = Some(outcome);
        self.cause = Some(cause);
        self.ended_at = Some(now);
    }

    /// Ends the attempt with a session for an account.
    pub fn succeed(&mut self, outcome: Outcome, account: AccountId, now: Timestamp) {
        self.outcome = Some(outcome);
        self.cause = None;
        self.account = Some(account);
        self.ended_at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_people_type_it() {
        let reference: Reference = " k7m2qx ".parse().unwrap();
        assert_eq!(reference.as_str(), "K7M2QX");
        for wrong in ["", "K7M2Q", "K7M2QXX", "K7M2Q0", "K7M2QO", "K7M2Q1", "K7M2Q\u{e9}"] {
            assert!(wrong.parse::<Reference>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_other_cause_is_a_cause() {
        for other in OtherCause::ALL {
            let code: CauseCode = other.as_str().parse().unwrap();
            assert_eq!(code.other_cause(), Some(*other));
        }
        assert_eq!(CauseCode::TokenInvalid.other_cause(), None);
    }

    #[test]
    fn a_success_has_no_failing_check_though_creation_may_be_off() {
        let now = Timestamp::UNIX_EPOCH;
        let id = crate::domain::id::Id::from_uuid(uuid::Uuid::nil());
        let reference = "K7M2QX".parse().unwrap();
        let mut record = SignInRecord::begun(id, reference, &SingleSignOn::default(), now);
        record.fail(Outcome::Refused, Cause::new(CauseCode::AllowOff, "off"), now);
        assert_eq!(record.first_failing(), Some(Check::AllowOn));
        record.succeed(Outcome::SignedIn, crate::domain::id::Id::from_uuid(uuid::Uuid::nil()), now);
        assert_eq!(record.first_failing(), None);
    }
}
