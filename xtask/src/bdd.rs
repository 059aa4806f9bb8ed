//! `cargo xtask bdd`: the scenarios alone.

use std::{path::Path, process::Command};

use crate::{
    cargo::{build_programs, root},
    process::exit_code,
};

/// Run the scenarios alone.
#[derive(clap::Args)]
pub(crate) struct Bdd {
    /// Tag expression (@S-64), place (troubleshooting/a1.feature:12) or words of a name; all must hold
    filter: Vec<String>,
    /// Scenarios in flight at once
    #[arg(long, default_value = "8")]
    concurrency: String,
    /// PostgreSQL server to run on instead of SQLite
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
}

impl Bdd {
    pub(crate) fn run(&self) -> anyhow::Result<std::process::ExitCode> {
        let binaries = build_programs()?;
        let mut harness = harness(&binaries);
        harness.args(["--concurrency", &self.concurrency]).args(&self.filter);
        harness.args(["--report", "target/bdd"]);
        if let Some(url) = &self.postgres {
            harness.args(["--postgres", url]);
        }
        let code = exit_code(&mut harness)?;
        println!("Reports: target/bdd/report.html, target/bdd/junit.xml");
        Ok(code.into())
    }
}

/// `harness run` on the specs and snapshots of this workspace.
pub(crate) fn harness(binaries: &Path) -> Command {
    let mut harness = Command::new(binaries.join("harness"));
    harness.current_dir(root()).arg("run").args([
        "--specs",
        "features/specs",
        "--snapshots",
        "features/snapshots",
    ]);
    harness
}
