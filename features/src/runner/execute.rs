//! Runs the selected cases on cucumber and collects what happened.
//!
//! Order, selection and verdict are decided here; cucumber only runs what it is handed.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Once, PoisonError},
    time::{Duration, Instant},
};

use cucumber::{Cucumber, Parser, cli, codegen::WorldInventory, event::ScenarioFinished, parser, runner};
use futures_util::{FutureExt as _, future::LocalBoxFuture, stream};
use rand::{SeedableRng as _, rngs::ChaCha20Rng, seq::SliceRandom as _};

use super::{
    collector::{Collector, Ending, Endings},
    panics,
    snapshots::SnapshotStore,
    specs::Case,
    stop::{self, Stop, StopCell},
};
use crate::{causes::with_causes, report::RunReport};

/// What a scenario runs in, and what it leaves behind.
pub trait ScenarioWorld: WorldInventory + std::fmt::Debug {
    /// Names and patterns of the places in its steps that are not cucumber's own.
    const PARAMETERS: &'static [(&'static str, &'static str)] = &[];

    /// What is wrong with something that a spec says, where that can be known before anything runs.
    fn complaint(_: &Said<'_>) -> Option<String> {
        None
    }

    /// Called once, after every step passed: the transcript, or why the scenario does not hold after
    /// all (for example because a fault that it armed never struck).
    fn finish(&mut self) -> LocalBoxFuture<'_, anyhow::Result<String>>;

    /// Called once, after a step failed or `finish` refused: what happened up to there. Nobody compares it,
    /// so it may hold what differs from run to run.
    fn so_far(&mut self) -> LocalBoxFuture<'_, String>;

    /// Called once, after `so_far`: why no further scenario is worth starting, if what is tested is gone.
    fn gone(&mut self) -> LocalBoxFuture<'_, Option<String>> {
        std::future::ready(None).boxed_local()
    }
}

/// How a step fits what is tested.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fit {
    /// It can be carried out.
    Works,
    /// It can be carried out and says nothing about what is tested: where no other `Then` is left, a scenario proves
    /// nothing.
    ProvesNothing,
    /// What is tested has not what it takes; why, as the end of "the product …".
    Lacks(String),
}

/// Something that a spec says and that a world may not know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Said<'a> {
    /// A tag, without `@`.
    Tag(&'a str),
    /// A word in a place of a step.
    Word {
        /// The kind of the place, such as `person` or `string`.
        kind: &'a str,
        /// The word.
        word: &'a str,
        /// The step as its definition is written, such as `{person} is refused`.
        step: &'a str,
    },
    /// A row of a step's table.
    Row {
        /// The step as its definition is written.
        step: &'a str,
        /// The cells.
        cells: &'a [String],
    },
}

/// In which order scenarios start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// As in the files.
    Files,
    /// Shuffled; the seed is printed, so that an order can be had again.
    Shuffled {
        /// The seed.
        seed: u64,
    },
}

/// Everything a run needs to know.
#[derive(Clone, Debug)]
pub struct RunPlan {
    /// The selected cases.
    pub cases: Vec<Case>,
    /// Whether these are all there are: only then is a snapshot without a scenario an error.
    pub whole: bool,
    /// In which order.
    pub order: Order,
    /// Scenarios in flight at once, at least 1.
    pub concurrency: usize,
    /// Where reviewed transcripts live.
    pub snapshots: SnapshotStore,
    /// Where to copy every transcript to, one file each.
    pub transcripts: Option<PathBuf>,
    /// What is tested, for the reports.
    pub target: String,
    /// Where the specs come from, for the reports.
    pub specs: String,
}

/// Runs a plan.
///
/// # Errors
/// When snapshots or transcripts cannot be listed or written.
pub async fn run<W: ScenarioWorld>(plan: RunPlan) -> io::Result<RunReport> {
    let started = Instant::now();
    let endings = Endings::default();
    let stop = StopCell::default();
    let collector =
        Collector::new(&plan.cases, Arc::clone(&endings), Arc::clone(&stop), plan.snapshots.clone());
    let recording = Once::new();
    let before = Arc::clone(&stop);
    let runner = runner::Basic::<W>::default()
        .steps(W::collection())
        .retry_options(|_, _, _, _| None)
        .max_concurrent_scenarios(plan.concurrency)
        .before(move |_, _, _, _| {
            recording.call_once(panics::record);
            let stop = Arc::clone(&before);
            async move { stop::refuse_after(&stop) }.boxed_local()
        })
        .after(move |feature, _, scenario, finished, world| {
            let key = (feature_path(feature), scenario.position.line);
            let (endings, stop) = (Arc::clone(&endings), Arc::clone(&stop));
            async move {
                if matches!(finished, ScenarioFinished::BeforeHookFailed(_)) {
                    return;
                }
                let Some(world) = world else { return };
                let ending = ending_of(finished, world).await;
                if matches!(ending, Ending::Failed { .. })
                    && let Some(why) = world.gone().await
                {
                    stop::note(&stop, Stop { scenario: key.clone(), why });
                }
                endings.lock().unwrap_or_else(PoisonError::into_inner).insert(key, ending);
            }
            .boxed_local()
        });
    let features = Selected(in_order(&plan.cases, plan.order));
    let options: cli::Opts<_, _, _, cli::Empty> = cli::Opts::default();
    let collector =
        Cucumber::<W, _, (), _, _>::custom(features, runner, collector).with_cli(options).run(()).await;
    let report = RunReport {
        target: plan.target.clone(),
        specs: plan.specs.clone(),
        order: plan.order.to_string(),
        concurrency: plan.concurrency,
        took: started.elapsed().max(Duration::from_millis(1)),
        unreferenced: unreferenced(&plan)?,
        review: plan.snapshots.review(),
        ..collector.into_report()
    };
    if let Some(folder) = &plan.transcripts {
        write_transcripts(folder, &report)?;
    }
    Ok(report)
}

async fn ending_of<W: ScenarioWorld>(finished: &ScenarioFinished, world: &mut W) -> Ending {
    let refused = match finished {
        ScenarioFinished::StepPassed => match world.finish().await {
            Ok(transcript) => return Ending::Held { transcript },
            Err(error) => Some(with_causes(&error)),
        },
        _ => None,
    };
    Ending::Failed { refused, so_far: world.so_far().await }
}

fn feature_path(feature: &gherkin::Feature) -> String {
    feature.path.as_ref().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Each case that applies as a feature of its own, so that shuffling mixes files too.
fn in_order(cases: &[Case], order: Order) -> Vec<gherkin::Feature> {
    let apply = cases.iter().filter(|case| case.inapplicable.is_none());
    let mut features: Vec<_> = apply.map(Case::without_what_is_left_out).collect();
    if let Order::Shuffled { seed } = order {
        features.shuffle(&mut ChaCha20Rng::seed_from_u64(seed));
    }
    features
}

fn unreferenced(plan: &RunPlan) -> io::Result<Vec<String>> {
    if !plan.whole {
        return Ok(Vec::new());
    }
    let names: BTreeSet<String> = plan.cases.iter().map(|case| case.snapshot.clone()).collect();
    plan.snapshots.forget_nameless(&names)?;
    let files = plan.snapshots.unreferenced(&names)?;
    Ok(files.iter().map(|file| file.display().to_string()).collect())
}

fn write_transcripts(folder: &Path, report: &RunReport) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (_, scenario) in report.scenarios() {
        if let Some(transcript) = &scenario.transcript {
            std::fs::write(folder.join(format!("{}.txt", scenario.snapshot)), transcript)?;
        }
    }
    Ok(())
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Files => f.write_str("file order"),
            Self::Shuffled { seed } => write!(f, "shuffled with seed {seed}"),
        }
    }
}

/// A parser that has nothing left to parse.
struct Selected(Vec<gherkin::Feature>);

impl Parser<()> for Selected {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<parser::Result<gherkin::Feature>>>;

    fn parse(self, (): (), _: Self::Cli) -> Self::Output {
        stream::iter(self.0.into_iter().map(Ok).collect::<Vec<_>>())
    }
}
