//! The shape of the service, read from its own source: most of it is what is absent.

use std::path::{Path, PathBuf};

/// What no function of its arguments names; mock-idp's protocol is held against the same list.
const IMPURE: &str = include_str!("../../../.ci/impure.txt");

/// Every source file under a folder or at a file, without its tests.
fn sources(part: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut waiting = vec![root.join(part), root.join(format!("{part}.rs"))];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("the folder can be read");
            waiting.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            found.push((path, code));
        }
    }
    assert!(!found.is_empty(), "there is nothing at {part}");
    found
}

/// Fails for every file of a part that has one of the texts.
#[track_caller]
fn assert_absent(part: &str, texts: &[&str]) {
    for (path, code) in sources(part) {
        for text in texts {
            assert!(!code.contains(text), "{} has `{text}`", path.display());
        }
    }
}

#[test]
fn the_domain_knows_no_input_output_clock_or_randomness() {
    let ours = [
        "crate::app",
        "crate::store",
        "crate::oidc",
        "crate::usecase",
        "crate::front",
        "crate::web",
        "crate::api",
        "crate::clock",
        "crate::generator",
    ];
    let everywhere = IMPURE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert_absent("domain", &everywhere.chain(ours).collect::<Vec<_>>());
}

#[test]
fn use_cases_know_neither_pages_nor_statements() {
    assert_absent(
        "usecase",
        &[
            "axum",
            "askama",
            "utoipa",
            "sqlx",
            "crate::front",
            "crate::web",
            "crate::api",
            "SELECT ",
            "INSERT ",
        ],
    );
}

#[test]
fn pages_and_api_know_nothing_of_each_other() {
    assert_absent("front", &["crate::web", "crate::api"]);
    assert_absent("web", &["crate::api"]);
    // Who cannot be read there is refused with a page.
    assert_absent("api", &["crate::web", "visitor: Visitor"]);
}

#[test]
fn the_store_decides_nothing_and_reads_no_clock() {
    let outside =
        ["crate::usecase", "crate::oidc", "crate::clock", "domain::decision", "NOW()", "CURRENT_TIMESTAMP"];
    assert_absent("store", &outside);
}

#[test]
fn the_relying_party_knows_no_accounts_and_no_settings() {
    assert_absent("oidc", &["domain::account", "domain::settings", "domain::access", "crate::usecase"]);
}

#[test]
fn nothing_on_the_way_of_a_sign_in_touches_access() {
    let access = ["put_capabilities", "put_groups", "put_organizations", "domain::access"];
    for part in
        ["usecase/begin_sign_in", "usecase/complete_sign_in", "usecase/local_sign_in", "domain/decision"]
    {
        assert_absent(part, &access);
    }
}

#[test]
fn no_access_decision_reads_the_settings() {
    for part in
        ["domain/access", "usecase/organizations", "usecase/assign", "usecase/session", "store/access"]
    {
        assert_absent(part, &["SingleSignOn", "single_sign_on", "in_effect"]);
    }
}

#[test]
fn accounts_come_to_be_by_a_sign_in_and_by_an_administrator() {
    let mut places: Vec<_> = sources("")
        .into_iter()
        .filter(|(_, code)| code.contains(".insert_account("))
        .map(|(path, _)| path.file_name().expect("a file").to_string_lossy().into_owned())
        .collect();
    places.sort();
    assert_eq!(places, ["apply.rs", "create_account.rs"]);
}
