//! A verdict as text, as JUnit XML, and by serde as JSON.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Check, ClientJudgement, Judgement, NOBODY, Outcome};
use crate::visible::visible;

/// Most entry numbers on a line.
const SHOWN: usize = 12;

impl Judgement {
    /// The verdict to read: failures first, then what passed and what was not seen.
    pub fn text(&self) -> String {
        let mut parts: Vec<_> = self.clients.iter().map(client_text).collect();
        if parts.is_empty() {
            parts.push(format!("{NOBODY}\n"));
        }
        if !self.excepted.is_empty() {
            parts.push(format!("left out on request: {}\n", self.excepted.join(", ")));
        }
        if self.forgotten > 0 {
            let forgotten = self.forgotten;
            parts.push(format!("{forgotten} older exchanges gave way to newer ones and are not judged\n"));
        }
        parts.join("\n")
    }

    /// The verdict as JUnit XML: a suite for each client, a case for each check; what was not seen is skipped. Where nobody was
    /// seen, that is an error.
    pub fn junit(&self) -> String {
        let mut report = Report::new("relying party verdict");
        report.add_test_suites(self.clients.iter().map(|judged| suite(judged, self)));
        if self.clients.is_empty() {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(NOBODY);
            let mut suite = TestSuite::new("verdict");
            suite.add_test_case(TestCase::new("relying-party-seen", status));
            report.add_test_suite(suite);
        }
        // It is written to memory, and quick-junit escapes whatever XML cannot hold.
        report.to_string().unwrap_or_default()
    }

    /// The verdict as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn client_text(judged: &ClientJudgement) -> String {
    let of = |outcome| judged.checks.iter().filter(move |check| check.outcome == outcome);
    let count = |outcome| of(outcome).count();
    let (failed, passed) = (count(Outcome::Fail), count(Outcome::Pass));
    let not_seen = count(Outcome::NotSeen);
    let client = visible(&judged.client);
    let mut lines = vec![format!("{client}: {failed} failed, {passed} passed, {not_seen} not seen")];
    for (outcome, word) in [(Outcome::Fail, "FAIL"), (Outcome::Pass, "pass"), (Outcome::NotSeen, "not seen")]
    {
        for check in of(outcome) {
            lines.push(format!("  {word:<8}  {}: {} ({})", check.id, check.sentence, check.clause));
            if !check.detail.is_empty() {
                lines.push(format!("            {}", visible(&check.detail)));
            }
            if outcome == Outcome::Fail {
                lines.push(format!("            journal {}", numbers(check)));
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn numbers(check: &Check) -> String {
    let shown: Vec<_> = check.entries.iter().take(SHOWN).map(|seq| format!("#{seq}")).collect();
    let more = check.entries.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

fn suite(judged: &ClientJudgement, Judgement { forgotten, excepted, .. }: &Judgement) -> TestSuite {
    let client = visible(&judged.client);
    let mut suite = TestSuite::new(client.clone());
    if !excepted.is_empty() {
        suite.add_property(Property::new("left out on request", excepted.join(", ")));
    }
    if *forgotten > 0 {
        suite.add_property(Property::new("forgotten exchanges", forgotten.to_string()));
    }
    suite.add_test_cases(judged.checks.iter().map(|check| case(&client, check)));
    suite
}

fn case(client: &str, check: &Check) -> TestCase {
    let detail = visible(&check.detail);
    let status = match check.outcome {
        Outcome::Pass => TestCaseStatus::success(),
        Outcome::NotSeen => {
            let mut status = TestCaseStatus::skipped();
            let why = if detail.is_empty() { "not seen" } else { &detail };
            status.set_message(why.to_owned());
            status
        }
        Outcome::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("fail");
            status.set_message(detail.clone());
            let text =
                format!("{} ({})\n{}\njournal {}", check.sentence, check.clause, detail, numbers(check));
            status.set_description(text);
            status
        }
    };
    let mut case = TestCase::new(check.id, status);
    case.set_classname(format!("verdict.{client}"));
    case.add_property(Property::new("clause", check.clause));
    case.add_property(Property::new("sentence", check.sentence));
    case
}
