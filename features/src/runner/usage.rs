//! The catalogue of step definitions, with how often the specs use each.

use cucumber::{
    codegen::{StepConstructor, WorldInventory, inventory},
    gherkin::StepType,
};

use super::specs::Specs;

/// One step definition.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct StepUsage {
    /// `Given`, `When` or `Then`.
    pub keyword: &'static str,
    /// Its pattern.
    pub pattern: String,
    /// `file:line` of its function.
    pub location: String,
    /// How many written steps match it.
    pub uses: usize,
}

/// Every step definition, by keyword and pattern.
pub fn step_usage<W: WorldInventory>(specs: &Specs) -> Vec<StepUsage> {
    let mut usage = used::<W, W::Given>("Given", StepType::Given, specs);
    usage.extend(used::<W, W::When>("When", StepType::When, specs));
    usage.extend(used::<W, W::Then>("Then", StepType::Then, specs));
    usage.sort();
    usage
}

fn used<W, S>(keyword: &'static str, kind: StepType, specs: &Specs) -> Vec<StepUsage>
where
    W: WorldInventory,
    S: inventory::Collect + StepConstructor<W>,
{
    let texts: Vec<&str> = specs
        .all
        .iter()
        .flat_map(|spec| super::lint::all_steps(&spec.expanded))
        .filter(|step| step.ty == kind)
        .map(|step| step.value.as_str())
        .collect();
    let describe = |definition: &S| {
        let (location, regex, _) = definition.inner();
        let regex = regex();
        StepUsage {
            keyword,
            pattern: regex.as_str().to_owned(),
            location: format!("{}:{}", location.path, location.line),
            uses: texts.iter().filter(|text| regex.is_match(text)).count(),
        }
    };
    inventory::iter::<S>.into_iter().map(describe).collect()
}
