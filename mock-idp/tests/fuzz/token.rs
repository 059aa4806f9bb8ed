//! The token request: every grant, every way a client authenticates.

mod judge;

use std::cell::{Cell, RefCell};

use mock_idp::MockIdp;
use proptest::prelude::*;

pub(crate) use self::judge::authenticated;

use crate::authorization::replay;
use crate::corpus::weighted;
use crate::mutate::{mutate, plan};
use crate::shot::{Body, Shot};
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

/// Where any client is taken, one of nobody's gets tokens of its own and exchanges those that it is shown, and has no code
/// and no refresh token of another.
#[test]
fn no_client_of_nobodys_gets_what_was_given_to_another() {
    const ITS_OWN: [&str; 2] = ["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"];
    let world = World::of(MockIdp::builder().seed(1).any_client().any_person());
    let world = RefCell::new(world);
    let seeds: Vec<_> = weighted("token").into_iter().map(|seed| seed.shot).collect();
    let taken = Cell::new(0);
    proptest!(crate::config(), |((seed, mutations) in plan())| {
        let mut shot = mutate(seed.get(&seeds).clone(), &mutations, &seeds);
        shot.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
        if let Body::Form(pairs) = &mut shot.body {
            pairs.retain(|(name, _)| !matches!(name.as_slice(), b"client_id" | b"client_secret" | b"client_assertion"));
            pairs.push((b"client_id".to_vec(), b"nobody".to_vec()));
            pairs.push((b"client_secret".to_vec(), b"any".to_vec()));
        }
        let mut world = world.borrow_mut();
        world.forget_given(&[]);
        let shot = world.filled(&shot);
        let answer = world.send(&shot);
        prop_assert!(answer.is_ok(), "{}\n{shot:?}", answer.err().unwrap_or_default());
        let answer = answer.expect("it was looked at");
        let sound = sound::check(&shot, &answer);
        prop_assert!(sound.is_ok(), "{}\n{shot:?}", sound.err().unwrap_or_default());
        if answer.status == 200 && shot.method == "POST" && answer.text().contains("access_token") {
            let form = shot.form();
            let grant = form.iter().find(|(name, _)| name == "grant_type").map_or("", |(_, grant)| grant);
            prop_assert!(ITS_OWN.contains(&grant), "{grant}: {shot:?}");
            taken.set(taken.get() + 1);
        }
    });
    assert!(taken.get() > 0, "no request was good to the end");
}
