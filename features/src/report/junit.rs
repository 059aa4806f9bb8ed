//! JUnit XML: one suite for each feature, `classname` from its path, so that a scenario keeps its
//! history in CI when lines move. What failed is a failure; what only waits for review is an error, the other thing
//! that JUnit counts and CI shows red, so that the two are told apart as everywhere else.

use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{FeatureReport, RunReport, ScenarioReport, Status, unreferenced};

pub(super) fn render(run: &RunReport) -> Result<String, SerializeError> {
    let mut report = Report::new("features");
    report.set_time(run.took);
    report.add_test_suites(run.features.iter().map(|feature| suite(run, feature)));
    if !run.unreferenced.is_empty() || !run.trouble.is_empty() || run.stopped.is_some() {
        report.add_test_suite(outside_of_scenarios(run));
    }
    report.to_string()
}

fn suite(run: &RunReport, feature: &FeatureReport) -> TestSuite {
    let mut suite = TestSuite::new(feature.name.clone());
    suite.set_time(feature.scenarios.iter().map(|scenario| scenario.took).sum());
    suite.add_property(Property::new("target", run.target.clone()));
    suite.add_property(Property::new("specs", run.specs.clone()));
    suite.add_property(Property::new("order", run.order.clone()));
    suite.add_test_cases(feature.scenarios.iter().map(|scenario| case(run, feature, scenario)));
    suite
}

/// What fails a run and belongs to no scenario.
fn outside_of_scenarios(run: &RunReport) -> TestSuite {
    let mut suite = TestSuite::new("outside of scenarios");
    let failed = |name: &str, class: &str, why: &str| {
        let mut case = TestCase::new(name, refused(NonSuccessKind::Failure, class, why, why));
        case.set_classname(class);
        case
    };
    suite.add_test_cases(run.unreferenced.iter().map(|file| {
        let mut case = failed(file, "unreferenced-snapshot", &unreferenced(file));
        case.extra.insert("file".into(), file.as_str().into());
        case
    }));
    suite.add_test_cases(run.trouble.iter().map(|why| failed(why, "trouble", why)));
    suite.add_test_cases(run.stopped.iter().map(|why| failed("the run was stopped", "stopped", why)));
    suite
}

fn case(run: &RunReport, feature: &FeatureReport, scenario: &ScenarioReport) -> TestCase {
    let mut case = TestCase::new(scenario.name.clone(), status(run, scenario));
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

fn status(run: &RunReport, scenario: &ScenarioReport) -> TestCaseStatus {
    match &scenario.status {
        Status::Passed => TestCaseStatus::success(),
        Status::NotRun => run
            .stopped
            .as_ref()
            .map_or_else(TestCaseStatus::skipped, |why| skipped(&format!("the run was stopped {why}"))),
        Status::NotApplicable { why } => skipped(&format!("the product {why}")),
        Status::Differs { why, .. } => skipped(&format!("known to differ: {why}")),
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

/// Something that is neither green nor red, and why.
fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why.to_owned());
    status
}

/// Something that is red: its message is the first line of why.
fn refused(kind: NonSuccessKind, name: &str, why: &str, whole: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(name.to_owned());
    status.set_message(why.lines().next().unwrap_or_default().to_owned());
    status.set_description(whole.to_owned());
    status
}
