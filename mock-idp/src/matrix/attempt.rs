//! What a relying party did in one sign-in, and what is to be thought of it.

use serde::Serialize;

use crate::fault::Verdict;

/// How an attempt to sign in ended, as the relying party sees it.
///
/// ```
/// use mock_idp::Attempt;
/// use mock_idp::Did;
/// assert_eq!(Attempt::from(true), Attempt { did: Did::SignedIn, said: String::new() });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What it did.
    pub did: Did,
    /// What there is to say about it, for whoever looks for the reason.
    pub said: String,
}

impl From<bool> for Attempt {
    fn from(signed_in: bool) -> Self {
        let did = if signed_in { Did::SignedIn } else { Did::Refused };
        Self { did, said: String::new() }
    }
}

/// What a relying party did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// It signed the person in.
    SignedIn,
    /// It did not.
    Refused,
    /// It did, and the account is not what it should be.
    WrongAccount,
    /// It had not come to an end when patience was over.
    NotEnded,
}

impl Did {
    /// The name as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::Refused => "refused",
            Self::WrongAccount => "wrong_account",
            Self::NotEnded => "not_ended",
        }
    }
}

/// What is to be thought of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatrixOutcome {
    /// A correct relying party does the same.
    Right,
    /// A correct relying party does something else.
    Wrong,
    /// The specifications allow this and that.
    Either,
    /// The fault had nothing to change: the relying party signs people in and does not come where it strikes.
    NotReached,
    /// Nobody was signed in, and not because of the fault, which had nothing to change: the attempt itself failed.
    Broken,
}

impl MatrixOutcome {
    /// Whether somebody has to look at it.
    pub(super) fn is_bad(self) -> bool {
        matches!(self, Self::Wrong | Self::Broken)
    }
}

/// What is to be thought of a sign-in; `fired` where a fault was armed, and `early` when it may have changed something
/// before it is counted.
pub(super) fn judged(correct: Verdict, did: Did, fired: Option<u64>, early: bool) -> MatrixOutcome {
    match (correct, did) {
        (_, Did::WrongAccount) => MatrixOutcome::Wrong,
        (_, Did::Refused | Did::NotEnded) if fired == Some(0) && !early => MatrixOutcome::Broken,
        // Nothing was wrong, so nothing is said by it.
        _ if fired == Some(0) => MatrixOutcome::NotReached,
        (_, Did::NotEnded)
        | (Verdict::Accept, Did::Refused)
        | (Verdict::Refuse | Verdict::Reauthenticate, Did::SignedIn) => MatrixOutcome::Wrong,
        (Verdict::Either, _) => MatrixOutcome::Either,
        (Verdict::Accept, Did::SignedIn) | (Verdict::Refuse | Verdict::Reauthenticate, Did::Refused) => {
            MatrixOutcome::Right
        }
    }
}
