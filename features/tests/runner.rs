//! The runner against a toy world: every trap of Gherkin and cucumber in which a mistake would pass.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic as the test itself does")]
#![expect(clippy::needless_pass_by_value, reason = "cucumber hands over what it captured")]

use std::{collections::BTreeSet, fs};

use cucumber::{given, then, when};
use features::{
    report::{RunReport, Status, StepStatus},
    runner::{
        Case, Fit, Order, RunPlan, Said, ScenarioWorld, Selection, SnapshotStore, SpecFile, Specs, fit, lint,
        run,
    },
};
use futures_util::{FutureExt as _, future::LocalBoxFuture};

#[derive(Debug, Default, cucumber::World)]
struct Toy {
    said: Vec<String>,
    armed: bool,
    dead: bool,
}

impl ScenarioWorld for Toy {
    fn complaint(said: &Said<'_>) -> Option<String> {
        match said {
            Said::Tag("wrong") => Some("no tag @wrong".into()),
            Said::Word { kind: "word", word: "Eve", .. } => Some("nobody is called Eve".into()),
            Said::Row { cells, .. } if cells[0] == "Eve" => Some("nobody is called Eve".into()),
            _ => None,
        }
    }

    fn finish(&mut self) -> LocalBoxFuture<'_, anyhow::Result<String>> {
        async {
            anyhow::ensure!(!self.armed, "the fault 'toy' never struck");
            Ok(self.said.join("\n"))
        }
        .boxed_local()
    }

    fn so_far(&mut self) -> LocalBoxFuture<'_, String> {
        std::future::ready(self.said.join("\n")).boxed_local()
    }

    fn gone(&mut self) -> LocalBoxFuture<'_, Option<String>> {
        std::future::ready(self.dead.then(|| "nobody answers".to_owned())).boxed_local()
    }
}

#[given(expr = "{word} is here")]
fn is_here(toy: &mut Toy, who: String) {
    toy.said.push(format!("{who} came"));
}

#[given("a fault is armed")]
fn armed(toy: &mut Toy) {
    toy.armed = true;
}

#[when(regex = "^(.+) says \"(.+)\"$")]
fn says(toy: &mut Toy, who: String, what: String) {
    toy.said.push(format!("{who}: {what}"));
}

#[when(regex = r#"^Bob says "hello"$"#)]
fn ambiguous(_: &mut Toy) {}

#[when("a task of the server panics")]
async fn task_panics(_: &mut Toy) {
    let died = tokio::spawn(async { panic!("the server's task died") }).await;
    assert!(died.is_err());
}

#[when("the server dies")]
fn dies(toy: &mut Toy) -> Result<(), String> {
    toy.dead = true;
    Err("no answer".into())
}

#[then("nothing is known")]
fn nothing_is_known(_: &mut Toy) {}

#[then("these came:")]
fn these_came(_: &mut Toy) {}

#[then(expr = "{int} things happened")]
fn happened(toy: &mut Toy, count: usize) -> Result<(), String> {
    if toy.said.len() == count {
        Ok(())
    } else {
        Err(format!("expected {count}, there were {}", toy.said.len()))
    }
}

fn fit_of(step: &str) -> Fit {
    match step {
        "a task of the server panics" => Fit::Lacks("has no tasks".into()),
        "these came:" => Fit::Lacks("keeps no list".into()),
        "nothing is known" => Fit::ProvesNothing,
        _ => Fit::Works,
    }
}

fn specs(text: &str) -> Specs {
    Specs::parse(vec![SpecFile { path: "toy.feature".into(), text: text.into(), ..SpecFile::default() }])
        .unwrap()
}

fn problems(text: &str) -> Vec<String> {
    lint::<Toy>(&specs(text)).iter().map(ToString::to_string).collect()
}

fn plan(cases: Vec<Case>, snapshots: &tempfile::TempDir) -> RunPlan {
    RunPlan {
        cases,
        whole: true,
        order: Order::Files,
        concurrency: 4,
        snapshots: SnapshotStore::Folder { path: snapshots.path().to_owned(), write: true },
        transcripts: None,
        target: "toy".into(),
        specs: "my/own".into(),
    }
}

/// One run at a time: a run owns the process's panic hook.
static RUNNING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn run_alone(plan: RunPlan) -> RunReport {
    let _alone = RUNNING.lock().await;
    run::<Toy>(plan).await.unwrap()
}

async fn run_text(text: &str) -> RunReport {
    let snapshots = tempfile::tempdir().unwrap();
    run_alone(plan(specs(text).cases(), &snapshots)).await
}

fn failure(report: &RunReport) -> String {
    match &report.scenarios().next().unwrap().1.status {
        Status::Failed { message } => message.clone(),
        other => panic!("expected a failure, got {other:?}"),
    }
}

#[test]
fn an_undefined_step_is_refused_with_its_line() {
    let found = problems("Feature: f\n  Scenario: s\n    Given Ann is here\n    When nobody knows this\n");
    assert_eq!(found, ["toy.feature:4: no step definition matches 'When nobody knows this'"]);
}

#[test]
fn an_undefined_step_is_told_the_one_it_comes_near() {
    let found = problems("Feature: f\n  Scenario: s\n    Given Ann is her\n    Then a fault is armed\n");
    assert_eq!(
        found,
        [
            "toy.feature:3: no step definition matches 'Given Ann is her'; the nearest is 'Given {word} is here'",
            "toy.feature:4: no step definition matches 'Then a fault is armed'; the nearest is 'Given a fault is armed'"
        ]
    );
}

#[test]
fn what_no_step_reads_and_what_a_step_lacks_is_refused() {
    let found = problems(
        "Feature: f\n  Scenario: s\n    Given Ann is here\n      | a | table |\n    Given Bob is here\n      \"\"\"\n      a text\n      \"\"\"\n    Then these came:\n    And these came:\n      | Ann |\n      | Eve |\n",
    );
    assert_eq!(
        found,
        [
            "toy.feature:3: nothing reads the table below 'Ann is here'; take it out",
            "toy.feature:5: nothing reads the text below 'Bob is here'; take it out",
            "toy.feature:9: 'these came:' needs a table below it",
            "toy.feature:12: nobody is called Eve",
        ]
    );
}

#[test]
fn a_tag_and_a_word_that_a_world_does_not_know_are_refused_where_they_stand() {
    let found = problems(
        "@fine\nFeature: f\n\n  @fine\n  @wrong @fine\n  Scenario: s\n    Given Eve is here\n\n  Scenario Outline: <who>\n    Given <who> is here\n\n    @wrong\n    Examples:\n      | who |\n      | Ann |\n",
    );
    assert_eq!(
        found,
        [
            "toy.feature:5: no tag @wrong",
            "toy.feature:7: nobody is called Eve",
            "toy.feature:12: no tag @wrong"
        ]
    );
}

#[test]
fn an_ambiguous_step_is_refused() {
    let found = problems("Feature: f\n  Scenario: s\n    When Bob says \"hello\"\n");
    assert!(found[0].starts_with("toy.feature:3: several step definitions match"), "{found:?}");
}

#[test]
fn a_misspelt_step_keyword_is_refused() {
    let found = problems("Feature: f\n  Scenario: s\n    Givne Ann is here\n    Given Ann is here\n");
    assert_eq!(found, ["toy.feature:3: 'Givne Ann is here' is read as a description; did you mean 'Given'?"]);
}

#[test]
fn a_misspelt_scenario_keyword_is_refused() {
    let found = problems("Feature: f\n  Scenari o: s\n    Given Ann is here\n");
    assert_eq!(
        found,
        [
            "toy.feature:1: this feature has no scenario; is a 'Scenario:' misspelt?",
            "toy.feature:2: 'Scenari o: s' is read as a description; did you mean 'Scenario:'?"
        ]
    );
}

#[test]
fn a_scenario_without_steps_is_refused() {
    assert!(problems("Feature: f\n  Scenario: s\n")[0].contains("has no step, so it would always pass"));
}

#[test]
fn an_outline_without_rows_is_refused() {
    let found = problems(
        "Feature: f\n  Scenario Outline: <who>\n    Given <who> is here\n\n    Examples:\n      | who |\n",
    );
    assert!(found[0].contains("has no row of examples"), "{found:?}");
}

#[test]
fn two_scenarios_of_one_name_are_refused() {
    let found =
        problems("Feature: f\n  Scenario: s\n    Given Ann is here\n  Scenario: s\n    Given Ann is here\n");
    assert!(found[0].contains("same snapshot file as the scenario at toy.feature:2"), "{found:?}");
}

#[test]
fn retries_are_refused() {
    assert!(
        problems("Feature: f\n  @retry(3)\n  Scenario: s\n    Given Ann is here\n")[0]
            .contains("not supported")
    );
}

#[test]
fn prose_may_use_ordinary_words() {
    let text = "Feature: f\n  What happens, and when: everything is told here.\n  It says so.\n\n  Scenario: s\n    Given Ann is here\n";
    assert_eq!(problems(text), Vec::<String>::new());
}

#[tokio::test]
async fn a_failing_step_fails_with_its_words_and_place() {
    let report =
        run_text("Feature: f\n  Scenario: s\n    Given Ann is here\n    Then 2 things happened\n").await;
    let message = failure(&report);
    assert!(message.contains("Then 2 things happened"), "{message}");
    assert!(message.contains("expected 2, there were 1"), "{message}");
}

#[tokio::test]
async fn a_failure_is_told_with_the_file_as_it_was_named_and_the_line_of_its_step() {
    let own = tempfile::tempdir().unwrap();
    let text = "Feature: f\n  Scenario: s\n    Given Ann is here\n    Then 2 things happened\n";
    fs::write(own.path().join("c.feature"), text).unwrap();
    let snapshots = tempfile::tempdir().unwrap();
    let report = run_alone(plan(Specs::read(own.path()).unwrap().cases(), &snapshots)).await;
    let file = own.path().join("c.feature").display().to_string();
    let told = features::report::summary(&report);
    assert!(told.contains(&format!("{file}:4 (the scenario is at {file}:2)")), "{told}");
    report.write(snapshots.path()).unwrap();
    let junit = fs::read_to_string(snapshots.path().join("junit.xml")).unwrap();
    assert!(junit.contains(&format!("file=\"{file}\" line=\"4\"")), "{junit}");
    assert!(junit.contains(&format!("value=\"{file}:2\"")), "{junit}");
}

#[tokio::test]
async fn a_fault_that_never_struck_fails_its_scenario() {
    let report = run_text("Feature: f\n  Scenario: s\n    Given a fault is armed\n").await;
    assert_eq!(failure(&report), "the fault 'toy' never struck");
}

#[tokio::test]
async fn a_scenario_that_failed_leaves_what_happened_up_to_its_failure() {
    let (snapshots, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = "Feature: f\n  Scenario: s\n    Given Ann is here\n    Then 2 things happened\n    Given Bob is here\n  Scenario: t\n    Given Cid is here\n    And a fault is armed\n";
    let transcripts = Some(kept.path().to_owned());
    let report = run_alone(RunPlan { transcripts, ..plan(specs(text).cases(), &snapshots) }).await;
    let told = "Ann came\n── failed\n   Then 2 things happened\n   expected 2, there were 1\n";
    let written = fs::read_to_string(kept.path().join("toy@s.txt")).unwrap();
    assert!(written.starts_with(told) && !written.contains("Bob"), "{written}");
    let written = fs::read_to_string(kept.path().join("toy@t.txt")).unwrap();
    assert_eq!(written, "Cid came\n── failed\n   the fault 'toy' never struck\n");
    let folder = tempfile::tempdir().unwrap();
    report.write(folder.path()).unwrap();
    for file in ["junit.xml", "report.html"] {
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains("Ann came") && text.contains("Cid came"), "{file}: {text}");
    }
    let waiting = plan(Vec::new(), &snapshots).snapshots.pending().unwrap();
    assert!(waiting.is_empty(), "what failed is no candidate for a snapshot: {waiting:?}");
}

#[tokio::test]
async fn a_panic_in_a_server_task_is_trouble() {
    let report = run_text("Feature: f\n  Scenario: s\n    When a task of the server panics\n").await;
    assert!(report.trouble.iter().any(|it| it.contains("the server's task died")), "{:?}", report.trouble);
}

#[tokio::test]
async fn a_new_transcript_needs_review_and_then_passes() {
    let snapshots = tempfile::tempdir().unwrap();
    let cases = specs("Feature: f\n  Scenario: s\n    Given Ann is here\n").cases();
    let report = run_alone(plan(cases.clone(), &snapshots)).await;
    assert_eq!(report.counts().needs_review, 1);
    for pending in plan(Vec::new(), &snapshots).snapshots.pending().unwrap() {
        pending.accept().unwrap();
    }
    let report = run_alone(plan(cases, &snapshots)).await;
    assert_eq!((report.counts().passed, report.counts().needs_review), (1, 0));
}

#[tokio::test]
async fn shuffled_runs_find_the_same() {
    let text = "Feature: f\n  Scenario Outline: <who>\n    Given <who> is here\n\n    Examples:\n      | who |\n      | Ann |\n      | Bob |\n      | Cid |\n      | Dan |\n";
    let snapshots = tempfile::tempdir().unwrap();
    let mut told = BTreeSet::new();
    for (seed, concurrency) in [(1, 1), (2, 64)] {
        let plan =
            RunPlan { order: Order::Shuffled { seed }, concurrency, ..plan(specs(text).cases(), &snapshots) };
        let report = run_alone(plan).await;
        told.insert(
            report.scenarios().map(|(_, it)| (it.name.clone(), it.transcript.clone())).collect::<Vec<_>>(),
        );
    }
    assert_eq!(told.len(), 1, "order and concurrency must not show");
}

#[tokio::test]
async fn reports_say_what_was_found() {
    let report = run_text(
        "Feature: The <toy>\n  Scenario: s\n    Given Ann is here\n    Then 2 things happened\n  Scenario: t\n    Given Bob is here\n",
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    report.write(folder.path()).unwrap();
    let junit = fs::read_to_string(folder.path().join("junit.xml")).unwrap();
    assert!(junit.contains("classname=\"toy\"") && junit.contains("expected 2, there were 1"), "{junit}");
    assert!(junit.contains("failures=\"1\" errors=\"1\""), "what waits is no failure: {junit}");
    let failure = junit.split_once("<failure ").unwrap().1.split_once("</failure>").unwrap().0;
    assert!(failure.contains("message=\"expected 2, there were 1\""), "the cause, not the step: {failure}");
    assert!(failure.contains(">Then 2 things happened\n"), "{failure}");
    let told = features::report::summary(&report);
    assert!(
        told.contains("2 scenarios (0 passed, 1 failed, 1 to review, 0 not run), 3 steps, 1 feature, "),
        "{told}"
    );
    assert!(told.ends_with("\nSpecs: my/own\n"), "{told}");
    assert!(junit.contains("name=\"specs\" value=\"my/own\""), "{junit}");
    let html = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(html.contains("<dt>Specs</dt><dd>my/own</dd>"), "{html}");
    assert!(html.contains("The &#60;toy&#62;") && html.contains("expected 2, there were 1"), "{html}");
    assert!(
        html.contains("class=\"feature has-failed has-review\"") && html.contains("<dt>Begun</dt><dd>20"),
        "{html}"
    );
    assert!(!html.contains("<script"), "the page needs no scripts");
}

#[tokio::test]
async fn a_snapshot_without_a_scenario_is_red_in_every_report_with_its_path() {
    let snapshots = tempfile::tempdir().unwrap();
    let file = snapshots.path().join("gone@s.snap");
    fs::write(&file, "it happened\n").unwrap();
    let cases = specs("Feature: f\n  Scenario: s\n    Given Ann is here\n").cases();
    let report = run_alone(plan(cases, &snapshots)).await;
    let said = format!("the snapshot {} belongs to no scenario; delete the file", file.display());
    let told = features::report::summary(&report);
    assert!(told.contains(&said) && told.contains(" s, 1 unreferenced snapshot\n"), "{told}");
    let folder = tempfile::tempdir().unwrap();
    report.write(folder.path()).unwrap();
    let junit = fs::read_to_string(folder.path().join("junit.xml")).unwrap();
    assert!(junit.contains("failures=\"1\"") && junit.contains(&format!("message=\"{said}")), "{junit}");
    let html = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(html.contains(&said) && html.contains(">1 unreferenced snapshot<"), "{html}");
}

/// A scenario that applies with a look left out, one that lacks what brings something about, and one in which nothing
/// would be looked at.
const FITTED: &str = "Feature: f
  Scenario: fits
    Given Ann is here
    Then these came:
      | Eve |
    And 1 things happened
  Scenario: lacks
    When a task of the server panics
    Then 0 things happened
  Scenario: blind
    Given Ann is here
    Then nothing is known
    And these came:
      | Eve |
";

#[tokio::test]
async fn what_a_product_lacks_is_not_run_or_left_out_and_every_report_says_so() {
    let mut cases = specs(FITTED).cases();
    fit::<Toy>(&mut cases, fit_of);
    let folder = tempfile::tempdir().unwrap();
    let report = run_alone(RunPlan { snapshots: SnapshotStore::Nowhere, ..plan(cases, &folder) }).await;
    let statuses: Vec<Status> = report.scenarios().map(|(_, scenario)| scenario.status.clone()).collect();
    let lacks = |why: &str| Status::NotApplicable { why: why.into() };
    assert_eq!(statuses, [Status::Passed, lacks("has no tasks"), lacks("keeps no list")]);
    let steps: Vec<StepStatus> =
        report.scenarios().next().unwrap().1.steps.iter().map(|step| step.status.clone()).collect();
    assert_eq!(
        steps,
        [StepStatus::Passed, StepStatus::LeftOut("keeps no list".into()), StepStatus::Passed],
        "what is left out is not run"
    );
    let told = features::report::summary(&report);
    for line in [
        "\n  1 scenario not applicable, 1 check left out: the product keeps no list\n",
        "\n  1 scenario not applicable: the product has no tasks\n",
        "\n3 scenarios (1 passed, 0 failed, 0 to review, 0 not run, 2 not applicable), ",
        "\nProduct: toy\n",
    ] {
        assert!(told.contains(line), "{line:?} is not in {told}");
    }
    report.write(folder.path()).unwrap();
    let junit = fs::read_to_string(folder.path().join("junit.xml")).unwrap();
    assert!(junit.contains("<skipped message=\"the product has no tasks\"/>"), "{junit}");
    let html = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(
        html.contains("Not run: the product has no tasks.")
            && html.contains("left out: the product keeps no list")
    );
    assert!(html.contains("id=\"show-not-applicable\""), "{html}");
}

#[tokio::test]
async fn nothing_is_started_after_a_scenario_in_which_what_is_tested_went_away() {
    let text = "Feature: f
  Scenario: fails
    Given Ann is here
    Then 2 things happened
  Scenario: dies
    When the server dies
  Scenario: left
    Given Ann is here
  Scenario: left too
    Given Ann is here
";
    let folder = tempfile::tempdir().unwrap();
    let mut cases = specs(text).cases();
    cases[2].differs = Some("as always".into());
    let report = run_alone(RunPlan { concurrency: 1, ..plan(cases, &folder) }).await;
    let counts = report.counts();
    assert_eq!((counts.failed, counts.not_run), (2, 2), "{report:?}");
    assert_eq!(report.stopped.as_deref(), Some("in the scenario \"dies\" (toy.feature:5): nobody answers"));
    assert!(report.trouble.is_empty(), "{report:?}");
    let told = features::report::summary(&report);
    assert!(told.contains("\nSTOPPED in the scenario \"dies\" (toy.feature:5): nobody answers\n"), "{told}");
}

#[test]
fn nothing_selected_is_nothing() {
    let selection = Selection::parse(["@nobody"]).unwrap();
    let cases = specs("Feature: f\n  Scenario: s\n    Given Ann is here\n").cases();
    assert!(!cases.iter().any(|case| selection.takes(case)));
}
