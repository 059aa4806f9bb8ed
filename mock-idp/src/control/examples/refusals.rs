//! Examples of what the control interface refuses: of each status, what really comes with it.

use axum::http::StatusCode;
use fixtures::nearest_remedy;
use serde_json::{Value, json};

use crate::control::problem::{Problem, too_large};
use crate::control::realms::MOST_SNAPSHOTS;
use crate::handles::NotFound;
use crate::realm::error::RealmError;
use crate::realm::lifecycle::PersonError;
use crate::realm::people::CompanyError;

/// The operation that is asked for.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// What the first name in the path is called.
    pub(super) name: &'a str,
    /// What its query takes.
    pub(super) takes: Vec<String>,
    pub(super) has_body: bool,
}

/// The example of what comes with this status: its name, and the problem.
pub(super) fn example(asked: &Asked<'_>, status: &str) -> Option<(&'static str, Value)> {
    let (name, problem) = match status {
        "400" => ("unreadable-name", unreadable(asked.name)),
        "401" => ("no-key", Problem::no_key()),
        "403" => ("foreign-page", Problem::foreign()),
        "404" => ("not-there", not_there(asked.path)),
        "409" => taken(asked),
        "413" => {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", too_large());
            ("too-large", problem)
        }
        "422" if asked.has_body => ("empty", Problem::empty_body()),
        "422" => ("misspelt", misspelt(&asked.takes)),
        _ => return None,
    };
    Some((name, json!(problem)))
}

fn unreadable(name: &str) -> Problem {
    let detail = format!("Invalid URL: Invalid UTF-8 in `{name}`");
    Problem::new(StatusCode::BAD_REQUEST, "wrong_request", detail)
}

/// Each list says what it has none of.
fn not_there(path: &str) -> Problem {
    let below = |list: &str| path.starts_with(&format!("/_control/{list}/"));
    let among = |kind, wrong: &str, right| NotFound::among(kind, wrong, std::iter::once(right)).into();
    match () {
        () if below("companies") => among("company", "nortwind", "northwind"),
        () if below("clients") => among("client", "kaseya-mrd", "kaseya-mdr"),
        () if path == "/_control/verdict" => among("client", "kaseya-mrd", "kaseya-mdr"),
        () if below("realms") => among("realm", "acme/ue", "acme/eu"),
        () if below("faults") => NotFound::new("armed fault", "9").into(),
        () if below("rules") => NotFound::new("rule", "9").into(),
        () if path == "/_control/journal/wait" => {
            let detail = "wanted 1 of [operation token], there are 0";
            Problem::new(StatusCode::NOT_FOUND, "not_seen", detail)
        }
        () if below("journal") => NotFound::new("journal entry", "99").into(),
        () if below("snapshots") => among("snapshot", "befor", "before"),
        () if below("stories") => NotFound::new("sign-in", "state-9").into(),
        () if below("replay") => NotFound::new("logout token about", "dana").into(),
        () if below("tls") => Problem::no_authority(),
        () => among("person", "dnaa", "dana"),
    }
}

fn taken(asked: &Asked<'_>) -> (&'static str, Problem) {
    let list = asked.path.strip_prefix("/_control/").unwrap_or_default();
    match (asked.method, list) {
        ("post", "companies") => ("taken", Problem::there("company", "northwind")),
        ("delete", "companies/{key}") => {
            let (company, member) = ("northwind".to_owned(), "dana".to_owned());
            ("has-members", CompanyError::HasMembers { company, member, members: 2 }.into())
        }
        ("post", "people") => ("taken", Problem::taken("person", "dana")),
        ("post", "clients") => ("taken", Problem::taken("client", "kaseya-mdr")),
        ("post", "realms") => ("taken", RealmError::Taken("acme/eu".to_owned()).into()),
        ("put", _) => ("too-many", Problem::too_many_snapshots(MOST_SNAPSHOTS)),
        _ => {
            let (username, company) = ("dana".to_owned(), "northwind".to_owned());
            ("taken", PersonError::UsernameTaken { username, company, owner: "bill".to_owned() }.into())
        }
    }
}

fn misspelt(takes: &[String]) -> Problem {
    if takes.is_empty() {
        return Problem::takes_none("limit");
    }
    let wrong = takes.first().map(|first| format!("{first}s")).unwrap_or_default();
    let remedy = nearest_remedy(&wrong, takes.iter().map(String::as_str));
    Problem::wrong_query(format!("there is no parameter {wrong:?}; {remedy}"))
}
