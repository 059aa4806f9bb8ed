//! `cargo xtask test`: every test there is, and nothing skipped in silence.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, ensure};

use crate::{
    bdd::harness,
    cargo::{build_all, cargo, root},
    foreign,
    postgres::Postgres,
    process::run,
    tools::Tools,
};

/// Run every test there is.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Install what is missing (PostgreSQL, Chromium, Node.js, Python, Apache) with the system's package manager
    #[arg(long)]
    install: bool,
}

/// One run of the scenario suite: its name, how it is started, whether on PostgreSQL.
const RUNS: [(&str, &[&str], bool); 4] = [
    ("sqlite-one-by-one", &["--concurrency", "1"], false),
    ("sqlite-64-shuffled", &["--concurrency", "64", "--shuffle"], false),
    ("postgresql-one-by-one", &["--concurrency", "1"], true),
    ("postgresql-64-shuffled", &["--concurrency", "64", "--shuffle"], true),
];

impl Test {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let tools = Tools::find_or_install(self.install)?;
        let foreign = foreign::prepare(&tools)?;
        let binaries = build_all()?;
        let postgres = Postgres::start(&tools.postgres)?;
        run(cargo(&["test", "--workspace"])
            .env("REQUIRE_POSTGRES", "1")
            .env("PROVISIONER_TEST_POSTGRES_URL", postgres.url())
            .env("REQUIRE_BROWSER", "1")
            .env("BROWSER_TEST_CHROMIUM", &tools.chromium)
            .env("BROWSER_TEST_CHROMEDRIVER", &tools.chromedriver)
            .env("REQUIRE_FOREIGN_CLIENTS", "1")
            .envs(foreign))?;
        let transcripts = root().join("target/transcripts");
        if transcripts.exists() {
            std::fs::remove_dir_all(&transcripts)?;
        }
        for (name, options, on_postgres) in RUNS {
            println!("\nScenarios: {name}");
            let mut harness = harness(&binaries);
            harness.args(options).arg("--transcripts").arg(transcripts.join(name));
            harness.args(["--report", &format!("target/bdd/{name}")]);
            if on_postgres {
                harness.args(["--postgres", &postgres.url()]);
            }
            run(&mut harness)?;
        }
        compare(&transcripts)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The same scenario must leave the same bytes, whatever the database, the order, the concurrency.
fn compare(transcripts: &Path) -> anyhow::Result<()> {
    let [(first, ..), rest @ ..] = RUNS;
    let expected = read_all(&transcripts.join(first))?;
    ensure!(!expected.is_empty(), "the scenarios left no transcript to compare");
    for (name, ..) in rest {
        let found = read_all(&transcripts.join(name))?;
        let names = expected.keys().chain(found.keys());
        let different: Vec<&str> = names
            .filter(|key| expected.get(*key) != found.get(*key))
            .filter_map(|key| key.to_str())
            .collect();
        ensure!(different.is_empty(), "transcripts of {first} and {name} differ: {}", different.join(", "));
    }
    let bytes: usize = expected.values().map(Vec::len).sum();
    println!(
        "\n{} transcripts ({bytes} bytes) are the same in all {} runs: 0 bytes differ",
        expected.len(),
        RUNS.len()
    );
    Ok(())
}

fn read_all(folder: &Path) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("no transcripts in {}", folder.display()))?;
    let mut files = BTreeMap::new();
    for entry in entries {
        let entry = entry?;
        files.insert(PathBuf::from(entry.file_name()), std::fs::read(entry.path())?);
    }
    Ok(files)
}
