//! The page on which a person types the code that a device shows (RFC 8628 3.3), says who they are, and answers.

use axum::http::header;

use crate::http::account::named;
use crate::http::cookies::session_cookie;
use crate::http::pages::{self, DeviceForm, Wanted};
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::error::Refusal;
use crate::protocol::on_the_spot::person::Named;
use crate::protocol::text::as_a_sentence;
use crate::realm::grants::Session;
use crate::realm::{Realm, State};

pub(crate) fn show(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let code = incoming.query.first("user_code").unwrap_or_default();
    let wanted = Wanted::look(realm, &incoming.place.base, incoming.wanted());
    let state = realm.lock_at(&incoming.place.base);
    // Whoever looks for people goes on typing.
    let named = named(&incoming.query);
    pages::device(&state, &DeviceForm { code, named, wanted, ..DeviceForm::default() }, note)
}

pub(crate) fn answer(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let code = incoming.form.first("user_code").unwrap_or_default();
    let mut state = realm.lock_at(&incoming.place.base);
    let again = |state: &State, reason: &str, note: &mut Note| {
        let form =
            DeviceForm { code, named: named(&incoming.form), error: Some(reason), ..DeviceForm::default() };
        pages::device(state, &form, note)
    };
    let done = |state: &State, sentence: &str, note: &mut Note| {
        pages::device(state, &DeviceForm { done: Some(sentence), ..DeviceForm::default() }, note)
    };
    let Some(device) = state.device_showing(code) else {
        let reason = "No device shows this code. Look again, or let the device begin anew.";
        note.refusal = Some(Refusal::new("user_code", reason));
        return again(&state, reason, note);
    };
    if incoming.form.first("deny").is_some_and(|deny| !deny.is_empty()) {
        state.refuse_device(&device);
        return done(&state, "The device was refused.", note);
    }
    let (secret, session) = match session(&mut state, realm, incoming, note) {
        Ok(session) => session,
        Err(refusal) => {
            let page = again(&state, &as_a_sentence(&refusal.reason), note);
            note.refusal = Some(refusal);
            return page;
        }
    };
    note.person = Some(session.person.clone());
    let client = state.allow_device(&device, &session);
    note.client = client.map(|client| client.id.clone());
    let reply = done(&state, "The device may go on. You can close this page.", note);
    reply.with(header::SET_COOKIE, session_cookie(realm, incoming, &secret))
}

/// The session of whoever was chosen or typed in, or the one that the browser has.
fn session(
    state: &mut State,
    realm: &Realm,
    incoming: &Incoming,
    note: &mut Note,
) -> Result<(String, Session), Refusal> {
    let cookie = incoming.cookie(&realm.cookie);
    let (chosen, typed) = (incoming.form.first("person").unwrap_or_default(), named(&incoming.form));
    if !chosen.is_empty() && typed.claims.trim().is_empty() {
        return state.begin_session(chosen, cookie, note);
    }
    // What is typed is said of whoever is chosen, too.
    let named = if chosen.is_empty() { typed } else { Named { name: chosen, company: "", ..typed } };
    if !named.name.trim().is_empty() {
        let (key, said) = state.somebody(&named)?;
        return state.begin_session_saying(said, &key, cookie, note);
    }
    let session =
        cookie.and_then(|cookie| Some((cookie.to_owned(), state.session_of_cookie(cookie)?.clone())));
    session.ok_or_else(|| Refusal::new("session_present", "choose who you are"))
}
