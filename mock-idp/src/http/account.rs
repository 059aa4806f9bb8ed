//! The login pages: user name and company, password, one-time code, or one click.

use axum::http::header;

use crate::http::authorization::respond;
use crate::http::cookies::{begun_name, session_cookie};
use crate::http::pages::{self, Form, Shown, Wanted};
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::{Note, Params};
use crate::protocol::error::Refusal;
use crate::protocol::on_the_spot::person::Named;
use crate::protocol::token::same_secret;
use crate::realm::interaction::Interaction;
use crate::realm::login::Step;
use crate::realm::{Realm, State};

pub(crate) fn show_login(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    show(realm, Form::Login, incoming, note)
}

pub(crate) fn show_password(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    show(realm, Form::Password, incoming, note)
}

pub(crate) fn show_code(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    show(realm, Form::Code, incoming, note)
}

pub(crate) fn show_people(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    show(realm, Form::People, incoming, note)
}

pub(crate) fn login(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let field = |name| incoming.form.first(name).unwrap_or_default();
    submit(realm, Form::Login, incoming, note, |name, note| {
        realm.lock_at(&incoming.place.base).type_user_name(name, field("username"), field("company"), note)
    })
}

pub(crate) fn password(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let password = incoming.form.first("password").unwrap_or_default();
    submit(realm, Form::Password, incoming, note, |name, note| {
        realm.lock_at(&incoming.place.base).type_password(name, password, note)
    })
}

pub(crate) fn code(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let code = incoming.form.first("code").unwrap_or_default();
    let cookie = incoming.cookie(&realm.cookie);
    submit(realm, Form::Code, incoming, note, |name, note| {
        realm.lock_at(&incoming.place.base).type_code(name, code, cookie, note)
    })
}

/// Somebody on the page, or somebody who is named.
pub(crate) fn people(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let cookie = incoming.cookie(&realm.cookie);
    submit(realm, Form::People, incoming, note, |name, note| {
        let mut state = realm.lock_at(&incoming.place.base);
        match incoming.form.first("person") {
            Some(person) => state.choose_person(name, person, cookie, note),
            None => state.name_person(name, &named(&incoming.form), cookie, note),
        }
    })
}

/// Who was typed in.
pub(crate) fn named(params: &Params) -> Named<'_> {
    let field = |name| params.first(name).unwrap_or_default();
    Named { name: field("username"), company: field("company"), claims: field("claims") }
}

pub(crate) fn show_consent(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let name = incoming.query.first("interaction").unwrap_or_default();
    ask_for_consent(realm, name, None, incoming, note)
}

fn ask_for_consent(
    realm: &Realm,
    name: &str,
    error: Option<&str>,
    incoming: &Incoming,
    note: &mut Note,
) -> Reply {
    let state = realm.lock_at(&incoming.place.base);
    match waiting(&state, name, realm, incoming) {
        Err(refusal) => pages::error(&incoming.place.base, &refusal, note),
        Ok(interaction) if interaction.agreed.is_some() => {
            note.client = Some(interaction.request.client_id.clone());
            note.state.clone_from(&interaction.request.state);
            note.refusal = error.map(|sentence| Refusal::new("consent_given", sentence));
            pages::consent(&state, name, interaction, error, note)
        }
        Ok(_) => gone(incoming, note),
    }
}

pub(crate) fn consent(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    // Silence is no consent.
    if !is_denied(incoming) && incoming.form.first("allow") != Some("allow") {
        let name = incoming.form.first("interaction").unwrap_or_default();
        return ask_for_consent(realm, name, Some("Choose Allow or Deny."), incoming, note);
    }
    submit(realm, Form::Login, incoming, note, |name, note| {
        realm.lock_at(&incoming.place.base).consent(name, note)
    })
}

fn show(realm: &Realm, form: Form, incoming: &Incoming, note: &mut Note) -> Reply {
    let name = incoming.query.first("interaction").unwrap_or_default();
    let wanted = if form == Form::People { incoming.wanted() } else { "" };
    let wanted = Wanted::look(realm, &incoming.place.base, wanted);
    let state = realm.lock_at(&incoming.place.base);
    match waiting(&state, name, realm, incoming) {
        Ok(interaction) => {
            note.client = Some(interaction.request.client_id.clone());
            note.state.clone_from(&interaction.request.state);
            let ready = match form {
                Form::Login | Form::People => true,
                Form::Password => interaction.typed.is_some(),
                Form::Code => interaction.proven.is_some(),
            };
            let form = if ready { form } else { Form::Login };
            let shown = Shown { wanted, ..Shown::default() };
            pages::form(&state, form, name, interaction, &shown, note)
        }
        Err(refusal) => pages::error(&incoming.place.base, &refusal, note),
    }
}

fn is_denied(incoming: &Incoming) -> bool {
    ["cancel", "deny"].iter().any(|button| incoming.form.first(button).is_some())
}

fn submit(
    realm: &Realm,
    form: Form,
    incoming: &Incoming,
    note: &mut Note,
    step: impl FnOnce(&str, &mut Note) -> Step,
) -> Reply {
    let name = incoming.form.first("interaction").unwrap_or_default();
    if let Err(refusal) = waiting(&realm.lock_at(&incoming.place.base), name, realm, incoming).map(drop) {
        return pages::error(&incoming.place.base, &refusal, note);
    }
    let step = if is_denied(incoming) {
        realm.lock_at(&incoming.place.base).deny(name, note)
    } else {
        step(name, note)
    };
    let next = |page: &str| {
        Reply::see_other(&format!("{}/account/{page}?interaction={name}", incoming.place.base.prefix))
    };
    match step {
        Step::Gone => gone(incoming, note),
        Step::Password => next("password"),
        Step::Code => next("code"),
        Step::Consent { session } => {
            let cookie = session_cookie(realm, incoming, &session);
            next("consent").with(header::SET_COOKIE, cookie)
        }
        Step::Refused(refusal) => pages::refused(&realm.lock_at(&incoming.place.base), name, &refusal, note),
        Step::Again(sentence) => {
            let state = realm.lock_at(&incoming.place.base);
            match state.interaction(name) {
                Some(interaction) => {
                    let error = Some(&*sentence);
                    let shown = Shown { named: named(&incoming.form), error, ..Shown::default() };
                    pages::form(&state, form, name, interaction, &shown, note)
                }
                None => gone(incoming, note),
            }
        }
        Step::Done { response, session } => {
            let reply = respond(incoming, &response, note);
            match session {
                Some(session) => {
                    let cookie = session_cookie(realm, incoming, &session);
                    reply.with(header::SET_COOKIE, cookie)
                }
                None => reply,
            }
        }
    }
}

/// The sign-in that waits under this name, for the browser that began it.
fn waiting<'a>(
    state: &'a State,
    name: &str,
    realm: &Realm,
    incoming: &Incoming,
) -> Result<&'a Interaction, Refusal> {
    let Some(interaction) = state.interaction(name) else {
        let reason =
            "This sign-in is over or was never begun here. Go back to the application and start again.";
        return Err(Refusal::new("interaction_known", reason));
    };
    let shown = incoming.cookie(&begun_name(realm));
    if interaction.begun.as_deref().zip(shown).is_some_and(|(begun, shown)| same_secret(begun, shown)) {
        return Ok(interaction);
    }
    let reason = "This sign-in was begun in another browser, or this one keeps no cookies. Go back to the application and \
                  start again here.";
    Err(Refusal::new("interaction_browser", reason))
}

fn gone(incoming: &Incoming, note: &mut Note) -> Reply {
    let reason = "This sign-in is over. Go back to the application and start again.";
    pages::error(&incoming.place.base, &Refusal::new("interaction_known", reason), note)
}
