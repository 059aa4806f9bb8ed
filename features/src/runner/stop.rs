//! The end of a run before its last scenario, because what is tested is gone.
//!
//! cucumber starts whatever it was handed, so a scenario that is not to begin is refused before its first step.

use std::{
    any::Any,
    panic,
    sync::{Arc, Mutex, PoisonError},
};

use super::collector::Key;

/// Why nothing more is started.
pub(crate) struct Stop {
    /// The scenario in which it was found.
    pub(crate) scenario: Key,
    /// What was found.
    pub(crate) why: String,
}

/// The first reason to stop, once there is one.
pub(crate) type StopCell = Arc<Mutex<Option<Stop>>>;

/// What a scenario ends with that was refused.
struct NotStarted;

/// Stops the run; the first reason is the one that counts.
pub(crate) fn note(cell: &StopCell, stop: Stop) {
    cell.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
}

/// Refuses to begin a scenario of a run that was stopped.
pub(crate) fn refuse_after(cell: &StopCell) {
    if cell.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
        // Without a word to the panic hook: nothing went wrong.
        panic::resume_unwind(Box::new(NotStarted));
    }
}

/// Whether this is how a scenario ends that was refused.
pub(crate) fn is_refusal(payload: &(dyn Any + Send)) -> bool {
    payload.is::<NotStarted>()
}
