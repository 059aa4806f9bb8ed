//! Clients that register themselves (RFC 7591) and look after their registration (RFC 7592). Off unless it is switched on.

use std::sync::Arc;

use fixtures::{AuthMethod, Client, SubjectType, with_a_port};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::journal::Note;
use crate::protocol::endpoints::Endpoint;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::registration;
use crate::protocol::token::same_secret;
use crate::realm::State;

/// A client that registered itself.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    access_token: String,
    issued_at: Timestamp,
    /// Bytes of what it sent.
    size: usize,
}

/// Clients that may register themselves in one realm.
const MOST: usize = 10_000;

/// Bytes that all of them may send.
const MOST_BYTES: usize = 4 << 20;

impl State {
    /// Takes a new client in.
    pub(crate) fn register(
        &mut self,
        document: &[u8],
        note: &mut Note,
    ) -> Result<Map<String, Value>, OAuthError> {
        if self.registrations.len() >= MOST {
            let reason = format!("{MOST} clients have registered themselves; delete some");
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "registrations", reason));
        }
        self.check_room(None, document)?;
        let id = self.generator.short();
        let mut client = registration::read(&id, document)?;
        self.check_sector(&client, note)?;
        if takes_secret(&client) {
            client.secret = Some(self.generator.secret());
        }
        registration::check(&client)?;
        let access_token = self.generator.secret();
        let issued_at = self.now();
        let registration = Registration { access_token, issued_at, size: document.len() };
        self.registrations.insert(id.clone(), registration);
        self.clients.insert(id.clone(), Arc::new(client));
        note.client = Some(id.clone());
        Ok(self.registered(&id))
    }

    /// Whether all registrations together stay short enough, this one of a client instead of what it had.
    fn check_room(&self, id: Option<&str>, document: &[u8]) -> Result<(), OAuthError> {
        let others = self.registrations.iter().filter(|(other, _)| Some(other.as_str()) != id);
        let taken: usize = others.map(|(_, registration)| registration.size).sum();
        if taken + document.len() <= MOST_BYTES {
            return Ok(());
        }
        let reason = format!("registered clients take more than {} MiB; delete some", MOST_BYTES >> 20);
        Err(OAuthError::new(ErrorCode::InvalidRequest, "registrations", reason))
    }

    /// Whether a request may look after this client, by the token that it was given.
    pub(crate) fn check_registrant(
        &self,
        id: &str,
        bearer: Option<&str>,
        note: &mut Note,
    ) -> Result<(), OAuthError> {
        note.client_authentication = Some("bearer");
        let right = self.registrations.get(id).zip(bearer);
        let right =
            right.is_some_and(|(registration, bearer)| same_secret(&registration.access_token, bearer));
        if right && self.clients.contains_key(id) {
            note.client = Some(id.to_owned());
            return Ok(());
        }
        // RFC 7592 2.1: alike for clients that are not there and tokens that are wrong.
        let reason = "the registration access token is not one of this client";
        Err(OAuthError::new(ErrorCode::InvalidToken, "registration_access_token", reason))
    }

    /// Replaces the metadata of a client; its secret stays (RFC 7592 2.2).
    pub(crate) fn reregister(
        &mut self,
        id: &str,
        document: &[u8],
        note: &mut Note,
    ) -> Result<Map<String, Value>, OAuthError> {
        let mut client = registration::read(id, document)?;
        let sent: Value = serde_json::from_slice(document).unwrap_or_default();
        if sent.get("client_id").and_then(Value::as_str) != Some(id) {
            let reason = format!("client_id must be there and be {id} (RFC 7592 2.2)");
            return Err(OAuthError::new(ErrorCode::InvalidClientMetadata, "client_id", reason));
        }
        let old = self.clients.get(id).and_then(|client| client.secret.clone());
        let shown = sent.get("client_secret").map(|secret| secret.as_str().unwrap_or_default());
        if shown.is_some_and(|shown| !old.as_deref().is_some_and(|old| same_secret(old, shown))) {
            let reason = "client_secret, if it is there, must be the one of this client (RFC 7592 2.2)";
            return Err(OAuthError::new(ErrorCode::InvalidClientMetadata, "client_secret", reason));
        }
        self.check_room(Some(id), document)?;
        self.check_sector(&client, note)?;
        if takes_secret(&client) {
            client.secret = Some(old.unwrap_or_else(|| self.generator.secret()));
        }
        registration::check(&client)?;
        self.clients.insert(id.to_owned(), Arc::new(client));
        if let Some(registration) = self.registrations.get_mut(id) {
            registration.size = document.len();
        }
        Ok(self.registered(id))
    }

    /// Forgets a client, and what it was given.
    pub(crate) fn unregister(&mut self, id: &str) {
        self.registrations.remove(id);
        self.on_the_spot.forget(id);
        self.clients.remove(id);
        self.access.retain(|_, grant| grant.client_id != id);
        self.refresh.retain(|_, grant| grant.authentication.client_id != id);
        self.codes.retain(|_, grant| grant.authentication.client_id != id);
    }

    /// The client information response (RFC 7591 3.2.1, RFC 7592 3).
    pub(crate) fn registered(&self, id: &str) -> Map<String, Value> {
        let Some((client, registration)) = self.clients.get(id).zip(self.registrations.get(id)) else {
            return Map::new();
        };
        let mut document = registration::write(client);
        document.insert("client_id_issued_at".to_owned(), json!(registration.issued_at.as_second()));
        document.insert("registration_access_token".to_owned(), json!(registration.access_token));
        let uri = format!("{}/{id}", self.base.endpoint(Endpoint::Registration));
        document.insert("registration_client_uri".to_owned(), json!(uri));
        document
    }

    /// OIDC Registration 5: redirect URIs stand in the document of their sector, and several hosts need one.
    fn check_sector(&self, client: &Client, note: &mut Note) -> Result<(), OAuthError> {
        let wrong = |reason: String| {
            OAuthError::new(ErrorCode::InvalidClientMetadata, "sector_identifier_uri", reason)
        };
        let Some(uri) = client.sector_identifier_uri.clone() else {
            let host = |uri: &String| url::Url::parse(&with_a_port(uri)).ok()?.host_str().map(str::to_owned);
            let mut hosts: Vec<_> = client.redirect_uris.iter().filter_map(host).collect();
            hosts.dedup();
            let several = client.subject_type == SubjectType::Pairwise && hosts.len() > 1;
            return if several {
                Err(wrong("redirect URIs of several hosts take a sector_identifier_uri".to_owned()))
            } else {
                Ok(())
            };
        };
        note.needs.spent.push(uri.clone());
        let Some(text) = self.fetched.get(&uri) else {
            note.needs.want(&uri);
            return Err(wrong(format!("{uri} cannot be fetched")));
        };
        let listed: Vec<String> = serde_json::from_str(text)
            .map_err(|_| wrong(format!("{uri} is not a JSON array of addresses")))?;
        match client.redirect_uris.iter().find(|redirect| !listed.contains(redirect)) {
            None => Ok(()),
            Some(missing) => Err(wrong(format!("{uri} does not list {missing}"))),
        }
    }
}

fn takes_secret(client: &Client) -> bool {
    use AuthMethod::{ClientSecretBasic, ClientSecretJwt, ClientSecretPost};
    let by_secret = [ClientSecretBasic, ClientSecretPost, ClientSecretJwt];
    client.auth_methods.iter().any(|method| by_secret.contains(method))
}
