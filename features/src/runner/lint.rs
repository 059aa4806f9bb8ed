//! What is refused before anything runs: specs that would pass without proving anything.
//!
//! Each rule closes a trap of Gherkin or of cucumber in which a mistake counts as a pass.

use std::{collections::BTreeMap, fmt};

use gherkin::{Scenario, Step};

use super::{
    Said, ScenarioWorld,
    definitions::{Definition, definitions, nearest_to},
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

/// Checks all specs against the steps of a world and the words it knows.
pub fn lint<W: ScenarioWorld>(specs: &Specs) -> Vec<Problem> {
    let definitions = definitions::<W>();
    let mut problems: Vec<Problem> =
        specs.all.iter().flat_map(|spec| lint_one::<W>(spec, &definitions)).collect();
    problems.extend(duplicate_snapshots(specs));
    problems.sort();
    problems.dedup();
    problems
}

fn lint_one<W: ScenarioWorld>(spec: &Spec, definitions: &[Definition]) -> Vec<Problem> {
    let lines = spec.file.text.lines().collect();
    let mut found = Findings { path: spec.file.shown(), lines, problems: Vec::new() };
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
    for step in spec.steps() {
        found.step::<W>(step, definitions);
    }
    for (line, tag) in tags(spec) {
        if let Some(complaint) = W::complaint(&Said::Tag(tag)) {
            found.add(line, complaint);
        }
    }
    found.problems
}

struct Findings<'t> {
    path: String,
    lines: Vec<&'t str>,
    problems: Vec<Problem>,
}

impl Findings<'_> {
    fn add(&mut self, line: usize, message: String) {
        self.problems.push(Problem { path: self.path.clone(), line, message });
    }

    /// A misspelt keyword turns the rest of its block into a description, so what follows it is no mistake.
    fn description(&mut self, line: usize, description: Option<&str>) {
        let texts = description.unwrap_or_default().lines().map(str::trim).filter(|text| !text.is_empty());
        for text in texts {
            let Some(keyword) = keyword_like(text) else { continue };
            let at = self
                .lines
                .iter()
                .skip(line)
                .position(|it| it.trim() == text)
                .map_or(line, |it| it + line + 1);
            let remedy = if text.starts_with(&keyword) {
                format!("'{keyword}' means nothing there")
            } else {
                format!("did you mean '{keyword}'?")
            };
            self.add(at, format!("'{text}' is read as a description; {remedy}"));
            if keyword.ends_with(':') {
                break;
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

    fn step<W: ScenarioWorld>(&mut self, step: &Step, definitions: &[Definition]) {
        let (line, said) = (step.position.line, format!("{}{}", step.keyword, step.value));
        let fitting: Vec<&Definition> = definitions.iter().filter(|it| it.matches(step)).collect();
        match fitting.as_slice() {
            [one] => self.words::<W>(step, one),
            [] => {
                let near = nearest_to(step, definitions);
                let near = near.map_or_else(String::new, |it| format!("; the nearest is '{}'", it.shown()));
                self.add(line, format!("no step definition matches '{said}'{near}"));
            }
            several => {
                let shown = several.iter().map(|it| format!("'{}' ({})", it.shown(), it.location));
                let shown = shown.collect::<Vec<_>>().join(", ");
                self.add(line, format!("several step definitions match '{said}': {shown}"));
            }
        }
    }

    /// What a step says has to be known, and nothing that is said may go unread.
    fn words<W: ScenarioWorld>(&mut self, step: &Step, definition: &Definition) {
        let (line, expression) = (step.position.line, &definition.expression);
        if step.docstring.is_some() {
            self.add(line, format!("nothing reads the text below '{}'; take it out", step.value));
        }
        match (&step.table, expression.takes_table()) {
            (None, true) => self.add(line, format!("'{}' needs a table below it", step.value)),
            (Some(_), false) => {
                self.add(line, format!("nothing reads the table below '{}'; take it out", step.value));
            }
            _ => {}
        }
        let found = definition.regex.captures(&step.value);
        for (kind, word) in found.iter().flat_map(|found| expression.words(found)) {
            if let Some(complaint) = W::complaint(&Said::Word { kind, word, step: expression.text() }) {
                self.add(line, complaint);
            }
        }
        let Some(table) = step.table.as_ref().filter(|_| expression.takes_table()) else { return };
        for (index, cells) in table.rows.iter().enumerate() {
            if let Some(complaint) = W::complaint(&Said::Row { step: expression.text(), cells }) {
                self.add(table.position.line + index, complaint);
            }
        }
    }
}

/// Every tag of a file with the line it stands on.
fn tags(spec: &Spec) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = spec.file.text.lines().collect();
    // A tag stands above what it belongs to, and has no place of its own in what the parser gives.
    let line_of = |tag: &str, below: usize| {
        let is_there =
            |at: &usize| lines[*at].split_whitespace().any(|word| word.strip_prefix('@') == Some(tag));
        (0..below.min(lines.len())).rev().find(is_there).map_or(below, |at| at + 1)
    };
    let feature = &spec.written;
    let of_rules = feature.rules.iter().map(|rule| (rule.position.line, &rule.tags));
    let scenarios = || spec.written_scenarios();
    let of_scenarios = scenarios().map(|scenario| (scenario.position.line, &scenario.tags));
    let of_examples = scenarios().flat_map(|it| &it.examples).map(|it| (it.position.line, &it.tags));
    let all = std::iter::once((feature.position.line, &feature.tags));
    let all = all.chain(of_rules).chain(of_scenarios).chain(of_examples);
    all.flat_map(|(below, tags)| tags.iter().map(move |tag| (below, tag.as_str())))
        .map(|(below, tag)| (line_of(tag, below), tag))
        .collect()
}

fn duplicate_snapshots(specs: &Specs) -> Vec<Problem> {
    let mut seen: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let mut problems = Vec::new();
    for case in specs.cases() {
        if let Some((path, line)) = seen.insert(case.snapshot.clone(), (case.file.clone(), case.line)) {
            let message = format!(
                "'{}' gives the same snapshot file as the scenario at {path}:{line}, '{}'; give one of them another name",
                case.name, case.snapshot
            );
            problems.push(Problem { path: case.file, line: case.line, message });
        }
    }
    problems
}
