//! What the forms of rules do.

use axum::body::Bytes;
use axum::response::Response;

use crate::control::console::answer::{back, words};
use crate::control::console::form::Form;
use crate::handles::Rules;
use crate::http::place::Place;
use crate::rule::{Rule, When};

/// Adds a rule.
pub(in crate::control::console) async fn add(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    back(&place, &form, "rules", try_add(&place, &form).map(|()| "rule"))
}

fn try_add(place: &Place, form: &Form) -> Result<(), String> {
    let given = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    let then = serde_json::from_str(form.text("then"));
    let then = then.map_err(|error| format!("then is nothing that a rule does: {error}"))?;
    let times = match form.text("times") {
        "" => None,
        _ => Some(form.number("times").and_then(|times| match times {
            0 => Err("a rule that strikes no time does nothing; leave times empty for always".to_owned()),
            times => Ok(times),
        })?),
    };
    let after = if form.text("after").is_empty() { 0 } else { form.number("after")? };
    let (operation, person, client) = (given("operation"), given("person"), given("client"));
    let when = When { operation, client, person, ..When::default() };
    place.handle(Rules).add(Rule { when, then, times, after }).map(drop).map_err(words)
}

/// Takes one rule back, or all.
pub(in crate::control::console) async fn take_back(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let done = if form.text("id") == "all" {
        place.handle(Rules).take_all_back();
        Ok("taken-back")
    } else {
        let taken = form.number("id").and_then(|id| place.handle(Rules).take_back(id).map_err(words));
        taken.map(|()| "taken-back")
    };
    back(&place, &form, "rules", done)
}
