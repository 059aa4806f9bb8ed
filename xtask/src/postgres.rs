//! A PostgreSQL server for one test run: its own folder, its own port, no durability, gone afterwards, also when the run is
//! interrupted.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;

use crate::{process::run, tools::is_root};

/// A running server; stopped and removed when this value goes away, or the process is told to end.
pub(crate) struct Postgres(Server);

#[derive(Clone)]
struct Server {
    binaries: PathBuf,
    folder: PathBuf,
    port: u16,
}

/// The exit code of what Ctrl-C ended, as shells have it: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

impl Postgres {
    /// Makes and starts a server on a free port of the loopback interface.
    pub(crate) fn start(binaries: &Path) -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("postgres-for-tests-{}", std::process::id()));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Server { binaries: binaries.to_owned(), folder, port };
        let running = Self(server.clone());
        let interrupted = server.clone();
        // A signal ends the process without dropping anything.
        ctrlc::set_handler(move || {
            interrupted.stop();
            std::process::exit(INTERRUPTED);
        })
        .context("cannot listen for Ctrl-C")?;
        server.make_folder()?;
        let data = server.data();
        let initdb = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"];
        run(server.command("initdb").args(initdb).arg("--pgdata").arg(&data).stdout(Stdio::null()))
            .context("the test database could not be made")?;
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off \
             -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB"
        );
        run(server
            .command("pg_ctl")
            .args(["--wait", "--options", &options])
            .arg("--log")
            .arg(server.folder.join("log"))
            .arg("--pgdata")
            .arg(&data)
            .arg("start")
            .stdout(Stdio::null()))
        .with_context(|| {
            format!("the test database did not start; see {}", server.folder.join("log").display())
        })?;
        Ok(running)
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.0.port)
    }
}

impl Server {
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The server refuses to run as the superuser, who therefore hands it to the user `postgres`.
    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    fn make_folder(&self) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("cannot make {}", self.folder.display()))?;
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&self.folder))?;
        }
        Ok(())
    }

    fn stop(&self) {
        // What cannot be stopped or removed is in the temporary folder and can wait.
        let stop = ["--mode=immediate", "--silent", "stop"];
        let _ = self.command("pg_ctl").arg("--pgdata").arg(self.data()).args(stop).status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.0.stop();
    }
}
