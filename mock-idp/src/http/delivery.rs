//! What rules do to a request and its answer: errors instead of an answer, waiting, and answers that break on the way.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::json;

use crate::fault::Target;
use crate::http::operation::Operation;
use crate::http::reply::Reply;
use crate::http::request::Incoming;
use crate::http::{authorization, pages, userinfo};
use crate::journal::{Channel, Delivery, Note};
use crate::protocol::error::Refusal;
use crate::protocol::text::describable;
use crate::realm::Realm;
use crate::realm::asked::Clues;
use crate::rule::{Asked, LONGEST_DELAY_MS, MOST_PADDING, Then};
use crate::wire::{Ending, Lever};

/// Nobody is kept waiting longer.
const LONGEST: Duration = Duration::from_millis(LONGEST_DELAY_MS);

/// What the rules of a realm do to this request.
pub(crate) fn struck(realm: &Realm, operation: &'static str, incoming: &Incoming) -> Vec<Then> {
    let mut state = realm.lock_at(&incoming.place.base);
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

/// What there is instead of the answer to a request that is not carried out.
pub(crate) enum Instead {
    Reply(Reply),
    Error(ErrorByRule),
}

/// What happens before the request is carried out; what there is instead, when it is not.
pub(crate) async fn before(realm: &Realm, struck: &[Then], note: &mut Note) -> Option<Instead> {
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
                let description = description.clone().unwrap_or_else(|| BY_RULE.to_owned());
                let error = ErrorByRule { error: error.clone(), description };
                instead.get_or_insert(Instead::Error(error));
            }
            Then::Status { status, body, content_type, retry_after } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut reply = Reply::new(status, content_type, body.clone());
                if let Some(seconds) = retry_after {
                    reply = reply.with(header::RETRY_AFTER, seconds.to_string());
                }
                note.refusal = Some(Refusal::new("rule", BY_RULE));
                instead.get_or_insert(Instead::Reply(reply));
            }
            _ => {}
        }
    }
    instead
}

/// Why, when a rule does not say it.
const BY_RULE: &str = "a rule said so";

/// An error that a rule wants.
pub(crate) struct ErrorByRule {
    error: String,
    description: String,
}

impl ErrorByRule {
    /// As this operation gives it: back to the client that is proven, as a page for people, or as JSON.
    pub(crate) fn reply(
        &self,
        realm: &Realm,
        operation: Operation,
        incoming: &Incoming,
        note: &mut Note,
    ) -> Reply {
        let Self { error, description } = self;
        let refusal = Refusal::new("rule", description);
        if operation.name == "authorize"
            && let Ok((params, _)) = authorization::asked(incoming)
        {
            let mut state = realm.lock_at(&incoming.place.base);
            if let Some(back) = state.refused(params, (error, description), note) {
                drop(state);
                note.refusal = Some(refusal);
                return authorization::respond(incoming, &back, note);
            }
        }
        if operation.channel == Channel::Front {
            return pages::error(&incoming.place.base, &refusal, note);
        }
        note.refusal = Some(refusal);
        let status = match error.as_str() {
            "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
            "insufficient_scope" => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        };
        let reply = Reply::json(status, &json!({"error": error, "error_description": description}));
        match (operation.name, status) {
            // RFC 6750 3, RFC 9449 7.1, RFC 6749 5.2.
            ("userinfo", _) => {
                let with_proof = incoming.access_token().is_some_and(|presented| presented.with_proof);
                let challenge = userinfo::challenge(with_proof, Some(&describable(error)));
                reply.with(header::WWW_AUTHENTICATE, challenge)
            }
            (_, StatusCode::UNAUTHORIZED) => reply.with(header::WWW_AUTHENTICATE, "Basic realm=\"mock-idp\""),
            _ => reply,
        }
    }
}

/// An answer as it goes out, as far as it does.
pub(crate) struct Sending {
    reply: Reply,
    way: Way,
    /// The bytes that are sent, but for what belongs to the connection.
    pub(crate) raw: Vec<u8>,
    /// 0 when no status is sent.
    pub(crate) status: u16,
    pub(crate) delivery: Option<Delivery>,
}

/// How it goes out.
enum Way {
    AtOnce,
    InDrops,
    /// With so many blanks after it.
    Padded(u64),
    /// The connection ends instead; after a long time, if somebody is to wait in vain.
    Not(Ending),
}

impl Sending {
    /// The way the rules want it sent, or else the faults. `can_break`: there is a connection to break.
    pub(crate) fn of(mut reply: Reply, struck: &[Then], can_break: bool) -> Self {
        let of_fault = reply.then.take();
        let then = struck.iter().chain(&of_fault).find(|then| then.breaks_answer());
        let mut delivery = then.and_then(Then::delivery);
        if !can_break && delivery.is_some_and(|delivery| !delivery.is_whole()) {
            // Mounted into somebody else's server there is no connection to break.
            reply = reply.instead(StatusCode::BAD_GATEWAY);
            delivery = None;
        }
        if delivery.is_some_and(Delivery::is_whole) {
            reply = reply.without_length();
        }
        let raw = match delivery {
            Some(Delivery::Hung | Delivery::Reset | Delivery::Closed | Delivery::Left) => Vec::new(),
            Some(Delivery::Garbage) => GARBAGE.to_vec(),
            Some(Delivery::BrokenChunk) => malformed(&reply),
            Some(Delivery::Cut) => {
                let mut bytes = reply.raw();
                bytes.truncate(bytes.len() - reply.body_len().div_ceil(2));
                bytes
            }
            Some(Delivery::Trickled | Delivery::Padded) | None => reply.raw(),
        };
        let way = match (then, delivery) {
            (Some(Then::Padding(bytes)), _) => Way::Padded((*bytes).min(MOST_PADDING)),
            (_, Some(Delivery::Trickled)) => Way::InDrops,
            (_, Some(Delivery::Hung | Delivery::Closed | Delivery::Left)) => Way::Not(Ending::Close),
            (_, Some(Delivery::Reset)) => Way::Not(Ending::Reset),
            (_, Some(Delivery::Cut | Delivery::BrokenChunk | Delivery::Garbage)) => {
                Way::Not(Ending::After(raw.clone()))
            }
            (_, Some(Delivery::Padded) | None) => Way::AtOnce,
        };
        let has_status = raw.starts_with(b"HTTP/");
        let status = if has_status { reply.status.as_u16() } else { 0 };
        Self { reply, way, raw, status, delivery }
    }

    pub(crate) async fn send(self, lever: Option<&Lever>) -> Response {
        let ending = match self.way {
            Way::AtOnce => return self.reply.into_response(),
            Way::InDrops => return in_drops(self.reply),
            Way::Padded(bytes) => return padded(self.reply, bytes),
            Way::Not(ending) => ending,
        };
        if self.delivery == Some(Delivery::Hung) {
            pause(LONGEST).await;
        }
        if let Some(lever) = lever {
            lever.end(ending);
        }
        StatusCode::OK.into_response()
    }
}

/// What is no HTTP.
const GARBAGE: &[u8] = b"\x16\x03\x01\x00 this is no HTTP \xff\xfe\r\n\r\n";

/// A head that promises chunks, and a chunk whose length is no number.
fn malformed(reply: &Reply) -> Vec<u8> {
    let mut raw = reply.raw_head_of_chunks();
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
