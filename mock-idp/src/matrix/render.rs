//! A matrix as text, as JUnit XML, and by serde as JSON.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Did, Matrix, MatrixOutcome, MatrixRow};
use crate::fault::Verdict;
use crate::visible::visible;

/// Lines of what an attempt said that are shown: the reason comes last.
const SHOWN: usize = 8;

impl Matrix {
    /// Rows that came to this.
    pub fn with(&self, outcome: MatrixOutcome) -> impl Iterator<Item = &MatrixRow> {
        self.rows.iter().filter(move |row| row.outcome == outcome)
    }

    /// The matrix to read: a line for each fault, and the sum.
    pub fn text(&self) -> String {
        let mut lines: Vec<_> = self.rows.iter().map(MatrixRow::text).collect();
        lines.push(String::new());
        lines.push(self.sum());
        lines.push(String::new());
        lines.join("\n")
    }

    /// How many came to what, in one line.
    pub fn sum(&self) -> String {
        let count = |outcome| self.with(outcome).count();
        let broken = match count(MatrixOutcome::Broken) {
            0 => String::new(),
            count => format!(", {count} BROKEN, which say nothing about their faults"),
        };
        format!(
            "{} sign-ins: {} right, {} WRONG, {} where both is right, {} whose fault was not reached{}",
            self.rows.len(),
            count(MatrixOutcome::Right),
            count(MatrixOutcome::Wrong),
            count(MatrixOutcome::Either),
            count(MatrixOutcome::NotReached),
            broken,
        )
    }

    /// The matrix as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The matrix as JUnit XML: a case for each fault; what was not reached is skipped.
    pub fn junit(&self) -> String {
        let mut suite = TestSuite::new("faults");
        suite.add_test_cases(self.rows.iter().map(case));
        let mut report = Report::new("relying party matrix");
        report.add_test_suite(suite);
        // It is written to memory, and quick-junit escapes whatever XML cannot hold.
        report.to_string().unwrap_or_default()
    }

    /// Whether nothing was wrong, and every sign-in says something.
    pub fn is_clean(&self) -> bool {
        self.rows.iter().all(|row| !row.outcome.is_bad())
    }

    /// Panics when the relying party did something wrong, or a sign-in failed for another reason than its fault.
    ///
    /// # Panics
    /// With these rows.
    #[track_caller]
    pub fn assert_clean(&self) {
        let wrong: Vec<_> =
            self.rows.iter().filter(|row| row.outcome.is_bad()).map(MatrixRow::text).collect();
        assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), self.sum());
    }
}

impl MatrixRow {
    /// The row as a line, and what is to be known about it when it is wrong.
    pub fn text(&self) -> String {
        let did = match self.did {
            Did::SignedIn => "signed in",
            Did::Refused => "refused",
            Did::WrongAccount => "wrong account",
            Did::NotEnded => "did not end",
        };
        let outcome = match self.outcome {
            MatrixOutcome::Right => "right",
            MatrixOutcome::Wrong => "WRONG",
            MatrixOutcome::Either => "either",
            MatrixOutcome::NotReached => "not reached",
            MatrixOutcome::Broken => "BROKEN",
        };
        let mut lines = vec![format!("{:<42} {did:<12} {outcome}", self.fault)];
        if self.outcome == MatrixOutcome::Wrong {
            lines.push(format!("    {}", self.sentence));
            lines.push(format!("    {}", self.what_is_right()));
            if !self.seen_in.is_empty() {
                lines.push(format!("    seen in {}", self.seen_in.join(", ")));
            }
        }
        if self.outcome == MatrixOutcome::Broken {
            lines.push("    nobody was signed in, and the fault changed nothing".to_owned());
        }
        if self.outcome.is_bad() {
            let said: Vec<_> = self.said.lines().collect();
            let last = &said[said.len().saturating_sub(SHOWN)..];
            lines.extend(last.iter().map(|line| format!("    | {}", visible(line))));
        }
        lines.join("\n")
    }

    /// What a correct relying party does, and what says so.
    fn what_is_right(&self) -> String {
        if self.did == Did::WrongAccount {
            return "the account is not what it should be".to_owned();
        }
        let right = match self.correct {
            Verdict::Refuse => "a correct relying party refuses",
            Verdict::Accept => "a correct relying party signs the person in",
            Verdict::Reauthenticate => "a correct relying party asks once more, and then refuses",
            Verdict::Either => "a correct relying party comes to an end",
        };
        if self.reference.is_empty() { right.to_owned() } else { format!("{right} ({})", self.reference) }
    }
}

fn case(row: &MatrixRow) -> TestCase {
    let status = match row.outcome {
        MatrixOutcome::Right | MatrixOutcome::Either => TestCaseStatus::success(),
        MatrixOutcome::NotReached => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("the fault was not reached");
            status
        }
        MatrixOutcome::Broken => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type(row.did.as_str());
            status.set_message("nobody was signed in, and the fault changed nothing");
            status.set_description(row.text());
            status
        }
        MatrixOutcome::Wrong => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(row.did.as_str());
            status.set_message(format!("{}; {}", row.sentence, row.what_is_right()));
            status.set_description(row.text());
            status
        }
    };
    let mut case = TestCase::new(row.fault, status);
    case.set_classname("matrix");
    case.set_time(std::time::Duration::from_millis(row.milliseconds));
    case.add_property(Property::new("sentence", row.sentence));
    case.add_property(Property::new("did", row.did.as_str()));
    if !row.said.is_empty() {
        case.set_system_out(row.said.lines().map(visible).collect::<Vec<_>>().join("\n"));
    }
    case
}
