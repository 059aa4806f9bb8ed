//! An error with what caused it, as people read it: one sentence, from what was tried to why it failed.

use anyhow::Error;

/// The whole chain of an error, without the causes that what stands before them tells already.
pub(crate) fn with_causes(error: &Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.as_str() {
        "" => cause,
        before if before.contains(&cause) => told,
        _ => format!("{told}: {cause}"),
    })
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn every_cause_is_told_once() {
        let error = anyhow!("nobody listens").context("cannot connect: nobody listens").context("no answer");
        assert_eq!(with_causes(&error), "no answer: cannot connect: nobody listens");
        assert_eq!(with_causes(&anyhow!("alone")), "alone");
    }
}
