//! All that remains: userinfo, introspection, revocation, devices, logout, the login pages, the directory, registration.

mod judge;

use std::cell::RefCell;

use mock_idp::MockIdp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::authorization::replay;
use crate::corpus::weighted;
use crate::mutate::{Mutation, Piece, mutate, mutation, raw_piece};
use crate::shot::{Body, Shot};
use crate::sound;
use crate::tree::{Twist, twisted, twists};
use crate::wire::Answer;
use crate::world::World;

fn world() -> World {
    World::of(MockIdp::builder().seed(1).with_registration())
}

fn try_out(world: &mut World, shot: &Shot) -> Result<Answer, String> {
    world.put_back();
    world.forget_given(&[]);
    let shot = world.filled(shot);
    let wrong = |error: String| format!("{error}\n{shot:?}");
    let answer = world.send(&shot).map_err(wrong)?;
    sound::check(&shot, &answer).map_err(wrong)?;
    judge::judge(&world.facts, &shot, &answer).map_err(wrong)?;
    let page = answer.header("location").filter(|location| location.starts_with("/account/"));
    if let Some(page) = page {
        sound::check(&sound::plain_shot(), &world.get(page)).map_err(wrong)?;
    }
    Ok(answer)
}

#[test]
fn every_kept_request_of_any_endpoint_is_answered_as_it_should_be() {
    let mut world = world();
    replay("endpoints", |seed| try_out(&mut world, &seed.shot));
}

/// What is done to a seed: to its parameters, and to its document if it has one.
type Plan = (Index, Vec<Mutation>, Vec<Twist>);

fn plan() -> impl Strategy<Value = Plan> {
    (any::<Index>(), vec(mutation(), 0..5), twists())
}

fn planned(seeds: &[Shot], (seed, mutations, twists): &Plan) -> Shot {
    let mut shot = seed.get(seeds).clone();
    if let Body::Raw(bytes) = &mut shot.body
        && let Ok(document) = serde_json::from_slice::<Value>(bytes)
    {
        *bytes = twisted(document, twists);
    }
    mutate(shot, mutations, seeds)
}

#[test]
fn no_mutated_request_of_any_endpoint_gets_what_it_must_not() {
    let world = RefCell::new(world());
    let seeds: Vec<_> = weighted("endpoints").into_iter().map(|seed| seed.shot).collect();
    proptest!(crate::config(), |(plan in plan())| {
        let shot = planned(&seeds, &plan);
        let tried = try_out(&mut world.borrow_mut(), &shot);
        prop_assert!(tried.is_ok(), "{}", tried.err().unwrap_or_default());
    });
}

/// A header of a proxy, as nobody's proxy sends it.
fn forwarded() -> impl Strategy<Value = Vec<(&'static str, Piece)>> {
    let names = ["Host", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Proto", "X-Forwarded-Port"];
    vec((select(names.to_vec()), raw_piece().prop_map(Piece::of)), 1..4)
}

/// What a provider says of itself that takes its address from each request.
fn try_address(world: &World, headers: &[(&str, Piece)]) -> Result<(), String> {
    for path in ["/.well-known/openid-configuration", "/", "/device", "/account/people", "/connect/authorize"]
    {
        let headers = headers.iter().map(|(name, piece)| ((*name).to_owned(), piece.header()));
        let path = path.as_bytes().to_vec();
        let shot = Shot { path, headers: headers.collect(), ..sound::plain_shot() };
        let wrong = |error: String| format!("{error}\n{shot:?}");
        let answer = world.send(&shot).map_err(wrong)?;
        sound::check(&shot, &answer).map_err(wrong)?;
        let document = answer.json().unwrap_or_default();
        let addresses = document.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
        for address in addresses.filter(|address| address.contains("://")) {
            judge::judge_address(address).map_err(wrong)?;
        }
    }
    Ok(())
}

#[test]
fn no_forwarded_address_becomes_more_than_an_address() {
    let world = World::of(MockIdp::builder().seed(1).derived_issuer());
    proptest!(crate::config(), |(headers in forwarded())| {
        let tried = try_address(&world, &headers);
        prop_assert!(tried.is_ok(), "{}", tried.err().unwrap_or_default());
    });
}
