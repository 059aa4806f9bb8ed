//! The program as QA has it: what it takes, what it says, how it ends.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic as the test itself does")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const HOLDS: &str = "Feature: f\n  Scenario: It holds\n    Given automatic user creation is in effect\n    When Dana tries to sign in with KaseyaOne\n    Then Dana has exactly one account\n";

/// Runs the program in a folder, with nothing in its environment that changes what it does.
fn harness(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    for name in ["CI", "HARNESS_SPECS", "HARNESS_SNAPSHOTS", "HARNESS_REPORT", "HARNESS_POSTGRES"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).output().unwrap()
}

/// Its exit code, and both of its streams.
fn ends(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = harness(folder, arguments);
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
