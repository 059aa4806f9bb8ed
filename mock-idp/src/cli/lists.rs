//! Lists: every fault, the public keys. Nothing is started for them.

use std::path::PathBuf;
use std::process::ExitCode;

use mock_idp::StagedBy;

use crate::cli::options::load;

pub(crate) fn faults(json: bool) -> anyhow::Result<ExitCode> {
    let entries: Vec<_> = mock_idp::catalogue().collect();
    if json {
        println!("{}", serde_json::to_string_pretty(&entries)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut family = "";
    for entry in entries {
        if entry.family() != family {
            if !family.is_empty() {
                println!();
            }
            family = entry.family();
            println!("[{family}]");
        }
        let staged_by = match entry.staged_by {
            StagedBy::Provider => String::new(),
            other => format!(" (staged by {})", other.as_str()),
        };
        println!("{:<40} {:<14} {}{staged_by}", entry.id, entry.verdict.as_str(), entry.sentence);
        if !entry.seen_in.is_empty() {
            println!("{:<40} {:<14} seen in {}", "", "", entry.seen_in.join(", "));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn keys(dir: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let set = mock_idp::public_keys(&load(dir)?)?;
    println!("{}", serde_json::to_string_pretty(&set)?);
    Ok(ExitCode::SUCCESS)
}
