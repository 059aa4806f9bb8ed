//! Faults: armed, counted, disarmed.

use std::sync::Arc;

use crate::fault::{ArmError, ArmedRecord, CatalogueEntry, Target};
use crate::handles::NotFound;
use crate::realm::Realm;

/// The faults of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use mock_idp::{MockIdp, Target};
/// let idp = MockIdp::start().await;
/// let armed = idp.faults().arm("sig-bad-rs256", Target::next(), 1).unwrap();
/// assert_eq!(armed.fault(), "sig-bad-rs256");
/// let error = idp.faults().arm("sig-bad-rs265", Target::next(), 1).map(|_| ()).unwrap_err();
/// assert!(error.to_string().contains("did you mean \"sig-bad-rs256\""));
/// # });
/// ```
#[derive(Clone)]
pub struct Faults(pub(crate) Arc<Realm>);

impl Faults {
    /// Arms a fault: it strikes what `target` says, `times` times. Faults of discovery and key set strike whoever
    /// fetches the document next, because nobody knows for whom it is fetched. The person or client has to be there.
    pub fn arm(&self, fault: impl AsRef<str>, target: Target, times: u64) -> Result<ArmedFault, ArmError> {
        self.after(0).arm(fault, target, times)
    }

    /// The same, but so many sign-ins are spared first: `faults.after(2).arm(…)` strikes the third. A sign-in counts when it
    /// comes to the place where the fault strikes; for discovery and key set, every fetch counts.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use mock_idp::{MockIdp, Target};
    /// let idp = MockIdp::start().await;
    /// let armed = idp.faults().after(2).arm("idt-nonce-wrong", Target::next(), 1).unwrap();
    /// assert_eq!(armed.fired(), 0);
    /// # });
    /// ```
    pub fn after(&self, spared: u64) -> FaultsAfter {
        FaultsAfter { realm: Arc::clone(&self.0), spared }
    }

    /// Everything armed since the start, disarmed ones included.
    pub fn list(&self) -> Vec<ArmedRecord> {
        self.0.lock().faults.list().to_vec()
    }

    /// One arming, with how often it fired.
    pub fn get(&self, id: u64) -> Result<ArmedRecord, NotFound> {
        let found = self.0.lock().faults.get(id).cloned();
        found.ok_or_else(|| NotFound::new("armed fault", id.to_string()))
    }

    /// Disarms one.
    pub fn disarm(&self, id: u64) -> Result<(), NotFound> {
        self.get(id)?;
        self.0.lock().faults.disarm(id);
        Ok(())
    }

    /// Disarms everything.
    pub fn disarm_all(&self) {
        let mut state = self.0.lock();
        let ids: Vec<_> = state.faults.list().iter().map(|record| record.id).collect();
        for id in ids {
            state.faults.disarm(id);
        }
    }

    /// Every fault there is.
    pub fn catalogue(&self) -> impl Iterator<Item = &'static CatalogueEntry> {
        crate::fault::catalogue::all()
    }
}

/// The faults of a provider, to be armed for later.
#[derive(Clone)]
pub struct FaultsAfter {
    realm: Arc<Realm>,
    spared: u64,
}

impl FaultsAfter {
    /// As [`Faults::arm`], after those that are spared.
    pub fn arm(&self, fault: impl AsRef<str>, target: Target, times: u64) -> Result<ArmedFault, ArmError> {
        let mut state = self.realm.lock();
        state.check_target(&target)?;
        let id = state.faults.arm(fault.as_ref(), target, times, self.spared)?;
        drop(state);
        Ok(ArmedFault { realm: Arc::clone(&self.realm), id })
    }
}

/// A fault that was armed. Dropping it changes nothing; `disarm` does. See `scoped` and `expect` for one that is dropped.
#[derive(Clone)]
pub struct ArmedFault {
    realm: Arc<Realm>,
    id: u64,
}

impl ArmedFault {
    /// Number of the arming.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Id of the fault.
    pub fn fault(&self) -> &'static str {
        self.realm.lock().faults.get(self.id).map_or("", |record| record.fault)
    }

    /// How often it really changed something.
    pub fn fired(&self) -> u64 {
        self.realm.lock().faults.get(self.id).map_or(0, |record| record.fired)
    }

    /// It strikes no more.
    pub fn disarm(&self) {
        self.realm.lock().faults.disarm(self.id);
    }

    /// It is disarmed when the guard is dropped.
    pub fn scoped(self) -> ScopedFault {
        ScopedFault { armed: self, expected: None }
    }

    /// When the guard is dropped the fault is disarmed, and has to have fired so often.
    ///
    /// ```should_panic
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use mock_idp::{MockIdp, Target};
    /// let idp = MockIdp::start().await;
    /// let _guard = idp.faults().arm("idt-nonce-wrong", Target::next(), 1).unwrap().expect(1);
    /// // Nobody signs in: the fault proves nothing, and the test fails.
    /// # });
    /// ```
    pub fn expect(self, fired: u64) -> ScopedFault {
        ScopedFault { armed: self, expected: Some(fired) }
    }
}

/// An armed fault that is disarmed when this is dropped.
#[must_use = "the fault is disarmed at once when this is dropped"]
#[derive(Debug)]
pub struct ScopedFault {
    armed: ArmedFault,
    expected: Option<u64>,
}

impl std::ops::Deref for ScopedFault {
    type Target = ArmedFault;

    fn deref(&self) -> &ArmedFault {
        &self.armed
    }
}

impl Drop for ScopedFault {
    fn drop(&mut self) {
        self.armed.disarm();
        // A panic that is under way says what went wrong first.
        if let Some(expected) = self.expected.filter(|_| !std::thread::panicking()) {
            let (fault, fired) = (self.armed.fault(), self.armed.fired());
            assert!(fired == expected, "the fault {fault} fired {fired} times, expected were {expected}");
        }
    }
}

impl std::fmt::Debug for ArmedFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ArmedFault({} {}, fired {})", self.id, self.fault(), self.fired())
    }
}
