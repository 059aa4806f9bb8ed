//! What the form of a client does. Whoever is told that a redirect URI is not registered registers it here.

use axum::body::Bytes;
use axum::response::Response;
use fixtures::Client;

use crate::control::console::answer::{back, words};
use crate::control::console::form::Form;
use crate::handles::{Clients, NotFound};
use crate::http::place::Place;

/// Registers one more redirect URI, or one more address to return to after logout.
pub(in crate::control::console) async fn register(place: Place, body: Bytes) -> Response {
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
    let clients = place.handle(Clients);
    let unknown = || -> NotFound { clients.0.lock().no_client(id) };
    let mut changed = clients.get(id).ok_or_else(unknown).map_err(words)?;
    add(&mut changed);
    fixtures::check_client(&changed).map_err(words)?;
    clients.change(id, add).map_err(words)
}
