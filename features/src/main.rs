//! `harness`: runs the scenarios, checks specs, lists cases, reviews snapshots, rehearses the main job.
//!
//! Only the command line lives here; every verb calls the library.

use std::process::ExitCode;

use features::runner::Exit;

mod command;

fn main() -> ExitCode {
    let command = match command::Command::read() {
        Ok(command) => command,
        Err(error) => {
            eprintln!("harness: {error:#}");
            return Exit::Broken.into();
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("harness: the runtime cannot start: {error}");
            return Exit::Broken.into();
        }
    };
    match runtime.block_on(command.run()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("harness: {error:#}");
            Exit::Broken.into()
        }
    }
}
