//! `docs/conformance.md`: every test that it names is there, it names every test of this folder, and no module of the
//! OpenID Foundation's plans twice.

use std::collections::BTreeSet;
use std::path::Path;

/// Modules of the plans; a row that vanishes is missed.
const MODULES: usize = 77;

/// A row of a table: the module, and what stands in its last cell.
fn rows(document: &str) -> Vec<(&str, &str)> {
    let modules = document.lines().filter(|line| line.starts_with("| `oidcc-"));
    modules
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            assert!(cells.len() == 3 || cells.len() == 4, "{line}");
            (cells[0].trim_matches('`'), cells[cells.len() - 1])
        })
        .collect()
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tests of a module of this binary, by its path below `it`.
fn tests_of(module: &str) -> BTreeSet<String> {
    let text = read(&format!("tests/it/{}.rs", module.replace("::", "/")));
    let mut tests = BTreeSet::new();
    let mut marked = false;
    for line in text.lines() {
        let name =
            line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split_once('('));
        if let (true, Some((name, _))) = (marked, name) {
            tests.insert(name.to_owned());
        }
        marked = matches!(line, "#[test]" | "#[tokio::test]");
    }
    tests
}

#[test]
fn every_module_is_there_once_with_a_test_that_exists_or_with_a_reason() {
    let document = read("../docs/conformance.md");
    let rows = rows(&document);
    let modules: BTreeSet<_> = rows.iter().map(|(module, _)| module).collect();
    assert_eq!((modules.len(), rows.len()), (MODULES, MODULES), "each module has one row");
    for (module, shown_by) in &rows {
        if let Some(reason) = shown_by.strip_prefix("not met: ") {
            assert!(reason.len() > 15, "{module} says why");
            continue;
        }
        for test in shown_by.split(", ") {
            let path = test.strip_prefix("`it::").and_then(|test| test.strip_suffix('`'));
            let path = path.and_then(|path| path.rsplit_once("::"));
            let (file, name) = path.unwrap_or_else(|| panic!("{module}: {test} is no test"));
            assert!(tests_of(file).contains(name), "{module}: there is no test {test}");
        }
    }
}

#[test]
fn every_test_of_this_folder_shows_a_module() {
    let document = read("../docs/conformance.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/conformance");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let file = entry.expect("an entry").path();
        let name = file.file_stem().expect("a name").to_str().expect("UTF-8");
        if name == "document" {
            continue;
        }
        for test in tests_of(&format!("conformance::{name}")) {
            let path = format!("`it::conformance::{name}::{test}`");
            assert!(document.contains(&path), "{path} is in no row");
        }
    }
}
