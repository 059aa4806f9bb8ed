//! Eight sign-ins at a time, for a while or until there were enough of them.

use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::http::Connection;
use crate::process::thread_cpu;
use crate::verify;
use crate::visit::{Sample, Scratch, Visitor};

/// How many sign in at once.
pub(crate) const AT_ONCE: u32 = 8;
/// One sign-in of this many is verified by another implementation.
const SAMPLED: u32 = 500;

/// When a run is over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    Elapsed(Duration),
    SignIns(u32),
}

/// What a run was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) sign_ins: u32,
    pub(crate) wall: Duration,
    /// Processor time of this load client, where the system tells.
    pub(crate) client_cpu: Option<Duration>,
}

impl Run {
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(self.sign_ins) / self.wall.as_secs_f64()
    }

    /// Microseconds of `spent` for each sign-in.
    pub(crate) fn each(&self, spent: Duration) -> f64 {
        spent.as_secs_f64() * 1e6 / f64::from(self.sign_ins)
    }
}

/// The visitors of one connection.
struct Lane {
    visitors: Vec<Visitor>,
    next: usize,
    /// Number of the next sign-in; no two lanes share one.
    number: u64,
    scratch: Scratch,
}

/// Everybody who signs in at one provider.
pub(crate) struct Crowd {
    lanes: Vec<Lane>,
    verified: u32,
}

impl Crowd {
    /// Deals the visitors out to the connections.
    pub(crate) fn new(visitors: Vec<Visitor>) -> Self {
        let lane = |number: u32| Lane {
            visitors: Vec::new(),
            next: 0,
            number: u64::from(number) * 1_000_000_000,
            scratch: Scratch::default(),
        };
        let mut lanes: Vec<_> = (0..AT_ONCE).map(lane).collect();
        let count = lanes.len();
        for (index, visitor) in visitors.into_iter().enumerate() {
            lanes[index % count].visitors.push(visitor);
        }
        Self { lanes, verified: 0 }
    }

    /// Signs in until then. The first answer that is wrong ends it.
    pub(crate) fn run(&mut self, until: Until) -> anyhow::Result<Run> {
        let start = Instant::now();
        let done: Vec<anyhow::Result<Done>> = std::thread::scope(|scope| {
            let runs: Vec<_> =
                self.lanes.iter_mut().map(|lane| scope.spawn(move || lane.run(start, until))).collect();
            let joined = runs.into_iter().map(ScopedJoinHandle::join);
            joined
                .map(|run| run.unwrap_or_else(|_| Err(anyhow::anyhow!("the load client panicked"))))
                .collect()
        });
        let wall = start.elapsed();
        let done = done.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        for (lane, done) in self.lanes.iter().zip(&done) {
            self.verified += verify::samples(&lane.visitors, &done.samples)?;
        }
        Ok(Run {
            sign_ins: done.iter().map(|done| done.sign_ins).sum(),
            wall,
            client_cpu: done.iter().map(|done| done.cpu).sum(),
        })
    }

    /// How many sign-ins had their signatures verified so far.
    pub(crate) fn verified(&self) -> u32 {
        self.verified
    }
}

/// What one connection did.
struct Done {
    sign_ins: u32,
    cpu: Option<Duration>,
    /// With the index of the visitor.
    samples: Vec<(usize, Sample)>,
}

impl Lane {
    fn run(&mut self, start: Instant, until: Until) -> anyhow::Result<Done> {
        let address = self.visitors.first().context("nobody signs in")?.site.address;
        let mut connection = Connection::open(address)?;
        let (before, mut sign_ins, mut samples) = (thread_cpu(), 0, Vec::new());
        let over = |sign_ins| match until {
            Until::Elapsed(life) => start.elapsed() >= life,
            Until::SignIns(all) => sign_ins >= all / AT_ONCE,
        };
        while !over(sign_ins) {
            let index = self.next;
            self.next = (index + 1) % self.visitors.len();
            self.visitors[index].sign_in(&mut connection, self.number, &mut self.scratch)?;
            self.number += 1;
            if sign_ins % SAMPLED == 0 {
                samples.push((index, self.scratch.sample()));
            }
            sign_ins += 1;
        }
        let cpu = before.zip(thread_cpu()).map(|(before, after)| after.saturating_sub(before));
        Ok(Done { sign_ins, cpu, samples })
    }
}
