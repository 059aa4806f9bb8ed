//! Whole sign-ins per second, 8 at a time, beside what bounds them (RSA signatures) and beside another mock provider.
//! Everything is measured in turns, so that what else the machine does falls on all alike.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::Options;
use crate::client::{Algorithm, Promise};
use crate::crowd::{AT_ONCE, Crowd, Run, Until};
use crate::process::{Server, busy};
use crate::report::{Bound, Report};
use crate::site::Site;
use crate::visit::Visitor;

/// Who signs in at our provider.
const PERSON: (&str, &str) = ("dana", "k1-northwind-dana");
/// The one subject that oauth2-mock-server knows.
const THEIR_SUBJECT: &str = "johndoe";
const WARM_UP: Until = Until::Elapsed(Duration::from_secs(2));

/// A provider with visitors, and what each round showed.
struct Contender<'a> {
    server: &'a Server,
    crowd: Crowd,
    rates: Vec<f64>,
    server_cpu: Vec<f64>,
    client_cpu: Vec<f64>,
    /// Share of the machine that others took, percent.
    others: Vec<f64>,
}

impl<'a> Contender<'a> {
    fn new(server: &'a Server, mut crowd: Crowd) -> anyhow::Result<Self> {
        crowd.run(WARM_UP)?;
        Ok(Self {
            server,
            crowd,
            rates: Vec::new(),
            server_cpu: Vec::new(),
            client_cpu: Vec::new(),
            others: Vec::new(),
        })
    }

    fn round(&mut self, until: Until) -> anyhow::Result<()> {
        let before = busy();
        let (run, cpu) = timed(self.server, &mut self.crowd, until)?;
        let machine = before.zip(busy()).map(|(before, after)| run.each(after.saturating_sub(before)));
        let client = run.client_cpu.map(|cpu| run.each(cpu));
        self.rates.push(run.per_second());
        self.server_cpu.extend(cpu);
        self.client_cpu.extend(client);
        if let (Some(machine), Some(server), Some(client)) = (machine, cpu, client) {
            let all = run.each(run.wall) * processors()?;
            self.others.push((machine - server - client).max(0.0) / all * 100.0);
        }
        Ok(())
    }
}

fn processors() -> anyhow::Result<f64> {
    Ok(f64::from(u32::try_from(std::thread::available_parallelism()?.get())?))
}

/// A run, and the microseconds of processor that the server took for each sign-in.
pub(crate) fn timed(server: &Server, crowd: &mut Crowd, until: Until) -> anyhow::Result<(Run, Option<f64>)> {
    let before = server.cpu();
    let run = crowd.run(until)?;
    let spent = before.zip(server.cpu()).map(|(before, after)| after.saturating_sub(before));
    Ok((run, spent.map(|spent| run.each(spent))))
}

pub(crate) fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let server = Server::mock_idp(&options.program, &[])?;
    let other = options.opponent.as_deref().map(|folder| opponent(&options.node, folder)).transpose()?;
    let mut rsa = Contender::new(&server, crowd(&server, Algorithm::Rs256)?)?;
    let mut ecdsa = Contender::new(&server, crowd(&server, Algorithm::Es256)?)?;
    let mut theirs = other.as_ref().map(|other| Contender::new(other, their_crowd(other)?)).transpose()?;
    let mut signatures = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        signatures.push(rsa_signatures(&options.openssl)?);
        rsa.round(options.until())?;
        if let Some(theirs) = &mut theirs {
            theirs.round(options.until())?;
        }
        ecdsa.round(options.until())?;
    }
    report.add("RSA-2048 signatures/s of one core (openssl speed)", "", Bound::Nothing, &signatures);
    report.add("sign-ins/s, RS256", "", Bound::Nothing, &rsa.rates);
    report.add("  to RSA-2048 signatures/s", " ×", Bound::AtLeast(0.6), &ratios(&rsa.rates, &signatures));
    let name = "  to sign-ins/s of oauth2-mock-server";
    match &theirs {
        Some(theirs) => {
            report.add("sign-ins/s, RS256, of oauth2-mock-server", "", Bound::Nothing, &theirs.rates);
            report.add(name, " ×", Bound::AtLeast(4.0), &ratios(&rsa.rates, &theirs.rates));
        }
        None => report.add_unmeasured(name, Bound::AtLeast(4.0), "no --opponent was given"),
    }
    report.add("sign-ins/s, ES256", "", Bound::AtLeast(5000.0), &ecdsa.rates);
    costs(report, "RS256", &rsa);
    costs(report, "ES256", &ecdsa);
    Ok(())
}

fn costs(report: &mut Report, algorithm: &str, contender: &Contender<'_>) {
    let server = format!("processor of the provider for a sign-in, {algorithm}");
    report.add(server, " µs", Bound::Nothing, &contender.server_cpu);
    let client = format!("processor of the load client for a sign-in, {algorithm}");
    report.add(client, " µs", Bound::Nothing, &contender.client_cpu);
    let others = format!("share of the machine that others took, {algorithm}");
    report.add(others, " %", Bound::Nothing, &contender.others);
    let verified = f64::from(contender.crowd.verified());
    report.add(format!("sign-ins that jsonwebtoken verified, {algorithm}"), "", Bound::Nothing, &[verified]);
}

/// Visitors of our provider, all of them one person with a session per connection.
pub(crate) fn crowd(server: &Server, algorithm: Algorithm) -> anyhow::Result<Crowd> {
    let site = Site::discover(server.address, "")?;
    let promise = site.add_client(algorithm)?;
    let visitors = (0..AT_ONCE).map(|_| visitor(&site, promise));
    Ok(Crowd::new(visitors.collect::<anyhow::Result<_>>()?))
}

/// Somebody of the fixtures, with a new session.
pub(crate) fn visitor(site: &Site, promise: Promise) -> anyhow::Result<Visitor> {
    let (person, subject) = PERSON;
    let cookie = site.sign_in(promise.client, person)?;
    Ok(Visitor::new(site.clone(), promise, Some(&cookie), subject))
}

fn their_crowd(server: &Server) -> anyhow::Result<Crowd> {
    let site = Site::discover(server.address, "")?;
    let promise = Promise { client: "bench", algorithm: Algorithm::Rs256 };
    let visitors = (0..AT_ONCE).map(|_| Visitor::new(site.clone(), promise, None, THEIR_SUBJECT));
    Ok(Crowd::new(visitors.collect()))
}

/// oauth2-mock-server with one RS256 key, as its small script in `folder` starts it.
fn opponent(node: &Path, folder: &Path) -> anyhow::Result<Server> {
    let mut command = Command::new(node);
    Server::start(command.arg("serve.mjs").current_dir(folder).env("NODE_ENV", "production"))
}

/// What openssl signs on one core, in three seconds.
fn rsa_signatures(openssl: &Path) -> anyhow::Result<f64> {
    let mut command = Command::new(openssl);
    let output = command
        .args(["speed", "-seconds", "3", "rsa2048"])
        .output()
        .with_context(|| format!("cannot start {}", openssl.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "openssl speed failed: {text}");
    // Newer versions have more columns; counted from the right, head and line agree.
    let from_the_right = |line: &str, word: &str| line.split_whitespace().rev().position(|it| it == word);
    let column = text.lines().find_map(|line| from_the_right(line, "sign/s"));
    let line = text.lines().find(|line| line.starts_with("rsa"));
    let rate = line.zip(column).and_then(|(line, column)| line.split_whitespace().rev().nth(column));
    rate.with_context(|| format!("openssl speed says no sign/s: {text}"))?.parse().context("sign/s")
}

/// Round by round, because both values of a round saw the same machine.
fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect()
}
