//! `cargo xtask lint`: what CI refuses before it tests.

use std::process::{Command, ExitCode};

use anyhow::bail;

use crate::{
    cargo::{cargo, root},
    process,
};

/// What may lie at the top, beside files whose names begin with a dot.
const TOP: [&str; 10] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "docs",
    "features",
    "fixtures",
    "mock-idp",
    "provisioner",
    "xtask",
];

/// Checks formatting and what lies at the top, then lints.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    process::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    top()?;
    process::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    Ok(ExitCode::SUCCESS)
}

/// Nothing that a command left behind is committed at the top.
fn top() -> anyhow::Result<()> {
    let listed = Command::new("git").arg("ls-files").current_dir(root()).output();
    let Some(listed) = listed.ok().filter(|listed| listed.status.success()) else {
        println!("without git, or outside of a clone, nobody knows what is committed at the top");
        return Ok(());
    };
    let files = String::from_utf8_lossy(&listed.stdout);
    let stray = files.lines().find(|file| {
        let name = file.trim_matches('"').split('/').next().unwrap_or_default();
        !name.starts_with('.') && !TOP.contains(&name)
    });
    if let Some(stray) = stray {
        bail!(
            "{stray} lies at the top, where only these belong: {}. Move it, or `git rm` it",
            TOP.join(", ")
        );
    }
    Ok(())
}
