//! `harness snapshots`: reviewing transcripts without cargo.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use features::runner::{Exit, PendingSnapshot, SnapshotStore, Specs, did_you_mean};

use super::say;

/// Where the snapshots of the specs inside this program come from.
const OF_THIS_PROJECT: &str = "features/snapshots";

#[derive(Args)]
pub(super) struct Snapshots {
    /// Folder of feature files whose snapshots are meant
    #[arg(long, global = true, env = "HARNESS_SPECS")]
    specs: Option<PathBuf>,
    /// Folder of snapshots [default: as for `harness run`; without --specs features/snapshots]
    #[arg(long = "snapshots", value_name = "SNAPSHOTS", global = true, env = "HARNESS_SNAPSHOTS")]
    named: Option<PathBuf>,
    #[command(subcommand)]
    verb: Review,
}

#[derive(Subcommand)]
enum Review {
    /// Name the transcripts that wait for review.
    List,
    /// Show how they differ.
    Show {
        /// Names; all when none is given
        names: Vec<String>,
    },
    /// Make them the reviewed ones.
    Accept {
        /// Names, one at least
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Forget them.
    Reject {
        /// Names, one at least
        #[arg(required = true)]
        names: Vec<String>,
    },
}

impl Snapshots {
    pub(super) fn run(&self) -> anyhow::Result<Exit> {
        let folder = self.folder()?;
        let store = SnapshotStore::Folder { path: folder.clone(), write: true };
        let pending = store.pending().with_context(|| format!("cannot read {}", folder.display()))?;
        let names: Vec<&str> = match &self.verb {
            Review::List => Vec::new(),
            Review::Show { names } | Review::Accept { names } | Review::Reject { names } => {
                names.iter().map(|name| bare(name)).collect()
            }
        };
        for name in &names {
            let known = || pending.iter().map(|it| it.name.as_str());
            anyhow::ensure!(
                known().any(|it| it == *name),
                "no transcript named '{name}' waits for review in {}{}",
                folder.display(),
                did_you_mean(name, known())
            );
        }
        if pending.is_empty() {
            eprintln!("No transcript waits for review in {}.", folder.display());
        }
        let scenarios = self.scenarios(&folder);
        for pending in pending.iter().filter(|it| names.is_empty() || names.contains(&it.name.as_str())) {
            if scenarios.as_ref().is_some_and(|names| !names.contains(&pending.name)) {
                self.nameless(&pending.name)?;
            }
            self.act(pending).with_context(|| format!("snapshot {}", pending.name))?;
        }
        Ok(Exit::Passed)
    }

    /// The folder that is meant; one that is not there would look like one in which nothing waits.
    fn folder(&self) -> anyhow::Result<PathBuf> {
        let folder = match (&self.named, &self.specs) {
            (Some(named), _) => named.clone(),
            (None, Some(specs)) if specs.is_dir() => return Ok(SnapshotStore::folder_of(specs)),
            (None, Some(specs)) => specs.clone(),
            (None, None) => OF_THIS_PROJECT.into(),
        };
        anyhow::ensure!(
            folder.is_dir(),
            "there is no folder {}; name the folder of your feature files with --specs, or that of the snapshots with --snapshots",
            folder.display()
        );
        Ok(folder)
    }

    /// The names of the scenarios that the snapshots of this folder belong to; `None` where that cannot be told.
    fn scenarios(&self, folder: &Path) -> Option<BTreeSet<String>> {
        let specs = self.specs.clone().or_else(|| SnapshotStore::specs_of(folder))?;
        let specs = Specs::read(&specs).ok()?;
        Some(specs.cases().into_iter().map(|case| case.snapshot).collect())
    }

    /// What a scenario that was renamed or taken out left behind. Accepted, it would fail the next run.
    fn nameless(&self, name: &str) -> anyhow::Result<()> {
        let told = format!(
            "no scenario has this name; 'reject {name}' forgets it, and so does a run without filters"
        );
        match &self.verb {
            Review::List | Review::Show { .. } => eprintln!("harness: {name}: {told}"),
            Review::Accept { .. } => anyhow::bail!("{name} cannot be accepted: {told}"),
            Review::Reject { .. } => {}
        }
        Ok(())
    }

    fn act(&self, pending: &PendingSnapshot) -> anyhow::Result<()> {
        match &self.verb {
            Review::List => say(&format!("{}\n", pending.name)),
            Review::Show { .. } => say(&format!("{}\n{}\n", pending.name, pending.diff)),
            Review::Accept { .. } => {
                pending.accept()?;
                say(&format!("accepted {}\n", pending.name))
            }
            Review::Reject { .. } => {
                pending.reject()?;
                say(&format!("rejected {}\n", pending.name))
            }
        }
    }
}

/// The name alone, where somebody gave the path of the file that waits.
fn bare(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.strip_suffix(".snap.new").unwrap_or(file)
}
