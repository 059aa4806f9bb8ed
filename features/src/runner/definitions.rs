//! The step definitions of a world: what each says, how often specs use it, which one a step comes near.

use std::sync::LazyLock;

use cucumber::{
    codegen::{StepConstructor, inventory},
    gherkin::StepType,
};
use gherkin::Step;
use regex::Regex;

use super::{
    ScenarioWorld,
    expression::Expression,
    specs::{Spec, Specs},
};

/// One step definition.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) kind: StepType,
    pub(super) regex: Regex,
    pub(super) expression: Expression,
    /// `file:line` of its function.
    pub(super) location: String,
}

/// One step definition, as the catalogue of them shows it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct StepUsage {
    /// `Given`, `When` or `Then`.
    pub keyword: &'static str,
    /// As people write it: `{person} opens the Users page`.
    pub expression: String,
    /// A step of the specs that it matches, with its table, if there is one.
    pub example: Option<String>,
    /// `file:line` of its function.
    pub location: String,
    /// How many written steps match it.
    pub uses: usize,
}

/// Every step definition, in the order of keyword, text and place.
pub(super) fn definitions<W: ScenarioWorld>() -> Vec<Definition> {
    let mut all = of_kind::<W, W::Given>(StepType::Given);
    all.extend(of_kind::<W, W::When>(StepType::When));
    all.extend(of_kind::<W, W::Then>(StepType::Then));
    all.sort_by(|one, other| {
        let key = |it: &Definition| (keyword(it.kind), it.expression.text().to_owned(), it.location.clone());
        key(one).cmp(&key(other))
    });
    all
}

fn of_kind<W, S>(kind: StepType) -> Vec<Definition>
where
    W: ScenarioWorld,
    S: inventory::Collect + StepConstructor<W>,
{
    let describe = |definition: &S| {
        let (location, regex, _) = definition.inner();
        let regex = regex();
        let expression = Expression::of(regex.as_str(), W::PARAMETERS);
        Definition { kind, expression, regex, location: format!("{}:{}", location.path, location.line) }
    };
    inventory::iter::<S>.into_iter().map(describe).collect()
}

/// Every step definition, by keyword and text, with how often these specs use it.
pub fn step_usage<W: ScenarioWorld>(specs: &Specs) -> Vec<StepUsage> {
    let steps: Vec<&Step> = specs.all.iter().flat_map(Spec::steps).collect();
    let usage = |definition: Definition| {
        let uses: Vec<&&Step> = steps.iter().filter(|step| definition.matches(step)).collect();
        StepUsage {
            keyword: keyword(definition.kind),
            expression: definition.expression.text().to_owned(),
            example: uses.first().map(|step| example(step)),
            location: definition.location,
            uses: uses.len(),
        }
    };
    definitions::<W>().into_iter().map(usage).collect()
}

/// A step as it is written.
fn example(step: &Step) -> String {
    let rows = step.table.iter().flat_map(|table| &table.rows);
    let rows = rows.map(|row| format!("\n  | {} |", row.join(" | ")));
    format!("{} {}{}", keyword(step.ty), step.value, rows.collect::<String>())
}

const fn keyword(kind: StepType) -> &'static str {
    match kind {
        StepType::Given => "Given",
        StepType::When => "When",
        StepType::Then => "Then",
    }
}

impl Definition {
    pub(super) fn matches(&self, step: &Step) -> bool {
        self.kind == step.ty && self.regex.is_match(&step.value)
    }

    /// With its keyword.
    pub(super) fn shown(&self) -> String {
        format!("{} {}", keyword(self.kind), self.expression.text())
    }
}

/// How alike a step and a definition have to be before one is offered for the other.
const NEAR: f64 = 0.7;

/// The definition that a step without one comes nearest to.
pub(super) fn nearest_to<'d>(step: &Step, definitions: &'d [Definition]) -> Option<&'d Definition> {
    let meant = outline(&step.value);
    let likeness = |definition: &&Definition| {
        let whole = if definition.regex.is_match(&step.value) { 1.0 } else { 0.0_f64 };
        let alike = strsim::normalized_damerau_levenshtein(&meant, &outline(definition.expression.text()));
        // Among equals the one of the same keyword.
        whole.max(alike) + if definition.kind == step.ty { 0.001 } else { 0.0 }
    };
    let scored = definitions.iter().map(|definition| (likeness(&definition), definition));
    let near = scored.filter(|(likeness, _)| *likeness >= NEAR);
    near.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, definition)| definition)
}

/// A sentence without what differs from use to use: quoted texts, numbers, names.
fn outline(sentence: &str) -> String {
    static DIFFERS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\{\w+\}|"[^"]*"|'[^']*'|\b\d+\b|\b[A-Z][a-z]+\b"#).expect("the pattern is a literal")
    });
    DIFFERS.replace_all(sentence, "{}").into_owned()
}
