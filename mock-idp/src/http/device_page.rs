//! The page on which a person types the code that a device shows (RFC 8628 3.3), says who they are, and answers.

use axum::http::header;

use crate::http::account::{SESSION_SECONDS, session_cookie};
use crate::http::pages::{self, DeviceForm, Wanted};
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::error::Refusal;
use crate::realm::Realm;

pub(crate) fn show(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let code = incoming.query.first("user_code").unwrap_or_default();
    let wanted = Wanted::look(realm, &incoming.place.base, incoming.wanted());
    let state = realm.lock_at(&incoming.place.base);
    pages::device(&state, &DeviceForm { code, wanted, error: None, done: None }, note)
}

pub(crate) fn answer(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let field = |name| incoming.form.first(name).unwrap_or_default();
    let code = field("user_code");
    let mut state = realm.lock_at(&incoming.place.base);
    let Some(device) = state.device_showing(code) else {
        let reason = "No device shows this code. Look again, or let the device begin anew.";
        note.refusal = Some(Refusal::new("user_code", reason));
        return pages::device(
            &state,
            &DeviceForm { code, wanted: Wanted::default(), error: Some(reason), done: None },
            note,
        );
    };
    if !field("deny").is_empty() {
        state.refuse_device(&device);
        let done = Some("The device was refused.");
        return pages::device(
            &state,
            &DeviceForm { code: "", wanted: Wanted::default(), error: None, done },
            note,
        );
    }
    let session = match field("person") {
        "" => incoming.cookie(&realm.cookie).and_then(|cookie| state.session_of_cookie(cookie)),
        person => state.begin_session(person, incoming.cookie(&realm.cookie), note),
    };
    let Some((secret, session)) = session else {
        let reason = match &note.refusal {
            Some(refusal) => refusal.reason.clone(),
            None => "Choose who you are.".to_owned(),
        };
        return pages::device(
            &state,
            &DeviceForm { code, wanted: Wanted::default(), error: Some(&reason), done: None },
            note,
        );
    };
    note.person = Some(session.person.clone());
    let client = state.allow_device(&device, &session);
    note.client = client.map(|client| client.id.clone());
    let done = Some("The device may go on. You can close this page.");
    let reply =
        pages::device(&state, &DeviceForm { code: "", wanted: Wanted::default(), error: None, done }, note);
    reply.with(header::SET_COOKIE, session_cookie(realm, incoming, &secret, SESSION_SECONDS))
}
