//! Stories: every sign-in, readable.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{NotFound, RealmHandle};
use crate::realm::Realm;
use crate::story::{self, SignIns, Story, StoryLine};

/// The sign-ins of a provider, each as one readable page.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// // … the application signs somebody in …
/// for line in idp.stories().list() {
///     println!("{}: {}", line.id, line.sentence);
///     idp.stories().save(&line.id, format!("target/stories/{}.html", line.first_entry)).unwrap();
/// }
/// assert!(idp.stories().text("no such state").is_err());
/// # });
/// ```
#[derive(Clone)]
pub struct Stories(pub(crate) Arc<Realm>);

/// Why a story was not written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// There is no such sign-in.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] io::Error),
}

impl RealmHandle {
    /// The sign-ins, each as one readable page.
    pub fn stories(&self) -> Stories {
        Stories(Arc::clone(&self.0))
    }
}

impl Stories {
    /// One line for each sign-in, the newest first.
    pub fn list(&self) -> Vec<StoryLine> {
        SignIns::of(self.0.lock().journal.iter()).list()
    }

    /// The story as one HTML file that needs nothing else.
    pub fn html(&self, state: &str) -> Result<String, NotFound> {
        Ok(self.tell(state)?.html(&self.0.base.issuer))
    }

    /// The story as text.
    pub fn text(&self, state: &str) -> Result<String, NotFound> {
        Ok(self.tell(state)?.text())
    }

    /// Writes the story to a file, whose folder is made if need be.
    pub fn save(&self, state: &str, path: impl AsRef<Path>) -> Result<(), SaveError> {
        let html = self.html(state)?;
        let path = path.as_ref();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(path, html)?)
    }

    fn tell(&self, state: &str) -> Result<Story, NotFound> {
        let entries = self.0.lock().journal.all();
        story::tell(&entries.read(), state).ok_or_else(|| NotFound::new("sign-in", state))
    }
}
