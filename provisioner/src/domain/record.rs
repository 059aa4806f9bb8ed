//! The sign-in record: one per attempt, written for the administrator who asks "why is Dana not here?".
//!
//! It holds what was observed, with the settings as they were then. It never changes what happens.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::account::AccountId;
use super::checks::{Check, Checks, Finding};
use super::id::Id;
use super::identity::Freshness;
use super::settings::SingleSignOn;
use super::text::{UnknownText, text_enum};

pub use super::cause::{Category, Cause, CauseCode};

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

/// How an attempt stands: under way, or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The person has not come back yet.
    UnderWay,
    /// It ended so.
    Ended(Outcome),
}

impl Standing {
    /// What is stored nowhere, because nothing is stored of an attempt's end while it is under way.
    const UNDER_WAY: &str = "under_way";

    /// Every way to stand.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::UnderWay).chain(Outcome::ALL.iter().copied().map(Self::Ended))
    }

    /// How it ended, if it did.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::UnderWay => None,
            Self::Ended(outcome) => Some(outcome),
        }
    }

    /// The stable text.
    pub fn as_str(self) -> &'static str {
        self.outcome().map_or(Self::UNDER_WAY, Outcome::as_str)
    }
}

impl From<Outcome> for Standing {
    fn from(outcome: Outcome) -> Self {
        Self::Ended(outcome)
    }
}

impl FromStr for Standing {
    type Err = UnknownText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == Self::UNDER_WAY { Ok(Self::UnderWay) } else { text.parse().map(Self::Ended) }
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

/// The id of a sign-in record.
pub type RecordId = Id<SignInRecord>;

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
    /// A record of a sign-in that has just begun.
    pub fn begun(
        id: RecordId,
        reference: Reference,
        method: Method,
        settings: &SingleSignOn,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            reference,
            method,
            started_at: now,
            ended_at: None,
            outcome: None,
            checks: Checks {
                used_kaseyaone: match method {
                    Method::KaseyaOne => Finding::NotReached,
                    Method::Local => Finding::Fail,
                },
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
    pub fn other_cause(&self) -> Option<CauseCode> {
        self.cause.as_ref().map(|cause| cause.code).filter(|code| code.is_outside_the_checks())
    }

    /// Whether KaseyaOne's directory has yet to be asked for a person who never got as far as to be vouched for.
    pub fn awaits_look_up(&self) -> bool {
        let was_turned_away = self.cause.as_ref().is_some_and(|cause| cause.code == CauseCode::AllowOff)
            || self.checks.authentication_completed == Finding::Fail;
        self.checks.exists_in_kaseyaone == Finding::NotReached
            && self.person.hint.is_some()
            && was_turned_away
    }

    /// Takes over the settings that the decision was made with.
    pub fn judge_by(&mut self, settings: &SingleSignOn) {
        self.settings = settings.into();
        self.checks.allow_on = settings.allow.into();
        self.checks.create_on = settings.create.into();
    }

    /// Notes that authentication was not completed. Whether the person authenticated in KaseyaOne all the same cannot be
    /// known then, unless an earlier answer of this attempt proved it.
    pub fn leave_uncompleted(&mut self) {
        self.checks.authentication_completed = Finding::Fail;
        if self.checks.used_kaseyaone == Finding::NotReached {
            self.checks.used_kaseyaone = Finding::NotKnowable;
        }
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
    fn that_somebody_authenticated_in_kaseyaone_is_said_only_where_it_was_proved() {
        let id = crate::domain::id::Id::from_uuid(uuid::Uuid::nil());
        let begun = |method| {
            let reference = "K7M2QX".parse().unwrap();
            SignInRecord::begun(id, reference, method, &SingleSignOn::default(), Timestamp::UNIX_EPOCH)
        };
        assert_eq!(begun(Method::Local).checks.used_kaseyaone, Finding::Fail);
        let mut record = begun(Method::KaseyaOne);
        assert_eq!(record.checks.used_kaseyaone, Finding::NotReached, "the person has only begun");
        record.leave_uncompleted();
        assert_eq!(record.checks.used_kaseyaone, Finding::NotKnowable);
        record.checks.used_kaseyaone = Finding::Pass;
        record.leave_uncompleted();
        assert_eq!(record.checks.used_kaseyaone, Finding::Pass, "an earlier answer proved it");
    }

    #[test]
    fn a_success_has_no_failing_check_though_creation_may_be_off() {
        let now = Timestamp::UNIX_EPOCH;
        let id = crate::domain::id::Id::from_uuid(uuid::Uuid::nil());
        let reference = "K7M2QX".parse().unwrap();
        let mut record = SignInRecord::begun(id, reference, Method::KaseyaOne, &SingleSignOn::default(), now);
        record.fail(Outcome::Refused, Cause::new(CauseCode::AllowOff, "off"), now);
        assert_eq!(record.first_failing(), Some(Check::AllowOn));
        record.succeed(Outcome::SignedIn, crate::domain::id::Id::from_uuid(uuid::Uuid::nil()), now);
        assert_eq!(record.first_failing(), None);
    }
}
