//! What the realm has handed out and still honours: sessions, codes, access tokens, refresh tokens.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::fault::SignIn;
use crate::realm::State;

/// Life of an authorization code.
pub(crate) const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Life of an access token.
pub(crate) const ACCESS_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// Life of a refresh token.
pub(crate) const REFRESH_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A provider session: this browser, this person, since then.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) person: String,
    pub(crate) sid: String,
    pub(crate) auth_time: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Who authenticated, when, and for what: shared by a code and everything it gives.
#[derive(Debug, Clone)]
pub(crate) struct Authentication {
    pub(crate) person: String,
    pub(crate) sid: String,
    pub(crate) auth_time: Timestamp,
    pub(crate) client_id: String,
    pub(crate) scope: Vec<String>,
    pub(crate) nonce: Option<String>,
    /// Names the family of tokens that is revoked together.
    pub(crate) family: String,
    pub(crate) sign_in: SignIn,
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct CodeGrant {
    pub(crate) authentication: Authentication,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: Option<String>,
    pub(crate) skip_pkce: bool,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

/// An access token.
#[derive(Debug, Clone)]
pub(crate) struct AccessGrant {
    pub(crate) authentication: Authentication,
    pub(crate) expires_at: Timestamp,
}

/// A refresh token.
#[derive(Debug, Clone)]
pub(crate) struct RefreshGrant {
    pub(crate) authentication: Authentication,
    pub(crate) expires_at: Timestamp,
    /// It was exchanged for the next one already.
    pub(crate) used: bool,
}

impl State {
    /// Notes that a client took part in a session.
    pub(crate) fn remember_visit(&mut self, sid: &str, client_id: &str) {
        let mut clients = self.visits.remove(sid).unwrap_or_default();
        clients.insert(client_id.to_owned());
        keep(&mut self.visits, sid.to_owned(), clients);
    }
}

/// Entries of one kind kept at once; beyond that an old one gives way, so that a provider may run for days.
const KEPT: usize = 50_000;

/// Remembers what was handed out under its own unguessable name.
pub(crate) fn keep<V>(map: &mut BTreeMap<String, V>, name: String, value: V) {
    if map.len() >= KEPT {
        map.pop_first();
    }
    map.insert(name, value);
}
