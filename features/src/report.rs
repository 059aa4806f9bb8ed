//! What a run found, as plain data, and its renderings: a summary for people at a terminal, JUnit XML
//! for CI, one HTML page for everybody else.
//!
//! Rendering never judges; the verdicts are in the data.

mod html;
mod junit;
mod summary;

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

pub use self::summary::summary;

const JUNIT: &str = "junit.xml";
const HTML: &str = "report.html";

/// A whole run.
#[derive(Clone, Debug, Default)]
pub struct RunReport {
    /// `sqlite` or `postgresql`, or the target's name.
    pub target: String,
    /// Where the specs come from: a folder, or the inside of this program.
    pub specs: String,
    /// How the scenarios were ordered, with the seed if shuffled.
    pub order: String,
    /// Scenarios in flight at once.
    pub concurrency: usize,
    /// When its first scenario began, by the clock on the wall.
    pub started: Option<SystemTime>,
    /// Wall time.
    pub took: Duration,
    /// In the order of the files.
    pub features: Vec<FeatureReport>,
    /// What went wrong outside of any scenario, such as a panic in a server task.
    pub trouble: Vec<String>,
    /// Why it ended before its last scenario, with the scenario in which that was found, if it did.
    pub stopped: Option<String>,
    /// The files of reviewed snapshots without a scenario (whole runs only).
    pub unreferenced: Vec<String>,
    /// Where transcripts that differ wait for a person.
    pub review: Review,
}

/// Where transcripts that differ wait for a person.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Review {
    /// They are compared with nothing: what another product does is not ours to review.
    NotCompared,
    /// They were compared with the snapshots inside the program, which nobody can change.
    #[default]
    Nowhere,
    /// Nothing was written to this folder, because CI reviews nothing.
    NotOnCi(String),
    /// In this folder.
    In(String),
}

/// One feature file.
#[derive(Clone, Debug, Default)]
pub struct FeatureReport {
    /// Path below the specs folder.
    pub path: String,
    /// The same as people find it: with the specs folder as it was named.
    pub file: String,
    /// The feature's name.
    pub name: String,
    /// The prose below its name.
    pub description: String,
    /// In the order of the file.
    pub scenarios: Vec<ScenarioReport>,
}

/// One scenario, or one row of an outline.
#[derive(Clone, Debug)]
pub struct ScenarioReport {
    /// Name with the row's values.
    pub name: String,
    /// 1-based line.
    pub line: usize,
    /// Without `@`.
    pub tags: Vec<String>,
    /// How it ended.
    pub status: Status,
    /// Background steps first.
    pub steps: Vec<StepReport>,
    /// From its first to its last event.
    pub took: Duration,
    /// Name of its snapshot.
    pub snapshot: String,
    /// What happened; of a scenario that failed, up to its failure.
    pub transcript: Option<String>,
}

/// How a scenario ended.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Status {
    /// It never started, because the run was stopped first.
    #[default]
    NotRun,
    /// Every step passed and the transcript is as reviewed.
    Passed,
    /// A step failed, or what the scenario armed never happened.
    Failed {
        /// Why, in words.
        message: String,
    },
    /// It does not hold, as is known.
    Differs {
        /// Why that is so, as it was written down.
        why: String,
        /// What did not hold.
        message: String,
    },
    /// What is tested has not what it takes, so it was not started.
    NotApplicable {
        /// What is missing, as the end of "the product …".
        why: String,
    },
    /// Every step passed; the transcript waits for review.
    NeedsReview {
        /// Difference from the reviewed one, or that there is none.
        diff: String,
    },
}

/// One step.
#[derive(Clone, Debug)]
pub struct StepReport {
    /// With its trailing space.
    pub keyword: String,
    /// The sentence.
    pub text: String,
    /// Its table, rows of cells.
    pub table: Vec<Vec<String>>,
    /// Its doc string.
    pub doc_string: Option<String>,
    /// 1-based line.
    pub line: usize,
    /// How it ended.
    pub status: StepStatus,
}

/// How a step ended.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum StepStatus {
    /// An earlier step failed, or the scenario was not started.
    #[default]
    NotRun,
    /// Nobody can look there on what is tested; what is missing, as the end of "the product …".
    LeftOut(String),
    /// It held.
    Passed,
    /// It did not; the words, and the place in the code.
    Failed(String),
}

/// Scenario counts of a run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Everything held.
    pub passed: usize,
    /// Something did not.
    pub failed: usize,
    /// Only the transcript differs.
    pub needs_review: usize,
    /// Never started.
    pub not_run: usize,
    /// They do not hold, as is known.
    pub differ: usize,
    /// Not for what is tested.
    pub not_applicable: usize,
}

impl RunReport {
    /// Every scenario with its feature.
    pub fn scenarios(&self) -> impl Iterator<Item = (&FeatureReport, &ScenarioReport)> {
        self.features.iter().flat_map(|feature| feature.scenarios.iter().map(move |it| (feature, it)))
    }

    /// Counts of all scenarios.
    pub fn counts(&self) -> Counts {
        count(self.scenarios().map(|(_, scenario)| scenario))
    }

    /// Removes the reports that are in a folder.
    ///
    /// # Errors
    /// When one is there and cannot be removed.
    pub fn remove(folder: &Path) -> io::Result<()> {
        for file in [JUNIT, HTML] {
            match fs::remove_file(folder.join(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes `junit.xml` and `report.html` into a folder.
    ///
    /// # Errors
    /// When the folder or a file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join(JUNIT), junit::render(self).map_err(io::Error::other)?)?;
        fs::write(folder.join(HTML), html::render(self).map_err(io::Error::other)?)
    }
}

impl ScenarioReport {
    /// The line on which it failed, where it was a step that did.
    pub fn failed_at(&self) -> Option<usize> {
        self.steps.iter().find(|step| matches!(step.status, StepStatus::Failed(_))).map(|step| step.line)
    }

    /// Why it failed, without the step that did.
    fn cause(&self) -> Option<&str> {
        let of_step = self.steps.iter().find_map(|step| match &step.status {
            StepStatus::Failed(words) => Some(words.as_str()),
            StepStatus::NotRun | StepStatus::LeftOut(_) | StepStatus::Passed => None,
        });
        of_step.or(match &self.status {
            Status::Failed { message } | Status::Differs { message, .. } => Some(message),
            Status::NotRun | Status::Passed | Status::NotApplicable { .. } | Status::NeedsReview { .. } => {
                None
            }
        })
    }
}

/// What is wrong with the file of a snapshot that no scenario has, and what to do.
fn unreferenced(file: &str) -> String {
    format!("the snapshot {file} belongs to no scenario; delete the file, or bring back the scenario's name")
}

/// A number with its noun.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

impl FeatureReport {
    /// Counts of this feature.
    pub fn counts(&self) -> Counts {
        count(&self.scenarios)
    }
}

fn count<'a>(scenarios: impl IntoIterator<Item = &'a ScenarioReport>) -> Counts {
    let mut counts = Counts::default();
    for scenario in scenarios {
        match scenario.status {
            Status::NotRun => counts.not_run += 1,
            Status::NotApplicable { .. } => counts.not_applicable += 1,
            Status::Differs { .. } => counts.differ += 1,
            Status::Passed => counts.passed += 1,
            Status::Failed { .. } => counts.failed += 1,
            Status::NeedsReview { .. } => counts.needs_review += 1,
        }
    }
    counts
}
