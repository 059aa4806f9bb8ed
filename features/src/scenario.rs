//! Our world as the runner sees it: which words its specs may use, and what is left to read of a scenario at its end.

use anyhow::{Context as _, Result};
use futures_util::future::LocalBoxFuture;

use crate::{
    runner::{Said, ScenarioWorld},
    transcript, vocabulary,
    world::{self, World},
};

impl ScenarioWorld for World {
    const PARAMETERS: &'static [(&'static str, &'static str)] = vocabulary::PARAMETERS;

    fn complaint(said: &Said<'_>) -> Option<String> {
        vocabulary::complaint(said)
    }

    fn finish(&mut self) -> LocalBoxFuture<'_, Result<String>> {
        Box::pin(finish(self))
    }

    fn so_far(&mut self) -> LocalBoxFuture<'_, String> {
        Box::pin(so_far(self))
    }

    fn gone(&mut self) -> LocalBoxFuture<'_, Option<String>> {
        Box::pin(world::gone())
    }
}

/// The finished transcript of a scenario whose steps all passed. It does not hold after all when an armed fault never
/// struck, or the transcript holds what it must not hold; then the programs still run, for [`so_far`] to read.
async fn finish(world: &mut World) -> Result<String> {
    let stage = world.running().context("the scenario did nothing")?;
    if let Some(product) = stage.sut.product() {
        product.answers();
    }
    stage.check_that_every_fault_struck()?;
    // What another product does is compared with nothing, so it may differ from run to run.
    let text = match stage.sut.product() {
        None => transcript::write(stage).await?,
        Some(_) => transcript::write_unreviewed(stage),
    };
    world.stop().await?;
    Ok(text)
}

/// What happened in a scenario that failed, up to its failure.
async fn so_far(world: &World) -> String {
    match world.running() {
        Some(stage) => transcript::write_so_far(stage).await,
        None => "── nothing happened: the programs were not started".to_owned(),
    }
}
