//! Clients: the relying parties.

use std::sync::Arc;

use fixtures::Client;

use super::NotFound;
use crate::realm::Realm;

/// The relying parties of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// let add = |client: &mut fixtures::Client| client.redirect_uris.push("http://127.0.0.1:1234/sso/callback".to_owned());
/// idp.clients().change("kaseya-mdr", add).unwrap();
/// # });
/// ```
#[derive(Clone)]
pub struct Clients(pub(crate) Arc<Realm>);

impl Clients {
    /// The client with this id.
    pub fn get(&self, id: &str) -> Option<Client> {
        self.0.lock().clients.get(id).map(|client| Client::clone(client))
    }

    /// All of them, by id.
    pub fn list(&self) -> Vec<Client> {
        self.0.lock().clients.values().map(|client| Client::clone(client)).collect()
    }

    /// Adds a client, or replaces the one with the same id.
    pub fn add(&self, client: Client) {
        self.0.lock().add_client(client);
    }

    /// Removes a client, and with it what was handed out to it; false when there is none with this id.
    pub fn remove(&self, id: &str) -> bool {
        let mut state = self.0.lock();
        let known = state.clients.contains_key(id);
        state.unregister(id);
        known
    }

    /// Changes a client. The id stays.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Client)) -> Result<(), NotFound> {
        let mut state = self.0.lock();
        if state.change_client(id, change) { Ok(()) } else { Err(state.no_client(id)) }
    }
}
