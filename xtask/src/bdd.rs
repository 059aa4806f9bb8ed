//! `cargo xtask bdd`: the scenarios alone.

use std::{path::Path, process::Command};

use crate::{
    cargo::{build_programs, root},
    process::exit_code,
};

/// Build, and run the scenarios alone: everything after `bdd` is for `harness run`.
///
/// For example `cargo xtask bdd @S-64 --shuffle`, or `cargo xtask bdd -- --help` for all of its options and filters.
#[derive(clap::Args)]
pub(crate) struct Bdd {
    /// Filters and options of `harness run`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Bdd {
    pub(crate) fn run(&self) -> anyhow::Result<std::process::ExitCode> {
        let binaries = build_programs()?;
        let mut harness = harness(&binaries);
        harness.env("HARNESS_REPORT", "target/bdd").args(&self.arguments);
        Ok(exit_code(&mut harness)?.into())
    }
}

/// `harness run` on the specs and snapshots of this workspace, unless its options name others.
pub(crate) fn harness(binaries: &Path) -> Command {
    let mut harness = Command::new(binaries.join("harness"));
    harness.current_dir(root()).arg("run");
    harness
        .env("HARNESS_SPECS", "features/specs")
        .env_remove("HARNESS_SNAPSHOTS")
        .env_remove("HARNESS_PRODUCT");
    harness
}
