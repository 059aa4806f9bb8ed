//! `harness run`: from options to a plan, from a report to an exit code.

use std::{num::NonZeroUsize, path::PathBuf, sync::Arc};

use anyhow::{Context as _, bail};
use clap::Args;
use features::{
    driver::{
        database::Database,
        product::{ConnectError, Product},
    },
    report::{RunReport, counted, summary},
    runner::{self, Case, Exit, Order, RunPlan, Selection, SnapshotStore, Specs},
    world::{self, Target, World},
};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};

use super::{Selected, list::fit_product, say};

/// What is too long for a line.
const MORE: &str = concat!(
    "Environment: CI, if it is set, has no snapshot written; HARNESS_HOOKS_TOKEN is shown to the hooks of --product as a bearer token.\n\n",
    "A description for --product, whose `provider` is a configuration of mock-idp:\n\n",
    include_str!("../driver/product/example.toml")
);

#[derive(Args)]
#[command(after_long_help = MORE)]
pub(super) struct Run {
    #[command(flatten)]
    list: Selected,
    /// Folder of reviewed snapshots [default: `snapshots` in the folder of --specs, or beside it if that is
    /// called `specs`; without --specs the ones inside this program]
    #[arg(long, env = "HARNESS_SNAPSHOTS")]
    snapshots: Option<PathBuf>,
    /// Folder for junit.xml and report.html
    #[arg(long, env = "HARNESS_REPORT")]
    report: Option<PathBuf>,
    /// Folder to copy every transcript to
    #[arg(long)]
    transcripts: Option<PathBuf>,
    /// Scenarios in flight at once [default: 8; with --product one after the other]
    #[arg(long, short, value_parser = from_one)]
    concurrency: Option<NonZeroUsize>,
    /// Start scenarios in shuffled order, with this seed; without one, a seed is chosen and printed
    #[arg(long, num_args = 0..=1, value_name = "SEED", default_missing_value = "")]
    shuffle: Option<String>,
    /// PostgreSQL server to run on, one schema for each scenario [default: SQLite]
    #[arg(long, value_name = "URL", env = "HARNESS_POSTGRES")]
    postgres: Option<String>,
    /// Test another product, as this file describes it [default: our provisioner]
    #[arg(long, value_name = "FILE", env = "HARNESS_PRODUCT")]
    product: Option<PathBuf>,
    /// An empty selection is no error
    #[arg(long)]
    allow_empty: bool,
}

fn from_one(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "give a whole number from 1".to_owned())
}

/// Whether this is an address of a PostgreSQL server.
fn is_postgres(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    matches!(scheme, Some("postgres" | "postgresql")) && text.parse::<PgConnectOptions>().is_ok()
}

impl Run {
    pub(super) async fn run(self) -> anyhow::Result<Exit> {
        let snapshots = self.snapshots()?;
        self.make_room()?;
        let (order, filters) = self.order();
        let (specs, mut cases, selection) = self.list.cases(&filters)?;
        lint_quietly(&specs)?;
        if cases.is_empty() {
            eprintln!("harness: nothing ran");
            return Ok(if self.allow_empty { Exit::Passed } else { Exit::NothingRan });
        }
        let Some(target) = self.target().await? else { return Ok(Exit::Unreachable) };
        let shown = shown(&target);
        if let Target::Product(product) = &target {
            fit_product(&mut cases, &specs, product.described())?;
        }
        world::fix_target(target)?;
        let plan = self.plan(cases, &selection, order, snapshots, shown);
        let report = runner::run::<World>(plan).await.context("the run could not be carried out")?;
        if let Some(folder) = &self.report {
            report.write(folder).with_context(|| format!("cannot write reports to {}", folder.display()))?;
        }
        say(&summary(&report))?;
        if let Some(folder) = &self.report {
            let folder = folder.display();
            say(&format!("Reports: {folder}/report.html, {folder}/junit.xml\n"))?;
        }
        Ok(match verdict(&report) {
            Exit::NothingRan if self.allow_empty => Exit::Passed,
            exit => exit,
        })
    }

    /// One thing is tested. What was typed goes before what the environment says; of two that were said in the same way
    /// neither is passed over.
    pub(super) fn settle_target(&mut self, typed: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        if self.product.is_none() {
            return Ok(());
        }
        if self.postgres.is_some() {
            match (typed("product"), typed("postgres")) {
                (true, false) => self.postgres = None,
                (false, true) => {
                    self.product = None;
                    return Ok(());
                }
                (true, true) => bail!(
                    "--product tests another product, and --postgres our provisioner; say one of the two"
                ),
                (false, false) => bail!(
                    "HARNESS_PRODUCT is set, for another product, and so is HARNESS_POSTGRES, for our provisioner; unset one of the two, or say --product or --postgres"
                ),
            }
        }
        if self.snapshots.is_some() && typed("snapshots") {
            let product = if typed("product") { "--product is said" } else { "HARNESS_PRODUCT is set" };
            bail!(
                "{product}, and transcripts of another product are compared with nothing; leave --snapshots out, or the product"
            );
        }
        // In the environment it is meant for other runs.
        self.snapshots = None;
        Ok(())
    }

    /// What is tested; nothing where it does not answer, which is told.
    async fn target(&self) -> anyhow::Result<Option<Target>> {
        if let Some(file) = &self.product {
            return match Product::connect(file).await {
                Ok(product) => Ok(Some(Target::Product(Arc::new(product)))),
                Err(ConnectError::Unreachable(error)) => {
                    eprintln!("harness: {error:#}");
                    Ok(None)
                }
                Err(error) => Err(error.into()),
            };
        }
        let Some(server) = &self.postgres else { return Ok(Some(Target::Reference(Database::Sqlite))) };
        // It may have a password, and is not repeated.
        anyhow::ensure!(
            is_postgres(server),
            "--postgres, or HARNESS_POSTGRES, is no address of a PostgreSQL server; write it as in postgres://user@host/database"
        );
        if let Err(error) = PgConnection::connect(server).await {
            eprintln!("harness: PostgreSQL does not answer at the address given with --postgres: {error}");
            return Ok(None);
        }
        Ok(Some(Target::Reference(Database::Postgres(server.clone()))))
    }

    /// Where reviewed snapshots are. A folder that was named and is not there is a slip of the pen, and a run
    /// that wrote hundreds of transcripts into a new one would hide it.
    fn snapshots(&self) -> anyhow::Result<SnapshotStore> {
        if self.product.is_some() {
            return Ok(SnapshotStore::Nowhere);
        }
        let specs = self.list.source.specs.as_deref();
        let own = specs.map(SnapshotStore::folder_of);
        if let Some(named) = self.snapshots.as_deref().filter(|named| !named.is_dir()) {
            let kept = own.map_or_else(
                || "they are compared with those inside this program".to_owned(),
                |own| format!("they are kept in {}", own.display()),
            );
            bail!(
                "there is no folder {} for --snapshots; make it first, or leave --snapshots out, and {kept}",
                named.display()
            );
        }
        let write = std::env::var_os("CI").is_none();
        let folder = self.snapshots.clone().or(own);
        Ok(folder.map_or(SnapshotStore::Embedded, |path| SnapshotStore::Folder { path, write }))
    }

    /// Finds out before a run that what it leaves behind cannot be written, and takes away reports of an earlier
    /// run, which would be taken for this one's if it does not come to its end.
    fn make_room(&self) -> anyhow::Result<()> {
        for folder in self.report.iter().chain(&self.transcripts) {
            let writable = std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
            writable.with_context(|| format!("nothing can be written to {}", folder.display()))?;
        }
        match &self.report {
            Some(folder) => RunReport::remove(folder).context("the reports of an earlier run stay there"),
            None => Ok(()),
        }
    }

    fn plan(
        &self,
        cases: Vec<Case>,
        selection: &Selection,
        order: Order,
        snapshots: SnapshotStore,
        target: String,
    ) -> RunPlan {
        RunPlan {
            cases,
            // A snapshot without a scenario is an error only where both come from one place.
            whole: selection.is_everything()
                && (self.list.source.specs.is_some() || self.snapshots.is_none()),
            order,
            concurrency: self.in_flight(),
            snapshots,
            transcripts: self.transcripts.clone(),
            target,
            specs: self.list.source.shown(),
        }
    }

    /// Scenarios at once. Another product is one for all of them.
    fn in_flight(&self) -> usize {
        let chosen = self.concurrency.map_or(8, NonZeroUsize::get);
        if self.product.is_some() { 1 } else { chosen }
    }

    /// The order, and the filters. What follows `--shuffle` and is no seed is the first filter.
    fn order(&self) -> (Order, Vec<String>) {
        let chosen = u64::from(std::process::id());
        let mut filters = self.list.filter.clone();
        let order = match self.shuffle.as_deref() {
            None => Order::Files,
            Some("") => Order::Shuffled { seed: chosen },
            Some(word) => Order::Shuffled {
                seed: word.parse().unwrap_or_else(|_| {
                    filters.insert(0, word.to_owned());
                    chosen
                }),
            },
        };
        (order, filters)
    }
}

/// What is tested, for the reports.
fn shown(target: &Target) -> String {
    match target {
        Target::Reference(Database::Sqlite) => "reference on SQLite".to_owned(),
        Target::Reference(Database::Postgres(_)) => "reference on PostgreSQL".to_owned(),
        Target::Product(product) => product.described().to_string(),
    }
}

fn lint_quietly(specs: &Specs) -> anyhow::Result<()> {
    let problems = runner::lint::<World>(specs);
    for problem in &problems {
        eprintln!("{problem}");
    }
    anyhow::ensure!(
        problems.is_empty(),
        "{} in the specs; nothing was run",
        counted(problems.len(), "problem")
    );
    Ok(())
}

fn verdict(report: &RunReport) -> Exit {
    if report.stopped.is_some() {
        return Exit::Unreachable;
    }
    let counts = report.counts();
    if counts.not_applicable == report.scenarios().count() {
        return Exit::NothingRan;
    }
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
