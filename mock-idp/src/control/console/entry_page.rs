//! One entry of the journal as a page, in the words of a story. Secrets are masked.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::shown;
use super::rows::EntryRow;
use crate::http::place::Place;
use crate::journal::Entry;
use crate::story::{SignIns, Step};

#[derive(Template)]
#[template(path = "entry.html")]
struct Page<'a> {
    prefix: &'a str,
    row: EntryRow,
    step: Step,
    state: &'a str,
    /// Numbers of the entries before and after it that are there.
    before: Option<u64>,
    after: Option<u64>,
}

/// The page.
pub(in crate::control) fn entry(place: &Place, entry: &Entry) -> Response {
    let state = place.realm.lock();
    let numbers = || state.journal.iter().map(|other| other.seq);
    let before = numbers().rev().find(|seq| *seq < entry.seq);
    let after = numbers().find(|seq| *seq > entry.seq);
    let row = EntryRow::of(entry, SignIns::of(state.journal.iter()).by_entry().get(&entry.seq).copied());
    drop(state);
    let page = Page {
        prefix: &place.base.prefix,
        row,
        step: Step::of(entry, entry.at),
        state: entry.state.as_deref().unwrap_or_default(),
        before,
        after,
    };
    shown(StatusCode::OK, page.render().unwrap_or_default())
}
