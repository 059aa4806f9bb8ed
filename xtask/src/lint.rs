//! `cargo xtask lint`: what CI refuses before it tests.

use std::process::ExitCode;

use crate::{cargo::cargo, process};

/// Checks formatting, then lints.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    process::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    process::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    Ok(ExitCode::SUCCESS)
}
