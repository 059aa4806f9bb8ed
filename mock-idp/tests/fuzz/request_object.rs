//! The request object: headers and claims of every type and size, signed by whom it should be and by whom it should not,
//! sent by the browser and pushed ahead.
//!
//! A seed says in `signing`, `header` and `claims` what the object is; `{{object}}` stands for it.

mod judge;

use std::cell::{Cell, RefCell};

use jsonwebtoken::Algorithm;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::authorization::replay;
use crate::corpus::{Seed, weighted};
use crate::jwt::{OTHER_SECRET, SECRET, Signing, token};
use crate::mutate::{Mutation, mutate, mutation};
use crate::shot::Shot;
use crate::sound;
use crate::tree::{Twist, twisted, twists};
use crate::wire::Answer;
use crate::world::World;

/// What a request object is made of.
#[derive(Debug, Clone)]
struct Object {
    header: Vec<u8>,
    claims: Vec<u8>,
    signing: Signing,
    surgery: Vec<Surgery>,
}

/// What is done to a finished token.
#[derive(Debug, Clone)]
enum Surgery {
    Drop(Index),
    Twice(Index),
    Swap(Index, Index),
    Cut(Index, Index),
    Put(Index, &'static str),
}

fn signing_of(name: &str) -> Signing {
    match name {
        "ES256" => Signing::Key,
        "HS256" => Signing::Secret(Algorithm::HS256, SECRET),
        "HS384" => Signing::Secret(Algorithm::HS384, SECRET),
        "HS512" => Signing::Secret(Algorithm::HS512, SECRET),
        "other" => Signing::Secret(Algorithm::HS256, OTHER_SECRET),
        "confused" => Signing::Confused,
        "nothing" => Signing::Nothing,
        other => panic!("nobody signs by {other}"),
    }
}

fn document(seed: &Seed, name: &str, world: &World) -> Value {
    let soon = mock_idp::Clock::now(&mock_idp::SystemClock).as_second() + 60;
    let text = seed.fact(name).unwrap_or_else(|| panic!("{} has no {name}", seed.name));
    let text = text.replace("{{issuer}}", &world.facts.issuer).replace("\"{{soon}}\"", &soon.to_string());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", seed.name))
}

fn made(object: &Object, world: &World) -> String {
    let made = token(&object.header, &object.claims, object.signing, &world.facts.key);
    let mut parts: Vec<String> = made.split('.').map(str::to_owned).collect();
    for surgery in &object.surgery {
        let count = parts.len();
        match surgery {
            _ if count == 0 => {}
            Surgery::Drop(at) => drop(parts.remove(at.index(count))),
            Surgery::Twice(at) => parts.push(parts[at.index(count)].clone()),
            Surgery::Swap(one, other) => parts.swap(one.index(count), other.index(count)),
            Surgery::Cut(at, end) => {
                let part = &mut parts[at.index(count)];
                *part = part.chars().take(end.index(part.len() + 1)).collect();
            }
            Surgery::Put(at, text) => (*text).clone_into(&mut parts[at.index(count)]),
        }
    }
    parts.join(".")
}

fn try_out(world: &mut World, shot: &Shot, object: &Object) -> Result<Answer, String> {
    let shown = || {
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        format!(
            "signing: {:?}\nheader: {}\nclaims: {}",
            object.signing,
            shown(&object.header),
            shown(&object.claims)
        )
    };
    let object = made(object, world);
    world.forget_given(&[("object", &object)]);
    if shot.path == b"/connect/par" {
        let shot = world.filled(shot);
        let wrong = |error: String| format!("{error}\n{}\n{shot:?}", shown());
        let answer = world.send(&shot).map_err(wrong)?;
        sound::check(&shot, &answer).map_err(wrong)?;
        judge::judge_push(&world.facts, &shot, &answer).map_err(wrong)?;
        return Ok(answer);
    }
    crate::authorization::try_out(world, shot).map_err(|error| format!("{error}\n{}", shown()))
}

fn object_of(seed: &Seed, world: &World, twists: &[Twist], of_header: &[Twist]) -> Object {
    Object {
        header: twisted(document(seed, "header", world), of_header),
        claims: twisted(document(seed, "claims", world), twists),
        signing: signing_of(seed.fact("signing").unwrap_or_default()),
        surgery: Vec::new(),
    }
}

#[test]
fn every_kept_request_object_is_answered_as_it_should_be() {
    let mut world = World::start();
    replay("request_object", |seed| {
        let object = object_of(seed, &world, &[], &[]);
        try_out(&mut world, &seed.shot, &object)
    });
}

fn surgery() -> impl Strategy<Value = Vec<Surgery>> {
    let at = any::<Index>;
    let put = select(vec![
        "",
        "e30",
        "eyJhbGciOiJub25lIn0",
        "eyJhbGciOlsiSFMyNTYiXX0",
        "bnVsbA",
        "W10",
        "=",
        "zq<q",
        "%00",
        "é",
    ]);
    let one = prop_oneof![
        at().prop_map(Surgery::Drop),
        at().prop_map(Surgery::Twice),
        (at(), at()).prop_map(|(one, other)| Surgery::Swap(one, other)),
        (at(), at()).prop_map(|(at, end)| Surgery::Cut(at, end)),
        (at(), put).prop_map(|(at, text)| Surgery::Put(at, text)),
    ];
    prop_oneof![7 => Just(Vec::new()), 1 => vec(one, 1..3)]
}

/// What is done to a seed: to its claims, its header, the one who signs, the finished token, the request around it.
type Plan = (Index, Vec<Twist>, Vec<Twist>, Option<&'static str>, Vec<Surgery>, Vec<Mutation>);

fn plan() -> impl Strategy<Value = Plan> {
    let of_header = prop_oneof![7 => Just(Vec::new()), 1 => twists()];
    let by = vec!["HS256", "HS384", "HS512", "ES256", "other", "confused", "nothing"];
    let by = prop_oneof![9 => Just(None), 1 => select(by).prop_map(Some)];
    let around = prop_oneof![2 => Just(Vec::new()), 1 => vec(mutation(), 1..3)];
    let of_claims = prop_oneof![1 => Just(Vec::new()), 2 => twists()];
    (any::<Index>(), of_claims, of_header, by, surgery(), around)
}

/// A person is asked, the client gets a code, or the request is kept.
fn is_taken(answer: &Answer) -> bool {
    let location = answer.header("location").unwrap_or_default();
    answer.status == 201 || location.starts_with("/account/") || location.contains("code=")
}

#[test]
fn no_mutated_request_object_is_taken_for_a_good_one() {
    let world = RefCell::new(World::start());
    let seeds = weighted("request_object");
    let shots: Vec<_> = seeds.iter().map(|seed| seed.shot.clone()).collect();
    let (count, taken) = (Cell::new(0), Cell::new(0));
    proptest!(crate::config(), |((seed, claims, header, by, surgery, around) in plan())| {
        let mut world = world.borrow_mut();
        let seed = seed.get(&seeds);
        let mut object = object_of(seed, &world, &claims, &header);
        object.signing = by.map_or(object.signing, signing_of);
        object.surgery = surgery;
        let shot = mutate(seed.shot.clone(), &around, &shots);
        count.set(count.get() + 1);
        let tried = try_out(&mut world, &shot, &object);
        taken.set(taken.get() + u32::from(tried.as_ref().is_ok_and(is_taken)));
        prop_assert!(tried.is_ok(), "{}", tried.err().unwrap_or_default());
    });
    let (count, taken) = (count.get(), taken.get());
    assert!(taken * 20 > count, "only {taken} of {count} requests were good to the end");
}
