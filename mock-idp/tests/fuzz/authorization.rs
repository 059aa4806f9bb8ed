//! The authorization request: by GET and POST, at a client that may do little and at one that may do everything.

mod judge;

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree as _;

pub(crate) use self::judge::{hindrance, judge, permitted, targets_are_right};
use crate::corpus::{Seed, seeds, weighted};
use crate::mutate::{Mutation, mutate, plan};
use crate::shot::Shot;
use crate::sound;
use crate::wire::Answer;
use crate::world::World;

/// Sends a request, judges its answer, and looks at the page it leads to: hints are repeated there.
pub(crate) fn try_out(world: &mut World, shot: &Shot) -> Result<Answer, String> {
    let shot = world.filled(shot);
    let wrong = |error: String| format!("{error}\n{shot:?}");
    let answer = world.send(&shot).map_err(wrong)?;
    sound::check(&shot, &answer).map_err(wrong)?;
    judge(&world.facts, &shot, &answer).map_err(wrong)?;
    let page = answer.header("location").filter(|location| location.starts_with("/account/"));
    if let Some(page) = page {
        let page = world.get(page);
        sound::check(&sound::plain_shot(), &page).map_err(wrong)?;
        sound::ensure!(page.status == 200, "the page is a {}: {shot:?}", page.status);
    }
    Ok(answer)
}

/// Replays every seed of a target; the complaints about all of them at once.
pub(crate) fn replay(target: &str, mut try_out: impl FnMut(&Seed) -> Result<Answer, String>) {
    let seeds = seeds(target);
    let complaint = |seed: &Seed| {
        let (status, word) = seed.expected();
        let answer = match try_out(seed) {
            Ok(answer) => answer,
            Err(error) => return Some(format!("{}: {error}", seed.name)),
        };
        let found = format!("{} {}", answer.header("location").unwrap_or_default(), answer.text());
        let right = answer.status == status && found.contains(word);
        (!right).then(|| format!("{}: not {status} {word}, but {} {found}", seed.name, answer.status))
    };
    let complaints: Vec<_> = seeds.iter().filter_map(complaint).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn every_kept_authorization_request_is_answered_as_it_should_be() {
    let mut world = World::start();
    replay("authorization", |seed| {
        world.forget_given(&[]);
        try_out(&mut world, &seed.shot)
    });
}

#[test]
fn no_mutated_authorization_request_goes_where_it_must_not() {
    let world = RefCell::new(World::start());
    let seeds: Vec<_> = weighted("authorization").into_iter().map(|seed| seed.shot).collect();
    proptest!(crate::config(), |((seed, mutations) in plan())| {
        let shot = mutate(seed.get(&seeds).clone(), &mutations, &seeds);
        let mut world = world.borrow_mut();
        world.forget_given(&[]);
        let tried = try_out(&mut world, &shot);
        prop_assert!(tried.is_ok(), "{}", tried.err().unwrap_or_default());
    });
}

#[test]
fn mutations_leave_most_requests_nearly_right() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let seeds: Vec<_> = weighted("authorization").into_iter().map(|seed| seed.shot).collect();
    let facts = crate::world::Facts::of("http://idp");
    let count = 200;
    let proven = (0..count).filter(|_| {
        let (seed, mutations): (Index, Vec<Mutation>) =
            plan().new_tree(&mut runner).expect("a plan").current();
        let shot = mutate(seed.get(&seeds).clone(), &mutations, &seeds);
        !permitted(&facts, &shot.params()).is_empty()
    });
    let proven = proven.count();
    assert!(proven > count / 3, "{proven} of {count} get past the first check");
}
