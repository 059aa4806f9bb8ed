//! Fitting specs to what is tested: where a product of somebody else lacks something, a scenario that needs it does not
//! apply, and a look at it is left out.
//!
//! A `Given` or a `When` brings something about: without it there is no scenario. A `Then` only looks: without it a
//! scenario says less, and applies as long as another one looks at how it ends.

use cucumber::gherkin::StepType;
use gherkin::{Feature, Step};

use super::{
    Fit, ScenarioWorld,
    definitions::{Definition, definitions},
    did_you_mean,
    specs::{Case, Specs},
};

/// Marks the cases that are known not to hold: names of scenarios, with the reason.
///
/// # Errors
/// When no scenario of the specs has a name.
pub fn mark_differences<'d>(
    cases: &mut [Case],
    specs: &Specs,
    known: impl IntoIterator<Item = (&'d str, &'d str)>,
) -> Result<(), String> {
    let all = specs.cases();
    for (name, why) in known {
        if !all.iter().any(|case| case.name == name) {
            let near = did_you_mean(name, all.iter().map(|case| case.name.as_str()));
            return Err(format!("no scenario is called {name:?}{near}"));
        }
        cases
            .iter_mut()
            .filter(|case| case.name == name)
            .for_each(|case| case.differs = Some(why.to_owned()));
    }
    Ok(())
}

/// Marks what does not apply, or is left out, in each case; said is how a step, as its definition is written, fits what is
/// tested.
pub fn fit<W: ScenarioWorld>(cases: &mut [Case], how: impl Fn(&str) -> Fit) {
    let definitions = definitions::<W>();
    for case in cases {
        fit_one(case, &definitions, &how);
    }
}

fn fit_one(case: &mut Case, definitions: &[Definition], how: impl Fn(&str) -> Fit) {
    // Whether anything is looked at after the last `When`: how it ends is what a scenario is about.
    let mut proves = false;
    let mut left_out = std::collections::BTreeMap::new();
    for step in steps(&case.single) {
        proves &= step.ty != StepType::When;
        let Some(definition) = definitions.iter().find(|it| it.matches(step)) else { continue };
        match how(definition.expression.text()) {
            Fit::Works => proves |= step.ty == StepType::Then,
            Fit::ProvesNothing => {}
            Fit::Lacks(why) if step.ty == StepType::Then => {
                left_out.insert(step.position.line, why);
            }
            Fit::Lacks(why) => {
                case.inapplicable = Some(why);
                return;
            }
        }
    }
    if proves || left_out.is_empty() {
        case.left_out = left_out;
    } else {
        case.inapplicable = left_out.into_values().next_back();
    }
}

fn steps(feature: &Feature) -> impl Iterator<Item = &Step> {
    let backgrounds =
        feature.background.iter().chain(feature.rules.iter().filter_map(|it| it.background.as_ref()));
    let scenarios = feature.scenarios.iter().chain(feature.rules.iter().flat_map(|it| &it.scenarios));
    backgrounds.flat_map(|it| &it.steps).chain(scenarios.flat_map(|it| &it.steps))
}

impl Case {
    /// The feature that holds this case, without the steps that are left out.
    pub(super) fn without_what_is_left_out(&self) -> Feature {
        let mut feature = self.single.clone();
        let stays = |step: &Step| !self.left_out.contains_key(&step.position.line);
        let Feature { background, rules, scenarios, .. } = &mut feature;
        for background in
            background.iter_mut().chain(rules.iter_mut().filter_map(|it| it.background.as_mut()))
        {
            background.steps.retain(stays);
        }
        for scenario in scenarios.iter_mut().chain(rules.iter_mut().flat_map(|it| &mut it.scenarios)) {
            scenario.steps.retain(stays);
        }
        feature
    }
}
