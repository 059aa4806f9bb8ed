//! `cargo xtask bench`: builds what is measured as it is released, finds what it is measured beside, and starts the
//! benchmark, which does the rest. docs/benchmarks.md says how to read it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, ensure};

use crate::{
    cargo::{cargo, root},
    process::{exit_code, run},
    tools::on_path,
};

/// Measure a program.
#[derive(clap::Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    program: Program,
}

#[derive(clap::Subcommand)]
enum Program {
    /// Sign-ins a second, start, memory and flatness of the provider; some minutes on an idle machine.
    Idp {
        /// Options of the benchmark itself, as in `-- --rounds 3 --only start`
        #[arg(last = true)]
        options: Vec<String>,
    },
}

impl Bench {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let Program::Idp { options } = &self.program;
        let openssl = on_path("openssl").context(
            "the benchmark compares with `openssl speed`, and there is no openssl on the PATH; install the package openssl",
        )?;
        let node = on_path("node").context(
            "the benchmark compares with npm's oauth2-mock-server, and there is no node on the PATH; install Node.js 20.19 or newer",
        )?;
        let opponent = install_opponent()?;
        let mut bench = cargo(&["bench", "--package", "mock-idp", "--bench", "idp", "--"]);
        bench.arg("--openssl").arg(openssl).arg("--node").arg(node).arg("--opponent").arg(opponent);
        bench.arg("--report").arg(root().join("target/bench/idp.json")).args(options);
        Ok(exit_code(&mut bench)?.into())
    }
}

/// Installs oauth2-mock-server in the version the lock file names, unless that was done before.
fn install_opponent() -> anyhow::Result<PathBuf> {
    let (from, to) = (root().join("mock-idp/benches/opponent"), root().join("target/bench/opponent"));
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    let lock = "package-lock.json";
    let is_installed = to.join("node_modules").is_dir()
        && read(&from.join(lock))? == read(&to.join(lock)).unwrap_or_default();
    for name in ["package.json", "serve.mjs"] {
        fs::copy(from.join(name), to.join(name)).with_context(|| format!("cannot copy {name}"))?;
    }
    if is_installed {
        return Ok(to);
    }
    let npm = on_path("npm").context("npm is not on the PATH; it comes with Node.js")?;
    fs::copy(from.join(lock), to.join(lock)).with_context(|| format!("cannot copy {lock}"))?;
    let installed = run(Command::new(npm).arg("ci").current_dir(&to).stdout(Stdio::null()));
    if installed.is_err() {
        // The next run must not take it for installed.
        let _ = fs::remove_file(to.join(lock));
    }
    installed.context("oauth2-mock-server could not be installed")?;
    ensure!(to.join("node_modules/oauth2-mock-server").is_dir(), "npm installed no oauth2-mock-server");
    Ok(to)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
