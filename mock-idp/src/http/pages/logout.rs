//! The pages of a logout: whether to, that it is done, that it is not.

use askama::Template;
use axum::http::StatusCode;

use super::{Face, policy, show, source_of};
use crate::http::reply::Reply;
use crate::journal::{LOGOUT_PAGE, Note, STILL_SIGNED_IN_PAGE};
use crate::protocol::base::Base;
use crate::protocol::params::Params;
use crate::realm::State;

#[derive(Template)]
#[template(path = "logout.html")]
struct Logout<'a> {
    prefix: &'a str,
    client: Option<Face<'a>>,
    person: &'a str,
    params: Params,
}

#[derive(Template)]
#[template(path = "still_signed_in.html")]
struct StillSignedIn<'a> {
    prefix: &'a str,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut<'a> {
    prefix: &'a str,
    frames: &'a [String],
    return_to: Option<&'a str>,
}

/// What an application may send (RP-Initiated Logout 2), and the page carries; nothing else, which could answer for the
/// person.
const CARRIED: [&str; 6] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

/// Whether to sign out: an application asks for it, and nothing shows that it means who is signed in.
pub(crate) fn logout(state: &State, key: &str, params: &Params, note: &mut Note) -> Reply {
    let client = note.client.clone().filter(|id| state.clients.contains_key(id));
    let client = client.as_deref().map(|id| Face::of(state, id));
    let leads_to = params.first("post_logout_redirect_uri").filter(|uri| !uri.is_empty());
    let policy = policy(leads_to, false);
    let policy = client.map_or(policy.clone(), |client| client.shown_under(policy));
    let person = state.people.get(key).map(fixtures::Person::full_name).unwrap_or_default();
    let sent = params.iter().filter(|(name, _)| CARRIED.contains(name)).collect();
    let page = Logout { prefix: &state.base.prefix, client, person: &person, params: sent }.render();
    show(StatusCode::OK, LOGOUT_PAGE, page, &policy, note)
}

/// Nothing ended, because the person said so.
pub(crate) fn still_signed_in(base: &Base, note: &mut Note) -> Reply {
    let page = StillSignedIn { prefix: &base.prefix }.render();
    show(StatusCode::OK, STILL_SIGNED_IN_PAGE, page, &policy(None, false), note)
}

/// The end of a session; the frames tell clients of it, and then the browser goes on.
pub(crate) fn signed_out(base: &Base, frames: &[String], return_to: Option<&str>, note: &mut Note) -> Reply {
    let page = SignedOut { prefix: &base.prefix, frames, return_to }.render();
    let mut policy = policy(None, false);
    for source in frames.iter().filter_map(|frame| source_of(frame)) {
        let lead = if policy.contains("; frame-src") { " " } else { "; frame-src " };
        policy.push_str(lead);
        policy.push_str(&source);
    }
    show(StatusCode::OK, "kaseyaone-signed-out", page, &policy, note)
}
