//! What the forms of the console do: each calls the handle that a test would call, and leads back to the page.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::SignedDuration;

use super::answer;
use super::page::Asked;
use crate::fault::Target;
use crate::handles::{ClockHandle, Faults, People};
use crate::http::place::Place;
use crate::journal::Params;

/// A form of the console.
struct Form(Params);

impl Form {
    fn read(body: &Bytes) -> Self {
        Self(Params::parse(&String::from_utf8_lossy(body)))
    }

    fn text(&self, name: &str) -> &str {
        self.0.first(name).unwrap_or_default().trim()
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, String> {
        let text = self.text(name);
        text.parse().map_err(|_| format!("{text:?} is not a number that fits {name}"))
    }

    /// Back to the page as it was, with what was done; or the page with what went wrong.
    fn back(&self, place: &Place, part: &str, done: Result<&str, String>) -> Response {
        let asked = Asked::read(self.text("back"));
        match done {
            Ok(did) => {
                let (prefix, query) = (&place.base.prefix, asked.query(did));
                Redirect::to(&format!("{prefix}/_control/console?{query}#{part}")).into_response()
            }
            Err(error) => answer(StatusCode::UNPROCESSABLE_ENTITY, place, &asked, Some(&error)),
        }
    }
}

fn handle<T>(place: &Place, of: impl FnOnce(std::sync::Arc<crate::realm::Realm>) -> T) -> T {
    of(std::sync::Arc::clone(&place.realm))
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Deactivates, locks, deletes, restores or signs out a person.
pub(super) async fn person(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let people = handle(&place, People);
    let key = form.text("person");
    let done = match form.text("do") {
        "deactivate" => people.deactivate(key).map(|()| "deactivate"),
        "lock" => people.lock(key).map(|()| "lock"),
        "delete" => people.delete(key).map(|()| "delete"),
        "restore" => people.restore(key).map(|()| "restore"),
        "sign-out" => people.sign_out_everywhere(key).await.map(|_| "sign-out"),
        other => return form.back(&place, "people", Err(format!("nobody can {other:?} a person"))),
    };
    form.back(&place, "people", done.map_err(words))
}

/// Changes the e-mail address and the role of a person.
pub(super) async fn change(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let (email, role) = (form.text("email"), form.text("role"));
    let changed = handle(&place, People).change(form.text("person"), |person| {
        person.email = (!email.is_empty()).then(|| email.to_owned());
        if !role.is_empty() {
            role.clone_into(&mut person.role);
        }
    });
    form.back(&place, "people", changed.map(|()| "changed").map_err(words))
}

/// Arms a fault.
pub(super) async fn arm(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    form.back(&place, "faults", try_arm(&place, &form).map(|()| "armed"))
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
    handle(place, Faults).arm(fault, target, times.clamp(1, 1_000)).map(drop).map_err(words)
}

/// Disarms one fault, or all.
pub(super) async fn disarm(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let done = if form.text("id") == "all" {
        handle(&place, Faults).disarm_all();
        Ok("disarmed")
    } else {
        form.number("id").map(|id| {
            place.realm.lock().faults.disarm(id);
            "disarmed"
        })
    };
    form.back(&place, "faults", done)
}

/// Stops the clock, lets it run, moves or falsifies it.
pub(super) async fn clock(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let clock = handle(&place, ClockHandle);
    let done = match form.text("do") {
        "freeze" => {
            clock.freeze();
            Ok(())
        }
        "resume" => {
            clock.resume();
            Ok(())
        }
        "skew" => form.number("skew").map(|seconds| clock.skew(SignedDuration::from_secs(seconds))),
        _ => form.number("advance").map(|seconds| clock.advance(SignedDuration::from_secs(seconds))),
    };
    form.back(&place, "clock", done.map(|()| "clock"))
}
