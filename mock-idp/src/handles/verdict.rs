//! The verdict on the relying parties, from a realm.

use super::RealmHandle;
use crate::realm::Realm;
use crate::verdict::{Evidence, Judgement, judge};

impl RealmHandle {
    /// What the journal says about the relying parties, check by check.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use mock_idp::{MockIdp, Outcome};
    /// let idp = MockIdp::start().await;
    /// // … the application signs people in …
    /// let verdict = idp.verdict();
    /// assert_eq!(verdict.with(Outcome::Fail).count(), 0, "{}", verdict.text());
    /// // After sign-ins: idp.verdict().of("kaseya-mdr").assert_clean();
    /// # });
    /// ```
    pub fn verdict(&self) -> Judgement {
        verdict_on(&self.0)
    }
}

/// Judges what the journal of a realm holds now.
pub(crate) fn verdict_on(realm: &Realm) -> Judgement {
    let (entries, forgotten, armed, clock_was_moved) = {
        let state = realm.lock();
        let journal = &state.journal;
        (journal.all(), journal.forgotten(), state.faults.list().to_vec(), state.clock.was_moved())
    };
    // The lock is free again while it is read and judged.
    judge(&Evidence { entries: &entries.read(), forgotten, armed: &armed, clock_was_moved })
}
