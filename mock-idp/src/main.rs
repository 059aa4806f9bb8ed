//! The command line of the provider. It sends each command to its module; it decides nothing.

mod cli;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

/// Answers are made of many small pieces on several threads, which the allocator of musl takes long for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A fake KaseyaOne: an OpenID Provider for tests, strict by default, wrong on request.
#[derive(Parser)]
#[command(name = "mock-idp", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until interrupted.
    Serve(cli::options::Options),
    /// Run a command with a provider beside it, and end as the command ends.
    Exec(cli::exec::Exec),
    /// Run a command that signs somebody in, once for each fault, and say where it did what a correct relying party does not.
    Matrix(cli::matrix::MatrixOptions),
    /// Ask a provider whether it is up: 0 when it is, 1 when it is not.
    Healthcheck(cli::healthcheck::Healthcheck),
    /// Print a configuration made of another provider's.
    Import(cli::import::Import),
    /// List every fault by family: id, what a correct relying party does, what happens, and who got it wrong.
    Faults {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show the public keys as a JSON Web Key Set: those of a provider with this seed or configuration, names and all; of the
    /// fixtures, without either.
    Keys {
        /// Folder with companies/, people/, clients/ and keys/; the built-in one by default.
        #[arg(long, value_name = "DIR")]
        fixtures: Option<PathBuf>,
        /// The seed of the provider, which names its keys.
        #[arg(long, value_parser = cli::values::whole(0..=u64::MAX))]
        seed: Option<u64>,
        /// Its configuration file; it needs a seed, here or in it.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// Wrong usage or configuration: nothing was started.
const NOTHING_STARTED: u8 = 2;

/// The command line. A variable that is empty is one that nobody has set, as in a file of Docker Compose; but for a key, which
/// somebody believes to have set.
fn command() -> clap::Command {
    let is_empty = |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let without_empty = move |argument: clap::Arg| {
        if argument.get_env().is_some_and(is_empty) && !argument.is_hide_env_values_set() {
            return argument.env(clap::builder::Resettable::Reset);
        }
        argument
    };
    Arguments::command().mut_subcommands(move |command| command.mut_args(without_empty))
}

fn main() -> ExitCode {
    let command =
        Arguments::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit()).command;
    // Hundreds of sign-ins that are meant to fail are told by their rows.
    let usual = if matches!(command, Command::Matrix(_)) { "mock_idp=warn" } else { "mock_idp=info" };
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| usual.into()),
        )
        .with_ansi(
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty()),
        )
        .with_writer(std::io::stderr)
        .init();
    let done = match command {
        Command::Serve(options) => cli::serve::run(options),
        Command::Exec(exec) => cli::exec::run(exec),
        Command::Matrix(matrix) => cli::matrix::run(matrix),
        Command::Healthcheck(check) => cli::healthcheck::run(check),
        Command::Import(import) => cli::import::run(&import),
        Command::Faults { json } => cli::lists::faults(json),
        Command::Keys { fixtures, seed, config } => cli::lists::keys(fixtures, seed, config),
    };
    done.unwrap_or_else(|error| {
        eprintln!("mock-idp: {error:#}");
        ExitCode::from(NOTHING_STARTED)
    })
}
