//! The program as QA has it: what it takes, what it says, how it ends.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic as the test itself does")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

const HOLDS: &str = "Feature: f\n  Scenario: It holds\n    Given automatic user creation is in effect\n    When Dana tries to sign in with KaseyaOne\n    Then Dana has exactly one account\n";

/// Runs the program in a folder, with nothing in its environment that changes what it does.
fn harness(folder: &Path, arguments: &[&str]) -> Output {
    harness_with(&[], folder, arguments)
}

/// The same with something in its environment.
fn harness_with(environment: &[(&str, &str)], folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    for name in
        ["CI", "HARNESS_SPECS", "HARNESS_SNAPSHOTS", "HARNESS_REPORT", "HARNESS_POSTGRES", "HARNESS_PRODUCT"]
    {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied()).current_dir(folder).args(arguments).output().unwrap()
}

/// Its exit code, and both of its streams.
fn ends(folder: &Path, arguments: &[&str]) -> (i32, String) {
    ended(harness(folder, arguments))
}

fn ended(output: Output) -> (i32, String) {
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// A folder with one feature file in `my`.
fn own_specs(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("my")).unwrap();
    fs::write(folder.path().join("my/c.feature"), text).unwrap();
    folder
}

#[test]
fn specs_of_ones_own_become_green_by_the_commands_that_are_told() {
    let folder = own_specs(HOLDS);
    let (code, told) = ends(folder.path(), &["run", "--specs", "my"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("waits as my/snapshots/c@it-holds.snap.new"), "{told}");
    for verb in ["show", "accept"] {
        let line = told.lines().find(|line| line.contains(&format!(" {verb} "))).expect(verb);
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let (code, told) = ends(folder.path(), &words);
        assert_eq!(code, 0, "{line}: {told}");
    }
    let (code, told) = ends(folder.path(), &["run", "--specs", "my"]);
    assert_eq!(code, 0, "{told}");
    let (code, told) = ends(folder.path(), &["snapshots", "list", "--specs", "my"]);
    assert_eq!((code, told.trim()), (0, "No transcript waits for review in my/snapshots."));
    let (code, told) = ends(folder.path(), &["snapshots", "--specs", "my", "accept", "c@it-holds"]);
    assert_eq!(code, 2);
    assert!(told.contains("no transcript named 'c@it-holds' waits for review in my/snapshots"), "{told}");
}

#[test]
fn what_a_renamed_scenario_left_waiting_is_not_accepted_and_is_gone_after_a_whole_run() {
    let folder = own_specs(HOLDS);
    let waits = folder.path().join("my/snapshots/c@it-was-called-so.snap.new");
    fs::create_dir(folder.path().join("my/snapshots")).unwrap();
    fs::write(&waits, "it happened\n").unwrap();
    for options in [["--specs", "my"], ["--snapshots", "my/snapshots"]] {
        let snapshots = |verb: &[&str]| ends(folder.path(), &[&["snapshots"], &options[..], verb].concat());
        let (code, told) = snapshots(&["list"]);
        assert!(code == 0 && told.contains("c@it-was-called-so: no scenario has this name;"), "{told}");
        let (code, told) = snapshots(&["accept", "c@it-was-called-so"]);
        assert!(code == 2 && told.contains("cannot be accepted: no scenario has this name;"), "{told}");
    }
    ends(folder.path(), &["run", "--specs", "my", "c.feature"]);
    assert!(waits.exists(), "a run with a filter does not know all names");
    ends(folder.path(), &["run", "--specs", "my"]);
    assert!(!waits.exists() && folder.path().join("my/snapshots/c@it-holds.snap.new").exists());
}

#[test]
fn a_folder_of_snapshots_that_is_not_there_is_refused_before_anything_runs() {
    let folder = own_specs(HOLDS);
    for arguments in
        [&["run", "--specs", "my", "--snapshots", "nope"][..], &["snapshots", "list", "--snapshots", "nope"]]
    {
        let (code, told) = ends(folder.path(), arguments);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("there is no folder nope"), "{told}");
    }
    assert!(!folder.path().join("nope").exists());
}

#[test]
fn words_that_nobody_knows_are_found_without_running() {
    let folder = own_specs(
        "Feature: f\n\n  @S64 @own\n  Scenario: s\n    Given the fault \"idt-exp-pats\" strikes whoever asks\n    When Danna tries to sign in with KaseyaOne\n    Then the record of the sign-in says:\n      | otcome | refused |\n      | outcome | refusd |\n      | KaseyaOne login is on | passed |\n    And the record of the sign-in says:\n    And Dana is refused\n      | a | b |\n",
    );
    let (code, told) = ends(folder.path(), &["lint", "--specs", "my"]);
    assert_eq!(code, 2, "{told}");
    for line in [
        "my/c.feature:3: there is no tag @S64; did you mean '@S-64'?",
        "my/c.feature:5: there is no fault 'idt-exp-pats'; did you mean 'idt-exp-past'?",
        "my/c.feature:6: there is no Danna; did you mean 'Dana'?",
        "my/c.feature:8: a record says nothing about 'otcome'; did you mean 'outcome'?",
        "my/c.feature:9: 'outcome' of a record is never 'refusd'; did you mean 'refused'? it is signed in, created and signed in, refused, abandoned, expired, no new sign in, none",
        "my/c.feature:10: 'KaseyaOne login is on' of a record is never 'passed'; did you mean 'pass'? it is pass, fail, not reached, not knowable",
        "my/c.feature:11: 'the record of the sign-in says:' needs a table below it",
        "my/c.feature:12: nothing reads the table below 'Dana is refused'; take it out",
    ] {
        assert!(told.contains(line), "{line} is not in:\n{told}");
    }
    assert!(told.contains("8 problems in the specs"), "{told}");
}

#[test]
fn a_record_that_says_something_else_is_told_as_a_table_in_the_words_of_the_spec() {
    let folder = own_specs(
        "Feature: f\n  Scenario: s\n    Given automatic user creation is in effect\n    When Dana tries to sign in with KaseyaOne\n    Then the record of the sign-in says:\n      | KaseyaOne login is on | pass |\n      | outcome | refused |\n      | first failing | none |\n      | freshness | cached |\n",
    );
    let (code, told) = ends(folder.path(), &["run", "--specs", "my"]);
    assert_eq!(code, 1, "{told}");
    for line in [
        "to say outcome: \"refused\", but it says \"created and signed in\" (line 7)\n",
        "      item                  | expected | got\n",
        "      KaseyaOne login is on | pass     | pass\n",
        "    ✗ outcome               | refused  | created and signed in\n",
        "    ✗ freshness             | cached   | fresh\n",
    ] {
        assert!(told.contains(line), "{line} is not in:\n{told}");
    }
    assert!(!told.contains("started_at"), "no codes: {told}");
}

#[test]
fn specs_in_the_folder_that_differ_from_those_inside_the_program_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let warned = || {
        let (code, told) = ends(folder.path(), &["lint"]);
        assert_eq!(code, 0, "{told}");
        told.contains("those in features/specs differ (mine.feature); say --specs features/specs")
    };
    assert!(!warned(), "there is no such folder");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    copy(&ours, &folder.path().join("features/specs"));
    assert!(!warned(), "they are the same");
    fs::write(folder.path().join("features/specs/mine.feature"), HOLDS).unwrap();
    assert!(warned());
    let (_, told) = ends(folder.path(), &["run", "--specs", "features/specs", "mine.feature"]);
    assert!(told.contains("\nSpecs: features/specs\n") && !told.contains("warning"), "{told}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn steps_are_shown_as_people_write_them_to_whoever_stops_reading_too() {
    let folder = own_specs(HOLDS);
    let (code, told) = ends(folder.path(), &["steps", "--specs", "my"]);
    assert_eq!(code, 0, "steps that specs of one's own do not use are no failure");
    assert!(told.contains("    1  When {person} tries to sign in with KaseyaOne  ("), "{told}");
    assert!(told.contains("\n           Given the organization \""), "an example of ours: {told}");
    assert!(!told.contains("(?") && !told.contains('\\'), "{told}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_harness"));
    let mut child = child.arg("steps").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn filters_that_take_nothing_say_why_and_leave_no_report_of_an_earlier_run() {
    let folder = own_specs(HOLDS);
    let report = folder.path().join("out/report.html");
    let run = |filter: &str| ends(folder.path(), &["run", "--specs", "my", "--report", "out", filter]);
    let (_, told) = run("c.feature");
    assert!(told.contains("Reports: out/report.html, out/junit.xml") && report.exists(), "{told}");
    for (filter, why) in [
        ("@S-64", "no scenario has the tag @S-64\n"),
        ("d.feature", "there is no feature file d.feature; did you mean 'c.feature'?"),
        ("c.feature:9999", "c.feature has 5 lines, so there is no line 9999"),
    ] {
        let (code, told) = run(filter);
        assert_eq!(code, 5, "{told}");
        assert!(told.contains(why) && told.contains("nothing ran") && !told.contains("Reports:"), "{told}");
        assert!(!report.exists());
    }
    let (code, told) = ends(folder.path(), &["run", "--specs", "my", "c.feature", "d.feature"]);
    assert_eq!(code, 5, "a misspelt file among others is not passed over: {told}");
}

#[test]
fn a_filter_may_follow_shuffle_and_the_seed_is_told() {
    let folder = own_specs(HOLDS);
    let (_, told) = ends(folder.path(), &["run", "--specs", "my", "--shuffle", "holds"]);
    assert!(told.contains(", shuffled with seed "), "{told}");
    let (_, told) = ends(folder.path(), &["run", "--specs", "my", "--shuffle", "7"]);
    assert!(told.contains(", shuffled with seed 7\n"), "{told}");
    let (code, told) = ends(folder.path(), &["run", "--specs", "my", "--shuffle", "@S-01"]);
    assert_eq!(code, 5, "{told}");
    assert!(told.contains("no scenario has the tag @S-01"), "{told}");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_anything_runs() {
    let folder = own_specs(HOLDS);
    fs::write(folder.path().join("file"), "").unwrap();
    for option in ["--report", "--transcripts"] {
        let (code, told) = ends(folder.path(), &["run", "--specs", "my", option, "file/below"]);
        assert_eq!(code, 2, "{told}");
        assert!(
            told.contains("nothing can be written to file/below") && !told.contains("scenarios"),
            "{told}"
        );
    }
}

#[test]
fn a_rehearsal_against_nothing_ends_as_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let app = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let arguments = ["rehearse", "--app", &app, "--admin-email", "a@b.example", "--admin-password", "x"];
    let (code, told) = ends(Path::new("."), &arguments);
    assert_eq!(code, 4, "{told}");
    assert!(told.starts_with(&format!("harness: {app}/sign-in does not answer (")), "{told}");
}

#[test]
fn a_variable_that_is_empty_is_not_set() {
    let folder = own_specs(HOLDS);
    let empty = [
        ("HARNESS_SPECS", ""),
        ("HARNESS_SNAPSHOTS", ""),
        ("HARNESS_REPORT", ""),
        ("HARNESS_POSTGRES", ""),
        ("HARNESS_PRODUCT", ""),
        ("REHEARSAL_ADMIN_PASSWORD", ""),
    ];
    let ends = |arguments: &[&str]| ended(harness_with(&empty, folder.path(), arguments));
    let (code, told) = ends(&["run", "--specs", "my"]);
    assert!(code == 3 && told.contains("waits as my/snapshots/c@it-holds.snap.new"), "{told}");
    let (code, told) = ends(&["snapshots", "list", "--specs", "my"]);
    assert!(code == 0 && told.contains("c@it-holds"), "{told}");
    let (code, told) = ends(&["lint"]);
    assert_eq!(code, 0, "the specs inside the program: {told}");
    let (code, told) = ends(&["rehearse", "--app", "http://127.0.0.1:1", "--admin-email", "a@b.example"]);
    assert!(code == 2 && told.contains("--admin-password"), "{told}");
}

#[test]
fn what_is_typed_goes_before_the_environment_and_two_of_a_kind_are_refused_by_their_names() {
    let folder = own_specs(HOLDS);
    let product = ("HARNESS_PRODUCT", "product.toml");
    let postgres = ("HARNESS_POSTGRES", "postgres://nobody@127.0.0.1:1/none");
    let snapshots = ("HARNESS_SNAPSHOTS", "my");
    let typed_product = ["--product", "product.toml"];
    let typed_postgres = ["--postgres", postgres.1];
    let no_product = "cannot read the product's description product.toml";
    let no_postgres = "PostgreSQL does not answer";
    for (environment, typed, code, said) in [
        (&[product, snapshots][..], &[][..], 2, no_product),
        (&[postgres, snapshots], &typed_product, 2, no_product),
        (&[product], &typed_postgres, 4, no_postgres),
        (&[product, postgres], &typed_postgres, 4, no_postgres),
        (&[product, postgres], &typed_product, 2, no_product),
        (
            &[product, postgres],
            &[],
            2,
            "HARNESS_PRODUCT is set, for another product, and so is HARNESS_POSTGRES",
        ),
        (&[product], &["--snapshots", "my"], 2, "HARNESS_PRODUCT is set, and transcripts of another product"),
        (&[], &["--product", "product.toml", "--snapshots", "my"], 2, "leave --snapshots out"),
        (&[], &["--product", "x", "--postgres", "y"], 2, "say one of the two"),
    ] {
        let arguments = [&["run", "--specs", "my"], typed].concat();
        let (ended, told) = ended(harness_with(environment, folder.path(), &arguments));
        assert!(ended == code && told.contains(said), "{environment:?} {typed:?}: {told}");
    }
}

#[test]
fn a_step_that_fails_tells_what_caused_it() {
    let folder = own_specs(
        "Feature: f\n  Scenario: s\n    Given the stranger was deleted from KaseyaOne\n    When Dana tries to sign in with KaseyaOne\n    Then Dana has no account\n",
    );
    let (code, told) = ends(folder.path(), &["run", "--specs", "my"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains(
            "    stranger cannot be deleted: there is no person \"stranger\"; known are: alan, bill, "
        ),
        "{told}"
    );
}

#[test]
fn values_that_cannot_be_are_told_with_the_form_they_have() {
    let folder = own_specs("");
    let rehearse = |app| ["rehearse", "--app", app, "--admin-email", "a@b.example", "--admin-password", "x"];
    for (arguments, form) in [
        (&["run", "--concurrency", "0"][..], "a whole number from 1"),
        (&["run", "--concurrency", "many"], "a whole number from 1"),
        (&["run", "--postgres", "db.example"], "postgres://user@host/database"),
        (&["run", "--postgres", "mysql://me:hidden-word@db.example/x"], "postgres://user@host/database"),
        (&rehearse("localhost:8400"), "as in http://127.0.0.1:8400"),
        (&rehearse("8400"), "as in http://127.0.0.1:8400"),
    ] {
        let (code, told) = ends(folder.path(), arguments);
        assert!(code == 2 && told.contains(form), "{arguments:?}: {code}: {told}");
        assert!(!told.contains("hidden-word"), "{told}");
    }
}
