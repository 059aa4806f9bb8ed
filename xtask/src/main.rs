//! `cargo xtask`: the commands of this project. Thin: it runs cargo and the binaries, nothing else.
//!
//! It depends on no member of the workspace, so it builds in seconds.

mod bdd;
mod bench;
mod cargo;
mod foreign;
mod lint;
mod postgres;
mod process;
mod test;
mod tools;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The commands of this project.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a fake KaseyaOne and the provisioner, rehearse a first sign-in, stay up until Ctrl-C.
    Up(up::Up),
    /// Run every test there is: on SQLite and PostgreSQL, scenarios and browser included.
    Test(test::Test),
    /// Run the scenarios alone: what follows is for `harness run`, whose options `cargo xtask bdd -- --help` lists.
    Bdd(bdd::Bdd),
    /// Measure a program as it is released.
    Bench(bench::Bench),
    /// Check formatting and lints.
    Lint,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Up(up) => up.run(),
        Command::Test(test) => test.run(),
        Command::Bdd(bdd) => bdd.run(),
        Command::Bench(bench) => bench.run(),
        Command::Lint => lint::run(),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
