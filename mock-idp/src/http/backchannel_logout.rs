//! Telling clients that a session is over: one POST of a logout token each (Back-Channel Logout 2.5). It asks only
//! addresses that a client registered, follows no redirect, and waits for nobody for long.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::http::fetch::MARK;
use crate::journal::{Entry, Params};
use crate::realm::Realm;
use crate::realm::logout::Farewell;

/// Most of an answer that is read, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;
/// How long a client may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of a logout token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LogoutDelivery {
    /// The client that was told.
    pub client: String,
    /// Its registered `backchannel_logout_uri`.
    pub uri: String,
    /// HTTP status of its answer: 200 means done, 400 means that it refused the token (Back-Channel Logout 2.8).
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// What the client answered, if that was JSON: `error` and `error_description` of a refusal.
    pub body: Option<Value>,
}

/// Sends logout tokens, one after the other, each with an entry in the journal.
pub(crate) async fn deliver(realm: &Realm, farewells: Vec<Farewell>) -> Vec<LogoutDelivery> {
    let mut deliveries = Vec::new();
    // Made for the occasion: a kept connection would belong to whichever runtime happened to send first.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .no_proxy()
        .build();
    for farewell in farewells {
        let answer = match &client {
            Ok(client) => post(client, &farewell).await.map_err(|error| reason(&error)),
            Err(error) => Err(reason(error)),
        };
        let (status, error, body) = match answer {
            Ok((status, body)) => (Some(status), None, body),
            Err(error) => (None, Some(error), None),
        };
        let delivery = LogoutDelivery {
            client: farewell.client.clone(),
            uri: farewell.uri.clone(),
            status,
            error,
            body,
        };
        if let Some(error) = &delivery.error {
            tracing::warn!(
                client = delivery.client,
                uri = delivery.uri,
                error,
                "a client was not told of a logout"
            );
        }
        write_down(realm, farewell, &delivery);
        deliveries.push(delivery);
    }
    deliveries
}

async fn post(client: &reqwest::Client, farewell: &Farewell) -> Result<(u16, Option<Value>), reqwest::Error> {
    let mut form = Params::default();
    form.push("logout_token", farewell.logout_token.as_str());
    let request = client
        .post(&farewell.uri)
        .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(MARK, "1")
        .body(form.encode());
    let mut response = request.send().await?;
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        body.extend_from_slice(&piece);
        if body.len() > LONGEST_ANSWER {
            break;
        }
    }
    Ok((response.status().as_u16(), serde_json::from_slice(&body).ok()))
}

/// The innermost reason: "Connection refused" and not "error sending request".
fn reason(error: &reqwest::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

fn write_down(realm: &Realm, farewell: Farewell, delivery: &LogoutDelivery) {
    let mut note = farewell.note;
    for fault in &note.faults {
        tracing::info!(operation = "backchannel_logout", fault, "fault fired");
    }
    if let Some((header, claims)) = crate::jose::decode(&farewell.logout_token) {
        note.response.id_token_header = Some(header);
        note.response.id_token_claims = Some(claims);
    }
    note.response.body.clone_from(&delivery.body);
    let mut form = Params::default();
    form.push("logout_token", farewell.logout_token);
    let mut state = realm.lock();
    let at = state.now();
    state.record(Entry {
        operation: "backchannel_logout",
        method: "POST".to_owned(),
        path: farewell.uri,
        form,
        status: delivery.status.unwrap_or_default(),
        ..Entry::of(at, note)
    });
}
