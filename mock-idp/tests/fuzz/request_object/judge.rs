//! What may be answered to a request that is pushed ahead: a name for it when the browser might bring it just so, else an
//! error for the client's server.

use serde_json::Value;

use crate::authorization::{hindrance, permitted};
use crate::shot::Shot;
use crate::sound::{ensure, is_describable};
use crate::token::authenticated;
use crate::wire::Answer;
use crate::world::Facts;

/// RFC 9126 2.3: those of the token endpoint and of the authorization endpoint.
const ERRORS: [&str; 10] = [
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_request",
    "invalid_request_object",
    "invalid_scope",
    "registration_not_supported",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_response_type",
    "invalid_target",
];

/// Judges the answer to a pushed authorization request.
pub(super) fn judge_push(facts: &Facts, shot: &Shot, answer: &Answer) -> Result<(), String> {
    if !shot.is_plain() && answer.body.is_empty() && matches!(answer.status, 400 | 414 | 431) {
        return Ok(());
    }
    if shot.method != "POST" {
        let right = if shot.is_preflight() { 200 } else { 405 };
        ensure!(answer.status == right, "a {} to {}", answer.status, shot.method);
        return Ok(());
    }
    if shot.body().len() > 64 * 1024 {
        ensure!(answer.status == 413, "a {} to a huge body", answer.status);
        return Ok(());
    }
    let Some(Value::Object(body)) = answer.json() else { return Err(format!("no JSON: {}", answer.text())) };
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut form = shot.form();
    let client = authenticated(facts, shot, &form);
    if answer.status == 201 {
        let Some(client) = client else { return Err("a push by nobody".to_owned()) };
        ensure!(text("request_uri").starts_with("urn:ietf:params:oauth:request_uri:"), "no name: {body:?}");
        // Who the client is needs not be said twice.
        form.retain(|(name, _)| !name.starts_with("client_secret") && name != "client_assertion_type");
        let counts = form.iter().filter(|(name, value)| name == "client_id" && !value.is_empty()).count();
        if counts == 0 {
            form.retain(|(name, _)| name != "client_id");
            form.push(("client_id".to_owned(), client.id.clone()));
        }
        ensure!(!permitted(facts, &form).is_empty(), "a push that leads nowhere");
        return match hindrance(facts, &form) {
            Some(reason) => Err(format!("a push in spite of: {reason}")),
            None => Ok(()),
        };
    }
    let error = text("error");
    ensure!(ERRORS.contains(&error), "the error {error:?}");
    let right = if error == "invalid_client" { 401 } else { 400 };
    ensure!(answer.status == right, "a {} for {error}", answer.status);
    ensure!(is_describable(text("error_description")) && body.len() == 2, "{body:?}");
    ensure!(client.is_none() || error != "invalid_client", "a client that is told it is nobody");
    ensure!(
        client.is_some() || ["invalid_client", "invalid_request"].contains(&error),
        "{error} for a stranger"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jwt::SECRET;
    use crate::mutate::escape;
    use crate::shot::Body;
    use crate::sound::tests::{answer, shot};
    use crate::world::{CALLBACK, CLIENT};

    fn judged(more: &[(&str, &str)], status: u16, body: &Value) -> Result<(), String> {
        let mut form = vec![
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
        ];
        form.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        form.extend(more);
        let written = |(name, value): (&str, &str)| (escape(name.as_bytes()), escape(value.as_bytes()));
        let kind = ("Content-Type".to_owned(), b"application/x-www-form-urlencoded".to_vec());
        let body_of = Body::Form(form.into_iter().map(written).collect());
        let shot =
            Shot { method: "POST".to_owned(), headers: vec![kind], body: body_of, ..shot("/connect/par") };
        judge_push(&Facts::of("http://idp"), &shot, &answer(status, "application/json", &body.to_string()))
    }

    #[test]
    fn a_push_is_judged_by_what_it_would_lead_to() {
        let pushed = json!({"request_uri": "urn:ietf:params:oauth:request_uri:x", "expires_in": 90});
        let error = |code: &str| json!({"error": code, "error_description": "x"});
        judged(&[], 201, &pushed).unwrap();
        judged(&[("scope", "email")], 400, &error("invalid_scope")).unwrap();
        for (name, more, status, body) in [
            ("a push by nobody", &[("client_secret", "x")][..], 201, pushed.clone()),
            (
                "a push that leads elsewhere",
                &[("redirect_uri", "https://evil.example/")],
                201,
                pushed.clone(),
            ),
            ("a push without openid", &[("scope", "email")], 201, pushed.clone()),
            ("a push of an unsigned object", &[("request", "eyJhbGciOiJub25lIn0.e30.")], 201, pushed.clone()),
            ("a push under another name", &[], 201, json!({"request_uri": "https://evil.example/"})),
            ("an error of its own", &[("scope", "email")], 400, error("oops")),
            ("the wrong status", &[("scope", "email")], 401, error("invalid_scope")),
            ("a stranger who is told about scopes", &[("client_secret", "x")], 400, error("invalid_scope")),
        ] {
            assert!(judged(more, status, &body).is_err(), "{name} passes");
        }
    }
}
