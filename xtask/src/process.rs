//! Child processes: run to the end, or started and stopped again whatever happens.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, bail};

/// Runs a command to its end; anything but success is an error that names it.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", name(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", name(command));
    }
    Ok(())
}

/// Runs a command to its end and answers its exit code.
pub(crate) fn exit_code(command: &mut Command) -> anyhow::Result<u8> {
    let status = command.status().with_context(|| format!("cannot start {}", name(command)))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn name(command: &Command) -> String {
    let arguments = command.get_args().map(std::ffi::OsStr::to_string_lossy);
    let program = command.get_program().to_string_lossy();
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// A program that runs beside us and is stopped when this value goes away.
pub(crate) struct Running {
    name: &'static str,
    child: Child,
}

impl Running {
    /// Starts a program and waits until it prints a line that contains `ready`; its other output is
    /// passed on.
    pub(crate) fn start(name: &'static str, command: &mut Command, ready: &str) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut running = Self { name, child: child.with_context(|| format!("cannot start {name}"))? };
        let stdout = running.child.stdout.take().context("a piped output is there")?;
        let mut lines = BufReader::new(stdout).lines();
        for line in lines.by_ref() {
            let line = line.with_context(|| format!("cannot read what {name} prints"))?;
            println!("  {name}: {line}");
            if line.contains(ready) {
                std::thread::spawn(move || {
                    lines.map_while(Result::ok).for_each(|line| println!("  {name}: {line}"));
                });
                return Ok(running);
            }
        }
        let status = running.child.wait()?;
        bail!("{name} stopped before it was ready ({status}); its last words are above")
    }

    /// Whether it ended by itself.
    pub(crate) fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("{} stopped by itself ({status})", self.name))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good as stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
