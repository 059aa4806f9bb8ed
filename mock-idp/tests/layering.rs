//! The pure part of the provider stays pure.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn protocol_imports_no_framework_clock_file_randomness_or_key() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![src.join("protocol.rs")];
    sources(&src.join("protocol"), &mut files);
    assert!(files.len() > 8, "the folder moved");
    let banned = [
        "axum",
        "tokio",
        "hyper",
        "reqwest",
        "tower",
        "sqlx",
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::time",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "rand::",
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
        "Mutex",
    ];
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        for word in banned {
            assert!(!text.contains(word), "{} knows {word}", file.display());
        }
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
