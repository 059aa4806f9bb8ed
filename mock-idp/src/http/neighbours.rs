//! The realms of a process as pages link to them, for whoever may control them.

use crate::http::place::Place;

/// Most realms on a page.
const SHOWN: usize = 50;

/// A realm of this process.
pub(crate) struct Neighbour {
    /// Its path, with a slash before.
    pub(crate) name: String,
    /// What stands before its pages.
    pub(crate) front: String,
    /// What stands before its control interface.
    pub(crate) control: String,
    /// Whether it is the one that is looked at.
    pub(crate) is_this: bool,
}

/// The realms of this process; none where there is only one.
#[derive(Default)]
pub(crate) struct Neighbours {
    pub(crate) shown: Vec<Neighbour>,
    /// How many more there are.
    pub(crate) more: usize,
}

impl Neighbours {
    pub(crate) fn of(place: &Place) -> Self {
        let paths = place.realms.paths();
        if paths.len() < 2 {
            return Self::default();
        }
        let shown = paths.iter().take(SHOWN).filter_map(|path| {
            let realm = place.realms.get(path)?;
            let base = place.base_of(&realm);
            Some(Neighbour {
                name: format!("/{path}"),
                front: base.front.to_string(),
                control: base.control.to_string(),
                is_this: *path == place.realm.path,
            })
        });
        Self { shown: shown.collect(), more: paths.len().saturating_sub(SHOWN) }
    }
}
