//! What one sign-in costs when a realm has many people, and when a process has many realms: the same.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;
use tempfile::TempDir;

use crate::Options;
use crate::client::Algorithm;
use crate::crowd::{AT_ONCE, Crowd};
use crate::process::Server;
use crate::report::{Bound, Report, median};
use crate::site::{self, Site};
use crate::throughput::{self, timed};
use crate::visit::Visitor;

const PEOPLE: [u32; 3] = [10, 1_000, 100_000];
const REALMS: [u32; 3] = [1, 100, 1_000];
/// Most people who sign in: of more, every so many-th.
const SIGNING_IN: u32 = 1_000;
/// Signatures of ES256 are cheap: they do not hide what else grows.
const ALGORITHM: Algorithm = Algorithm::Es256;
const FLAT: Bound = Bound::AtMost(1.25);

/// A provider of one size, and what each round showed.
struct Size {
    count: u32,
    server: Server,
    crowd: Crowd,
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

pub(crate) fn people(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let first = PEOPLE[0];
    let folder = fixtures_of(first)?;
    let folder = folder.path().to_str().context("a folder whose name is text")?;
    let mut sizes = Vec::new();
    for size in PEOPLE {
        eprintln!("preparing {size} people");
        let server = Server::mock_idp(&options.program, &["--fixtures", folder])?;
        let site = Site::discover(server.address, "")?;
        site.create("people", (first..size).map(site::person))?;
        let promise = site.add_client(ALGORITHM)?;
        let signing_in = size.min(SIGNING_IN);
        let visitors = (0..signing_in).map(|index| {
            let number = index * (size / signing_in);
            let cookie = site.sign_in(promise.client, &site::person_key(number))?;
            Ok(Visitor::new(site.clone(), promise, Some(&cookie), &site::person_subject(number)))
        });
        let crowd = Crowd::new(visitors.collect::<anyhow::Result<_>>()?);
        sizes.push(Size { count: size, server, crowd, cpu: Vec::new(), wall: Vec::new() });
    }
    rounds(options, &mut sizes)?;
    tell(report, "people in a realm", &sizes);
    Ok(())
}

pub(crate) fn realms(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut sizes = Vec::new();
    for size in REALMS {
        eprintln!("preparing {size} realms");
        let server = Server::mock_idp(&options.program, &[])?;
        // The one at the root is the first.
        let path = |number: u32| format!("bench/{number}");
        let root = Site::discover(server.address, "")?;
        root.create("realms", (1..size).map(|number| json!({"path": path(number)})))?;
        let mut visitors = Vec::new();
        for number in 0..size {
            let site = match number {
                0 => root.clone(),
                _ => Site::discover(server.address, &format!("/{}", path(number)))?,
            };
            let promise = site.add_client(ALGORITHM)?;
            // No connection is idle when there are fewer realms than connections.
            for _ in 0..AT_ONCE.div_ceil(size) {
                visitors.push(throughput::visitor(&site, promise)?);
            }
        }
        sizes.push(Size {
            count: size,
            server,
            crowd: Crowd::new(visitors),
            cpu: Vec::new(),
            wall: Vec::new(),
        });
    }
    rounds(options, &mut sizes)?;
    tell(report, "realms", &sizes);
    Ok(())
}

fn rounds(options: &Options, sizes: &mut [Size]) -> anyhow::Result<()> {
    for round in 0..=options.rounds {
        for size in &mut *sizes {
            let (run, cpu) = timed(&size.server, &mut size.crowd, options.until())?;
            // The first round fills what a provider keeps, up to its bounds.
            if round > 0 {
                size.cpu.extend(cpu);
                size.wall.push(run.each(run.wall));
            }
        }
    }
    Ok(())
}

fn tell(report: &mut Report, of_what: &str, sizes: &[Size]) {
    for Size { count, cpu, wall, .. } in sizes {
        report.add(format!("a sign-in at {count} {of_what}, processor"), " µs", Bound::Nothing, cpu);
        report.add(format!("a sign-in at {count} {of_what}, wall clock"), " µs", Bound::Nothing, wall);
    }
    let (Some(first), Some(last)) = (sizes.first(), sizes.last()) else { return };
    let name = format!("  at {} to at {} {of_what}", last.count, first.count);
    // Where the system does not tell processor time, the wall clock has to do.
    let ratio = ratio(&first.cpu, &last.cpu).or_else(|| ratio(&first.wall, &last.wall));
    report.add(name, " ×", FLAT, &ratio.into_iter().collect::<Vec<_>>());
}

fn ratio(first: &[f64], last: &[f64]) -> Option<f64> {
    Some(median(last)? / median(first)?)
}

/// A folder of fixtures with so many people; everything else is as in the fixtures of this project.
fn fixtures_of(people: u32) -> anyhow::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    for name in ["companies", "clients", "keys"] {
        let to = folder.path().join(name);
        std::fs::create_dir(&to)?;
        for file in std::fs::read_dir(ours.join(name))? {
            let file = file?;
            std::fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    let to = folder.path().join("people");
    std::fs::create_dir(&to)?;
    for number in 0..people {
        let person = site::person(number);
        let members = person.as_object().into_iter().flatten();
        // These strings, truth values and lists of strings are written alike in JSON and in TOML.
        let mut text = String::new();
        for (name, value) in members {
            writeln!(text, "{name} = {value}")?;
        }
        std::fs::write(to.join(format!("{}.toml", site::person_key(number))), text)?;
    }
    Ok(folder)
}
