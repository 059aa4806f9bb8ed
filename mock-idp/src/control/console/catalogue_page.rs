//! The catalogue of faults as a page: by family, or those that are looked for.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::shown;
use crate::fault::{CatalogueEntry, StagedBy, catalogue};
use crate::http::place::Place;

#[derive(Template)]
#[template(path = "catalogue.html")]
struct Page<'a> {
    prefix: &'a str,
    wanted: &'a str,
    families: Vec<Family>,
    found: usize,
}

struct Family {
    key: &'static str,
    title: &'static str,
    faults: Vec<Row>,
}

struct Row {
    fault: &'static CatalogueEntry,
    /// What a correct relying party does.
    right: String,
    /// Who stages it, when it is not the provider.
    staged_by: Option<&'static str>,
}

impl Row {
    fn of(fault: &'static CatalogueEntry) -> Self {
        let staged_by = match fault.staged_by {
            StagedBy::Provider => None,
            StagedBy::Person => Some("staged by people"),
            StagedBy::Browser => Some("staged by the browser"),
            StagedBy::RelyingParty => Some("staged by the application"),
        };
        Self { fault, right: fault.right_in_words(), staged_by }
    }
}

/// The page.
pub(in crate::control) fn catalogue(place: &Place, wanted: &str) -> Response {
    let mut families: Vec<Family> = Vec::new();
    let mut found = 0;
    for fault in catalogue::searched(wanted) {
        found += 1;
        let row = Row::of(fault);
        match families.last_mut().filter(|family| family.key == fault.family()) {
            Some(family) => family.faults.push(row),
            None => {
                families.push(Family { key: fault.family(), title: fault.family_title(), faults: vec![row] });
            }
        }
    }
    let page = Page { prefix: &place.base.prefix, wanted, families, found };
    shown(StatusCode::OK, page.render().unwrap_or_default())
}
