//! A command that signs somebody in, once for each fault: how it ends says what the relying party did.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use mock_idp::{Attempt, Did, Matrix, MatrixRow, MockIdp};
use tokio::sync::oneshot;

use crate::cli::beside::{self, AuthorityFile};
use crate::cli::options::Options;
use crate::cli::say;
use crate::cli::signals::{Group, Signal, Signals};
use crate::cli::values::whole;

#[derive(clap::Args)]
pub(crate) struct MatrixOptions {
    /// A fault to try, or a pattern with a star (idt-*); may be given several times. [default: all that a sign-in can meet]
    #[arg(long, value_name = "ID")]
    fault: Vec<String>,
    /// A fault to leave out, or a pattern; may be given several times.
    #[arg(long, value_name = "ID")]
    except: Vec<String>,
    /// Hold the application to rules too that no specification demands of every relying party.
    #[arg(long)]
    strict: bool,
    /// How many seconds a sign-in may take; a day at most.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = whole(1..=86_400))]
    patience: u64,
    /// How many sign-ins there are at once, each at a provider of its own.
    #[arg(long, value_name = "COUNT", default_value = "1", value_parser = whole(1..=u32::MAX.into()))]
    at_once: u64,
    /// Folder for matrix.json, matrix.xml (JUnit) and the story of every sign-in that was wrong.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// The command and its arguments: it signs somebody in at the application, and ends with 0 when that succeeded, with 3 when
    /// it did and the account is not what it should be, and with anything else when nobody was signed in.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    #[command(flatten)]
    options: Options,
}

/// The relying party did something wrong, or a sign-in failed for another reason than its fault.
const WRONG: u8 = 1;
/// What a command ends with that signed the person in and found the account not to be what it should be.
const WRONG_ACCOUNT: i32 = 3;
/// So much of what a command prints is kept, from the end.
const TAIL: usize = 8 * 1024;
/// How long it takes at most until what a command printed is read when it has ended.
const AFTER_THE_END: Duration = Duration::from_secs(1);
/// How long the engine waits beyond the patience that the command is shown.
const MARGIN: Duration = Duration::from_secs(30);

pub(crate) fn run(matrix: MatrixOptions) -> anyhow::Result<ExitCode> {
    let MatrixOptions { options, fault, except, strict, patience, at_once, report, command } = matrix;
    let patience = Duration::from_secs(patience);
    let plan = options.builder("127.0.0.1:0")?.matrix(&fault)?.except(&except)?;
    let plan = if strict { plan.strict() } else { plan };
    let plan = plan.patience(patience + MARGIN).at_once(usize::try_from(at_once).unwrap_or(usize::MAX));
    if let Some(folder) = &report {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let count = plan.faults().len();
    let faults = if count == 1 { "1 fault".to_owned() } else { format!("{count} faults") };
    say(&format!("{faults}, and an honest sign-in before and after\n\n"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let slots = RefCell::new(Vec::new());
        let attempt = async |idp: &MockIdp, fault: Option<&'static str>| {
            let slot = slot_of(idp, &mut slots.borrow_mut());
            attempted(&command, idp, (fault, slot), patience)
                .await
                .unwrap_or_else(|error| Attempt { did: Did::Refused, said: format!("{error:#}") })
        };
        let matrix = tokio::select! {
            matrix = plan.run_and_tell(attempt, |row| say(&(row.text() + "\n"))) => matrix?,
            // Commands that still run are killed as soon as nobody waits for them.
            signal = signals.next() => return Ok(ExitCode::from(128 + number(signal))),
        };
        say(&format!("\n{}\n", matrix.sum()));
        if let Some(folder) = &report {
            write(&matrix, folder)
                .with_context(|| format!("nothing can be written to {}", folder.display()))?;
            let folder = folder.display();
            say(&format!("matrix.json, matrix.xml and the stories of what was wrong are in {folder}\n"));
        }
        Ok(if matrix.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
    })
}

/// The number of a provider among those that serve at once: a command takes ports of its own by it.
fn slot_of(idp: &MockIdp, slots: &mut Vec<String>) -> usize {
    let known = slots.iter().position(|issuer| issuer == idp.issuer());
    known.unwrap_or_else(|| {
        slots.push(idp.issuer().to_owned());
        slots.len() - 1
    })
}

/// Runs the command once, with everything it starts, until it ends or patience does.
async fn attempted(
    words: &[OsString],
    idp: &MockIdp,
    (fault, slot): (Option<&'static str>, usize),
    patience: Duration,
) -> anyhow::Result<Attempt> {
    let authority = AuthorityFile::of(idp)?;
    let (reader, writer) = std::io::pipe()?;
    let mut command =
        beside::command(words, idp, authority.as_ref()).with_context(|| "there is no command")?;
    let is_returning = mock_idp::catalogue().any(|entry| Some(entry.id) == fault && entry.returning);
    command
        .env_remove("MOCK_IDP_FAULT")
        .envs(fault.map(|fault| ("MOCK_IDP_FAULT", fault)))
        .env_remove("MOCK_IDP_RETURNING")
        .envs(is_returning.then_some(("MOCK_IDP_RETURNING", "1")))
        .env("MOCK_IDP_SLOT", slot.to_string());
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child =
        command.spawn().map_err(|error| anyhow::anyhow!("{}", beside::not_started(words, &error)))?;
    // The command holds an end of the pipe too.
    drop(command);
    let group = Group::of(child.id());
    let printed = Printed::by(reader);
    let ended = tokio::time::timeout(patience, child.wait()).await;
    // What it left behind ends with it.
    drop(group);
    child.kill().await.ok();
    let said = printed.tail().await;
    let Ok(status) = ended else { return Ok(Attempt { did: Did::NotEnded, said }) };
    let status = status?;
    let said = if status.success() { said } else { format!("{said}\n({status})").trim_start().to_owned() };
    let did = if status.code() == Some(WRONG_ACCOUNT) {
        Did::WrongAccount
    } else {
        Attempt::from(status.success()).did
    };
    Ok(Attempt { did, said })
}

/// What a command prints, read on a thread of its own: what has left the group of the command may keep the pipe open for as
/// long as it likes, and nobody waits for that.
struct Printed {
    tail: Arc<Mutex<Vec<u8>>>,
    closed: oneshot::Receiver<()>,
}

impl Printed {
    fn by(mut reader: std::io::PipeReader) -> Self {
        let tail: Arc<Mutex<Vec<u8>>> = Arc::default();
        let (close, closed) = oneshot::channel();
        let kept = Arc::clone(&tail);
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut piece) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&piece[..count]);
                let surplus = kept.len().saturating_sub(TAIL);
                kept.drain(..surplus);
            }
            let _ = close.send(());
        });
        Self { tail, closed }
    }

    /// The end of it, once nobody of the group writes any more.
    async fn tail(self) -> String {
        let _ = tokio::time::timeout(AFTER_THE_END, self.closed).await;
        let kept = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).trim_end().to_owned()
    }
}

fn write(matrix: &Matrix, folder: &Path) -> anyhow::Result<()> {
    // What a run before found wrong may be right now.
    let known = mock_idp::catalogue().map(|entry| entry.id).chain(matrix.rows.iter().map(|row| row.fault));
    known.for_each(|fault| drop(fs::remove_file(folder.join(format!("{fault}.html")))));
    fs::write(folder.join("matrix.json"), serde_json::to_string_pretty(&matrix.json())? + "\n")?;
    fs::write(folder.join("matrix.xml"), matrix.junit())?;
    for MatrixRow { fault, story, .. } in &matrix.rows {
        if let Some(story) = story {
            fs::write(folder.join(format!("{fault}.html")), story)?;
        }
    }
    Ok(())
}

/// As shells count them.
fn number(signal: Signal) -> u8 {
    match signal {
        Signal::Interrupt => 2,
        Signal::Terminate => 15,
    }
}
