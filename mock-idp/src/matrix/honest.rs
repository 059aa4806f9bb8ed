//! The honest sign-in that everything is compared with, and why it did not come to an end.

use super::{Attempt, Did, MatrixError};
use crate::idp::MockIdp;
use crate::story::StoryOutcome;

/// Somebody has to have been signed in, at this provider.
pub(super) fn check(idp: &MockIdp, Attempt { did, said }: &Attempt) -> Result<(), MatrixError> {
    let flaw = match did {
        Did::SignedIn => {
            let gives = |outcome| matches!(outcome, StoryOutcome::TokensGiven | StoryOutcome::SignedOut);
            let is_seen = idp.stories().list().into_iter().any(|line| gives(line.outcome));
            return if is_seen { Ok(()) } else { Err(MatrixError::NobodySignedIn) };
        }
        Did::Refused => "did not succeed",
        Did::WrongAccount => "succeeded, and the account is not what it should be",
        Did::NotEnded => "did not end in time",
    };
    Err(MatrixError::Honest(format!("{flaw}.\n{}", with_reason(idp, said)).trim_end().to_owned()))
}

/// What the attempt said, behind what the provider knows of its end.
pub(super) fn with_reason(idp: &MockIdp, said: &str) -> String {
    let entries = idp.journal().entries();
    let refused = entries.iter().rev().find_map(|entry| Some((entry.operation, entry.refusal.as_ref()?)));
    let reason = match refused {
        Some((operation, refusal)) => {
            format!("The provider refused the {operation} request ({}): {}", refusal.check, refusal.reason)
        }
        None if entries.iter().any(|entry| entry.operation == "authorize") => String::new(),
        None => "The provider was never asked to sign anybody in: does the application use MOCK_IDP_ISSUER?"
            .to_owned(),
    };
    let said = if said.is_empty() { String::new() } else { format!("It said:\n{said}") };
    [reason, said].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
