//! A command with a provider beside it: started before, stopped after, and the end of the command is the end of this.

use std::ffi::OsString;
use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};

use anyhow::Context as _;
use mock_idp::MockIdp;
use tokio::process::{Child, Command};

use crate::cli::options::{Options, every_processor};
use crate::cli::signals::{Signal, Signals, hand_on};

#[derive(clap::Args)]
pub(crate) struct Exec {
    #[command(flatten)]
    options: Options,
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
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
        let authority = idp.authority_pem().map(AuthorityFile::write).transpose()?;
        match spawn(&command, &idp, authority.as_ref().map(|file| file.0.as_path())) {
            Ok(child) => Ok(code(wait(child, &mut signals).await?)),
            Err(error) => {
                let name =
                    command.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                eprintln!(
                    "mock-idp: {name:?} cannot be started: {error}; name a program that is there, after --"
                );
                Ok(ExitCode::from(NO_SUCH_COMMAND))
            }
        }
    })
}

/// The certificate of the authority for as long as the command runs.
struct AuthorityFile(PathBuf);

impl AuthorityFile {
    fn write(pem: &str) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("mock-idp-authority-{}.pem", std::process::id()));
        // What is left of another process of this number is of no use any more.
        let _ = std::fs::remove_file(&path);
        let written = File::create_new(&path).and_then(|mut file| file.write_all(pem.as_bytes()));
        written.with_context(|| {
            format!("{} cannot be written; set TMPDIR to a folder that can be", path.display())
        })?;
        Ok(Self(path))
    }
}

impl Drop for AuthorityFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn spawn(command: &[OsString], idp: &MockIdp, authority: Option<&Path>) -> std::io::Result<Child> {
    let (program, arguments) = command.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("MOCK_IDP_ISSUER", idp.issuer())
        .env("MOCK_IDP_CONTROL", idp.control_url())
        .env("OIDC_ISSUER", idp.issuer())
        .env_remove("OIDC_CLIENT_ID")
        .env_remove("OIDC_CLIENT_SECRET");
    if let Some(key) = idp.control_key() {
        command.env("MOCK_IDP_CONTROL_KEY", key);
    }
    if let Some(authority) = authority {
        command.env("MOCK_IDP_CA_FILE", authority);
        // Node.js takes it beside those it knows. What replaces all that a program trusts is for the command to set.
        if std::env::var_os("NODE_EXTRA_CA_CERTS").is_none() {
            command.env("NODE_EXTRA_CA_CERTS", authority);
        }
    }
    // The client under test, or the first one that can be one.
    let clients = idp.clients().list();
    let usual = clients.iter().find(|client| client.id == "kaseya-mdr");
    let client = usual.or_else(|| clients.iter().find(|client| client.secret.is_some())).or(clients.first());
    if let Some(client) = client {
        command.env("OIDC_CLIENT_ID", &client.id);
        if let Some(secret) = &client.secret {
            command.env("OIDC_CLIENT_SECRET", secret);
        }
    }
    command.spawn()
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
