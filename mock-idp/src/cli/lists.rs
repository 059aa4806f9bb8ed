//! Lists: every fault, the public keys. Nothing is started for them.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::options::load;

pub(crate) fn faults(json: bool) -> anyhow::Result<ExitCode> {
    let entries: Vec<_> = mock_idp::catalogue().collect();
    if json {
        println!("{}", serde_json::to_string_pretty(&entries)?);
        return Ok(ExitCode::SUCCESS);
    }
    for entry in entries {
        println!("{:<34} {:<14} {}", entry.id, entry.staged_by.as_str(), entry.sentence);
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn keys(dir: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let set = mock_idp::public_keys(&load(dir)?)?;
    println!("{}", serde_json::to_string_pretty(&set)?);
    Ok(ExitCode::SUCCESS)
}
