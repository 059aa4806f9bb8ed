//! The control interface: documents of every type and size, on every operation. What is refused changed nothing, and
//! whatever was taken, the realm goes on answering.

mod judge;

use std::cell::RefCell;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::authorization::replay;
use crate::corpus::weighted;
use crate::mutate::{Mutation, Piece, escape, mutate, mutation, piece};
use crate::shot::{Body, Shot};
use crate::sound::{self, ensure};
use crate::tree::{Twist, twisted, twists};
use crate::wire::Answer;
use crate::world::{CHALLENGE, World};

/// Everything that a test can change, as it is now.
fn state(world: &World) -> Value {
    let idp = &world.idp;
    let clock = idp.clock().reading();
    let now = clock.frozen.then(|| clock.now.to_string());
    json!({
        "people": idp.people().list(),
        "clients": idp.clients().list(),
        "clock": [now, clock.frozen, clock.advanced_seconds, clock.skew_seconds],
        "faults": idp.faults().list(),
        "rules": idp.rules().list(),
        "realms": idp.realms().paths(),
    })
}

/// Sends one request to a realm as it was at the beginning.
fn try_out(world: &mut World, shot: &Shot) -> Result<Answer, String> {
    world.put_back();
    try_further(world, shot)
}

/// Sends one request to a realm as it is.
fn try_further(world: &mut World, shot: &Shot) -> Result<Answer, String> {
    world.forget_given(&[]);
    let shot = if is_filled_in(shot) {
        // What is filled in takes a realm as it was.
        world.put_back();
        world.filled(shot)
    } else {
        shot.clone()
    };
    let wrong = |error: String| format!("{error}\n{shot:?}");
    let before = state(world);
    let answer = world.send(&shot).map_err(wrong)?;
    sound::check(&shot, &answer).map_err(wrong)?;
    judge::judge(&shot, &answer).map_err(wrong)?;
    let after = state(world);
    if answer.status >= 400 {
        ensure!(before == after, "a {} that changed something: {shot:?}", answer.status);
    } else if before != after {
        walk(world, &before, &after).map_err(|error| format!("afterwards: {error}\n{shot:?}"))?;
    }
    Ok(answer)
}

fn is_filled_in(shot: &Shot) -> bool {
    shot.bytes("").windows(2).any(|two| two == b"{{")
}

/// Whatever was changed, every page and document is still there, and holds no markup of anybody's.
fn walk(world: &World, before: &Value, after: &Value) -> Result<(), String> {
    world.idp.faults().disarm_all();
    world.idp.rules().take_all_back();
    let get = |target: &str| {
        let answer = world.get(target);
        let checked = sound::check(&sound::plain_shot(), &answer);
        checked.map(|()| answer).map_err(|error| format!("{target}: {error}"))
    };
    for target in [
        "/",
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/jwks",
        "/_control/console",
        "/_control/console?q=zq",
        "/_control/people",
        "/_control/clients",
        "/_control/stories",
        "/_control/verdict?format=text",
        "/_control/journal?raw=true",
        "/device?user_code=zq",
    ] {
        let status = get(target)?.status;
        ensure!(status == 200, "{target} is a {status}");
    }
    for client in world.idp.clients().list() {
        let Some(uri) = client.redirect_uris.first() else { continue };
        // Longer than any address is read.
        if client.id.len() + uri.len() > 20_000 {
            continue;
        }
        let query = [("client_id", client.id.as_str()), ("redirect_uri", uri), ("response_type", "code")];
        let query = query
            .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(&escape(value.as_bytes()))));
        let asked = format!(
            "/connect/authorize?{}&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256",
            query.join("&")
        );
        let answer = get(&asked)?;
        let page = answer.header("location").filter(|location| location.starts_with("/account/login"));
        if let Some(page) = page {
            for page in [page.to_owned(), page.replace("login", "people")] {
                let status = get(&page)?.status;
                ensure!(status == 200, "{page} is a {status}");
            }
        }
    }
    let changed = |kind: &str| {
        let list = |state: &Value| state[kind].as_array().cloned().unwrap_or_default();
        let old = list(before);
        list(after).into_iter().find(|new| !old.contains(new))
    };
    if let Some(person) = changed("people") {
        give_tokens(world, &person["key"], &json!(crate::world::CLIENT))?;
    }
    if let Some(client) = changed("clients") {
        give_tokens(world, &json!("dana"), &client["id"])?;
    }
    Ok(())
}

/// Tokens about whoever was changed, and what userinfo says.
fn give_tokens(world: &World, person: &Value, client: &Value) -> Result<(), String> {
    let body = json!({"person": person, "client": client, "scope": "openid profile email phone address"});
    let body = Body::Raw(body.to_string().into_bytes());
    let shot =
        Shot { method: "POST".to_owned(), path: b"/_control/tokens".to_vec(), body, ..Shot::default() };
    let answer = world.send(&shot)?;
    sound::check(&shot, &answer)?;
    let tokens = answer.json().unwrap_or_default();
    let Some(token) = tokens["access_token"].as_str() else {
        ensure!(answer.status == 404, "a {} for tokens: {}", answer.status, answer.text());
        return Ok(());
    };
    let bearer = vec![("Authorization".to_owned(), format!("Bearer {token}").into_bytes())];
    let shot = Shot { headers: bearer, path: b"/connect/userinfo".to_vec(), ..sound::plain_shot() };
    let answer = world.send(&shot)?;
    sound::check(&shot, &answer)?;
    // Whoever may not sign in any more is not told about.
    ensure!(matches!(answer.status, 200 | 401), "userinfo is a {}: {}", answer.status, answer.text());
    Ok(())
}

#[test]
fn every_kept_control_request_is_answered_as_it_should_be() {
    let mut world = World::start();
    replay("control", |seed| try_out(&mut world, &seed.shot));
}

/// What is done to a seed: to its document, to a segment of its path, and to the rest of the request.
type Plan = (Index, Vec<Twist>, Option<(Index, Piece)>, Vec<Mutation>);

fn plan() -> impl Strategy<Value = Plan> {
    let around = prop_oneof![3 => Just(Vec::new()), 1 => vec(mutation(), 1..3)];
    (any::<Index>(), twists(), option::weighted(0.15, (any::<Index>(), piece())), around)
}

fn planned(seeds: &[Shot], (seed, twists, segment, around): &Plan) -> Shot {
    let mut shot = seed.get(seeds).clone();
    // To wait for longer is no defect.
    if shot.path.ends_with(b"/wait") {
        return shot;
    }
    if let Body::Raw(bytes) = &mut shot.body
        && let Ok(document) = serde_json::from_slice::<Value>(bytes)
    {
        *bytes = twisted(document, twists);
    }
    if let Some((at, piece)) = segment {
        let mut segments: Vec<_> = shot.path.split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect();
        let at = 2 + at.index(segments.len().saturating_sub(2).max(1));
        if let Some(place) = segments.get_mut(at) {
            *place = piece.segment();
        }
        shot.path = segments.join(&b'/');
    }
    mutate(shot, around, seeds)
}

#[test]
fn no_mutated_control_request_leaves_a_realm_half_changed() {
    let world = RefCell::new(World::start());
    let seeds: Vec<_> = weighted("control").into_iter().map(|seed| seed.shot).collect();
    proptest!(crate::config(), |(plans in vec((plan(), 1..3), 1..4))| {
        let mut world = world.borrow_mut();
        world.put_back();
        // Some come again at once.
        for (plan, times) in &plans {
            let shot = planned(&seeds, plan);
            for _ in 0..*times {
                let tried = try_further(&mut world, &shot);
                prop_assert!(tried.is_ok(), "{}", tried.err().unwrap_or_default());
            }
        }
    });
}
