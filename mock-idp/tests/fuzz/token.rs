//! The token request: every grant, every way a client authenticates.

mod judge;

use std::cell::{Cell, RefCell};

use proptest::prelude::*;

pub(crate) use self::judge::authenticated;

use crate::authorization::replay;
use crate::corpus::weighted;
use crate::mutate::{mutate, plan};
use crate::shot::Shot;
use crate::sound;
use crate::wire::Answer;
use crate::world::World;

fn try_out(world: &mut World, shot: &Shot) -> Result<Answer, String> {
    let shot = world.filled(shot);
    let wrong = |error: String| format!("{error}\n{shot:?}");
    let answer = world.send(&shot).map_err(wrong)?;
    sound::check(&shot, &answer).map_err(wrong)?;
    judge::judge(&world.facts, &shot, &answer).map_err(wrong)?;
    Ok(answer)
}

#[test]
fn every_kept_token_request_is_answered_as_it_should_be() {
    let mut world = World::start();
    replay("token", |seed| {
        world.forget_given(&[]);
        try_out(&mut world, &seed.shot)
    });
}

#[test]
fn no_mutated_token_request_gets_what_it_must_not() {
    let world = RefCell::new(World::start());
    let seeds: Vec<_> = weighted("token").into_iter().map(|seed| seed.shot).collect();
    let (count, taken) = (Cell::new(0), Cell::new(0));
    proptest!(crate::config(), |((seed, mutations) in plan())| {
        let shot = mutate(seed.get(&seeds).clone(), &mutations, &seeds);
        let mut world = world.borrow_mut();
        world.forget_given(&[]);
        count.set(count.get() + 1);
        let tried = try_out(&mut world, &shot);
        taken.set(taken.get() + u32::from(tried.as_ref().is_ok_and(|answer| answer.status == 200)));
        prop_assert!(tried.is_ok(), "{}", tried.err().unwrap_or_default());
    });
    let (count, taken) = (count.get(), taken.get());
    assert!(taken * 20 > count, "only {taken} of {count} requests were good to the end");
}
