//! Fetching what a client registered the address of: its keys, its request objects. Nothing else is ever fetched, no
//! redirect is followed, and nobody is waited for or read for long.

use std::time::Duration;

use crate::journal::{Channel, Entry, Note, Params};
use crate::realm::Realm;

/// Most of a document that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// How long an address may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Fetches a document into the realm; what came of it is in the journal.
pub(crate) async fn document(realm: &Realm, address: &str) {
    let fetched = get(address).await;
    let (status, text) = match fetched {
        Ok((status, text)) => (status, text),
        Err(error) => {
            tracing::warn!(address, %error, "a document of a client cannot be fetched");
            (0, None)
        }
    };
    let mut state = realm.lock();
    if let Some(text) = text {
        state.fetched.insert(address, text);
    }
    let at = state.now();
    let note = Note::default();
    state.record(Entry {
        channel: Channel::Back,
        operation: "fetch",
        method: "GET".to_owned(),
        path: address.to_owned(),
        query: Params::default(),
        status,
        ..Entry::of(at, note)
    });
}

async fn get(address: &str) -> Result<(u16, Option<String>), reqwest::Error> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .no_proxy()
        .build()?;
    let mut response = client.get(address).send().await?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        body.extend_from_slice(&piece);
        if body.len() > LONGEST {
            return Ok((status.as_u16(), None));
        }
    }
    let text = String::from_utf8(body).ok().filter(|_| status.is_success());
    Ok((status.as_u16(), text.map(|text| text.trim().to_owned())))
}
