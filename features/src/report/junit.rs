//! JUnit XML: one suite for each feature, `classname` from its path, so that a scenario keeps its
//! history in CI when lines move. What failed is a failure; what only waits for review is an error, the other thing
//! that JUnit counts and CI shows red, so that the two are told apart as everywhere else.

use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{FeatureReport, RunReport, ScenarioReport, Status};

pub(super) fn render(run: &RunReport) -> Result<String, SerializeError> {
    let mut report = Report::new("features");
    report.set_time(run.took);
    report.add_test_suites(run.features.iter().map(|feature| suite(run, feature)));
    report.to_string()
}

fn suite(run: &RunReport, feature: &FeatureReport) -> TestSuite {
    let mut suite = TestSuite::new(feature.name.clone());
    suite.set_time(feature.scenarios.iter().map(|scenario| scenario.took).sum());
    suite.add_property(Property::new("target", run.target.clone()));
    suite.add_property(Property::new("specs", run.specs.clone()));
    suite.add_property(Property::new("order", run.order.clone()));
    suite.add_test_cases(feature.scenarios.iter().map(|scenario| case(feature, scenario)));
    suite
}

fn case(feature: &FeatureReport, scenario: &ScenarioReport) -> TestCase {
    let mut case = TestCase::new(scenario.name.clone(), status(scenario));
    case.set_classname(feature.path.trim_end_matches(".feature").replace('/', "."));
    case.set_time(scenario.took);
    // What shows a failure beside the file wants the line that failed.
    let line = scenario.failed_at().unwrap_or(scenario.line);
    case.extra.insert("file".into(), feature.file.clone().into());
    case.extra.insert("line".into(), line.to_string().into());
    case.add_property(Property::new("scenario", format!("{}:{}", feature.file, scenario.line)));
    case.add_property(Property::new("tags", scenario.tags.join(" ")));
    if let Some(transcript) = &scenario.transcript {
        case.set_system_out(transcript.clone());
    }
    case
}

fn status(scenario: &ScenarioReport) -> TestCaseStatus {
    match &scenario.status {
        Status::Passed => TestCaseStatus::success(),
        Status::NotRun => TestCaseStatus::skipped(),
        // Lists of failures show the message alone, so it is the cause; the step is in the body.
        Status::Failed { message } => {
            let cause = scenario.cause().unwrap_or(message);
            refused(NonSuccessKind::Failure, "failed", cause, message)
        }
        Status::NeedsReview { diff } => {
            let message = format!("the transcript needs review\n{diff}");
            refused(NonSuccessKind::Error, "needs-review", &message, &message)
        }
    }
}

/// Something that is red: its message is the first line of why.
fn refused(kind: NonSuccessKind, name: &str, why: &str, whole: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(name.to_owned());
    status.set_message(why.lines().next().unwrap_or_default().to_owned());
    status.set_description(whole.to_owned());
    status
}
