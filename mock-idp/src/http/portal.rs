//! The portal: a person who is signed in opens an application from there (OIDC Core 4).

use axum::http::header;

use crate::http::authorization::respond;
use crate::http::cookies::session_cookie;
use crate::http::pages::{self, Wanted};
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::error::Refusal;
use crate::protocol::launch::Launch;
use crate::protocol::path;
use crate::realm::Realm;
use crate::realm::launch::Launched;

/// Applications for who is signed in; otherwise the people to choose from.
pub(crate) fn show(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let wanted = Wanted::look(realm, &incoming.place.base, incoming.wanted());
    let state = realm.lock_at(&incoming.place.base);
    let session = incoming.cookie(&realm.cookie).and_then(|cookie| state.session_of_cookie(cookie));
    let other = incoming.query.first("login_hint").filter(|hint| !hint.is_empty());
    let hinted = other.and_then(|hint| state.people.hinted(hint)).map(|person| person.key.clone());
    match session.filter(|session| hinted.as_ref().is_none_or(|hinted| *hinted == session.person)) {
        Some(session) => pages::portal(&state, &session.person, note),
        None => pages::portal_people(&state, hinted.as_deref(), &wanted, None, note),
    }
}

/// Somebody signs in, or opens an application.
pub(crate) fn answer(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let field = |name| incoming.form.first(name).filter(|value| !value.is_empty());
    let cookie = incoming.cookie(&realm.cookie);
    let mut state = realm.lock_at(&incoming.place.base);
    if let Some(person) = field("person") {
        let secret = match state.begin_session(person, cookie, note) {
            Ok((secret, _)) => secret,
            Err(refusal) => {
                let page =
                    pages::portal_people(&state, None, &Wanted::default(), Some(&refusal.reason), note);
                note.refusal = Some(refusal);
                return page;
            }
        };
        let cookie = session_cookie(realm, incoming, &secret);
        let portal = format!("{}{}", incoming.place.base.prefix, path::PORTAL);
        return Reply::see_other(&portal).with(header::SET_COOKIE, cookie);
    }
    let session = cookie.and_then(|cookie| state.session_of_cookie(cookie)).cloned();
    let Some(session) = session else {
        let reason = "Choose who you are first.";
        note.refusal = Some(Refusal::new("session_present", reason));
        return pages::portal_people(&state, None, &Wanted::default(), Some(reason), note);
    };
    let launched = state.launch(&session, &Launch::of(field("client").unwrap_or_default()), note);
    drop(state);
    match launched {
        Ok(launched) => go(launched, incoming, note),
        Err(refusal) => pages::error(&incoming.place.base, &refusal, note),
    }
}

/// A launch that was prepared: whoever opens its address is the person it is about.
pub(crate) fn launch(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    let name = incoming.path.rsplit('/').next().unwrap_or_default();
    let cookie = incoming.cookie(&realm.cookie);
    let fetched = realm.lock_at(&incoming.place.base).fetch_launch(name, cookie, note);
    match fetched {
        Ok((secret, launched)) => {
            go(launched, incoming, note).with(header::SET_COOKIE, session_cookie(realm, incoming, &secret))
        }
        Err(refusal) => pages::error(&incoming.place.base, &refusal, note),
    }
}

fn go(launched: Launched, incoming: &Incoming, note: &mut Note) -> Reply {
    match launched {
        Launched::Begin(location) => Reply::see_other(&location),
        Launched::Respond(response) => respond(incoming, &response, note),
    }
}
