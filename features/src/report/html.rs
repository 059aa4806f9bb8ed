//! One HTML page without scripts: the specs as living documentation, with what the run found. What is shown is
//! chosen by radio buttons and style alone; words are found by the browser's own search, which opens what is closed.

use std::collections::BTreeSet;

use askama::Template;
use jiff::Timestamp;

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

impl RunReport {
    /// The day and the minute at which it began, in UTC.
    fn began(&self) -> Option<String> {
        let at = Timestamp::try_from(self.started?).ok()?;
        Some(at.strftime("%Y-%m-%d %H:%M UTC").to_string())
    }
}

impl ScenarioReport {
    /// Class and word of the badge.
    fn badge(&self) -> (&'static str, &'static str) {
        match self.status {
            Status::Passed => ("passed", "passed"),
            Status::Failed { .. } => ("failed", "failed"),
            Status::NeedsReview { .. } => ("review", "needs review"),
            Status::NotRun => ("not-run", "not run"),
            Status::NotApplicable { .. } => ("not-applicable", "not applicable"),
            Status::Differs { .. } => ("differs", "differs"),
        }
    }

    /// What to show first: why it failed, or how the transcript differs.
    fn explanation(&self) -> Option<&str> {
        match &self.status {
            Status::Failed { message } | Status::Differs { message, .. } => Some(message),
            Status::NeedsReview { diff } => Some(diff),
            Status::Passed | Status::NotRun | Status::NotApplicable { .. } => None,
        }
    }

    /// It opens by itself when it is not as it should be.
    fn wants_attention(&self) -> bool {
        matches!(self.status, Status::Failed { .. } | Status::NeedsReview { .. })
    }

    /// Why it is known not to hold, where it does not.
    fn difference(&self) -> Option<&str> {
        match &self.status {
            Status::Differs { why, .. } => Some(why),
            _ => None,
        }
    }

    /// What the product has not, where that is why the scenario was not started.
    fn missing(&self) -> Option<&str> {
        match &self.status {
            Status::NotApplicable { why } => Some(why),
            _ => None,
        }
    }
}

impl StepReport {
    /// Why nobody looked.
    fn left_out(&self) -> Option<&str> {
        match &self.status {
            StepStatus::LeftOut(why) => Some(why),
            _ => None,
        }
    }

    fn class(&self) -> &'static str {
        match self.status {
            StepStatus::Passed => "passed",
            StepStatus::Failed(_) => "failed",
            StepStatus::NotRun => "not-run",
            StepStatus::LeftOut(_) => "left-out",
        }
    }
}

impl FeatureReport {
    /// What is in it, as classes by which it is shown or hidden.
    fn holds(&self) -> String {
        let badges: BTreeSet<&str> = self.scenarios.iter().map(|scenario| scenario.badge().0).collect();
        badges.into_iter().flat_map(|badge| [" has-", badge]).collect()
    }

    /// A feature opens by itself when something in it is not as it should be.
    fn wants_attention(&self) -> bool {
        let counts = self.counts();
        counts.passed + counts.not_applicable + counts.differ < self.scenarios.len()
    }
}
