//! What is refused before anything runs: specs that would pass without proving anything.
//!
//! Each rule closes a trap of Gherkin or of cucumber in which a mistake counts as a pass.

use std::{collections::BTreeMap, fmt};

use cucumber::step::Collection;
use gherkin::{Feature, Scenario, Step};

use super::{
    keywords::keyword_like,
    specs::{Spec, Specs},
};

/// One thing that is wrong with a spec.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Problem {
    /// The feature file.
    pub path: String,
    /// 1-based line.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Checks all specs against the steps there are.
pub fn lint<W: fmt::Debug>(specs: &Specs, steps: &Collection<W>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = specs.all.iter().flat_map(|spec| lint_one(spec, steps)).collect();
    problems.extend(duplicate_snapshots(specs));
    problems.sort();
    problems.dedup();
    problems
}

fn lint_one<W: fmt::Debug>(spec: &Spec, steps: &Collection<W>) -> Vec<Problem> {
    let mut found = Findings { path: spec.file.shown(), problems: Vec::new() };
    let feature = &spec.written;
    if spec.written_scenarios().next().is_none() {
        found.add(feature.position.line, "this feature has no scenario; is a 'Scenario:' misspelt?".into());
    }
    found.description(feature.position.line, feature.description.as_deref());
    for background in
        feature.background.iter().chain(feature.rules.iter().filter_map(|it| it.background.as_ref()))
    {
        found.description(background.position.line, background.description.as_deref());
    }
    for scenario in spec.written_scenarios() {
        found.scenario(scenario);
    }
    for step in all_steps(&spec.expanded) {
        found.step(step, steps);
    }
    found.problems
}

struct Findings {
    path: String,
    problems: Vec<Problem>,
}

impl Findings {
    fn add(&mut self, line: usize, message: String) {
        self.problems.push(Problem { path: self.path.clone(), line, message });
    }

    /// A misspelt keyword turns the rest of its block into a description.
    fn description(&mut self, line: usize, description: Option<&str>) {
        for text in description.unwrap_or_default().lines().map(str::trim).filter(|text| !text.is_empty()) {
            if let Some(keyword) = keyword_like(text) {
                self.add(line, format!("'{text}' is read as a description; did you mean '{keyword}'?"));
            }
        }
    }

    fn scenario(&mut self, scenario: &Scenario) {
        let line = scenario.position.line;
        self.description(line, scenario.description.as_deref());
        if scenario.steps.is_empty() {
            self.add(line, format!("scenario '{}' has no step, so it would always pass", scenario.name));
        }
        if scenario.name.trim().is_empty() {
            self.add(line, "a scenario needs a name".into());
        }
        if scenario.keyword.contains("Outline") || !scenario.examples.is_empty() {
            self.outline(scenario);
        }
        for tag in scenario.tags.iter().filter(|tag| tag.starts_with("retry") || *tag == "serial") {
            self.add(line, format!("@{tag} is not supported: a scenario passes by itself or fails"));
        }
        for step in &scenario.steps {
            if step.docstring.as_ref().is_some_and(|text| !text.starts_with('\n')) {
                self.add(step.position.line, "a doc string takes no media type here".into());
            }
        }
    }

    fn outline(&mut self, scenario: &Scenario) {
        let line = scenario.position.line;
        let rows = |table: &gherkin::Table| table.rows.len().saturating_sub(1);
        let row_count: usize = scenario.examples.iter().filter_map(|it| it.table.as_ref()).map(rows).sum();
        if row_count == 0 {
            self.add(
                line,
                format!("outline '{}' has no row of examples, so nothing of it would run", scenario.name),
            );
        }
        if row_count > 1 && !scenario.name.contains('<') {
            self.add(
                line,
                format!(
                    "outline '{}' needs a <placeholder> in its name, so that its rows differ",
                    scenario.name
                ),
            );
        }
    }

    fn step<W: fmt::Debug>(&mut self, step: &Step, steps: &Collection<W>) {
        match steps.find(step) {
            Ok(Some(_)) => {}
            Ok(None) => {
                self.add(
                    step.position.line,
                    format!("no step definition matches '{}{}'", step.keyword, step.value),
                );
            }
            Err(ambiguous) => {
                self.add(
                    step.position.line,
                    format!("several step definitions match '{}{}': {ambiguous}", step.keyword, step.value),
                );
            }
        }
    }
}

pub(super) fn all_steps(feature: &Feature) -> impl Iterator<Item = &Step> {
    let backgrounds =
        feature.background.iter().chain(feature.rules.iter().filter_map(|rule| rule.background.as_ref()));
    let scenarios = feature.scenarios.iter().chain(feature.rules.iter().flat_map(|rule| &rule.scenarios));
    backgrounds.flat_map(|it| &it.steps).chain(scenarios.flat_map(|it| &it.steps))
}

fn duplicate_snapshots(specs: &Specs) -> Vec<Problem> {
    let mut seen: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let mut problems = Vec::new();
    for case in specs.cases() {
        if let Some((path, line)) = seen.insert(case.snapshot.clone(), (case.file.clone(), case.line)) {
            let message = format!("'{}' has the same name as the scenario at {path}:{line}", case.name);
            problems.push(Problem { path: case.file, line: case.line, message });
        }
    }
    problems
}
