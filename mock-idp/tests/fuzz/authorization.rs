//! The authorization request: by GET and POST, at a client that may do little and at one that may do everything.

mod judge;

use std::cell::RefCell;

use fixtures::Client;
use mock_idp::MockIdp;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree as _;

pub(crate) use self::judge::{hindrance, judge, permitted, targets_are_right};
use crate::corpus::{Seed, seeds, weighted};
use crate::mutate::{Mutation, escape, mutate, plan};
use crate::shot::{Shot, decoded};
use crate::sound;
use crate::wire::Answer;
use crate::world::{CLIENT, World};

/// Sends a request, judges its answer, and looks at the page it leads to: hints are repeated there.
pub(crate) fn try_out(world: &mut World, shot: &Shot) -> Result<Answer, String> {
    let shot = world.filled(shot);
    let wrong = |error: String| format!("{error}\n{shot:?}");
    let answer = world.send(&shot).map_err(wrong)?;
    sound::check(&shot, &answer).map_err(wrong)?;
    judge(&world.facts, &shot, &answer).map_err(wrong)?;
    let page = answer.header("location").filter(|location| location.starts_with("/account/"));
    if let Some(page) = page {
        let page = world.follow(page, &answer);
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

/// Where any client is taken, one of nobody's is judged as if it had registered the addresses that can be one, and who is
/// registered as ever.
#[test]
fn no_client_of_nobodys_goes_where_none_could_be_registered() {
    const GOOD: [&str; 2] = ["http://localhost:4000/cb", "com.example.app:/cb"];
    const BAD: [&str; 8] = [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "http://localhost/#x",
        "http://localhost/\r\nx: y",
        "http://127.0.0.1:*/cb",
        "",
    ];
    let mut world = World::of(MockIdp::builder().seed(1).any_client());
    let redirect_uris = GOOD.map(str::to_owned).to_vec();
    world.facts.clients.push(Client { redirect_uris, ..Client::new("nobody").with_secret("any") });
    let world = RefCell::new(world);
    let seeds: Vec<_> = weighted("authorization").into_iter().map(|seed| seed.shot).collect();
    let uris: Vec<_> = GOOD.iter().chain(&BAD).map(|uri| escape(uri.as_bytes())).collect();
    let plans = (plan(), any::<Index>(), any::<bool>());
    proptest!(crate::config(), |(((seed, mutations), uri, is_registered) in plans)| {
        let mut shot = mutate(seed.get(&seeds).clone(), &mutations, &seeds);
        for (name, value) in shot.pairs() {
            match decoded(name).first().map(|(name, _)| name.as_str()) {
                Some("client_id") if is_registered => CLIENT.as_bytes().clone_into(value),
                Some("client_id") => b"nobody".as_slice().clone_into(value),
                Some("redirect_uri") if !is_registered => value.clone_from(uri.get(&uris)),
                _ => {}
            }
        }
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
