//! The verbs of the `harness` command and their options.

use std::{
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::{
    Arg, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, builder::Resettable,
    parser::ValueSource,
};
use features::{
    rehearsal::{Rehearsal, RehearsalError},
    report::counted,
    runner::{self, Case, EMBEDDED_ROOT, Exit, Selection, Specs},
    world::World,
};
use url::Url;

mod list;
mod review;
mod run;

/// Runs behaviour specs of automatic user creation and reports what it found.
///
/// Exit codes: 0 passed, 1 failed, 2 specs or command line broken, 3 only snapshots differ,
/// 4 system under test unreachable, 5 nothing selected or nothing of it applies.
#[derive(Parser)]
#[command(name = "harness", version)]
pub(crate) struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run scenarios.
    Run(run::Run),
    /// Check specs without running them.
    Lint(Source),
    /// List the cases a filter selects.
    List(list::List),
    /// List every step definition with an example and how often the specs use it.
    Steps(Source),
    /// Review transcripts that differ.
    Snapshots(review::Snapshots),
    /// Do the main job once, by hand of two fixture people, against running programs.
    Rehearse(Rehearse),
}

#[derive(Args)]
struct Rehearse {
    /// Address of the provisioner
    #[arg(long, value_name = "URL", value_parser = http_address)]
    app: Url,
    /// The MSP Admin's e-mail address
    #[arg(long)]
    admin_email: String,
    /// The MSP Admin's local password
    #[arg(long, env = "REHEARSAL_ADMIN_PASSWORD", hide_env_values = true)]
    admin_password: String,
}

#[derive(Args)]
struct Source {
    /// Folder of feature files [default: the ones inside this program]
    #[arg(long, env = "HARNESS_SPECS")]
    specs: Option<PathBuf>,
}

/// Which scenarios are meant.
#[derive(Args)]
struct Selected {
    #[command(flatten)]
    source: Source,
    /// Tag expression, file.feature[:line], or words of a name; all must hold
    filter: Vec<String>,
}

/// Where a program answers.
fn http_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| "that is no http address; write it as in http://127.0.0.1:8400".to_owned())
}

/// A variable that is empty is one that nobody has set, as in a file of Docker Compose.
fn without_empty(argument: Arg) -> Arg {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    if argument.get_env().is_some_and(is_empty) { argument.env(Resettable::Reset) } else { argument }
}

impl Command {
    /// Reads the command line and the environment; leaves the program where help is asked for or the line is wrong.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let line = Self::command().mut_subcommands(|verb| verb.mut_args(without_empty));
        let matches = line.get_matches();
        let mut command = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        if let (Verb::Run(run), Some((_, of_run))) = (&mut command.verb, matches.subcommand()) {
            run.settle_target(|option| of_run.value_source(option) == Some(ValueSource::CommandLine))?;
        }
        Ok(command)
    }

    pub(crate) async fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Run(run) => run.run().await,
            Verb::Lint(source) => lint(&source.specs()?),
            Verb::List(list) => list.run().await,
            Verb::Steps(source) => steps(&source),
            Verb::Snapshots(snapshots) => snapshots.run(),
            Verb::Rehearse(rehearse) => rehearse.run().await,
        }
    }
}

impl Rehearse {
    async fn run(self) -> anyhow::Result<Exit> {
        let rehearsal = Rehearsal::with_fixtures(self.app, self.admin_email, self.admin_password)?;
        // Whoever stops reading does not stop the rehearsal.
        let played = rehearsal.play(|told| say(&format!("  {told}\n")).unwrap_or_default()).await;
        let Err(error) = played else { return Ok(Exit::Passed) };
        eprintln!("harness: {error}");
        Ok(match error {
            RehearsalError::Unreachable { .. } => Exit::Unreachable,
            RehearsalError::Failed(_) => Exit::Failed,
        })
    }
}

impl Source {
    fn specs(&self) -> anyhow::Result<Specs> {
        let Some(folder) = &self.specs else {
            warn_of_other_specs();
            return Ok(Specs::embedded()?);
        };
        Ok(Specs::read(folder)?)
    }

    /// Where the specs come from, for people.
    fn shown(&self) -> String {
        self.specs.as_ref().map_or_else(|| "inside this program".to_owned(), |it| it.display().to_string())
    }
}

/// Whoever edits the specs in the current folder would wait in vain for what they wrote to matter.
fn warn_of_other_specs() {
    let folder = Path::new(EMBEDDED_ROOT);
    // A folder that is not there, or cannot be read, is no folder that somebody edits.
    let Ok(Some(path)) = Specs::differing(folder) else { return };
    eprintln!(
        "harness: warning: the specs inside this program are taken, and those in {EMBEDDED_ROOT} differ ({path}); say --specs {EMBEDDED_ROOT} to take them"
    );
}

impl Selected {
    /// The cases that all filters take; none when a filter takes nothing, which is then told.
    fn cases(&self, filters: &[String]) -> anyhow::Result<(Specs, Vec<Case>, Selection)> {
        let specs = self.source.specs()?;
        let selection = Selection::parse(filters)?;
        let misses = selection.misses(&specs);
        let mut cases: Vec<Case> = specs.cases().into_iter().filter(|case| selection.takes(case)).collect();
        for miss in &misses {
            eprintln!("harness: {miss}");
        }
        if !misses.is_empty() {
            cases.clear();
        } else if cases.is_empty() && !filters.is_empty() {
            eprintln!(
                "harness: there are scenarios for each of the filters {filters:?}, and none for all of them"
            );
        }
        Ok((specs, cases, selection))
    }
}

fn lint(specs: &Specs) -> anyhow::Result<Exit> {
    let found = runner::lint::<World>(specs);
    for problem in &found {
        eprintln!("{problem}");
    }
    anyhow::ensure!(found.is_empty(), "{} in the specs", counted(found.len(), "problem"));
    let scenarios = counted(specs.cases().len(), "scenario");
    let files = counted(specs.all.len(), "file");
    say(&format!("{scenarios} in {files}, nothing to complain of\n"))?;
    Ok(Exit::Passed)
}

fn steps(source: &Source) -> anyhow::Result<Exit> {
    let usage = runner::step_usage::<World>(&source.specs()?);
    // A step that the specs of somebody else do not use has an example all the same.
    let ours = runner::step_usage::<World>(&Specs::embedded()?);
    for (step, ours) in usage.iter().zip(&ours) {
        say(&format!("{:>5}  {} {}  ({})\n", step.uses, step.keyword, step.expression, step.location))?;
        let example = step.example.as_ref().or(ours.example.as_ref());
        let own_words = format!("{} {}", step.keyword, step.expression);
        for line in example.filter(|it| **it != own_words).iter().flat_map(|it| it.lines()) {
            say(&format!("           {line}\n"))?;
        }
    }
    let unused = usage.iter().filter(|step| step.uses == 0).count();
    say(&format!("{} step definitions, {unused} of them unused\n", usage.len()))?;
    // Specs of one's own need not use everything there is.
    Ok(if unused == 0 || source.specs.is_some() { Exit::Passed } else { Exit::Failed })
}

/// Writes to the standard output. Whoever stops reading it has read enough.
fn say(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
