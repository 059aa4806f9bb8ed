//! The programs that are measured, and what the operating system says about them.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

/// A provider that runs beside us and is stopped when this value goes away.
pub(crate) struct Server {
    child: Child,
    /// Kept open: a program that cannot print any more may stop.
    _stdout: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Our provider on a free port.
    pub(crate) fn mock_idp(program: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        Self::start(command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments))
    }

    /// Starts a program that prints one line which names its address after the word "on" as soon as it listens.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let mut stdout = BufReader::new(child.stdout.take().context("a piped output is there")?);
        let mut line = String::new();
        stdout.read_line(&mut line).with_context(|| format!("cannot read what {name} prints"))?;
        let address = line.split_once(" on ").and_then(|(_, rest)| rest.split_whitespace().next());
        let address = address.with_context(|| format!("{name} did not start: {line:?}"))?.parse()?;
        Ok(Self { child, _stdout: stdout, address })
    }

    /// Resident memory in bytes, where the system tells.
    pub(crate) fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
    }

    /// Processor time of all threads so far, where the system tells.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        tasks.map(|task| cpu_of(&task.ok()?.path().join("schedstat"))).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone is as good as stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of the thread that asks, where the system tells.
pub(crate) fn thread_cpu() -> Option<Duration> {
    cpu_of("/proc/thread-self/schedstat".as_ref())
}

/// The first number is nanoseconds on a processor.
fn cpu_of(schedstat: &Path) -> Option<Duration> {
    let text = std::fs::read_to_string(schedstat).ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Processor time of everything on this machine since it started, where the system tells.
pub(crate) fn busy() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let ticks = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    // Hundredths of a second: user, nice, system, idle, iowait, irq, softirq, steal; then guests, who are users already.
    let ticks: Vec<u64> = ticks.take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [user, nice, system, _, _, irq, softirq, steal] = ticks[..] else { return None };
    Some(Duration::from_millis((user + nice + system + irq + softirq + steal) * 10))
}
