//! Panics during a run, with the place where they happened.
//!
//! cucumber silences the panic hook while it runs, so a panic in a task of a server would go unseen.
//! This hook is installed after cucumber's and writes every panic down.

use std::{
    panic,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One panic.
#[derive(Clone, Debug)]
pub(crate) struct PanicNote {
    /// `file:line`.
    pub(crate) location: String,
    /// What it said.
    pub(crate) message: String,
}

static NOTES: Mutex<Vec<PanicNote>> = Mutex::new(Vec::new());

/// Starts writing panics down, for one run at a time; cucumber puts the old hook back at its end.
pub(crate) fn record() {
    panic::set_hook(Box::new(|info| {
        let location = info.location().map(|it| format!("{}:{}", it.file(), it.line()));
        notes().push(PanicNote { location: location.unwrap_or_default(), message: text_of(info.payload()) });
    }));
}

/// Takes the note of a panic that failed a step, so that what remains happened elsewhere.
pub(crate) fn take(message: &str) -> Option<PanicNote> {
    let mut notes = notes();
    let index = notes.iter().position(|note| note.message == message)?;
    Some(notes.remove(index))
}

/// The panics that no step has answered for.
pub(crate) fn unclaimed() -> Vec<PanicNote> {
    std::mem::take(&mut *notes())
}

/// The words of a panic.
pub(crate) fn text_of(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

fn notes() -> MutexGuard<'static, Vec<PanicNote>> {
    NOTES.lock().unwrap_or_else(PoisonError::into_inner)
}
