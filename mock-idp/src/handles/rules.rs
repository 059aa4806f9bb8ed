//! Rules: when a request looks like this, then this goes wrong. And barriers, which rules make requests wait behind.

use std::sync::Arc;

use fixtures::nearest_remedy;

use crate::fault::{ArmError, Target};
use crate::handles::NotFound;
use crate::protocol::text::shorten;
use crate::realm::Realm;
use crate::rule::{OPERATIONS, Rule, RuleRecord, Then, When};

/// Why a rule was not added: it would never strike, or not do what it says, and nobody would know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// It names a fault that the provider does not stage, or a person or a client that is not there.
    #[error(transparent)]
    Arm(#[from] ArmError),
    /// It is about an operation that is not there.
    #[error("there is no operation {operation:?}; {}", nearest_remedy(operation, OPERATIONS.into_iter()))]
    Operation {
        /// What it is about.
        operation: String,
    },
    /// No server can do that.
    #[error("{0}")]
    Impossible(String),
}

/// The rules of a realm.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use mock_idp::{MockIdp, Then, When};
/// let idp = MockIdp::start().await;
/// let rule = idp.when(When::operation("token").person("dana").nth(1)).then(Then::oauth_error("invalid_grant")).unwrap();
/// // … sign Dana in …
/// assert_eq!(rule.fired(), 0);
/// # });
/// ```
#[derive(Clone)]
pub struct Rules(pub(crate) Arc<Realm>);

impl Rules {
    /// Adds a rule. What it names has to be there.
    pub fn add(&self, rule: Rule) -> Result<ActiveRule, RuleError> {
        if let Then::Fault(id) = &rule.then {
            self.0.lock().faults.can_arm(id)?;
        }
        if let Some(flaw) = rule.then.flaw() {
            return Err(RuleError::Impossible(format!("{}; {}", flaw.sentence, flaw.remedy)));
        }
        let When { operation, person, client, .. } = &rule.when;
        if let Some(operation) = operation.as_deref().filter(|operation| !OPERATIONS.contains(operation)) {
            return Err(RuleError::Operation { operation: shorten(operation) });
        }
        let mut state = self.0.lock();
        for target in [person.clone().map(Target::Person), client.clone().map(Target::Client)] {
            target.iter().try_for_each(|target| state.check_target(target))?;
        }
        let id = state.rules.add(rule);
        drop(state);
        Ok(ActiveRule { realm: Arc::clone(&self.0), id, expected: None, scoped: false })
    }

    /// Every rule since the start, those that were taken back included.
    pub fn list(&self) -> Vec<RuleRecord> {
        self.0.lock().rules.list().to_vec()
    }

    /// One rule, with how often it struck.
    pub fn get(&self, id: u64) -> Result<RuleRecord, NotFound> {
        let found = self.0.lock().rules.get(id).cloned();
        found.ok_or_else(|| NotFound::new("rule", id.to_string()))
    }

    /// Takes one rule back.
    pub fn take_back(&self, id: u64) -> Result<(), NotFound> {
        self.get(id)?;
        self.0.lock().rules.take_back(id);
        Ok(())
    }

    /// Takes every rule back.
    pub fn take_all_back(&self) {
        self.0.lock().rules.take_all_back();
    }

    /// How many requests wait behind a barrier.
    pub fn waiting(&self, barrier: &str) -> usize {
        self.0.lock().barriers.get(barrier).map_or(0, crate::realm::barrier::Barrier::waiting)
    }

    /// Lets everybody behind a barrier go on; how many there were.
    pub fn release(&self, barrier: &str) -> usize {
        let barrier = self.0.lock().barriers.get(barrier).cloned();
        barrier.map_or(0, |barrier| barrier.open())
    }
}

/// A rule that is being written.
#[derive(Clone)]
#[must_use = "a rule is there once `then` says what happens"]
pub struct RuleBuilder {
    pub(crate) realm: Arc<Realm>,
    pub(crate) when: When,
    pub(crate) times: Option<u64>,
    pub(crate) after: u64,
}

impl RuleBuilder {
    /// Strikes so often at most.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Spares so many requests first.
    pub fn after(mut self, after: u64) -> Self {
        self.after = after;
        self
    }

    /// What happens; from now on it does.
    pub fn then(self, then: Then) -> Result<ActiveRule, RuleError> {
        let rule = Rule { when: self.when, then, times: self.times, after: self.after };
        Rules(self.realm).add(rule)
    }
}

/// A rule at work. Dropping it changes nothing, unless it is `scoped` or `expect`s something.
pub struct ActiveRule {
    realm: Arc<Realm>,
    id: u64,
    expected: Option<u64>,
    scoped: bool,
}

impl ActiveRule {
    /// Number of the rule.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// How often it struck.
    pub fn fired(&self) -> u64 {
        self.realm.lock().rules.get(self.id).map_or(0, |record| record.fired)
    }

    /// It strikes no more.
    pub fn take_back(&self) {
        self.realm.lock().rules.take_back(self.id);
    }

    /// It is taken back when this value is dropped.
    #[must_use]
    pub fn scoped(mut self) -> Self {
        self.scoped = true;
        self
    }

    /// When this value is dropped the rule is taken back, and has to have struck so often.
    #[must_use]
    pub fn expect(mut self, fired: u64) -> Self {
        self.expected = Some(fired);
        self.scoped = true;
        self
    }
}

impl Drop for ActiveRule {
    fn drop(&mut self) {
        if self.scoped {
            self.take_back();
        }
        // A panic that is under way says what went wrong first.
        if let Some(expected) = self.expected.filter(|_| !std::thread::panicking()) {
            let fired = self.fired();
            assert!(fired == expected, "rule {} struck {fired} times, expected were {expected}", self.id);
        }
    }
}

impl std::fmt::Debug for ActiveRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ActiveRule({}, fired {})", self.id, self.fired())
    }
}
