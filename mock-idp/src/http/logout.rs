//! Logout that an application begins (RP-Initiated Logout 1.0), and the page on which the person says whether.

use axum::http::{StatusCode, header};

use crate::http::cookies::{comes_without_cookies, no_session_cookie, open_again};
use crate::http::pages;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::error::Refusal;
use crate::realm::Realm;
use crate::realm::logout::{Ended, Logout};

/// An application sends the browser here.
pub(crate) fn end_session(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    if comes_without_cookies(realm, incoming) {
        return open_again(incoming, note).unwrap_or_else(|| {
            let reason = "what another site posted is too long for an address; send less, or send it by GET";
            pages::error(&incoming.place.base, &Refusal::new("logout_length", reason), note)
        });
    }
    end(realm, incoming, false, note)
}

/// The person answers.
pub(crate) fn logout(realm: &Realm, incoming: &Incoming, note: &mut Note) -> Reply {
    if incoming.form.first(STAY).is_none() {
        return end(realm, incoming, true, note);
    }
    let state = realm.lock_at(&incoming.place.base);
    let session = incoming.cookie(&realm.cookie).and_then(|cookie| state.session_of_cookie(cookie));
    note.person = session.map(|session| session.person.clone());
    pages::still_signed_in(&incoming.place.base, note)
}

/// The button by which nothing ends.
pub(crate) const STAY: &str = "stay";

fn end(realm: &Realm, incoming: &Incoming, agreed: bool, note: &mut Note) -> Reply {
    let (params, cookie) = (incoming.params(), incoming.cookie(&realm.cookie));
    let mut state = realm.lock_at(&incoming.place.base);
    match state.end_session(params, cookie, agreed, note) {
        Err(refusal) => pages::error(&incoming.place.base, &refusal, note),
        Ok(Logout::Outage) => Reply::sick(StatusCode::INTERNAL_SERVER_ERROR),
        Ok(Logout::Ask { person }) => pages::logout(&state, &person, params, note),
        Ok(Logout::Ended(ended)) => {
            let reply = farewell(ended, incoming, note);
            match cookie {
                Some(_) => reply.with(header::SET_COOKIE, no_session_cookie(realm, incoming)),
                None => reply,
            }
        }
    }
}

/// Back to the application, or a page.
fn farewell(ended: Ended, incoming: &Incoming, note: &mut Note) -> Reply {
    let return_to = ended.return_to.as_ref().map(|(uri, params)| params.append_to(uri));
    let mut reply = match return_to {
        Some(return_to) if ended.farewells.front.is_empty() => Reply::see_other(&return_to),
        // Front-Channel Logout 2: the browser loads the frames before it goes on.
        return_to => {
            pages::signed_out(&incoming.place.base, &ended.farewells.front, return_to.as_deref(), note)
        }
    };
    if let Some((uri, params)) = ended.return_to {
        note.response.location = Some(uri);
        note.response.params = params;
    }
    reply.farewells = ended.farewells.back;
    reply
}
