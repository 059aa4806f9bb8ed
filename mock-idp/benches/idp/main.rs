//! The benchmark of the provider: sign-ins a second, start, memory, and whether any of it grows with what is in it.
//! `cargo xtask bench idp` runs it with everything it needs; docs/benchmarks.md says how to read it.
//!
//! It measures the release binary as a process, from outside, and changes nothing in it.

mod client;
mod crowd;
mod flatness;
mod footprint;
mod http;
mod process;
mod report;
mod site;
mod throughput;
mod verify;
mod visit;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::crowd::Until;
use crate::report::Report;

/// Measure the provider.
#[derive(Parser)]
struct Options {
    /// Rounds of everything that is measured in turns.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Seconds of one measurement in a round.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Sign-ins before memory is read again.
    #[arg(long, default_value_t = 100_000)]
    sign_ins: u32,
    /// Measure only these parts, and leave the file as it was.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Another build of the provider than the one that cargo made for the benchmark.
    #[arg(long, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_mock-idp"))]
    program: PathBuf,
    /// The openssl program.
    #[arg(long, default_value = "openssl")]
    openssl: PathBuf,
    /// The node program.
    #[arg(long, default_value = "node")]
    node: PathBuf,
    /// Folder with serve.mjs and the installed oauth2-mock-server.
    #[arg(long, value_name = "DIR")]
    opponent: Option<PathBuf>,
    /// File for the values, which holds those of the run before.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Start,
    Throughput,
    Memory,
    People,
    Realms,
}

impl Options {
    fn until(&self) -> Until {
        Until::Elapsed(Duration::from_secs_f64(self.seconds))
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<bool> {
    let mut report = Report::default();
    if options.wants(Part::Start) {
        footprint::start(options, &mut report)?;
    }
    if options.wants(Part::Throughput) {
        throughput::measure(options, &mut report)?;
    }
    if options.wants(Part::Memory) {
        footprint::grown(options, &mut report)?;
    }
    if options.wants(Part::People) {
        flatness::people(options, &mut report)?;
    }
    if options.wants(Part::Realms) {
        flatness::realms(options, &mut report)?;
    }
    report.publish(options.report.as_deref(), options.only.is_empty())?;
    Ok(report.is_met())
}
