//! Clients that nobody registered, where such clients are taken (`any_client`): who they are is what they sent. Clients that
//! are registered are judged elsewhere, and as strictly as without it.

use std::sync::Arc;

use fixtures::{AuthMethod, Client};

use crate::journal::Note;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::on_the_spot::client::{self as rules, Return};
use crate::protocol::params::Params;
use crate::protocol::token::{Credentials, Proof};
use crate::realm::State;
use crate::realm::on_the_spot::full;

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
        // That there are two is for the client to hear, once it is proven.
        let scope = params.first("scope");
        match params.one(to.parameter())? {
            Some(uri) => self.take(id, |client| {
                rules::with_address(client, to, uri).map(|client| rules::with_scope(client, scope))
            }),
            // It is in a request that was pushed, or there is none.
            None if to == Return::SignOut || self.clients.contains_key(id) => Ok(()),
            None => Err(Refusal::new("redirect_uri_present", "redirect_uri is missing")),
        }
    }

    /// Takes whatever secret such a client sends, or none, and the scope that it asks for.
    pub(crate) fn take_secret(
        &mut self,
        credentials: &Credentials,
        scope: Option<&str>,
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
        let made =
            |client| rules::authenticated(client, secret).map(|client| rules::with_scope(client, scope));
        self.take(id, made).map_err(invalid)?;
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

    /// Makes a client of which nothing but its id is known.
    pub(crate) fn take_client(&mut self, id: &str) -> Result<(), Refusal> {
        self.take(id, Ok)
    }

    /// Makes a client, or adds to what it is.
    fn take(&mut self, id: &str, add: impl FnOnce(Client) -> Result<Client, Refusal>) -> Result<(), Refusal> {
        let old = self.clients.get(id).map(|client| Client::clone(client));
        let client = add(old.clone().map_or_else(|| rules::client(id), Ok)?)?;
        if old.as_ref() == Some(&client) {
            return Ok(());
        }
        if !self.on_the_spot.insert(id, rules::size_of(&client)) {
            return Err(Refusal::new("clients_on_the_spot", full("clients") + ", or delete some"));
        }
        self.clients.insert(id.to_owned(), Arc::new(client));
        Ok(())
    }
}
