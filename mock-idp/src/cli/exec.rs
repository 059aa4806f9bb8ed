//! A command with a provider beside it: started before, stopped after, and the end of the command is the end of this.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::process::{ExitCode, ExitStatus};

use tokio::process::Child;

use crate::cli::beside::{self, AuthorityFile};
use crate::cli::options::{Options, every_processor};
use crate::cli::signals::{Signal, Signals, hand_on};

#[derive(clap::Args)]
pub(crate) struct Exec {
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    #[command(flatten)]
    options: Options,
}

/// What shells answer for a command that is not there.
const NO_SUCH_COMMAND: u8 = 127;

pub(crate) fn run(exec: Exec) -> anyhow::Result<ExitCode> {
    let Exec { options, command } = exec;
    let builder = options.builder("127.0.0.1:0")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let idp = builder.threads(every_processor()).start().await?;
        let authority = AuthorityFile::of(&idp)?;
        match beside::command(&command, &idp, authority.as_ref()).and_then(|mut command| command.spawn()) {
            Ok(child) => Ok(code(wait(child, &mut signals).await?)),
            Err(error) => {
                eprintln!("mock-idp: {}", beside::not_started(&command, &error));
                Ok(ExitCode::from(NO_SUCH_COMMAND))
            }
        }
    })
}

async fn wait(mut child: Child, signals: &mut Signals) -> std::io::Result<ExitStatus> {
    loop {
        let process = child.id();
        tokio::select! {
            status = child.wait() => return status,
            signal = signals.next() => {
                // A terminal sends Ctrl-C to the command too; twice would mean "at once" to many.
                let heard_already = signal == Signal::Interrupt && std::io::stdin().is_terminal();
                if let Some(process) = process.filter(|_| !heard_already) {
                    hand_on(signal, process);
                }
            }
        }
    }
}

/// The code of the command; 128 and the signal for one that was killed, as shells count.
fn code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let killed = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let killed = None;
    let code = status.code().or(killed).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
