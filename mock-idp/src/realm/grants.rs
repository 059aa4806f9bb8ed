//! What the realm has handed out and still honours: sessions, codes, access tokens, refresh tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::clock::later;
use crate::jose;
use crate::keys::KeyRing;
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::kept::{Weighed, claims, texts};

/// Life of an authorization code.
pub(crate) const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Life of an access token, seconds.
pub(crate) const ACCESS_SECONDS: u32 = 3600;
/// Life of a refresh token.
pub(crate) const REFRESH_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A provider session: this browser, this person, since then.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) person: String,
    pub(crate) sid: String,
    pub(crate) auth_time: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Claims that whoever signed in said of themselves.
    pub(crate) said: Map<String, Value>,
}

impl Weighed for Session {
    fn weight(&self) -> usize {
        claims(&self.said)
    }
}

impl Weighed for CodeGrant {
    fn weight(&self) -> usize {
        self.redirect_uri.len() + self.authentication.size()
    }
}

impl Weighed for AccessGrant {
    fn weight(&self) -> usize {
        let actor = self.actor.as_ref().map_or(0, |actor| actor.to_string().len());
        texts(&self.scope)
            + texts(&self.audience)
            + actor
            + self.authentication.as_ref().map_or(0, |who| who.size())
    }
}

impl Weighed for RefreshGrant {
    fn weight(&self) -> usize {
        self.authentication.size()
    }
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct CodeGrant {
    pub(crate) authentication: Arc<Authentication>,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: Option<String>,
    /// Thumbprint of the key that has to be shown to redeem it (RFC 9449 10).
    pub(crate) jkt: Option<String>,
    pub(crate) skip_pkce: bool,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

/// An access token.
#[derive(Debug, Clone)]
pub(crate) struct AccessGrant {
    pub(crate) client_id: String,
    pub(crate) scope: Vec<String>,
    /// Whoever it speaks for; nobody when the client got it for itself.
    pub(crate) authentication: Option<Arc<Authentication>>,
    /// Faults that struck the sign-in since, userinfo included.
    pub(crate) struck: Vec<u64>,
    /// Who acts for the person (RFC 8693 4.1).
    pub(crate) actor: Option<Value>,
    /// For whom it is, when that was asked for.
    pub(crate) audience: Vec<String>,
    /// Thumbprint of the key it is bound to.
    pub(crate) jkt: Option<String>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// A refresh token.
#[derive(Debug, Clone)]
pub(crate) struct RefreshGrant {
    pub(crate) authentication: Arc<Authentication>,
    pub(crate) jkt: Option<String>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// It was exchanged for the next one already.
    pub(crate) used: bool,
}

impl State {
    /// Notes that a client took part in a session.
    pub(crate) fn remember_visit(&mut self, sid: &str, client_id: &str) {
        if let Some(clients) = self.visits.get_mut(sid) {
            clients.insert(client_id.to_owned());
            return;
        }
        let now = self.now();
        let clients = BTreeSet::from([client_id.to_owned()]);
        self.visits.insert(sid.to_owned(), clients, later(now, super::SESSION_LIFE), now);
    }

    /// The name under which an access token is remembered: the token, or the `jti` of one that is a JWT of ours.
    pub(crate) fn access_name(&self, token: &str) -> Option<String> {
        access_name(&self.ring, token)
    }

    /// Revokes everything that came from one code.
    pub(crate) fn revoke_family(&mut self, family: &str) {
        let of_family = |authentication: &Arc<Authentication>| authentication.family == family;
        self.access.retain(|_, grant| !grant.authentication.as_ref().is_some_and(of_family));
        self.refresh.retain(|_, grant| !of_family(&grant.authentication));
    }
}

/// What an access token that is a JWT is remembered by.
#[derive(Deserialize)]
struct Named {
    jti: String,
}

/// The name under which an access token would be remembered. Whether one is, it does not tell; it needs no lock, and a
/// signature is not quickly verified.
pub(crate) fn access_name(ring: &KeyRing, token: &str) -> Option<String> {
    if token.contains('.') {
        return jose::verify_own::<Named>(ring, token).map(|claims| jwt_name(&claims.jti));
    }
    Some(token.to_owned())
}

/// The name of a JWT with this `jti`. It has a dot, as no opaque token has: knowing a `jti` opens nothing.
pub(crate) fn jwt_name(jti: &str) -> String {
    format!("jwt.{jti}")
}
