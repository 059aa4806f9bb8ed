//! The verbs of the `harness` command and their options.

use std::{num::NonZeroUsize, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use cucumber::World as _;
use features::{
    driver::database::Database,
    rehearsal::Rehearsal,
    report::{RunReport, summary},
    runner::{self, Case, Exit, Order, RunPlan, Selection, SnapshotStore, Specs},
    world::{RunOptions, World, configure},
};
use sqlx::{Connection as _, PgConnection};
use url::Url;

/// Runs behaviour specs of automatic user creation and reports what it found.
///
/// Exit codes: 0 passed, 1 failed, 2 specs or command line broken, 3 only snapshots differ,
/// 4 system under test unreachable, 5 nothing selected.
#[derive(Parser)]
#[command(name = "harness", version)]
pub(crate) struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run scenarios.
    Run(Run),
    /// Check specs without running them.
    Lint(Source),
    /// List the cases a filter selects.
    List(List),
    /// List every step definition and how often the specs use it.
    Steps(Source),
    /// Review transcripts that differ.
    Snapshots(Snapshots),
    /// Do the main job once, by hand of two fixture people, against running programs.
    Rehearse(Rehearse),
}

#[derive(Args)]
struct Rehearse {
    /// Address of the provisioner
    #[arg(long)]
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

#[derive(Args)]
struct List {
    #[command(flatten)]
    source: Source,
    /// Tag expression, file.feature[:line], or words of a name; all must hold
    filter: Vec<String>,
}

#[derive(Args)]
struct Run {
    #[command(flatten)]
    list: List,
    /// Folder of reviewed snapshots [default: the ones inside this program]
    #[arg(long, env = "HARNESS_SNAPSHOTS")]
    snapshots: Option<PathBuf>,
    /// Folder for junit.xml and report.html
    #[arg(long, env = "HARNESS_REPORT")]
    report: Option<PathBuf>,
    /// Folder to copy every transcript to
    #[arg(long)]
    transcripts: Option<PathBuf>,
    /// Scenarios in flight at once
    #[arg(long, short, default_value = "8")]
    concurrency: NonZeroUsize,
    /// Start scenarios in shuffled order, with this seed; without one, a seed is chosen and printed
    #[arg(long, num_args = 0..=1, value_name = "SEED", default_missing_value = "0")]
    shuffle: Option<u64>,
    /// PostgreSQL server to run on, one schema for each scenario [default: SQLite]
    #[arg(long, value_name = "URL", env = "HARNESS_POSTGRES")]
    postgres: Option<String>,
    /// An empty selection is no error
    #[arg(long)]
    allow_empty: bool,
}

#[derive(Args)]
struct Snapshots {
    /// Folder of snapshots
    #[arg(long, env = "HARNESS_SNAPSHOTS", default_value = "features/snapshots")]
    snapshots: PathBuf,
    #[command(subcommand)]
    verb: Review,
}

#[derive(Subcommand)]
enum Review {
    /// Name the transcripts that wait for review.
    List,
    /// Show how they differ.
    Show {
        /// Names; all when none is given
        names: Vec<String>,
    },
    /// Make them the reviewed ones.
    Accept {
        /// Names, one at least
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Forget them.
    Reject {
        /// Names, one at least
        #[arg(required = true)]
        names: Vec<String>,
    },
}

impl Command {
    pub(crate) async fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Run(run) => run.run().await,
            Verb::Lint(source) => lint(&source.specs()?),
            Verb::List(list) => list.run(),
            Verb::Steps(source) => Ok(steps(&source.specs()?)),
            Verb::Snapshots(snapshots) => snapshots.run(),
            Verb::Rehearse(rehearse) => rehearse.run().await,
        }
    }
}

impl Rehearse {
    async fn run(self) -> anyhow::Result<Exit> {
        let rehearsal = Rehearsal::with_fixtures(self.app, self.admin_email, self.admin_password)?;
        rehearsal.play(|told| println!("  {told}")).await?;
        Ok(Exit::Passed)
    }
}

impl Source {
    fn specs(&self) -> anyhow::Result<Specs> {
        Ok(match &self.specs {
            Some(folder) => Specs::read(folder)?,
            None => Specs::embedded()?,
        })
    }
}

impl List {
    fn cases(&self) -> anyhow::Result<(Specs, Vec<Case>, Selection)> {
        let specs = self.source.specs()?;
        let selection = Selection::parse(&self.filter)?;
        let cases = specs.cases().into_iter().filter(|case| selection.takes(case)).collect();
        Ok((specs, cases, selection))
    }

    fn run(&self) -> anyhow::Result<Exit> {
        let (_, cases, _) = self.cases()?;
        for case in &cases {
            println!("{}:{} {}", case.path, case.line, case.name);
        }
        Ok(if cases.is_empty() { Exit::NothingRan } else { Exit::Passed })
    }
}

fn lint(specs: &Specs) -> anyhow::Result<Exit> {
    let problems = runner::lint(specs, &World::collection());
    for problem in &problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() {
        println!("{} scenarios in {} files, nothing to complain of", specs.cases().len(), specs.all.len());
        return Ok(Exit::Passed);
    }
    anyhow::bail!("{} problems in the specs; nothing was run", problems.len())
}

fn steps(specs: &Specs) -> Exit {
    let usage = runner::step_usage::<World>(specs);
    for step in &usage {
        println!("{:>5}  {} {}  ({})", step.uses, step.keyword, step.pattern, step.location);
    }
    let unused = usage.iter().filter(|step| step.uses == 0).count();
    println!("{} step definitions, {unused} of them unused", usage.len());
    if unused == 0 { Exit::Passed } else { Exit::Failed }
}

impl Run {
    async fn run(self) -> anyhow::Result<Exit> {
        let (specs, cases, selection) = self.list.cases()?;
        lint_quietly(&specs)?;
        if cases.is_empty() {
            eprintln!("harness: no scenario matches {:?}; nothing ran", self.list.filter);
            return Ok(if self.allow_empty { Exit::Passed } else { Exit::NothingRan });
        }
        if let Some(server) = &self.postgres
            && let Err(error) = PgConnection::connect(server).await
        {
            eprintln!("harness: PostgreSQL does not answer at the address given with --postgres: {error}");
            return Ok(Exit::Unreachable);
        }
        let database = self.postgres.clone().map_or(Database::Sqlite, Database::Postgres);
        configure(RunOptions { database })?;
        let plan = self.plan(cases, &selection);
        let differing_ones_wait = matches!(plan.snapshots, SnapshotStore::Folder { write: true, .. });
        let report = runner::run::<World>(plan).await.context("the run could not be carried out")?;
        if let Some(folder) = &self.report {
            report.write(folder).with_context(|| format!("cannot write reports to {}", folder.display()))?;
        }
        print!("{}", summary(&report));
        let exit = verdict(&report);
        if exit == Exit::NeedsReview && differing_ones_wait {
            println!(
                "Only transcripts differ. Review them with `harness snapshots list`, or with `cargo insta review`."
            );
        }
        Ok(exit)
    }

    fn plan(&self, cases: Vec<Case>, selection: &Selection) -> RunPlan {
        let on_ci = std::env::var_os("CI").is_some();
        RunPlan {
            cases,
            // A snapshot without a scenario is an error only where both come from one place.
            whole: selection.is_everything() && self.list.source.specs.is_some() == self.snapshots.is_some(),
            order: self.order(),
            concurrency: self.concurrency.get(),
            snapshots: match &self.snapshots {
                Some(path) => SnapshotStore::Folder { path: path.clone(), write: !on_ci },
                None => SnapshotStore::Embedded,
            },
            transcripts: self.transcripts.clone(),
            target: if self.postgres.is_some() { "reference on PostgreSQL" } else { "reference on SQLite" }
                .to_owned(),
        }
    }

    fn order(&self) -> Order {
        match self.shuffle {
            None => Order::Files,
            Some(0) => Order::Shuffled { seed: u64::from(std::process::id()) },
            Some(seed) => Order::Shuffled { seed },
        }
    }
}

fn lint_quietly(specs: &Specs) -> anyhow::Result<()> {
    let problems = runner::lint(specs, &World::collection());
    for problem in &problems {
        eprintln!("{problem}");
    }
    anyhow::ensure!(problems.is_empty(), "{} problems in the specs; nothing was run", problems.len());
    Ok(())
}

fn verdict(report: &RunReport) -> Exit {
    let counts = report.counts();
    if counts.failed > 0
        || counts.not_run > 0
        || !report.trouble.is_empty()
        || !report.unreferenced.is_empty()
    {
        Exit::Failed
    } else if counts.needs_review > 0 {
        Exit::NeedsReview
    } else {
        Exit::Passed
    }
}

/// What is done with one transcript that waits.
type Act = fn(&runner::PendingSnapshot) -> std::io::Result<()>;

impl Snapshots {
    fn run(&self) -> anyhow::Result<Exit> {
        let store = SnapshotStore::Folder { path: self.snapshots.clone(), write: true };
        let pending = store.pending().with_context(|| format!("cannot read {}", self.snapshots.display()))?;
        let (names, act): (&[String], Act) = match &self.verb {
            Review::List => (&[], |pending| {
                println!("{}", pending.name);
                Ok(())
            }),
            Review::Show { names } => (names, |pending| {
                println!("{}\n{}", pending.name, pending.diff);
                Ok(())
            }),
            Review::Accept { names } => (names, runner::PendingSnapshot::accept),
            Review::Reject { names } => (names, runner::PendingSnapshot::reject),
        };
        for name in names {
            anyhow::ensure!(
                pending.iter().any(|it| it.name == *name),
                "no transcript named '{name}' waits for review"
            );
        }
        for pending in pending.iter().filter(|it| names.is_empty() || names.contains(&it.name)) {
            act(pending).with_context(|| format!("snapshot {}", pending.name))?;
        }
        Ok(Exit::Passed)
    }
}
