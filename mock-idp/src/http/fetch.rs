//! Fetching what a client registered the address of: its keys, its request objects. Nothing else is ever fetched, no
//! redirect is followed, and nobody is waited for or read for long.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::journal::{Channel, Entry, Note, Params};
use crate::realm::Realm;

/// Most of a document that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// How long an address may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Marks a request of a provider, which gets no other one fetched and controls nothing: an address may lead back here, or to
/// a provider whose address leads back.
pub(crate) const MARK: &str = "x-mock-idp-fetch";

/// Most that are fetched at once, whoever asks: each takes a connection.
const AT_ONCE: usize = 64;
static UNDER_WAY: Semaphore = Semaphore::const_new(AT_ONCE);

/// Fetches a document into the realm; what came of it is in the journal.
pub(crate) async fn document(realm: &Realm, address: &str) {
    let turn = timeout(PATIENCE, UNDER_WAY.acquire()).await;
    let (status, text) = match turn {
        Err(_) => {
            tracing::warn!(address, "{AT_ONCE} documents are being fetched already");
            (0, None)
        }
        Ok(_turn) => get(address).await.unwrap_or_else(|error| {
            tracing::warn!(address, %error, "a document of a client cannot be fetched");
            (0, None)
        }),
    };
    let raw_response = text.clone().unwrap_or_default().into_bytes();
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
        raw_response,
        ..Entry::of(at, note)
    });
}

async fn get(address: &str) -> Result<(u16, Option<String>), reqwest::Error> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .no_proxy()
        .build()?;
    let mut response = client.get(address).header(MARK, "1").send().await?;
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
