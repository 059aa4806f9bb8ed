//! `harness list`: which scenarios a filter takes, and which of them apply to a product of somebody else.

use std::path::PathBuf;

use clap::Args;
use features::{
    driver::product::{ConnectError, Described},
    report::counted,
    runner::{self, Case, Exit, Specs},
    world::{self, World},
};

use super::{Selected, say};

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    selected: Selected,
    /// Say which of them apply to the product that this file describes, as its hooks say what they offer
    #[arg(long, value_name = "FILE", env = "HARNESS_PRODUCT")]
    product: Option<PathBuf>,
}

impl List {
    pub(super) async fn run(&self) -> anyhow::Result<Exit> {
        let (specs, mut cases, _) = self.selected.cases(&self.selected.filter)?;
        let Some(file) = self.product.as_ref().filter(|_| !cases.is_empty()) else {
            for case in &cases {
                say(&line(case))?;
            }
            return Ok(if cases.is_empty() { Exit::NothingRan } else { Exit::Passed });
        };
        let product = match Described::read(file).await {
            Ok(product) => product,
            Err(ConnectError::Unreachable(error)) => {
                eprintln!("harness: {error:#}");
                return Ok(Exit::Unreachable);
            }
            Err(error) => return Err(error.into()),
        };
        fit_product(&mut cases, &specs, &product)?;
        for case in &cases {
            say(&format!("{}{}", line(case), remarks(case)))?;
        }
        let all = counted(cases.len(), "scenario");
        let apply = cases.iter().filter(|case| case.inapplicable.is_none()).count();
        say(&format!("{all}, {apply} of them applicable to {product}\n"))?;
        Ok(if apply == 0 { Exit::NothingRan } else { Exit::Passed })
    }
}

/// Marks what does not apply to a product, is left out there, or is known to differ.
pub(super) fn fit_product(cases: &mut [Case], specs: &Specs, product: &Described) -> anyhow::Result<()> {
    let marked = runner::mark_differences(cases, specs, product.differences());
    marked.map_err(|told| anyhow::anyhow!("{}: {told}", product.file().display()))?;
    runner::fit::<World>(cases, |step| world::fit(step, |offer| product.offers(offer)));
    Ok(())
}

fn line(case: &Case) -> String {
    format!("{}:{} {}\n", case.file, case.line, case.name)
}

/// How a case fits the product, in the words of a run's reports; each on a line of its own.
fn remarks(case: &Case) -> String {
    if let Some(why) = &case.inapplicable {
        return format!("    not applicable: the product {why}\n");
    }
    let left_out =
        case.left_out.iter().map(|(line, why)| format!("    line {line} left out: the product {why}\n"));
    let differs = case.differs.iter().map(|why| format!("    known to differ: {why}\n"));
    std::iter::once("    applicable\n".to_owned()).chain(left_out).chain(differs).collect()
}
