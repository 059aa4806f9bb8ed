//! From the errors of use cases to problems. Detail of the inside is logged here once and never sent.

use super::problem::{Problem, ProblemCode};
use crate::front::refusal::plain;
use crate::store::StoreError;
use crate::usecase::{Denied, Refusal};

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Self::new(match denied {
            Denied::NotSignedIn => ProblemCode::NotSignedIn,
            Denied::MspAdminRequired => ProblemCode::MspAdminRequired,
        })
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store does not answer");
        Self::new(ProblemCode::Unavailable)
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let sentence = plain(refusal.category).sentence;
        Self::new(ProblemCode::SignInRefused).detail(sentence).reference(&refusal.reference)
    }
}
