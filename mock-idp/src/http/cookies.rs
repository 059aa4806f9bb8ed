//! The cookies of browsers: one by which a session is known, and one by which a sign-in goes on where it was begun.

use crate::http::request::Incoming;
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
