//! The runner: what a QA team starts. It reads specs, refuses what cannot be trusted, runs what was
//! selected, judges the transcripts and says how it went in an exit code.
//!
//! It knows cucumber and no system under test: a world is whatever implements [`ScenarioWorld`].

mod collector;
mod definitions;
mod execute;
mod expression;
mod fitting;
mod keywords;
mod lint;
mod nearest;
mod panics;
mod selection;
mod snapshots;
mod specs;
mod stop;
mod syntax;

pub use self::{
    definitions::{StepUsage, step_usage},
    execute::{Fit, Order, RunPlan, Said, ScenarioWorld, run},
    fitting::{fit, mark_differences},
    lint::{Problem, lint},
    nearest::{did_you_mean, nearest},
    selection::{Selection, SelectionError},
    snapshots::{PendingSnapshot, SnapshotStore},
    specs::{Case, EMBEDDED_ROOT, Spec, SpecError, SpecFile, Specs},
};

/// How a run ended, as the process says it.
///
/// | code | meaning |
/// |---|---|
/// | 0 | every selected scenario passed and every transcript matches its snapshot |
/// | 1 | a scenario failed, a task of a program panicked, or a snapshot belongs to no scenario (whole runs only) |
/// | 2 | the specs or the command line cannot be run as they are |
/// | 3 | every scenario passed, but transcripts differ from the reviewed snapshots |
/// | 4 | the system under test cannot be reached, or no longer |
/// | 5 | nothing was selected, or nothing of it applies to what is tested |
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Everything passed.
    Passed = 0,
    /// At least one scenario failed.
    Failed = 1,
    /// The specs or the command line are broken.
    Broken = 2,
    /// Only snapshots differ: a person has to review them.
    NeedsReview = 3,
    /// The system under test does not answer, or no longer.
    Unreachable = 4,
    /// The selection is empty, or nothing of it applies.
    NothingRan = 5,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
