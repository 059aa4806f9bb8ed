//! Clients on the console: how they authenticate and where they are sent back to.

use fixtures::Client;

use crate::realm::State;

/// Most clients on the page.
const SHOWN: usize = 30;

pub(in crate::control::console) struct ClientRow {
    pub(in crate::control::console) id: String,
    pub(in crate::control::console) name: String,
    pub(in crate::control::console) why: String,
    /// How it authenticates.
    pub(in crate::control::console) methods: String,
    pub(in crate::control::console) grants: String,
    pub(in crate::control::console) redirect_uris: Vec<String>,
    pub(in crate::control::console) post_logout_redirect_uris: Vec<String>,
}

impl ClientRow {
    fn of(client: &Client) -> Self {
        let methods: Vec<_> = client.auth_methods.iter().map(|method| method.as_str()).collect();
        let grants: Vec<_> = client.grants.iter().map(|grant| grant.as_str()).collect();
        Self {
            id: client.id.clone(),
            name: client.name.clone(),
            why: client.why.clone(),
            methods: methods.join(", "),
            grants: grants.join(", "),
            redirect_uris: client.redirect_uris.clone(),
            post_logout_redirect_uris: client.post_logout_redirect_uris.clone(),
        }
    }
}

/// The first clients by id, and how many more there are.
pub(in crate::control::console) fn clients(state: &State) -> (Vec<ClientRow>, usize) {
    let rows = state.clients.values().take(SHOWN).map(|client| ClientRow::of(client)).collect();
    (rows, state.clients.len().saturating_sub(SHOWN))
}
