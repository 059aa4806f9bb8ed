//! The end of cucumber's event stream: turns events into a [`RunReport`] and shows progress.
//!
//! It keys scenarios by file and line, so the order of events does not matter.

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, Write as _},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use cucumber::{
    Event, Writer, cli,
    event::{self, Cucumber, StepError},
    parser, writer,
};

use super::{
    panics,
    snapshots::{Judgement, SnapshotStore},
    specs::Case,
    stop::{self, StopCell},
};
use crate::report::{FeatureReport, RunReport, ScenarioReport, Status, StepReport, StepStatus};

/// File and line of a scenario.
pub(crate) type Key = (String, usize);

/// What a scenario's world said when it ended.
pub(crate) enum Ending {
    /// Every step passed and nothing speaks against it.
    Held {
        /// What happened.
        transcript: String,
    },
    /// A step failed, or the world does not let it pass.
    Failed {
        /// Why it does not hold although every step passed.
        refused: Option<String>,
        /// What happened up to there.
        so_far: String,
    },
}

/// How each scenario ended.
pub(crate) type Endings = Arc<Mutex<BTreeMap<Key, Ending>>>;

pub(crate) struct Collector {
    scenarios: BTreeMap<Key, Entry>,
    endings: Endings,
    stop: StopCell,
    snapshots: SnapshotStore,
    trouble: Vec<String>,
    started: Option<SystemTime>,
    progress: Progress,
}

struct Entry {
    file: String,
    feature: String,
    description: String,
    started: Option<SystemTime>,
    /// Why it is known not to hold, if it is.
    differs: Option<String>,
    /// Whether the run was stopped before its first step.
    refused: bool,
    report: ScenarioReport,
}

impl Collector {
    pub(crate) fn new(cases: &[Case], endings: Endings, stop: StopCell, snapshots: SnapshotStore) -> Self {
        let scenarios: BTreeMap<_, _> =
            cases.iter().map(|case| ((case.path.clone(), case.line), Entry::new(case))).collect();
        let progress = Progress::new(cases.iter().filter(|case| case.inapplicable.is_none()).count());
        Self { scenarios, endings, stop, snapshots, trouble: Vec::new(), started: None, progress }
    }

    /// The finished report; run-wide facts are filled in by the caller.
    pub(crate) fn into_report(mut self) -> RunReport {
        self.progress.end();
        let unclaimed = panics::unclaimed().into_iter();
        self.trouble
            .extend(unclaimed.map(|note| format!("a task panicked at {}: {}", note.location, note.message)));
        let stopped = self.stopped();
        let mut features: Vec<FeatureReport> = Vec::new();
        for ((path, _), entry) in self.scenarios {
            if features.last().is_none_or(|feature| feature.path != path) {
                let Entry { file, feature: name, description, .. } = &entry;
                let (file, name, description) = (file.clone(), name.clone(), description.clone());
                features.push(FeatureReport { path, file, name, description, scenarios: Vec::new() });
            }
            if let Some(feature) = features.last_mut() {
                feature.scenarios.push(entry.report);
            }
        }
        RunReport { features, trouble: self.trouble, stopped, started: self.started, ..RunReport::default() }
    }

    /// Why scenarios were not started, if the run was stopped before them.
    fn stopped(&self) -> Option<String> {
        let stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        let stop = stop.as_ref()?;
        let Entry { file, report, .. } = self.scenarios.get(&stop.scenario)?;
        Some(format!("in the scenario {:?} ({file}:{}): {}", report.name, report.line, stop.why))
    }

    fn scenario<W>(&mut self, key: &Key, at: SystemTime, event: event::Scenario<W>) {
        let Some(entry) = self.scenarios.get_mut(key) else { return };
        match event {
            event::Scenario::Started => entry.started = Some(at),
            event::Scenario::Background(step, event) | event::Scenario::Step(step, event) => {
                entry.step(&step, &event);
            }
            event::Scenario::Hook(_, event::Hook::Failed(_, info)) if stop::is_refusal(&*info) => {
                entry.refused = true;
            }
            event::Scenario::Hook(_, event::Hook::Failed(_, info)) => {
                entry.fail(panics::text_of(&*info));
            }
            event::Scenario::Finished => self.finished(key, at),
            event::Scenario::Hook(..) | event::Scenario::Log(_) => {}
        }
    }

    fn finished(&mut self, key: &Key, at: SystemTime) {
        let ending = self.endings.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        let Some(entry) = self.scenarios.get_mut(key).filter(|entry| !entry.refused) else { return };
        entry.report.took = entry.started.and_then(|it| at.duration_since(it).ok()).unwrap_or_default();
        match ending {
            Some(Ending::Held { transcript }) => entry.judge(&self.snapshots, transcript),
            Some(Ending::Failed { refused, so_far }) => {
                entry.fail(refused.unwrap_or_else(|| "the scenario did not finish".into()));
                entry.tell_what_happened(&so_far);
            }
            None => entry.fail("the scenario did not finish".into()),
        }
        entry.compare_with_what_is_known();
        let failed = matches!(entry.report.status, Status::Failed { .. });
        self.progress.finished(failed);
    }
}

impl Entry {
    fn new(case: &Case) -> Self {
        let background = case
            .single
            .background
            .iter()
            .chain(case.single.rules.iter().filter_map(|it| it.background.as_ref()));
        let own = case.single.scenarios.iter().chain(case.single.rules.iter().flat_map(|it| &it.scenarios));
        let steps = background.flat_map(|it| &it.steps).chain(own.flat_map(|it| &it.steps));
        let inapplicable = case.inapplicable.clone().map(|why| Status::NotApplicable { why });
        Self {
            file: case.file.clone(),
            feature: case.feature.clone(),
            description: unindented(case.single.description.as_deref().unwrap_or_default()),
            started: None,
            differs: case.differs.clone(),
            refused: false,
            report: ScenarioReport {
                name: case.name.clone(),
                line: case.line,
                tags: case.tags.clone(),
                status: inapplicable.unwrap_or_default(),
                steps: steps.map(|step| step_report(step, case.left_out.get(&step.position.line))).collect(),
                took: Duration::ZERO,
                snapshot: case.snapshot.clone(),
                transcript: None,
            },
        }
    }

    fn step<W>(&mut self, step: &gherkin::Step, event: &event::Step<W>) {
        let status = match event {
            event::Step::Started => return,
            event::Step::Passed(..) => StepStatus::Passed,
            event::Step::Skipped => StepStatus::Failed("no step definition matches".into()),
            event::Step::Failed(_, _, _, error) => StepStatus::Failed(words_of(error)),
        };
        if let StepStatus::Failed(message) = &status {
            self.fail(format!("{}{}\n{message}", step.keyword, step.value));
        }
        let same = |it: &&mut StepReport| it.line == step.position.line && it.text == step.value;
        if let Some(report) = self.report.steps.iter_mut().find(same) {
            report.status = status;
        }
    }

    /// The first failure is the one that counts.
    fn fail(&mut self, message: String) {
        if !matches!(self.report.status, Status::Failed { .. }) {
            self.report.status = Status::Failed { message };
        }
    }

    /// The transcript of a scenario that failed ends with its failure.
    fn tell_what_happened(&mut self, so_far: &str) {
        let Status::Failed { message } = &self.report.status else { return };
        let mut transcript = format!("{}\n── failed\n", so_far.trim_end());
        for line in message.lines() {
            transcript.extend(["   ", line, "\n"]);
        }
        self.report.transcript = Some(transcript);
    }

    /// Whoever is known not to hold must not: what is written down about it would hide the next failure.
    fn compare_with_what_is_known(&mut self) {
        let Some(why) = self.differs.clone() else { return };
        self.report.status = match std::mem::take(&mut self.report.status) {
            Status::Failed { message } => Status::Differs { why, message },
            _ => Status::Failed {
                message: format!(
                    "it is said to differ ({why}), and it holds; take it out of the product's description"
                ),
            },
        };
    }

    fn judge(&mut self, snapshots: &SnapshotStore, transcript: String) {
        self.report.status = match snapshots.judge(&self.report.snapshot, &self.file, &transcript) {
            Ok(Judgement::Matches) => Status::Passed,
            Ok(Judgement::Differs { diff }) => Status::NeedsReview { diff },
            Ok(Judgement::New) => Status::NeedsReview { diff: "no reviewed snapshot yet".into() },
            Err(error) => {
                Status::Failed { message: format!("the snapshot cannot be read or written: {error}") }
            }
        };
        self.report.transcript = Some(transcript);
    }
}

fn step_report(step: &gherkin::Step, left_out: Option<&String>) -> StepReport {
    StepReport {
        keyword: format!("{} ", step.keyword.trim_end()),
        text: step.value.clone(),
        table: step.table.as_ref().map(|table| table.rows.clone()).unwrap_or_default(),
        doc_string: step.docstring.as_ref().map(|text| text.trim_start_matches('\n').to_owned()),
        line: step.position.line,
        status: left_out.map_or(StepStatus::NotRun, |why| StepStatus::LeftOut(why.clone())),
    }
}

fn words_of(error: &StepError) -> String {
    match error {
        StepError::NotFound => "no step definition matches".to_owned(),
        StepError::AmbiguousMatch(error) => error.to_string(),
        StepError::Panic(info) => {
            let message = panics::text_of(&**info);
            match panics::take(&message) {
                Some(note) => format!("{message}\n(at {})", note.location),
                None => message,
            }
        }
    }
}

fn unindented(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

impl<W: cucumber::World> Writer<W> for Collector {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<Cucumber<W>>>, _: &Self::Cli) {
        let event = match event {
            Ok(event) => event,
            Err(error) => return self.trouble.push(error.to_string()),
        };
        let at = event.at;
        self.started.get_or_insert(at);
        let Cucumber::Feature(feature, event) = event.value else { return };
        let path = feature.path.as_ref().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        match event {
            event::Feature::Scenario(scenario, event)
            | event::Feature::Rule(_, event::Rule::Scenario(scenario, event)) => {
                self.scenario(&(path, scenario.position.line), at, event.event);
            }
            _ => {}
        }
    }
}

impl writer::Normalized for Collector {}

/// One line that is rewritten on a terminal; a few lines elsewhere.
struct Progress {
    total: usize,
    done: usize,
    failed: usize,
    rewrites: bool,
}

impl Progress {
    fn new(total: usize) -> Self {
        Self { total, done: 0, failed: 0, rewrites: std::io::stderr().is_terminal() }
    }

    fn finished(&mut self, failed: bool) {
        self.done += 1;
        self.failed += usize::from(failed);
        let line = format!("{} of {} scenarios, {} failed", self.done, self.total, self.failed);
        let quarter = (self.total / 4).max(1);
        let mut stderr = std::io::stderr().lock();
        // A terminal that went away is no reason to fail a run.
        let _ = if self.rewrites {
            write!(stderr, "\r{line}").and_then(|()| stderr.flush())
        } else if self.done.is_multiple_of(quarter) || self.done == self.total {
            writeln!(stderr, "{line}")
        } else {
            Ok(())
        };
    }

    fn end(&self) {
        if self.rewrites && self.done > 0 {
            let _ = writeln!(std::io::stderr());
        }
    }
}
