//! Lists: every fault, the public keys.

use std::path::PathBuf;
use std::process::ExitCode;

use mock_idp::{Binds, MockIdp, StagedBy};
use serde_json::{Value, json};

use crate::cli::options::load;
use crate::cli::say;

pub(crate) fn faults(json: bool) -> anyhow::Result<ExitCode> {
    let entries: Vec<_> = mock_idp::catalogue().collect();
    if json {
        say(&(serde_json::to_string_pretty(&entries)? + "\n"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut lines = Vec::new();
    let mut family = "";
    for entry in entries {
        if entry.family() != family {
            if !family.is_empty() {
                lines.push(String::new());
            }
            family = entry.family();
            lines.push(format!("[{family}]"));
        }
        let staged_by = match entry.staged_by {
            StagedBy::Provider => String::new(),
            other => format!(" (staged by {})", other.as_str()),
        };
        let verdict = entry.verdict.as_str();
        let whom = match entry.binds {
            Binds::Everyone => String::new(),
            binds => format!(" (binds {})", binds.whom()),
        };
        lines.push(format!("{:<40} {verdict:<14} {}{staged_by}{whom}", entry.id, entry.sentence));
        if !entry.seen_in.is_empty() {
            lines.push(format!("{:<40} {:<14} seen in {}", "", "", entry.seen_in.join(", ")));
        }
    }
    lines.push(String::new());
    say(&lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn keys(
    dir: Option<PathBuf>,
    seed: Option<u64>,
    config: Option<PathBuf>,
) -> anyhow::Result<ExitCode> {
    let set = if seed.is_none() && config.is_none() {
        mock_idp::public_keys(&load(dir)?)?
    } else {
        served_keys(dir, seed, config)?
    };
    say(&(serde_json::to_string_pretty(&set)? + "\n"));
    Ok(ExitCode::SUCCESS)
}

/// What such a provider publishes, asked of one that nobody knows of.
fn served_keys(dir: Option<PathBuf>, seed: Option<u64>, config: Option<PathBuf>) -> anyhow::Result<Value> {
    let mut builder = MockIdp::builder().fixtures(load(dir)?);
    if let Some(config) = config {
        builder = builder.config_file(config)?;
    }
    if seed.is_some() {
        builder = builder.seed(seed);
    }
    anyhow::ensure!(
        builder.has_seed(),
        "without a seed keys have other names at every start; add --seed, or seed to the configuration"
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let idp = runtime.block_on(builder.bind("127.0.0.1:0").start())?;
    Ok(json!({"keys": idp.keys().published()}))
}
