//! What may know what: the members of the workspace by their manifests, the steps by their sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

const MEMBERS: [&str; 5] = ["features", "fixtures", "mock-idp", "provisioner", "xtask"];

/// Each member with the members it may depend on, and those it may depend on in its tests too.
const MAY_DEPEND: [(&str, &[&str], &[&str]); 5] = [
    ("fixtures", &[], &[]),
    ("mock-idp", &["fixtures"], &[]),
    ("provisioner", &[], &["mock-idp"]),
    ("features", &["fixtures", "mock-idp", "provisioner"], &[]),
    ("xtask", &[], &[]),
];

/// What steps must not name: a person at a browser and a client of the API have none of it.
const NOT_FOR_STEPS: [&str; 12] = [
    "provisioner::",
    "sqlx",
    "driver::database",
    "driver::reference",
    ".database()",
    ".census()",
    "SELECT ",
    "INSERT INTO",
    "DELETE FROM",
    "UPDATE \"",
    "std::fs",
    "std::process",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(path: &Path, found: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        found.push(path.to_owned());
        return;
    }
    for entry in fs::read_dir(path).expect("a folder") {
        sources(&entry.expect("an entry").path(), found);
    }
}

#[test]
fn members_depend_on_each_other_in_one_direction() {
    for (member, always, in_tests) in MAY_DEPEND {
        let path = workspace().join(member).join("Cargo.toml");
        let text = fs::read_to_string(path).expect("a manifest");
        let manifest: toml::Table = text.parse().expect("a manifest is TOML");
        for (table, allowed) in [
            ("dependencies", always.to_vec()),
            ("build-dependencies", always.to_vec()),
            ("dev-dependencies", [always, in_tests].concat()),
        ] {
            let named =
                manifest.get(table).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
            // A member may name itself: so its own tests switch its features on.
            let others = named.filter(|name| MEMBERS.contains(&name.as_str()) && *name != member);
            for name in others {
                assert!(allowed.contains(&name.as_str()), "{member} has {name} among its {table}");
            }
        }
    }
}

#[test]
fn steps_use_what_a_person_or_a_client_of_the_api_has() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![src.join("steps.rs")];
    sources(&src.join("steps"), &mut files);
    assert!(files.len() > 10, "the steps moved");
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        for word in NOT_FOR_STEPS {
            assert!(!text.contains(word), "{} knows {word}", file.display());
        }
    }
}
