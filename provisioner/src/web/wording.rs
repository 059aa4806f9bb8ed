//! Every sentence that depends on what happened: one exhaustive match per question.
//!
//! What a person reads is chosen by category only, so that nothing tells whether an address is known here.

pub(crate) mod administrator;
pub(crate) mod person;

#[cfg(test)]
mod tests;
