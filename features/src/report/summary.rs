//! The last words at a terminal: what failed and why, what waits for review, the counts.

use std::fmt::Write as _;

use super::{RunReport, Status};

/// The whole summary, ending in the counts.
pub fn summary(run: &RunReport) -> String {
    let mut text = String::new();
    for (feature, scenario) in run.scenarios() {
        let own = format!("{}:{}", feature.file, scenario.line);
        let place = match scenario.failed_at() {
            Some(line) => format!("{}:{line} (the scenario is at {own})", feature.file),
            None => own,
        };
        match &scenario.status {
            Status::Failed { message } => {
                let _ = write!(text, "\nFAILED {}\n  {place}\n{}\n", scenario.name, indented(message));
            }
            Status::NeedsReview { diff } => {
                let _ = write!(text, "\nTO REVIEW {}\n  {place}\n{}\n", scenario.name, indented(diff));
            }
            Status::Passed | Status::NotRun => {}
        }
    }
    for name in &run.unreferenced {
        let _ = writeln!(
            text,
            "\nUNREFERENCED snapshot {name}: no scenario has this name any more; delete the file"
        );
    }
    for trouble in &run.trouble {
        let _ = writeln!(text, "\nTROUBLE {trouble}");
    }
    text.push_str(&counts_line(run));
    text
}

fn counts_line(run: &RunReport) -> String {
    let counts = run.counts();
    let steps = run.scenarios().map(|(_, scenario)| scenario.steps.len()).sum::<usize>();
    format!(
        "\n{} scenarios ({} passed, {} failed, {} to review, {} not run), {steps} steps, {} features, {:.1} s\n",
        run.scenarios().count(),
        counts.passed,
        counts.failed,
        counts.needs_review,
        counts.not_run,
        run.features.len(),
        run.took.as_secs_f64(),
    )
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
