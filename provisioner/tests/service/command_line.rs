//! What an operator sees: one sentence and exit code 2 for a mistake, and nothing started.

use crate::database::Database;
use crate::process::{ConfigFile, Process, run, run_in};

const ADMIN: [&str; 6] =
    ["--email", "mona@northwind.example", "--name", "Mona", "--password", "local-mona-password"];

fn config(database_url: &str) -> ConfigFile {
    ConfigFile::new(&format!(
        "listen = \"127.0.0.1:0\"\ndatabase_url = \"{database_url}\"\n[kaseyaone]\n\
         issuer = \"http://127.0.0.1:9\"\nclient_id = \"kaseya-mdr\"\n"
    ))
}

/// Exit code and standard error of a run.
fn ends(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(arguments);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_wrong_configuration_starts_nothing() {
    let file = ConfigFile::new("[kaseyaone]\nisuer = \"https://one.example\"\n");
    let path = file.path();
    let path = path.to_str().expect("a readable path");
    for command in ["serve", "check-config"] {
        let (code, said) = ends(&[command, "--config", path]);
        assert_eq!(code, Some(2));
        assert_eq!(said.trim(), format!("error: {path}:2: there is no key `isuer`; did you mean `issuer`?"));
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_named_without_its_password() {
    let file = config("postgres://someone:secret-word@127.0.0.1:9/none");
    let (code, said) = ends(&["serve", "--config", file.path().to_str().expect("a readable path")]);
    assert_eq!(code, Some(2));
    assert!(said.contains("PostgreSQL at 127.0.0.1:9: ") && said.contains("Connection refused"), "{said}");
    assert!(said.contains("--database-url"), "{said}");
    assert!(!said.contains("secret-word"), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_told_once_and_with_the_line_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = config(&format!("sqlite://{}/missing/test.db", folder.path().display()));
    let path = file.path();
    let path = path.to_str().expect("a readable path");
    let mut create_admin = vec!["create-admin", "--config", path];
    create_admin.extend(ADMIN);
    for arguments in [vec!["serve", "--config", path], create_admin] {
        let (code, said) = ends(&arguments);
        assert_eq!(code, Some(2));
        assert!(said.starts_with(&format!("error: {path}:2: the database cannot be opened: ")), "{said}");
        assert!(said.trim_end().ends_with("; check `database_url` or --database-url"), "{said}");
        assert_eq!(said.matches("unable to open").count(), 1, "{said}");
    }
    let elsewhere = format!("sqlite://{}/missing/other.db", folder.path().display());
    let (_, said) = ends(&["serve", "--config", path, "--database-url", &elsewhere]);
    assert!(
        said.starts_with("error: --database-url or PROVISIONER_DATABASE_URL: the database cannot"),
        "{said}"
    );
}

#[test]
fn a_missing_password_is_asked_for_where_it_belongs() {
    let database = Database::sqlite();
    let file = config(&database.url);
    let path = file.path();
    let path = path.to_str().expect("a readable path");
    let mut arguments = vec!["create-admin", "--config", path];
    arguments.extend(&ADMIN[..4]);
    let (code, said) = ends(&arguments);
    assert_eq!(code, Some(2));
    assert!(said.contains("the password is missing; give it in PROVISIONER_ADMIN_PASSWORD"), "{said}");
}

#[test]
fn a_taken_port_is_named_with_the_option_that_changes_it() {
    let database = Database::sqlite();
    let file = config(&database.url);
    let first = Process::start(file.path());
    let taken = first.base_url.trim_start_matches("http://").trim_end_matches('/');
    let path = file.path();
    let (code, said) =
        ends(&["serve", "--config", path.to_str().expect("a readable path"), "--listen", taken]);
    assert_eq!(code, Some(2));
    assert!(said.contains(taken) && said.contains("--listen"), "{said}");
    assert_eq!(said.matches("in use").count(), 1, "{said}");
    first.kill();
}

#[test]
fn the_first_admin_is_made_once_and_only_with_a_long_password() {
    let database = Database::sqlite();
    let file = config(&database.url);
    let path = file.path();
    let path = path.to_str().expect("a readable path");
    let mut arguments = vec!["create-admin", "--config", path];
    arguments.extend(ADMIN);
    assert_eq!(ends(&arguments).0, Some(0));
    let (code, said) = ends(&arguments);
    assert_eq!(code, Some(2));
    assert!(said.contains("another account has this e-mail address"), "{said}");
    let last = arguments.len() - 1;
    arguments[last] = "short";
    assert!(ends(&arguments).1.contains("fewer than 12 characters"));
}

#[test]
fn a_good_configuration_is_called_good() {
    let file = config("sqlite://never-opened.db");
    let path = file.path();
    assert_eq!(ends(&["check-config", "--config", path.to_str().expect("a readable path")]).0, Some(0));
    assert!(!std::path::Path::new("never-opened.db").exists());
}

#[test]
fn what_is_wrong_in_the_environment_is_not_blamed_on_an_option_alone() {
    let file = config("sqlite://never-opened.db");
    let path = file.path();
    let arguments = ["check-config", "--config", path.to_str().expect("a readable path")];
    for (name, option) in [("PROVISIONER_LISTEN", "--listen"), ("PROVISIONER_BASE_URL", "--base-url")] {
        let output = run_in(&[(name, "zzz")], &arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            said.starts_with(&format!("error: `zzz`, from {option} or {name}, is not an address")),
            "{said}"
        );
    }
}

#[test]
fn a_variable_that_is_empty_is_one_that_is_not_set() {
    let file = config("sqlite://never-opened.db");
    let path = file.path();
    let names = ["LISTEN", "DATABASE_URL", "BASE_URL", "CLIENT_SECRET"].map(|it| format!("PROVISIONER_{it}"));
    let empty = names.each_ref().map(|name| (name.as_str(), ""));
    let output = run_in(&empty, &["check-config", "--config", path.to_str().expect("a readable path")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_log_that_goes_to_a_file_has_no_colours() {
    let database = Database::sqlite();
    let file = config(&database.url);
    let path = file.path();
    let mut arguments = vec!["create-admin", "--config", path.to_str().expect("a readable path")];
    arguments.extend(ADMIN);
    let output = run_in(&[("RUST_LOG", "debug")], &arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("DEBUG"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}
