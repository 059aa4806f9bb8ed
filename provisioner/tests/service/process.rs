//! The service as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use tempfile::TempDir;

use crate::stage::Stage;

const BINARY: &str = env!("CARGO_BIN_EXE_provisioner");

/// A configuration file.
pub(crate) struct ConfigFile {
    folder: TempDir,
}

impl ConfigFile {
    /// Writes a file.
    pub(crate) fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("provisioner.toml"), text).expect("a file");
        Self { folder }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("provisioner.toml")
    }
}

/// What a stage is configured with, as a file, for a free port.
pub(crate) fn configuration(stage: &Stage) -> ConfigFile {
    configuration_with(stage, "")
}

/// The same with more lines about KaseyaOne.
pub(crate) fn configuration_with(stage: &Stage, more: &str) -> ConfigFile {
    ConfigFile::new(&format!(
        "listen = \"127.0.0.1:0\"\ndatabase_url = \"{}\"\n[kaseyaone]\nissuer = \"{}\"\nclient_id = \"kaseya-mdr\"\n\
         client_secret = \"kaseya-mdr-test-secret-not-a-secret\"\nmodule = \"mdr\"\n{more}",
        stage.config.database_url,
        stage.idp.issuer(),
    ))
}

/// A running process.
pub(crate) struct Process {
    child: Child,
    _output: BufReader<ChildStdout>,
    /// Where it listens.
    pub(crate) base_url: String,
}

impl Process {
    /// Starts the service and waits until it says where it listens.
    pub(crate) fn start(config: impl AsRef<Path>) -> Self {
        let mut child = Command::new(BINARY)
            .args(["serve", "--config"])
            .arg(config.as_ref())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the first line");
        let base_url = line.trim().strip_prefix("listening on ").expect("where it listens").to_owned();
        Self { child, _output: output, base_url }
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test that failed leaves nothing running; one that succeeded has ended it already.
        if let Ok(None) = self.child.try_wait() {
            self.child.kill().expect("it was running");
            self.child.wait().expect("it is gone");
        }
    }
}

/// Runs the binary to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    run_in(&[], arguments)
}

/// Runs the binary to its end with these variables in its environment.
pub(crate) fn run_in(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(arguments).env_remove("RUST_LOG").envs(environment.iter().copied());
    command.output().expect("the binary runs")
}
