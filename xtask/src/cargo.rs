//! Calling cargo: always for the whole workspace, because building one package alone resolves other
//! features and would compile the dependencies a second time. (Only `bench` asks for one package: it shares no build.)

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::process::run;

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new(".")).to_owned()
}

/// A cargo command in the workspace, with this toolchain.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Builds the programs, and answers the folder they are in.
pub(crate) fn build_programs() -> anyhow::Result<PathBuf> {
    build(&["build", "--workspace", "--bins"])
}

/// Builds programs and tests, and answers the folder they are in.
pub(crate) fn build_all() -> anyhow::Result<PathBuf> {
    build(&["build", "--workspace", "--all-targets"])
}

fn build(arguments: &[&str]) -> anyhow::Result<PathBuf> {
    run(&mut cargo(arguments)).context("the build failed")?;
    Ok(target_folder().join("debug"))
}

/// The folder for everything that is made and never committed.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
