//! Clients that nobody registered, where such clients are taken (`any_client`): who they are is what they sent. Clients that
//! are registered are judged elsewhere, and as strictly as without it.

use std::collections::BTreeMap;
use std::sync::Arc;

use fixtures::{AuthMethod, Client};

use crate::journal::Note;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::on_the_spot::{self as rules, Return};
use crate::protocol::params::Params;
use crate::protocol::token::{Credentials, Proof};
use crate::realm::State;

/// Clients that may be made on the spot in one realm.
const MOST: usize = 10_000;

/// Bytes that all of them may send.
const MOST_BYTES: usize = 4 << 20;

/// Which clients were made on the spot, and what they take.
#[derive(Debug, Clone, Default)]
pub(crate) struct OnTheSpot {
    /// Bytes that each of them sent, by id.
    sizes: BTreeMap<String, usize>,
    total: usize,
}

impl OnTheSpot {
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.sizes.contains_key(id)
    }

    /// Counts a client; false when there is no room for it.
    fn insert(&mut self, id: &str, size: usize) -> bool {
        let before = self.sizes.get(id).copied();
        let total = self.total - before.unwrap_or_default() + size;
        if total > MOST_BYTES || before.is_none() && self.sizes.len() >= MOST {
            return false;
        }
        self.sizes.insert(id.to_owned(), size);
        self.total = total;
        true
    }

    /// It is gone, or registered from now on; whether it was one.
    pub(crate) fn forget(&mut self, id: &str) -> bool {
        let size = self.sizes.remove(id);
        self.total -= size.unwrap_or_default();
        size.is_some()
    }
}

impl State {
    /// Whether this client is one that is made by what it sends.
    pub(crate) fn is_anybody(&self, id: &str) -> bool {
        self.switches.any_client && (self.on_the_spot.contains(id) || !self.clients.contains_key(id))
    }

    /// Takes the address that a request of such a client names, before anything is proven by it; `hinted` is the client that
    /// is meant where the request names none.
    pub(crate) fn take_address(
        &mut self,
        params: &Params,
        hinted: Option<&str>,
        to: Return,
    ) -> Result<(), Refusal> {
        let id = params.one("client_id")?.or(hinted);
        let Some(id) = id.filter(|id| self.is_anybody(id)) else { return Ok(()) };
        match params.one(to.parameter())? {
            Some(uri) => self.take(id, |client| rules::with_address(client, to, uri)),
            // It is in a request that was pushed, or there is none.
            None if to == Return::SignOut || self.clients.contains_key(id) => Ok(()),
            None => Err(Refusal::new("redirect_uri_present", "redirect_uri is missing")),
        }
    }

    /// Takes whatever secret such a client sends, or none.
    pub(crate) fn take_secret(
        &mut self,
        credentials: &Credentials,
        method: AuthMethod,
        note: &mut Note,
    ) -> Result<(Arc<Client>, AuthMethod), OAuthError> {
        let id = &credentials.client_id;
        let invalid = |refusal: Refusal| refusal.code(ErrorCode::InvalidClient);
        let secret = match &credentials.proof {
            Proof::None => None,
            Proof::Basic(secret) | Proof::Post(secret) => Some(secret.as_str()),
            Proof::Assertion(_) => {
                let reason = format!(
                    "nothing verifies a client_assertion of {id:?}, which nobody registered; register it with its keys, \
                     or send a secret"
                );
                return Err(invalid(Refusal::new("client_auth_method", reason)));
            }
        };
        self.take(id, |client| rules::authenticated(client, secret)).map_err(invalid)?;
        let client = self.clients.get(id).cloned();
        let client =
            client.ok_or_else(|| invalid(Refusal::new("client_known", "there is no such client")))?;
        let method = if client.is_public() { AuthMethod::None } else { method };
        note.client_authentication = Some(method.as_str());
        Ok((client, method))
    }

    /// A client as its authorization request is judged: whether one that was made on the spot is public, nobody knows yet.
    pub(crate) fn asking(&self, client: &Arc<Client>) -> Arc<Client> {
        if self.on_the_spot.contains(&client.id) {
            return Arc::new(rules::either_way(client));
        }
        Arc::clone(client)
    }

    /// RFC 9700 2.1.1: now it shows whether a client that was made on the spot is public, and had to use PKCE.
    pub(crate) fn check_promise(&self, client: &Client, challenge: Option<&str>) -> Result<(), OAuthError> {
        if challenge.is_some() || !client.is_public() || !self.on_the_spot.contains(&client.id) {
            return Ok(());
        }
        let reason =
            "a client without a secret is public, and its authorization request had no code_challenge";
        Err(OAuthError::new(ErrorCode::InvalidGrant, "pkce", reason))
    }

    /// Whoever changed it has registered it as it is now.
    pub(crate) fn is_registered_now(&mut self, id: &str) {
        if self.on_the_spot.forget(id)
            && let Some(client) = self.clients.get_mut(id).filter(|client| client.why == rules::WHY)
        {
            fixtures::MADE.clone_into(&mut Arc::make_mut(client).why);
        }
    }

    /// Makes a client, or adds to what it is.
    fn take(&mut self, id: &str, add: impl FnOnce(Client) -> Result<Client, Refusal>) -> Result<(), Refusal> {
        let old = self.clients.get(id).map(|client| Client::clone(client));
        let client = add(old.clone().map_or_else(|| rules::client(id), Ok)?)?;
        if old.as_ref() == Some(&client) {
            return Ok(());
        }
        if !self.on_the_spot.insert(id, rules::size_of(&client)) {
            let reason = format!(
                "{MOST} clients, or {} MiB of them, were made on the spot; reset the realm, or delete some",
                MOST_BYTES >> 20
            );
            return Err(Refusal::new("clients_on_the_spot", reason));
        }
        self.clients.insert(id.to_owned(), Arc::new(client));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_and_no_more() {
        let mut spot = OnTheSpot::default();
        for number in 0..MOST {
            assert!(spot.insert(&number.to_string(), 1));
        }
        assert!(!spot.insert("more", 1) && spot.insert("7", 5), "those who are there may grow");
        assert!(!spot.insert("7", MOST_BYTES));
        assert!(spot.forget("7") && !spot.forget("7"));
        assert!(spot.insert("more", MOST_BYTES - (MOST - 1)) && !spot.insert("8", 2));
        assert!(spot.contains("8") && !spot.contains("7"));
    }
}
