//! Every sentence that depends on what happened: one exhaustive match per question.
//!
//! What the person is told is in `front::refusal`, for the API tells it too.

pub(crate) mod administrator;

#[cfg(test)]
mod tests;
