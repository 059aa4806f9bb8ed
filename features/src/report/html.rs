//! One HTML page without scripts: the specs as living documentation, with what the run found.

use askama::Template;

use super::{Counts, FeatureReport, RunReport, ScenarioReport, Status, StepReport, StepStatus};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    run: &'a RunReport,
    counts: Counts,
}

pub(super) fn render(run: &RunReport) -> askama::Result<String> {
    Page { run, counts: run.counts() }.render()
}

impl ScenarioReport {
    /// Class and word of the badge.
    fn badge(&self) -> (&'static str, &'static str) {
        match self.status {
            Status::Passed => ("passed", "passed"),
            Status::Failed { .. } => ("failed", "failed"),
            Status::NeedsReview { .. } => ("review", "needs review"),
            Status::NotRun => ("not-run", "not run"),
        }
    }

    /// What to show first: why it failed, or how the transcript differs.
    fn explanation(&self) -> Option<&str> {
        match &self.status {
            Status::Failed { message } => Some(message),
            Status::NeedsReview { diff } => Some(diff),
            Status::Passed | Status::NotRun => None,
        }
    }
}

impl StepReport {
    fn class(&self) -> &'static str {
        match self.status {
            StepStatus::Passed => "passed",
            StepStatus::Failed(_) => "failed",
            StepStatus::NotRun => "not-run",
        }
    }
}

impl FeatureReport {
    /// A feature opens by itself when something in it is not as it should be.
    fn wants_attention(&self) -> bool {
        self.counts().passed < self.scenarios.len()
    }
}
