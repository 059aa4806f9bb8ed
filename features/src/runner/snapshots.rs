//! Reviewed transcripts: read, compared, and what differs put beside them for review.
//!
//! The files are insta's (`.snap`, `.snap.new`), so `cargo insta review` works on them; they are read
//! and written here because a QA team has the runner and not cargo, which insta asks where it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use include_dir::{Dir, include_dir};
use similar::TextDiff;

use crate::report::Review;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/snapshots");

/// Where reviewed transcripts live.
#[derive(Clone, Debug)]
pub enum SnapshotStore {
    /// Those inside this binary; what differs cannot be kept for review.
    Embedded,
    /// Nowhere: nothing is compared.
    Nowhere,
    /// A folder; what differs is written beside, as `.snap.new`.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Whether to write `.snap.new` files (not on CI).
        write: bool,
    },
}

/// How a transcript compares with its reviewed snapshot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Judgement {
    /// Not a byte differs.
    Matches,
    /// There is a reviewed snapshot and it differs.
    Differs {
        /// Unified diff from reviewed to new.
        diff: String,
    },
    /// Nobody reviewed this transcript yet.
    New,
}

/// A transcript that waits for review.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PendingSnapshot {
    /// The snapshot's name.
    pub name: String,
    /// Difference from the reviewed one; the whole text when there is none.
    pub diff: String,
    path: PathBuf,
}

impl SnapshotStore {
    /// The folder of the snapshots that belong to a specs folder: `snapshots` in it, or beside it where the specs
    /// folder is called `specs` itself.
    pub fn folder_of(specs: &Path) -> PathBuf {
        if specs.file_name().is_some_and(|name| name == "specs") {
            specs.with_file_name("snapshots")
        } else {
            specs.join("snapshots")
        }
    }

    /// Where transcripts that differ wait for a person.
    pub(crate) fn review(&self) -> Review {
        match self {
            Self::Nowhere => Review::NotCompared,
            Self::Embedded => Review::Nowhere,
            Self::Folder { path, write: true } => Review::In(path.display().to_string()),
            Self::Folder { path, write: false } => Review::NotOnCi(path.display().to_string()),
        }
    }

    /// Compares a transcript with the reviewed one and keeps it for review when it differs.
    pub(crate) fn judge(&self, name: &str, feature: &str, transcript: &str) -> io::Result<Judgement> {
        if let Self::Nowhere = self {
            return Ok(Judgement::Matches);
        }
        let transcript = transcript.trim_end();
        let reviewed = self.reviewed(name)?;
        let judgement = match reviewed {
            Some(reviewed) if reviewed == transcript => Judgement::Matches,
            Some(reviewed) => Judgement::Differs { diff: diff(&reviewed, transcript) },
            None => Judgement::New,
        };
        if let Self::Folder { path, write: true } = self {
            let pending = path.join(format!("{name}.snap.new"));
            if judgement == Judgement::Matches {
                remove_if_there(&pending)?;
            } else {
                fs::create_dir_all(path)?;
                fs::write(&pending, file_text(feature, transcript))?;
            }
        }
        Ok(judgement)
    }

    /// The files of reviewed snapshots that no scenario of a whole run asked for.
    pub(crate) fn unreferenced(&self, asked_for: &BTreeSet<String>) -> io::Result<Vec<PathBuf>> {
        let names = self.names(".snap")?.into_iter();
        Ok(names.filter(|(name, _)| !asked_for.contains(name)).map(|(_, path)| path).collect())
    }

    /// Removes the transcripts that wait for review and that no scenario of a whole run has the name of: accepted,
    /// they would belong to no scenario.
    pub(crate) fn forget_nameless(&self, asked_for: &BTreeSet<String>) -> io::Result<()> {
        let Self::Folder { write: true, .. } = self else { return Ok(()) };
        let waiting = self.names(".snap.new")?.into_iter();
        waiting.filter(|(name, _)| !asked_for.contains(name)).try_for_each(|(_, path)| remove_if_there(&path))
    }

    /// The folder of the specs that a folder of snapshots belongs to, where it can be told: see
    /// [`Self::folder_of`].
    pub fn specs_of(snapshots: &Path) -> Option<PathBuf> {
        let around = snapshots.file_name().filter(|name| *name == "snapshots").and(snapshots.parent())?;
        let beside = snapshots.with_file_name("specs");
        Some(if beside.is_dir() { beside } else { around.to_owned() })
    }

    /// The transcripts that wait for review.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be read.
    pub fn pending(&self) -> io::Result<Vec<PendingSnapshot>> {
        let mut pending = Vec::new();
        for (name, path) in self.names(".snap.new")? {
            let new = contents(&fs::read_to_string(&path)?);
            let reviewed = self.reviewed(&name)?.unwrap_or_default();
            pending.push(PendingSnapshot { name, diff: diff(&reviewed, &new), path });
        }
        Ok(pending)
    }

    fn reviewed(&self, name: &str) -> io::Result<Option<String>> {
        let file = format!("{name}.snap");
        let text = match self {
            Self::Embedded => {
                EMBEDDED.get_file(&file).and_then(include_dir::File::contents_utf8).map(str::to_owned)
            }
            Self::Nowhere => None,
            Self::Folder { path, .. } => match fs::read_to_string(path.join(&file)) {
                Ok(text) => Some(text),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            },
        };
        Ok(text.map(|text| contents(&text)))
    }

    fn names(&self, ending: &str) -> io::Result<BTreeMap<String, PathBuf>> {
        let paths: Vec<PathBuf> = match self {
            Self::Embedded => EMBEDDED.files().map(|file| file.path().to_owned()).collect(),
            Self::Folder { path, .. } if path.is_dir() => {
                fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?
            }
            Self::Nowhere | Self::Folder { .. } => Vec::new(),
        };
        let named = |path: PathBuf| {
            let name = path.file_name()?.to_str()?.strip_suffix(ending)?.to_owned();
            Some((name, path))
        };
        Ok(paths.into_iter().filter_map(named).collect())
    }
}

impl PendingSnapshot {
    /// Makes this transcript the reviewed one.
    ///
    /// # Errors
    /// When the file cannot be moved.
    pub fn accept(&self) -> io::Result<()> {
        fs::rename(&self.path, self.path.with_extension(""))
    }

    /// Forgets this transcript.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn reject(&self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// What stands below the header of a snapshot file.
fn contents(file: &str) -> String {
    let file = file.replace("\r\n", "\n");
    let body =
        file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or(&*file, |it| it.1);
    body.trim_end().to_owned()
}

fn file_text(feature: &str, transcript: &str) -> String {
    format!("---\nsource: features/src/runner/snapshots.rs\ninput_file: {feature}\n---\n{transcript}\n")
}

fn diff(reviewed: &str, new: &str) -> String {
    TextDiff::from_lines(&format!("{reviewed}\n"), &format!("{new}\n"))
        .unified_diff()
        .context_radius(2)
        .header("reviewed", "this run")
        .to_string()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &tempfile::TempDir, write: bool) -> SnapshotStore {
        SnapshotStore::Folder { path: folder.path().to_owned(), write }
    }

    #[test]
    fn a_transcript_is_new_then_accepted_then_matches_then_differs() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, true);
        assert_eq!(store.judge("a@b", "a.feature", "one\ntwo\n").unwrap(), Judgement::New);
        store.pending().unwrap().iter().for_each(|pending| pending.accept().unwrap());
        assert_eq!(store.judge("a@b", "a.feature", "one\ntwo\n").unwrap(), Judgement::Matches);
        let Judgement::Differs { diff } = store.judge("a@b", "a.feature", "one\n2\n").unwrap() else {
            panic!("a changed transcript must differ");
        };
        assert!(diff.contains("-two\n+2\n"), "{diff}");
        assert_eq!(store.pending().unwrap().len(), 1);
    }

    #[test]
    fn a_rejected_transcript_leaves_the_reviewed_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, true);
        store.judge("a@b", "a.feature", "one").unwrap();
        store.pending().unwrap()[0].reject().unwrap();
        assert_eq!(store.pending().unwrap(), []);
        assert_eq!(store.reviewed("a@b").unwrap(), None);
    }

    #[test]
    fn snapshots_are_kept_with_the_specs_they_belong_to() {
        let folder = |specs: &str| SnapshotStore::folder_of(Path::new(specs)).display().to_string();
        assert_eq!(folder("my-features"), "my-features/snapshots");
        assert_eq!(folder("features/specs/"), "features/snapshots");
        assert_eq!(folder("."), "./snapshots");
    }

    #[test]
    fn on_ci_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(store(&folder, false).judge("a@b", "a.feature", "one").unwrap(), Judgement::New);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_snapshot_without_a_scenario_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, true);
        store.judge("gone@x", "a.feature", "one").unwrap();
        store.pending().unwrap()[0].accept().unwrap();
        assert_eq!(store.unreferenced(&BTreeSet::new()).unwrap(), [folder.path().join("gone@x.snap")]);
    }

    #[test]
    fn insta_reads_what_is_accepted_here() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, true);
        store.judge("a@b", "a.feature", "one\n---\ntwo").unwrap();
        store.pending().unwrap()[0].accept().unwrap();
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path(folder.path());
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!("a@b", "one\n---\ntwo"));
    }
}
