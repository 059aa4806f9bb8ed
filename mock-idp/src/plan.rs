//! What a realm is to start with, as a configuration or code says it.

use std::path::PathBuf;
use std::sync::Arc;

use fixtures::Fixtures;
use jiff::Timestamp;

use crate::fault::Arming;
use crate::protocol::endpoints::{Endpoint, EndpointError, Endpoints, Layout};
use crate::rule::Rule;

/// What a realm starts with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) seed: Option<u64>,
    pub(crate) clock: Option<ClockSetting>,
    /// Who signs in without a page where nobody is hinted at.
    pub(crate) headless_as: Option<String>,
    /// The folder of its keys.
    pub(crate) keys: Option<PathBuf>,
    /// Its people, companies and clients, when it has any of its own.
    pub(crate) fixtures: Option<Fixtures>,
    /// Endpoints that are elsewhere.
    pub(crate) moved: Moved,
    pub(crate) prepared: Prepared,
}

/// What is armed before anybody asks anything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prepared {
    /// How many people are made up.
    pub(crate) invented_people: usize,
    pub(crate) faults: Vec<Arming>,
    pub(crate) rules: Vec<Rule>,
}

/// How a clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockSetting {
    pub(crate) frozen: bool,
    pub(crate) at: Option<Timestamp>,
}

/// Endpoints that are elsewhere than those of what a realm is made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moved {
    /// Whose they look like; those of the template, when it is not said.
    pub(crate) layout: Option<Layout>,
    /// Further ones.
    pub(crate) paths: Vec<(Endpoint, String)>,
}

impl Moved {
    /// All of them, where these are the usual ones.
    pub(crate) fn from(&self, usual: &Arc<Endpoints>) -> Result<Arc<Endpoints>, EndpointError> {
        if self.layout.is_none() && self.paths.is_empty() {
            return Ok(Arc::clone(usual));
        }
        let like = self.layout.map_or_else(|| Endpoints::clone(usual), Endpoints::like);
        like.with(self.paths.iter().cloned()).map(Arc::new)
    }
}
