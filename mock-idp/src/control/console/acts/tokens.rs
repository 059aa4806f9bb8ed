//! What the forms of the console issue, expire and replay.

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use fixtures::with_a_port;

use crate::control::console::answer::{answer, back, words};
use crate::control::console::form::Form;
use crate::control::console::order::{Issued, Order};
use crate::control::console::page::{Asked, Said};
use crate::handles::{Minter, Replays};
use crate::http::place::Place;
use crate::protocol::params::Params;
use crate::protocol::pkce::challenge_of;
use crate::realm::mint::{Mint, MintLogoutToken};

/// Issues something, and shows it on the page: what is secret does not go into an address.
pub(in crate::control::console) async fn issue(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let order = Order::of(&form);
    match try_issue(&place.handle(Minter), &form) {
        Ok(issued) => {
            let said = Said { issued: &issued, order, ..Said::default() };
            answer(StatusCode::OK, &place, &Asked::of(&form), &said)
        }
        Err(error) => {
            let said = Said { error: Some(&error), part: "tokens", order, ..Said::default() };
            answer(StatusCode::UNPROCESSABLE_ENTITY, &place, &Asked::of(&form), &said)
        }
    }
}

fn try_issue(minter: &Minter, form: &Form) -> Result<Vec<Issued>, String> {
    let (person, client) = (form.text("person"), form.text("client"));
    let (what, ago) = (form.text("what"), form.number("ago")?);
    match what {
        "session" | "answer" if ago != 0 => Err(format!(
            "a {what} is issued now; write 0 seconds ago, and move the clock afterwards to age it"
        )),
        "session" => {
            let session = minter.session(person).map_err(words)?;
            Ok(vec![Issued::new("Cookie", format!("{}={}", session.name, session.value))])
        }
        "logout-token" => {
            let order = MintLogoutToken::new(person, client).issued_ago(ago);
            Ok(vec![Issued::new("Logout token", minter.logout_token(&order).map_err(words)?)])
        }
        "answer" => {
            let (request, verifier) = asked_request(minter, form.text("request"), client);
            let sent = minter.response(person, &request).map_err(words)?;
            let mut issued =
                vec![Issued::new("Answer: the address that the browser would be sent to", sent.location)];
            issued.extend(
                verifier.map(|verifier| Issued::new("code_verifier of its code (RFC 7636)", verifier)),
            );
            Ok(issued)
        }
        _ => {
            let order =
                Mint::new(person, client).scope("openid profile email offline_access").issued_ago(ago);
            let tokens = minter.mint(&order).map_err(words)?;
            let refresh_token = tokens.refresh_token.map(|token| Issued::new("Refresh token", token));
            let mut issued = vec![
                Issued::new("ID token", tokens.id_token),
                Issued::new("Access token", tokens.access_token),
            ];
            issued.extend(refresh_token);
            Ok(issued)
        }
    }
}

/// The authorization request that is answered: the one that was pasted, with its address or without, or the plainest one
/// of the client; a public one has to prove later that it asked (PKCE), by the verifier that comes along.
fn asked_request(minter: &Minter, pasted: &str, client: &str) -> (Params, Option<String>) {
    if !pasted.is_empty() {
        return (Params::parse(pasted.split_once('?').map_or(pasted, |(_, query)| query)), None);
    }
    let mut state = minter.0.lock();
    let registered = state.clients.get(client).cloned();
    let is_public = registered.as_ref().is_some_and(|client| client.is_public());
    let verifier = is_public.then(|| state.generator.secret());
    drop(state);
    let redirect_uri = registered
        .and_then(|client| client.redirect_uris.last().map(|uri| with_a_port(uri)))
        .unwrap_or_default();
    let mut request = Params::default();
    for (name, value) in [
        ("client_id", client),
        ("redirect_uri", &redirect_uri),
        ("response_type", "code"),
        ("scope", "openid profile email"),
    ] {
        request.push(name, value);
    }
    if let Some(verifier) = &verifier {
        request.push("code_challenge", challenge_of(verifier));
        request.push("code_challenge_method", "S256");
    }
    (request, verifier)
}

/// Makes something expire.
pub(in crate::control::console) async fn expire(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let minter = place.handle(Minter);
    let person = form.text("person");
    let state = place.realm.lock();
    let stranger =
        (!person.is_empty() && state.people.get(person).is_none()).then(|| state.no_person(person));
    drop(state);
    if let Some(stranger) = stranger {
        return back(&place, &form, "tokens", Err(words(stranger)));
    }
    let done = match form.text("do") {
        "codes" => {
            minter.expire_codes();
            Ok("expired")
        }
        _ if person.is_empty() => Err("say whose codes, tokens or sessions are to expire".to_owned()),
        "sessions" => {
            minter.expire_sessions(person);
            Ok("expired")
        }
        _ => {
            minter.expire_grants(person);
            Ok("expired")
        }
    };
    back(&place, &form, "tokens", done)
}

/// Sends a logout token once more.
pub(in crate::control::console) async fn replay(place: Place, body: Bytes) -> Response {
    let form = Form::read(&body);
    let about = Params::parse(form.text("about"));
    let (person, client) =
        (about.first("person").unwrap_or_default(), about.first("client").unwrap_or_default());
    let sent = place.handle(Replays).send_logout_token(person, client).await;
    let done = sent.map_err(words).and_then(|delivery| match delivery.error {
        None => Ok("replayed"),
        Some(error) => Err(format!("{client} was not reached: {error}")),
    });
    back(&place, &form, "tokens", done)
}

/// Sends the browser to an authorization response once more. The page names it by number: the address has a code in it.
pub(in crate::control::console) async fn open_again(place: Place, Path(number): Path<String>) -> Response {
    let responses = place.handle(Replays).responses();
    let sent = responses.into_iter().find(|sent| sent.number.to_string() == number);
    let Some(sent) = sent else {
        let error = format!("there is no answer {number}; the newest thousand are kept");
        let said = Said { error: Some(&error), part: "tokens", ..Said::default() };
        return answer(StatusCode::NOT_FOUND, &place, &Asked::default(), &said);
    };
    Redirect::to(&sent.location).into_response()
}
