//! Clients on the console: how they authenticate and where they are sent back to. Whoever is told that a redirect URI is not
//! registered registers it here.

use axum::body::Bytes;
use axum::response::Response;
use fixtures::Client;

use super::acts::{handle, words};
use super::back;
use super::form::Form;
use crate::handles::{Clients, NotFound};
use crate::http::place::Place;
use crate::realm::State;

/// Most clients on the page.
const SHOWN: usize = 30;

pub(super) struct ClientRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) why: String,
    /// How it authenticates.
    pub(super) methods: String,
    pub(super) grants: String,
    pub(super) redirect_uris: Vec<String>,
    pub(super) post_logout_redirect_uris: Vec<String>,
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
pub(super) fn clients(state: &State) -> (Vec<ClientRow>, usize) {
    let rows = state.clients.values().take(SHOWN).map(|client| ClientRow::of(client)).collect();
    (rows, state.clients.len().saturating_sub(SHOWN))
}

/// Registers one more redirect URI, or one more address to return to after logout.
pub(super) async fn register(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    back(&place, &form, "clients", try_register(&place, &form).map(|()| "registered"))
}

fn try_register(place: &Place, form: &Form) -> Result<(), String> {
    let (id, uri) = (form.text("client"), form.text("uri"));
    if uri.is_empty() {
        return Err("write the address that is to be registered".to_owned());
    }
    let add = |client: &mut Client| {
        let addresses = match form.text("what") {
            "post_logout_redirect_uri" => &mut client.post_logout_redirect_uris,
            _ => &mut client.redirect_uris,
        };
        if !addresses.iter().any(|known| known == uri) {
            addresses.push(uri.to_owned());
        }
    };
    let clients = handle(place, Clients);
    let unknown = || -> NotFound { clients.0.lock().no_client(id) };
    let mut changed = clients.get(id).ok_or_else(unknown).map_err(words)?;
    add(&mut changed);
    fixtures::check_client(&changed).map_err(words)?;
    clients.change(id, add).map_err(words)
}
