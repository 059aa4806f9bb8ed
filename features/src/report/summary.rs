//! The last words at a terminal: what failed and why, what waits for review, the counts.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Review, RunReport, Status, StepStatus, counted, unreferenced};

/// The whole summary, ending in the counts and where the specs come from.
pub fn summary(run: &RunReport) -> String {
    let mut text = String::new();
    for (feature, scenario) in run.scenarios() {
        let own = format!("{}:{}", feature.file, scenario.line);
        let place = match scenario.failed_at() {
            Some(line) => format!("{}:{line} (the scenario is at {own})", feature.file),
            None => own,
        };
        match &scenario.status {
            Status::Failed { message } => {
                let _ = write!(text, "\nFAILED {}\n  {place}\n{}\n", scenario.name, indented(message));
            }
            Status::NeedsReview { diff } => {
                let waits = match &run.review {
                    Review::In(folder) => format!("  waits as {folder}/{}.snap.new\n", scenario.snapshot),
                    Review::NotCompared | Review::Nowhere | Review::NotOnCi(_) => String::new(),
                };
                let _ = write!(text, "\nTO REVIEW {}\n  {place}\n{waits}{}\n", scenario.name, indented(diff));
            }
            Status::Differs { why, .. } => {
                let _ = write!(text, "\nDIFFERS {}\n  {place}\n  as known: {why}\n", scenario.name);
            }
            Status::Passed | Status::NotRun | Status::NotApplicable { .. } => {}
        }
    }
    for file in &run.unreferenced {
        let _ = writeln!(text, "\nUNREFERENCED {}", unreferenced(file));
    }
    for trouble in &run.trouble {
        let _ = writeln!(text, "\nTROUBLE {trouble}");
    }
    if let Some(why) = &run.stopped {
        let _ = writeln!(text, "\nSTOPPED {why}");
    }
    text.push_str(&what_the_product_lacks(run));
    text.push_str(&how_to_review(run));
    text.push_str(&counts_line(run));
    let _ = writeln!(text, "Specs: {}", run.specs);
    if run.review == Review::NotCompared {
        let _ = writeln!(text, "Product: {}", run.target);
    }
    text
}

/// What was not run or not looked at, by what the product would have to have for it; what is missing most comes first.
fn what_the_product_lacks(run: &RunReport) -> String {
    let mut missing: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (_, scenario) in run.scenarios() {
        if let Status::NotApplicable { why } = &scenario.status {
            missing.entry(why).or_default().0 += 1;
            continue;
        }
        for step in &scenario.steps {
            if let StepStatus::LeftOut(why) = &step.status {
                missing.entry(why).or_default().1 += 1;
            }
        }
    }
    if missing.is_empty() {
        return String::new();
    }
    let mut missing: Vec<_> = missing.into_iter().collect();
    missing.sort_by_key(|(_, (scenarios, steps))| std::cmp::Reverse((*scenarios, *steps)));
    let mut text = "\nWhat this product does not take part in:\n".to_owned();
    for (why, (scenarios, steps)) in missing {
        let parts = [(scenarios, "scenario", "not applicable"), (steps, "check", "left out")];
        let parts = parts.iter().filter(|(count, ..)| *count > 0);
        let parts: Vec<String> =
            parts.map(|(count, noun, what)| format!("{} {what}", counted(*count, noun))).collect();
        let _ = writeln!(text, "  {}: the product {why}", parts.join(", "));
    }
    text
}

/// What to do about transcripts that wait, with the commands as they can be pasted.
fn how_to_review(run: &RunReport) -> String {
    let waiting = |status: &Status| matches!(status, Status::NeedsReview { .. });
    let Some((_, first)) = run.scenarios().find(|(_, scenario)| waiting(&scenario.status)) else {
        return String::new();
    };
    match &run.review {
        Review::In(folder) => {
            let verbs = format!("harness snapshots --snapshots {}", quoted(folder));
            let name = quoted(&first.snapshot);
            format!(
                "\nWhat waits for review becomes green when a person has read and accepted it:\n  {verbs} show {name}\n  {verbs} accept {name}\n"
            )
        }
        Review::NotOnCi(folder) => format!(
            "\nNothing was written to {folder}, because CI is set; run these without CI to review them.\n"
        ),
        Review::NotCompared => String::new(),
        Review::Nowhere => "\nThe snapshots inside this program cannot be changed; name a folder with --snapshots to review what differs.\n".to_owned(),
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "/._-@:".contains(it);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

fn counts_line(run: &RunReport) -> String {
    let counts = run.counts();
    // A shuffled order can be had again by its seed.
    let order = if run.order.starts_with("shuffled") { format!(", {}", run.order) } else { String::new() };
    let steps = run.scenarios().map(|(_, scenario)| scenario.steps.len()).sum();
    let unreferenced = match run.unreferenced.len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "unreferenced snapshot")),
    };
    let told =
        |count: usize, what: &str| if count == 0 { String::new() } else { format!(", {count} {what}") };
    let left_out = run.scenarios().flat_map(|(_, scenario)| &scenario.steps);
    let left_out = left_out.filter(|step| matches!(step.status, StepStatus::LeftOut(_))).count();
    let left_out = match left_out {
        0 => String::new(),
        count => format!(" ({} left out)", counted(count, "check")),
    };
    let differ = told(counts.differ, "differ as known");
    let not_applicable = told(counts.not_applicable, "not applicable");
    format!(
        "\n{} ({} passed, {} failed, {} to review, {} not run{differ}{not_applicable}), {}{left_out}, {}, {:.1} s{unreferenced}{order}\n",
        counted(run.scenarios().count(), "scenario"),
        counts.passed,
        counts.failed,
        counts.needs_review,
        counts.not_run,
        counted(steps, "step"),
        counted(run.features.len(), "feature"),
        run.took.as_secs_f64(),
    )
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
