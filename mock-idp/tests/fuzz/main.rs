//! Hostile input at every endpoint, by the thousand: what was ever found is kept in `corpus/`, replayed first, and what
//! is in there is mutated from then on.
//!
//! ```text
//! cargo test -p mock-idp --test fuzz                            # the corpus, and 256 mutations of each target
//! PROPTEST_CASES=20000 cargo test -p mock-idp --test fuzz       # a long run
//! ```
//!
//! A target is a module: `authorization`, `token`, `request_object`, `control`, and `endpoints` for all that remain. Each
//! has strategies that keep most of a request right (clients, secrets, codes, signatures), so that what is wrong about it
//! gets past the first check, and a judge that finds out by itself, from the fixtures, what may be answered. A judge that
//! cannot say no proves nothing: each has unit tests on answers that are wrong. A failure prints the smallest request that
//! shows it in the form of the corpus: put it there, under a name that says what it tries.

mod authorization;
mod control;
mod corpus;
mod endpoints;
mod jwt;
mod mutate;
mod request_object;
mod shot;
mod sound;
mod token;
mod tree;
mod wire;
mod world;

use proptest::prelude::ProptestConfig;

/// As many cases as `PROPTEST_CASES` says, 256 unless it does. What fails is kept in the corpus and nowhere else.
fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 2_000,
        max_shrink_time: 60_000,
        ..ProptestConfig::default()
    }
}
