//! What one scenario runs in: both programs, the people with their browsers, and what was noted on the way.
//!
//! A world starts nothing before the first step that needs it, so that a scenario can say what is different
//! about its programs first.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use anyhow::{Context as _, Result, bail};
use cucumber::gherkin::{Step, StepType};
use jiff::SignedDuration;

use crate::driver::{database::Database, product::Product, reference::Preparation};

pub mod attempt;
pub mod baseline;
mod needs;
pub mod person;
pub mod stage;
pub mod words;

pub use needs::fit;
pub use person::Who;
use stage::Stage;

/// What every scenario of a run is about.
#[derive(Clone, Debug)]
pub enum Target {
    /// Our provisioner, on this kind of database.
    Reference(Database),
    /// Somebody else's product.
    Product(Arc<Product>),
}

static TARGET: OnceLock<Target> = OnceLock::new();

/// Fixes what the scenarios of this process are about: our provisioner on SQLite, unless something else is said. To be
/// called once, before the first scenario.
///
/// # Errors
/// When it was fixed before.
pub fn fix_target(target: Target) -> Result<()> {
    TARGET.set(target).map_err(|_| anyhow::anyhow!("what this run tests is already fixed"))
}

fn target() -> &'static Target {
    TARGET.get_or_init(|| Target::Reference(Database::Sqlite))
}

/// Why no further scenario is worth starting after one that failed, if what is tested is gone.
pub(crate) async fn gone() -> Option<String> {
    match target() {
        Target::Reference(_) => None,
        Target::Product(product) => product.gone().await,
    }
}

/// One scenario.
#[derive(cucumber::World)]
#[world(init = Self::new)]
pub struct World {
    preparation: Preparation,
    stage: Option<Stage>,
}

impl World {
    fn new() -> Self {
        Self { preparation: Preparation::default(), stage: None }
    }

    /// Whether the programs run.
    pub fn has_started(&self) -> bool {
        self.stage.is_some()
    }

    /// Changes how the programs are started; only before they are.
    pub fn prepare(&mut self, change: impl FnOnce(&mut Preparation)) -> Result<()> {
        if self.stage.is_some() {
            bail!("this has to be the first step of the scenario: the programs are already running");
        }
        change(&mut self.preparation);
        Ok(())
    }

    /// The running programs, for a step that has begun.
    fn stage(&mut self) -> Result<&mut Stage> {
        self.stage.as_mut().context("the programs are not running")
    }

    /// The running programs. A step begins here: one second passes, and the first `When` begins the
    /// scenario's own story.
    pub async fn begin(&mut self, step: &Step) -> Result<&mut Stage> {
        if self.stage.is_none() {
            self.stage = Some(Stage::start(target(), &self.preparation).await?);
        }
        let stage = self.stage()?;
        if step.ty != StepType::Then {
            stage.pass(SignedDuration::from_secs(1)).await?;
        }
        if step.ty == StepType::When && !stage.has_begun() {
            stage.begin_the_story().await?;
        }
        Ok(stage)
    }

    /// The programs, if they were started.
    pub(crate) fn running(&self) -> Option<&Stage> {
        self.stage.as_ref()
    }

    /// Stops the programs.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        match self.stage.take() {
            Some(stage) => stage.stop().await,
            None => Ok(()),
        }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("preparation", &self.preparation).finish_non_exhaustive()
    }
}
