//! What the forms about people, faults, the clock and the realm do: each does what a test would do by a handle or over HTTP,
//! and leads back to the page.

pub(super) mod clients;
pub(super) mod rules;
pub(super) mod tokens;

use axum::body::Bytes;
use axum::response::Response;
use fixtures::Person;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::answer::{back, words};
use super::form::Form;
use crate::config::tree::of_value;
use crate::control::people::added;
use crate::fault::Target;
use crate::handles::{ClockHandle, Faults, People};
use crate::http::place::Place;

/// Does something to an account that needs no more words.
pub(super) async fn person(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let people = place.handle(People);
    let key = form.text("person");
    let done = match form.text("do") {
        "deactivate" => people.deactivate(key).map(|()| "deactivate"),
        "lock" => people.lock(key).map(|()| "lock"),
        "delete" => people.delete(key).map(|()| "delete"),
        "restore" => people.restore(key).map(|()| "restore"),
        "recreate" => {
            let done = people.recreate(key).map(|_| "recreate").map_err(words);
            return back(&place, &form, "people", done);
        }
        "sign-out" => people.sign_out_everywhere(key).await.map(|_| "sign-out").map_err(Into::into),
        other => return back(&place, &form, "people", Err(format!("nobody can {other:?} a person"))),
    };
    back(&place, &form, "people", done.map_err(words))
}

/// Adds a person; what is left empty is as in a configuration file.
pub(super) async fn add(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let said = |name: &&str| !form.text(name).is_empty();
    let members = ["key", "given_name", "family_name", "email", "company", "role"].into_iter().filter(said);
    let mut described: Map<String, Value> =
        members.map(|name| (name.to_owned(), form.text(name).into())).collect();
    if described.contains_key("email") {
        described.insert("email_verified".to_owned(), Value::Bool(form.text("unverified").is_empty()));
    }
    let done = of_value(&Value::Object(described)).map_err(words);
    let done = done
        .and_then(|described| added(&place.realm, described).map_err(|problem| problem.detail().to_owned()));
    back(&place, &form, "people", done.map(|_| "added"))
}

/// Changes the e-mail address and the role of a person, or the user name, or the company.
pub(super) async fn change(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let done = try_change(&place.handle(People), &form);
    back(&place, &form, "people", done)
}

fn try_change(people: &People, form: &Form) -> Result<&'static str, String> {
    let key = form.text("person");
    match form.text("what") {
        "username" => people.rename(key, form.text("username")).map(|_| "rename").map_err(words),
        "company" => people.move_to(key, form.text("company")).map(|_| "move").map_err(words),
        _ => {
            let (email, role) = (form.text("email"), form.text("role"));
            let set_role = |person: &mut Person| {
                if !role.is_empty() {
                    role.clone_into(&mut person.role);
                }
            };
            // Before anything is changed.
            if let Some(mut person) = people.get(key) {
                set_role(&mut person);
                people.0.lock().check_role(&person).map_err(words)?;
            }
            people.change_email(key, Some(email).filter(|email| !email.is_empty())).map_err(words)?;
            people.change(key, set_role).map(|()| "changed").map_err(words)
        }
    }
}

/// Arms a fault.
pub(super) async fn arm(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    back(&place, &form, "faults", try_arm(&place, &form).map(|()| "armed"))
}

fn try_arm(place: &Place, form: &Form) -> Result<(), String> {
    let fault = form.text("arm");
    if fault.is_empty() {
        return Err("choose a fault first".to_owned());
    }
    let name = form.text("whom");
    let target = match form.text("target") {
        "person" | "client" | "state" if name.is_empty() => {
            return Err("say which person, client or sign-in the fault is for".to_owned());
        }
        "person" => Target::person(name),
        "client" => Target::client(name),
        "state" => Target::state(name),
        _ => Target::next(),
    };
    let times = form.number::<u64>("times")?;
    if !(1..=1_000).contains(&times) {
        return Err(format!("times takes a number from 1 to 1000, not {times}"));
    }
    place.handle(Faults).arm(fault, target, times).map(drop).map_err(words)
}

/// Disarms one fault, or all.
pub(super) async fn disarm(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let done = if form.text("id") == "all" {
        place.handle(Faults).disarm_all();
        Ok("disarmed")
    } else {
        let disarmed = form.number("id").and_then(|id| place.handle(Faults).disarm(id).map_err(words));
        disarmed.map(|()| "disarmed")
    };
    back(&place, &form, "faults", done)
}

/// Stops the clock, lets it run, moves or falsifies it.
pub(super) async fn clock(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let clock = place.handle(ClockHandle);
    let done = match form.text("do") {
        "freeze" => {
            clock.freeze();
            Ok(())
        }
        "resume" => {
            clock.resume();
            Ok(())
        }
        "restore" => {
            clock.restore();
            return back(&place, &form, "clock", Ok("real-time"));
        }
        "set" => at(form.text("at")).map(|at| clock.set(at)),
        "skew" => form.number("skew").map(|seconds| clock.skew(SignedDuration::from_secs(seconds))),
        _ => form.number("advance").map(|seconds| clock.advance(SignedDuration::from_secs(seconds))),
    };
    back(&place, &form, "clock", done.map(|()| "clock"))
}

/// A time as a browser sends it, or as RFC 3339 has it, in UTC like every time of the page.
fn at(text: &str) -> Result<Timestamp, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-T:. ".contains(&byte));
    let local = || {
        text.parse::<DateTime>()
            .ok()
            .filter(|_| is_plain)?
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|at| at.timestamp())
    };
    let wrong = || format!("{text:?} is no time; write it as in 2026-01-31T08:00");
    text.parse().ok().or_else(local).ok_or_else(wrong)
}

/// Puts the realm back to how it was made.
pub(super) async fn reset(place: Place, body: Bytes) -> Response {
    place.realm.reset();
    back(&place, &Form::read(&body), "realm", Ok("reset"))
}
