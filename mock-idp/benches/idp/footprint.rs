//! How soon the provider answers, and how much memory it takes.

use std::time::Instant;

use crate::Options;
use crate::client::Algorithm;
use crate::crowd::Until;
use crate::process::Server;
use crate::report::{Bound, Report};
use crate::site::Site;
use crate::throughput;

const LAUNCHES: u32 = 15;
const MEGABYTE: f64 = 1e6;

/// From launch to the last byte of the first discovery document, and the memory right after it.
pub(crate) fn start(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let (mut answered, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..LAUNCHES {
        let launched = Instant::now();
        let server = Server::mock_idp(&options.program, &[])?;
        Site::discover(server.address, "")?;
        answered.push(launched.elapsed().as_secs_f64() * 1e3);
        idle.extend(megabytes(&server));
    }
    report.add("first discovery answer after launch", " ms", Bound::AtMost(15.0), &answered);
    memory(report, "resident memory, idle", Bound::AtMost(20.0), &idle);
    Ok(())
}

/// Memory of one process after many sign-ins.
pub(crate) fn grown(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let server = Server::mock_idp(&options.program, &[])?;
    let mut crowd = throughput::crowd(&server, Algorithm::Rs256)?;
    let run = crowd.run(Until::SignIns(options.sign_ins))?;
    let name = format!("resident memory after {} sign-ins", run.sign_ins);
    memory(report, &name, Bound::Below(200.0), &megabytes(&server).into_iter().collect::<Vec<_>>());
    Ok(())
}

fn memory(report: &mut Report, name: &str, bound: Bound, values: &[f64]) {
    if values.is_empty() {
        report.add_unmeasured(name, bound, "only Linux says it in /proc");
    } else {
        report.add(name, " MB", bound, values);
    }
}

fn megabytes(server: &Server) -> Option<f64> {
    let kilobytes = u32::try_from(server.resident()? / 1000).ok()?;
    Some(f64::from(kilobytes) * 1e3 / MEGABYTE)
}
