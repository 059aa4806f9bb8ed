//! The cookies of browsers: one by which a session is known, and one by which a sign-in goes on where it was begun.

use axum::http::Method;

use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::realm::interaction::INTERACTION_LIFE;
use crate::realm::{Realm, SESSION_LIFE};

/// The cookie of a session, kept as long as the session may live; the realm may end it before.
pub(crate) fn session_cookie(realm: &Realm, incoming: &Incoming, secret: &str) -> String {
    cookie(&realm.cookie, incoming, secret, SESSION_LIFE.as_secs())
}

/// Makes the browser forget the cookie of a session.
pub(crate) fn no_session_cookie(realm: &Realm, incoming: &Incoming) -> String {
    cookie(&realm.cookie, incoming, "", 0)
}

/// The name of the cookie by which a sign-in goes on where it was begun.
pub(crate) fn begun_name(realm: &Realm) -> String {
    format!("{}_begun", realm.cookie)
}

/// The cookie of the browser in which this sign-in begins, kept as long as it may take.
pub(crate) fn begun_cookie(realm: &Realm, incoming: &Incoming, interaction: &str) -> String {
    let name = begun_name(realm);
    let shown = incoming.cookie(&name);
    let secret = realm.lock_at(&incoming.place.base).begun_in(interaction, shown);
    cookie(&name, incoming, &secret, INTERACTION_LIFE.as_secs())
}

/// SameSite=Lax: the browser comes from the relying party by a link. No Secure on plain http, which is the rule here.
fn cookie(name: &str, incoming: &Incoming, secret: &str, seconds: i64) -> String {
    let secure = if incoming.place.base.front.starts_with("https:") { "; Secure" } else { "" };
    let prefix = &incoming.place.base.prefix;
    format!("{name}={secret}; Path={prefix}/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Whether a page of another site posted this: then no cookie comes along, whatever the browser has (`SameSite=Lax`).
pub(crate) fn comes_without_cookies(realm: &Realm, incoming: &Incoming) -> bool {
    let has = |name: &str| incoming.cookie(name).is_some();
    incoming.method == Method::POST
        && incoming.is_cross_site()
        && !has(&realm.cookie)
        && !has(&begun_name(realm))
}

/// Longest query that a posted form is made into, in bytes: browsers and servers take so much.
const LONGEST_QUERY: usize = 16 * 1024;

/// Opens what was posted as an address, where cookies come along; nothing when it is too long for one.
pub(crate) fn open_again(incoming: &Incoming, note: &mut Note) -> Option<Reply> {
    if incoming.form.encode().len() > LONGEST_QUERY {
        return None;
    }
    note.response.location = Some(incoming.place.asked.to_string());
    let path = format!("{}{}", incoming.place.base.prefix, incoming.place.asked);
    let path = format!("/{}", path.trim_start_matches('/'));
    Some(Reply::see_other(&incoming.params().append_to(&path)))
}
