//! The verdict on the relying parties as a page: failures first, each with the journal entries that show it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::shown;
use crate::http::place::Place;
use crate::journal::Params;
use crate::verdict::{Check, ClientJudgement, Judgement, Outcome};

/// Most entries that a check links to.
const SHOWN: usize = 12;

#[derive(Template)]
#[template(path = "verdict.html")]
struct Page<'a> {
    prefix: &'a str,
    /// The one client that was asked for, as it stands in an address.
    of: String,
    clients: Vec<Client<'a>>,
    forgotten: u64,
    /// Checks that were left out on request.
    excepted: String,
}

struct Client<'a> {
    id: &'a str,
    counts: String,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    check: &'a Check,
    word: &'static str,
    /// `bad`, `good` or nothing: how it is drawn.
    kind: &'static str,
    entries: Vec<u64>,
    /// How many more there are.
    more: usize,
}

impl<'a> Client<'a> {
    fn of(judged: &'a ClientJudgement) -> Self {
        let mut rows = Vec::new();
        let mut counts = Vec::new();
        for (outcome, word, kind) in [
            (Outcome::Fail, "failed", "bad"),
            (Outcome::Pass, "passed", "good"),
            (Outcome::NotSeen, "not seen", ""),
        ] {
            let before = rows.len();
            rows.extend(judged.checks.iter().filter(|check| check.outcome == outcome).map(|check| {
                let entries = check.entries.iter().take(SHOWN).copied().collect();
                Row { check, word, kind, entries, more: check.entries.len().saturating_sub(SHOWN) }
            }));
            counts.push(format!("{} {word}", rows.len() - before));
        }
        Self { id: &judged.client, counts: counts.join(", "), rows }
    }
}

/// The page.
pub(in crate::control) fn verdict(place: &Place, client: Option<&str>, judgement: &Judgement) -> Response {
    let of = client.map(|client| ("client", client)).into_iter().collect::<Params>().encode();
    let page = Page {
        prefix: &place.base.prefix,
        of,
        clients: judgement.clients.iter().map(Client::of).collect(),
        forgotten: judgement.forgotten,
        excepted: judgement.excepted.join(", "),
    };
    shown(StatusCode::OK, page.render().unwrap_or_default())
}
