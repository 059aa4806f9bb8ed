//! What rules do to a request and its answer: errors instead of an answer, waiting, and answers that break on the way.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::json;

use crate::fault::Target;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::journal::Note;
use crate::protocol::error::Refusal;
use crate::realm::Realm;
use crate::realm::asked::Clues;
use crate::rule::{Asked, LONGEST_DELAY_MS, MOST_PADDING, Then};
use crate::wire::{Ending, Lever};

/// Nobody is kept waiting longer.
const LONGEST: Duration = Duration::from_millis(LONGEST_DELAY_MS);

/// What the rules of a realm do to this request.
pub(crate) fn struck(realm: &Realm, operation: &'static str, incoming: &Incoming) -> Vec<Then> {
    let mut state = realm.lock_at(&incoming.base);
    if state.rules.is_quiet() {
        return Vec::new();
    }
    let asked = state.asked(&Clues {
        operation,
        query: &incoming.query,
        form: &incoming.form,
        authorization: incoming.authorization(),
        access_token: incoming.access_token().map(|presented| presented.token),
        cookie: incoming.cookie(&realm.cookie),
    });
    let struck = state.rules.strike(&asked);
    for then in &struck {
        if let Then::Fault(id) = then
            && let Err(error) = state.faults.arm(id, target(&asked), 1, 0)
        {
            tracing::warn!(%error, "a rule cannot arm its fault");
        }
    }
    struck
}

/// The sign-in a request belongs to, as narrowly as it tells.
fn target(asked: &Asked) -> Target {
    let state = asked.state.clone().map(Target::State);
    let person = asked.person.clone().map(Target::Person);
    state.or(person).or(asked.client.clone().map(Target::Client)).unwrap_or(Target::Next)
}

/// What happens before the request is carried out; the reply, when it is not carried out at all.
pub(crate) async fn before(realm: &Realm, struck: &[Then], note: &mut Note) -> Option<Reply> {
    let mut instead = None;
    for then in struck {
        note.faults.push(then.name());
        match then {
            Then::DelayMs(wait) => pause(Duration::from_millis(*wait).min(LONGEST)).await,
            Then::Hold { barrier, until } => {
                let barrier = realm.lock().barriers.entry(barrier.clone()).or_default().clone();
                if !barrier.wait(*until).await {
                    tracing::warn!("a request waited a minute behind a barrier that nobody opened");
                }
            }
            Then::OauthError { error, description } => {
                let reason = description.clone().unwrap_or_else(|| "a rule said so".to_owned());
                let body = json!({"error": error, "error_description": reason});
                let status = match error.as_str() {
                    "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
                    _ => StatusCode::BAD_REQUEST,
                };
                note.refusal = Some(Refusal::new("rule", reason));
                instead.get_or_insert(Reply::json(status, &body));
            }
            Then::Status { status, body, content_type, retry_after } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut reply = Reply::new(status, content_type, body.clone());
                if let Some(seconds) = retry_after {
                    reply = reply.with(header::RETRY_AFTER, seconds.to_string());
                }
                note.refusal = Some(Refusal::new("rule", "a rule said so"));
                instead.get_or_insert(reply);
            }
            _ => {}
        }
    }
    instead
}

/// Sends the answer the way the rules want it sent, or else the faults.
pub(crate) async fn deliver(mut reply: Reply, struck: &[Then], lever: Option<&Lever>) -> Response {
    let of_fault = reply.then.take();
    let broken = struck.iter().chain(&of_fault).find(|then| then.breaks_answer());
    let ending = match broken {
        None => return reply.into_response(),
        Some(Then::Hang) => {
            pause(LONGEST).await;
            Ending::Close
        }
        Some(Then::Reset) => Ending::Reset,
        Some(Then::Truncate) => {
            let length = reply.body_len();
            // What hyper would have said: without a length an answer that is cut looks whole.
            let mut bytes = reply.with(header::CONTENT_LENGTH, length.to_string()).raw();
            bytes.truncate(bytes.len() - length.div_ceil(2));
            Ending::After(bytes)
        }
        Some(Then::MalformedChunk) => Ending::After(malformed(reply)),
        Some(Then::Garbage) => Ending::After(b"\x16\x03\x01\x00 this is no HTTP \xff\xfe\r\n\r\n".to_vec()),
        Some(Then::Trickle) => return in_drops(reply),
        Some(Then::Padding(bytes)) => return padded(reply, (*bytes).min(MOST_PADDING)),
        Some(_) => Ending::Close,
    };
    match lever {
        Some(lever) => lever.end(ending),
        // Mounted into somebody else's server there is no connection to break.
        None => return StatusCode::BAD_GATEWAY.into_response(),
    }
    StatusCode::OK.into_response()
}

/// A head that promises chunks, and a chunk whose length is no number.
fn malformed(reply: Reply) -> Vec<u8> {
    let (_, head) = reply.split();
    let mut raw = head.with(header::TRANSFER_ENCODING, "chunked").raw();
    raw.extend_from_slice(b"nonsense\r\n{\"\r\n");
    raw
}

fn in_drops(reply: Reply) -> Response {
    let (bytes, reply) = reply.split();
    let drops = stream::unfold((bytes, 0), |(bytes, at)| async move {
        let byte = bytes.get(at..=at).map(Bytes::copy_from_slice)?;
        if at > 0 {
            pause(Duration::from_secs(1)).await;
        }
        Some((Ok::<_, Infallible>(byte), (bytes, at + 1)))
    });
    with_body(reply, Body::from_stream(drops))
}

/// Blanks after a body: JSON allows any number of them.
fn padded(reply: Reply, padding: u64) -> Response {
    const PIECE: u64 = 64 * 1024;
    let (bytes, reply) = reply.split();
    let first = stream::iter([Ok::<_, Infallible>(bytes)]);
    let rest = stream::unfold(padding, |left| async move {
        let piece = left.min(PIECE);
        let blanks = vec![b' '; usize::try_from(piece).unwrap_or_default()];
        (piece > 0).then(|| (Ok(Bytes::from(blanks)), left - piece))
    });
    with_body(reply, Body::from_stream(futures_util::StreamExt::chain(first, rest)))
}

fn with_body(reply: Reply, body: Body) -> Response {
    let mut response = reply.into_response();
    *response.body_mut() = body;
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

#[expect(clippy::disallowed_methods, reason = "waiting is what the rule is about")]
pub(crate) async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
