//! A matrix: a relying party signs somebody in once for each fault, and what it does is held against what a correct one
//! does. It arms, asks for a sign-in, and compares; how a sign-in goes is up to whoever asks for the matrix.

mod attempt;
mod choice;
mod honest;
mod render;

use std::cell::Cell;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use serde::Serialize;

use self::attempt::judged;
pub use self::attempt::{Attempt, Did, MatrixOutcome};
use crate::fault::{ArmError, Binds, CatalogueEntry, StagedBy, Target, UnknownFault, Verdict};
use crate::idp::{MockIdp, MockIdpBuilder, StartError};
use crate::verdict::binding;

/// One fault, and what the relying party did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixRow {
    /// Id of the fault; `no-fault` for the honest sign-in at the end.
    pub fault: &'static str,
    /// What happened, in one sentence.
    pub sentence: &'static str,
    /// The clause or the official test behind it.
    pub reference: &'static str,
    /// Products that got it wrong.
    pub seen_in: &'static [&'static str],
    /// What a correct relying party does that asked as this one did.
    pub correct: Verdict,
    /// Whom it binds to that; where this one is none of them, `correct` is either.
    pub binds: Binds,
    /// What this one did.
    pub did: Did,
    /// What is to be thought of it.
    pub outcome: MatrixOutcome,
    /// How often the fault changed something.
    pub fired: u64,
    /// How long it took.
    pub milliseconds: u64,
    /// What the attempt had to say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub said: String,
    /// The story of its newest sign-in as one HTML file, when it was wrong and there is one.
    #[serde(skip)]
    pub story: Option<String>,
}

/// What a relying party did with every fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// One for each fault, in the order of the catalogue, and the honest sign-in at the end.
    pub rows: Vec<MatrixRow>,
}

/// Why there is no matrix.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// No fault has this id, or one like it.
    #[error(transparent)]
    Unknown(#[from] UnknownFault),
    /// The provider cannot stage it.
    #[error(transparent)]
    Arm(#[from] ArmError),
    /// Everything that was chosen was excepted.
    #[error("no fault is left to try; except fewer")]
    Nothing,
    /// Several providers cannot have one address.
    #[error(
        "{0} sign-ins at once take a provider each, and all cannot be at {1}; listen on port 0 without a fixed issuer, or try one at a time"
    )]
    OneAddress(usize, String),
    /// No sign-in comes where it strikes.
    #[error(
        "{0} strikes what comes after a sign-in, and a matrix judges sign-ins; arm it alone, sign out, and look in the journal for what the application answered"
    )]
    NotOfSignIns(String),
    /// A provider did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Without any fault nobody was signed in: that nobody is with one would prove nothing.
    #[error(
        "there has to be a sign-in that succeeds before there is anything to compare with; without any fault it {0}"
    )]
    Honest(String),
    /// The attempt ended well, and the provider gave nobody tokens.
    #[error(
        "the sign-in without any fault ended well, but the provider gave nobody tokens: it has to sign somebody in at this provider's issuer"
    )]
    NobodySignedIn,
}

/// A matrix that is to be made.
pub struct MatrixPlan {
    idp: MockIdpBuilder,
    faults: Vec<&'static CatalogueEntry>,
    patience: Duration,
    at_once: usize,
    strict: bool,
}

impl MockIdpBuilder {
    /// Prepares one sign-in for each of these faults: ids, or patterns with a star (`idt-*`); none of them means every fault that
    /// a sign-in can meet.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use mock_idp::{MatrixError, MockIdp};
    /// let plan = MockIdp::builder().matrix(&["idt-nonce-*", "sig-none-lower"]).unwrap();
    /// // An application would be started with `idp.issuer()`, and Dana signed in there; this one signs nobody in.
    /// let matrix = plan.run(async |_idp, _fault| true).await;
    /// assert!(matches!(matrix, Err(MatrixError::NobodySignedIn)));
    /// # });
    /// ```
    pub fn matrix(self, faults: &[impl AsRef<str>]) -> Result<MatrixPlan, MatrixError> {
        let faults = choice::chosen(faults, self.has_tls())?;
        Ok(MatrixPlan { idp: self, faults, patience: Duration::from_mins(1), at_once: 1, strict: false })
    }
}

impl MatrixPlan {
    /// Leaves these out: ids or patterns.
    pub fn except(mut self, faults: &[impl AsRef<str>]) -> Result<Self, MatrixError> {
        choice::remove(&mut self.faults, faults)?;
        if self.faults.is_empty() { Err(MatrixError::Nothing) } else { Ok(self) }
    }

    /// How long a sign-in may take. Default: a minute.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How many sign-ins there are at once, each at a provider of its own. Default: one.
    #[must_use]
    pub fn at_once(mut self, at_once: usize) -> Self {
        self.at_once = at_once.max(1);
        self
    }

    /// Holds the relying party to rules too that no specification demands of everyone ([`Binds::OwnRule`]), as a product
    /// may have that keeps companies apart.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// The faults, in the order of the catalogue.
    pub fn faults(&self) -> &[&'static CatalogueEntry] {
        &self.faults
    }

    /// Makes the matrix. `attempt` signs somebody in at the application, which trusts this provider, and says whether that
    /// succeeded; it is told the fault that is armed, if one is.
    pub async fn run<A: Into<Attempt>>(
        self,
        attempt: impl AsyncFn(&MockIdp, Option<&'static str>) -> A,
    ) -> Result<Matrix, MatrixError> {
        self.run_and_tell(attempt, |_| ()).await
    }

    /// The same, and tells of every row when it is there.
    pub async fn run_and_tell<A: Into<Attempt>>(
        self,
        attempt: impl AsyncFn(&MockIdp, Option<&'static str>) -> A,
        tell: impl Fn(&MatrixRow),
    ) -> Result<Matrix, MatrixError> {
        let at_once = self.at_once.min(self.faults.len());
        if let Some(address) = self.idp.pinned().filter(|_| at_once > 1) {
            return Err(MatrixError::OneAddress(at_once, address.to_owned()));
        }
        let mut idps = vec![self.idp.clone().start().await?];
        let first = self.attempted(&idps[0], None, &attempt).await;
        honest::check(&idps[0], &first)?;
        for _ in 1..at_once {
            idps.push(self.idp.clone().start().await?);
        }
        let next = Cell::new(0);
        let rows = try_join_all(idps.iter().map(async |idp| {
            let mut rows = Vec::new();
            while let Some(entry) = self.faults.get(next.replace(next.get() + 1)) {
                let row = self.row(idp, entry, &attempt).await?;
                tell(&row);
                rows.push(row);
            }
            Ok::<_, MatrixError>(rows)
        }));
        let mut rows = rows.await?.concat();
        let place = |row: &MatrixRow| self.faults.iter().position(|entry| entry.id == row.fault);
        rows.sort_by_key(place);
        let again = self.honest_again(&idps[0], &attempt).await;
        tell(&again);
        rows.push(again);
        Ok(Matrix { rows })
    }

    /// What went wrong is over: whoever still refuses keeps something that it should not have kept.
    async fn honest_again<A: Into<Attempt>>(
        &self,
        idp: &MockIdp,
        attempt: &impl AsyncFn(&MockIdp, Option<&'static str>) -> A,
    ) -> MatrixRow {
        idp.reset();
        let began = Instant::now();
        let tried = self.attempted(idp, None, attempt).await;
        self.judge(idp, &NO_FAULT, began, tried, None)
    }

    async fn row<A: Into<Attempt>>(
        &self,
        idp: &MockIdp,
        entry: &'static CatalogueEntry,
        attempt: &impl AsyncFn(&MockIdp, Option<&'static str>) -> A,
    ) -> Result<MatrixRow, MatrixError> {
        idp.reset();
        if entry.returning {
            // Whoever is to be known signs in first.
            let began = Instant::now();
            let Attempt { did, said } = self.attempted(idp, None, attempt).await;
            if did != Did::SignedIn {
                let said = format!("(without the fault, for the person to be known)\n{said}");
                return Ok(self.judge(idp, entry, began, Attempt { did, said }, Some(0)));
            }
        }
        let armed = idp.faults().arm(entry.id, Target::next(), u64::MAX)?;
        let began = Instant::now();
        let mut tried = self.attempted(idp, Some(entry.id), attempt).await;
        if armed.fired() == 0 && tried.did == Did::SignedIn {
            // Some go back to an earlier sign-in, and now there is one.
            tried = self.attempted(idp, Some(entry.id), attempt).await;
        }
        Ok(self.judge(idp, entry, began, tried, Some(armed.fired())))
    }

    async fn attempted<A: Into<Attempt>>(
        &self,
        idp: &MockIdp,
        fault: Option<&'static str>,
        attempt: &impl AsyncFn(&MockIdp, Option<&'static str>) -> A,
    ) -> Attempt {
        let tried = tokio::time::timeout(self.patience, attempt(idp, fault)).await;
        tried.map_or_else(|_| Attempt { did: Did::NotEnded, said: String::new() }, Into::into)
    }

    /// What came of a sign-in that began then; `fired` where a fault was armed.
    fn judge(
        &self,
        idp: &MockIdp,
        entry: &'static CatalogueEntry,
        began: Instant,
        Attempt { did, said }: Attempt,
        fired: Option<u64>,
    ) -> MatrixRow {
        let is_duty = match entry.binds {
            Binds::OwnRule => self.strict,
            binds => binding::in_sign_in(binds, &idp.journal().entries()),
        };
        let correct = if is_duty { entry.verdict } else { Verdict::Either };
        let outcome = judged(correct, did, fired, !entry.accompanies.is_empty());
        let said = if outcome == MatrixOutcome::Broken { honest::with_reason(idp, &said) } else { said };
        MatrixRow {
            fault: entry.id,
            sentence: entry.sentence,
            reference: entry.reference,
            seen_in: entry.seen_in,
            correct,
            binds: entry.binds,
            did,
            outcome,
            fired: fired.unwrap_or_default(),
            milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            said,
            story: story_of(idp, outcome),
        }
    }
}

/// What the row at the end is about.
static NO_FAULT: CatalogueEntry = CatalogueEntry {
    id: "no-fault",
    sentence: "Nothing is wrong any more, after all the faults.",
    strikes: &[],
    accompanies: &[],
    staged_by: StagedBy::Provider,
    reference: "",
    verdict: Verdict::Accept,
    binds: Binds::Everyone,
    returning: false,
    seen_in: &[],
};

fn story_of(idp: &MockIdp, outcome: MatrixOutcome) -> Option<String> {
    let newest = idp.stories().list().into_iter().next().filter(|_| outcome.is_bad())?;
    idp.stories().html(&newest.id).ok()
}
