//! The shape of the provider, read from its own files: the pure part stays pure, and nothing knows what is tested with it.

use std::fs;
use std::path::{Path, PathBuf};

/// What no function of its arguments names; provisioner's domain is held against the same list.
const IMPURE: &str = include_str!("../../.ci/impure.txt");

fn everything(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            everything(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut files = Vec::new();
    everything(dir, &mut files);
    found
        .extend(files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")));
}

#[test]
fn protocol_is_a_function_of_its_arguments() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![src.join("protocol.rs")];
    sources(&src.join("protocol"), &mut files);
    assert!(files.len() > 8, "the folder moved");
    let ours = [
        "aws_lc_rs",
        "rsa::",
        "crate::http",
        "crate::realm",
        "crate::keys",
        "crate::jose",
        "crate::clock",
        "crate::generator",
        "crate::fault",
        "crate::journal",
    ];
    let everywhere = IMPURE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let banned: Vec<_> = everywhere.chain(ours).collect();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        for word in &banned {
            assert!(!text.contains(word), "{} knows {word}", file.display());
        }
    }
}

#[test]
fn the_provider_never_knows_the_application_under_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("Cargo.toml")];
    for part in ["src", "tests", "templates", "assets"] {
        let folder = root.join(part);
        if folder.exists() {
            everything(&folder, &mut files);
        }
    }
    assert!(files.len() > 50, "the folders moved");
    let this = root.join("tests/layering.rs");
    for file in files.iter().filter(|file| **file != this) {
        let text = fs::read(file).expect("a file that can be read");
        let text = String::from_utf8_lossy(&text).to_lowercase();
        assert!(!text.contains("provisioner"), "{} knows the provisioner", file.display());
    }
}

#[test]
fn every_source_file_says_what_it_is_for_and_is_short() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        assert!(text.starts_with("//! "), "{} does not say what it is for", file.display());
        let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        assert!(lines <= 400, "{} has {lines} lines", file.display());
    }
}
