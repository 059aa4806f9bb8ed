//! What may be answered to a token request, found out from the fixtures, what was given, and the request alone.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixtures::{AuthMethod, Client, Grant};
use serde_json::Value;

use crate::authorization::targets_are_right;
use crate::shot::{Shot, decoded};
use crate::sound::{ensure, is_describable};
use crate::wire::Answer;
use crate::world::{CALLBACK, CLIENT, Facts, HYBRID_CALLBACK, SCOPE, SPA_CALLBACK, VERIFIER};

type Params = Vec<(String, String)>;

/// RFC 6749 5.2, RFC 8628 3.5, RFC 8693 2.2.2, RFC 9449 5.
const ERRORS: [&str; 12] = [
    "access_denied",
    "authorization_pending",
    "expired_token",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "slow_down",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// Longest body that is read, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// RFC 7523 2.2
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What has to come of a request.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    /// Tokens of this client, with one of these scopes at most.
    Tokens(String, BTreeSet<String>),
    /// An error.
    Error(&'static str),
}

/// The first value; an empty one counts as none (RFC 6749 3.2).
fn first<'a>(form: &'a Params, name: &str) -> Option<&'a str> {
    let value = form.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    value.filter(|value| !value.is_empty())
}

/// The client, when it proved by one registered method who it is.
pub(crate) fn authenticated<'a>(facts: &'a Facts, shot: &Shot, form: &Params) -> Option<&'a Client> {
    let (id, secret) = (first(form, "client_id"), first(form, "client_secret"));
    if let Some(assertion) = first(form, "client_assertion") {
        let given = ["assertion", "key_assertion"].map(|name| facts.given(name));
        let right = given.contains(&Some(assertion))
            && first(form, "client_assertion_type") == Some(ASSERTION_TYPE)
            && secret.is_none()
            && shot.header("authorization").is_none()
            && id.is_none_or(|id| id == "hybrid");
        return right.then(|| facts.client("hybrid")).flatten();
    }
    let Some(header) = shot.header("authorization") else {
        let client = facts.client(id?)?;
        let method = if secret.is_some() { AuthMethod::ClientSecretPost } else { AuthMethod::None };
        let proven = client.auth_methods.contains(&method) && secret == client.secret.as_deref();
        return proven.then_some(client);
    };
    let header = std::str::from_utf8(header).ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (named, shown) = pair.split_once(':')?;
    // RFC 6749 2.3.1: both are form-encoded.
    let plain = |text: &str| decoded(format!("x={text}").as_bytes()).first().map(|(_, value)| value.clone());
    let client = facts.client(&plain(named)?)?;
    let right = scheme.eq_ignore_ascii_case("basic")
        && secret.is_none()
        && id.is_none_or(|id| id == client.id)
        && client.auth_methods.contains(&AuthMethod::ClientSecretBasic)
        && client.secret.as_deref().is_some_and(|secret| plain(shown).as_deref() == Some(secret));
    right.then_some(client)
}

fn scopes(text: &str) -> BTreeSet<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// What is asked for when it is within bounds, and everything when nothing is asked for.
fn granted(form: &Params, most: &str) -> Option<BTreeSet<String>> {
    let most = scopes(most);
    let asked = first(form, "scope").map_or_else(|| most.clone(), scopes);
    asked.is_subset(&most).then_some(asked)
}

/// What has to come of a request.
fn due(facts: &Facts, shot: &Shot, form: &Params) -> Due {
    let twice = form.iter().enumerate().any(|(at, (name, _))| {
        !matches!(name.as_str(), "audience" | "resource")
            && form[..at].iter().any(|(earlier, _)| earlier == name)
    });
    if twice {
        return Due::Error("a parameter twice");
    }
    let Some(client) = authenticated(facts, shot, form) else { return Due::Error("nobody") };
    let grant =
        first(form, "grant_type").and_then(|name| client.grants.iter().find(|grant| grant.as_str() == name));
    let Some(grant) = grant else { return Due::Error("a grant the client may not use") };
    if shot.header("dpop").is_some() {
        return Due::Error("no proof in these tests is a good one");
    }
    if !targets_are_right(form) {
        return Due::Error("a target that is none");
    }
    let is = |name: &str, right: Option<&str>| right.is_some() && first(form, name) == right;
    let given = |name: &str| facts.given(name);
    let tokens = |scope: BTreeSet<String>| Due::Tokens(client.id.clone(), scope);
    match grant {
        Grant::AuthorizationCode => {
            let (code, callback) = match client.id.as_str() {
                CLIENT => (given("code"), CALLBACK),
                "spa" => (given("spa_code"), SPA_CALLBACK),
                "hybrid" => (given("hybrid_code"), HYBRID_CALLBACK),
                _ => (None, ""),
            };
            let right =
                is("code", code) && is("redirect_uri", Some(callback)) && is("code_verifier", Some(VERIFIER));
            if right { tokens(scopes(SCOPE)) } else { Due::Error("the code, or what it is bound to") }
        }
        Grant::RefreshToken => match granted(form, SCOPE) {
            Some(scope) if client.id == CLIENT && is("refresh_token", given("refresh_token")) => {
                tokens(scope)
            }
            _ => Due::Error("the refresh token, or its scope"),
        },
        Grant::ClientCredentials => match granted(form, &client.scope) {
            Some(scope) => tokens(scope),
            None => Due::Error("the scope"),
        },
        Grant::TokenExchange => exchange_due(facts, form, client),
        Grant::DeviceCode if is("device_code", given("allowed_device_code")) => tokens(scopes("openid")),
        Grant::DeviceCode => Due::Error("a device that nobody allowed"),
        // No client here may vouch for people, or ask for their passwords.
        Grant::Implicit | Grant::JwtBearer | Grant::Password => Due::Error("not in these tests"),
    }
}

/// RFC 8693 2.1.
fn exchange_due(facts: &Facts, form: &Params, client: &Client) -> Due {
    const KIND: &str = "urn:ietf:params:oauth:token-type:";
    let genuine = |token: &str, kind: &str| {
        let kind = first(form, kind).and_then(|kind| kind.strip_prefix(KIND)).unwrap_or_default();
        let token = first(form, token);
        let access = facts.given("access_token").is_some_and(|given| token == Some(given));
        let id = facts.given("id_token").is_some_and(|given| token == Some(given));
        (access && matches!(kind, "access_token" | "jwt"), id && kind == "id_token")
    };
    let (access, id) = genuine("subject_token", "subject_token_type");
    let actor = genuine("actor_token", "actor_token_type");
    let wanted = first(form, "requested_token_type").and_then(|kind| kind.strip_prefix(KIND));
    let wanted = wanted.or(first(form, "requested_token_type"));
    let most = match (access, first(form, "scope")) {
        (true, None | Some("")) => SCOPE.to_owned(),
        (true, Some(_)) => format!("{SCOPE} {}", client.scope),
        (false, _) => client.scope.clone(),
    };
    let right = (access || id)
        && (actor.0
            || actor.1
            || first(form, "actor_token").is_none() && first(form, "actor_token_type").is_none())
        && matches!(wanted, None | Some("access_token" | "jwt"));
    match granted(form, &most) {
        Some(scope) if right => Due::Tokens(client.id.clone(), scope),
        _ => Due::Error("the exchange"),
    }
}

/// Judges the answer to a token request.
pub(super) fn judge(facts: &Facts, shot: &Shot, answer: &Answer) -> Result<(), String> {
    let unread = !shot.is_plain() && answer.body.is_empty() && matches!(answer.status, 400 | 414 | 431);
    if shot.path != b"/connect/token" || unread {
        return Ok(());
    }
    if shot.method != "POST" {
        // Any page may ask whether it may call what servers call (CORS).
        let right = if shot.is_preflight() { 200 } else { 405 };
        ensure!(answer.status == right, "a {} to {}", answer.status, shot.method);
        return Ok(());
    }
    if shot.body().len() > LONGEST_BODY {
        ensure!(answer.status == 413, "a {} to a huge body", answer.status);
        return Ok(());
    }
    ensure!(
        answer.header("location").is_none() && answer.header("set-cookie").is_none(),
        "no answer for a server"
    );
    ensure!(answer.header("content-type") == Some("application/json"), "{:?}", answer.header("content-type"));
    let Some(Value::Object(body)) = answer.json() else { return Err(format!("no JSON: {}", answer.text())) };
    let form = shot.form();
    let due = due(facts, shot, &form);
    if answer.status == 200 {
        let Due::Tokens(client, scope) = due else { return Err(format!("tokens in spite of {due:?}")) };
        return judge_tokens(facts, &Value::Object(body), &client, &scope);
    }
    ensure!(matches!(due, Due::Error(_)), "{due:?}, and a {}: {}", answer.status, answer.text());
    let error = body.get("error").and_then(Value::as_str).unwrap_or_default();
    ensure!(ERRORS.contains(&error), "the error {error:?}");
    let right = if error == "invalid_client" { 401 } else { 400 };
    ensure!(answer.status == right, "a {} for {error}", answer.status);
    ensure!(
        (right == 401) == answer.header("www-authenticate").is_some(),
        "a challenge, or none, for {error}"
    );
    let description = body.get("error_description").and_then(Value::as_str);
    ensure!(description.is_some_and(is_describable), "the description {description:?}");
    ensure!(body.len() == 2, "more than an error: {}", answer.text());
    let nobody = authenticated(facts, shot, &form).is_none();
    let known = error != "invalid_client" && (!nobody || error == "invalid_request");
    ensure!(
        nobody && error == "invalid_client" || known,
        "{error}, and the client is {}",
        if nobody { "nobody" } else { "known" }
    );
    Ok(())
}

fn judge_tokens(facts: &Facts, body: &Value, client: &str, scope: &BTreeSet<String>) -> Result<(), String> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    ensure!(text("access_token").is_some_and(|token| token.len() > 20), "no access token: {body}");
    ensure!(text("token_type") == Some("Bearer"), "the type of the token: {body}");
    ensure!(body["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "the life of the token: {body}");
    ensure!(text("scope").map(scopes).as_ref() == Some(scope), "the scope is not {scope:?}: {body}");
    let Some(id_token) = text("id_token") else { return Ok(()) };
    ensure!(scope.contains("openid"), "an ID token without openid: {body}");
    let claims = id_token
        .split('.')
        .nth(1)
        .and_then(|part| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Value = claims.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    ensure!(
        claims["aud"] == client && claims["iss"] == *facts.issuer,
        "an ID token for somebody else: {claims}"
    );
    ensure!(claims["sub"] == "k1-northwind-dana", "an ID token about somebody else: {claims}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::escape;
    use crate::shot::Body;
    use crate::sound::tests::{answer, shot, with};

    fn asked(more: &[(&str, &str)]) -> Shot {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", "c"),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", CLIENT),
            ("client_secret", crate::jwt::SECRET),
        ];
        form.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        form.extend(more);
        let written = |(name, value): (&str, &str)| (escape(name.as_bytes()), escape(value.as_bytes()));
        let kind = ("Content-Type".to_owned(), b"application/x-www-form-urlencoded".to_vec());
        let body = Body::Form(form.into_iter().map(written).collect());
        Shot { method: "POST".to_owned(), headers: vec![kind], body, ..shot("/connect/token") }
    }

    fn judged(more: &[(&str, &str)], answer: &Answer) -> Result<(), String> {
        let mut facts = Facts::of("http://idp");
        facts.given.insert("code".to_owned(), "c".to_owned());
        judge(&facts, &asked(more), answer)
    }

    fn json(status: u16, body: &Value) -> Answer {
        answer(status, "application/json", &body.to_string())
    }

    fn error(status: u16, code: &str) -> Answer {
        json(status, &serde_json::json!({"error": code, "error_description": "x"}))
    }

    fn tokens() -> Value {
        let token = "a".repeat(30);
        serde_json::json!({"access_token": token, "token_type": "Bearer", "expires_in": 1, "scope": SCOPE})
    }

    #[test]
    fn what_is_right_passes() {
        judged(&[], &json(200, &tokens())).unwrap();
        judged(&[("code", "d")], &error(400, "invalid_grant")).unwrap();
        let nobody = with(error(401, "invalid_client"), "www-authenticate", "Basic");
        judged(&[("client_secret", "x")], &nobody).unwrap();
        judged(&[("code", "c"), ("code", "c")], &error(400, "invalid_request")).unwrap();
    }

    #[test]
    fn what_is_wrong_is_found() {
        let challenge = |answer| with(answer, "www-authenticate", "Basic");
        let mut wide = tokens();
        wide["scope"] = "openid root".into();
        let mut of_another = tokens();
        of_another["id_token"] = "e30.eyJhdWQiOiJzcGEifQ.x".into();
        let mut chatty = serde_json::json!({"error": "invalid_grant", "error_description": "x"});
        chatty["code"] = "c".into();
        for (name, more, wrong) in [
            ("tokens for another code", &[("code", "d")][..], json(200, &tokens())),
            ("tokens for a wrong secret", &[("client_secret", "x")], json(200, &tokens())),
            ("tokens without a secret", &[("client_secret", "")], json(200, &tokens())),
            ("tokens for another address", &[("redirect_uri", "x")], json(200, &tokens())),
            ("tokens without a verifier", &[("code_verifier", "")], json(200, &tokens())),
            ("tokens for a code twice", &[("code", "c"), ("code", "c")], json(200, &tokens())),
            (
                "tokens for a grant that is not allowed",
                &[("grant_type", "client_credentials")],
                json(200, &tokens()),
            ),
            ("more than was granted", &[], json(200, &wide)),
            ("an ID token of another client", &[], json(200, &of_another)),
            ("an error where nothing is wrong", &[], error(400, "invalid_grant")),
            ("an error of its own", &[("code", "d")], error(400, "oops")),
            ("the wrong status", &[("code", "d")], error(401, "invalid_grant")),
            ("a stranger who is told about grants", &[("client_secret", "x")], error(400, "invalid_grant")),
            ("a client that is told it is nobody", &[("code", "d")], challenge(error(401, "invalid_client"))),
            ("no challenge", &[("client_secret", "x")], error(401, "invalid_client")),
            ("more than an error", &[("code", "d")], json(400, &chatty)),
            ("no JSON", &[("code", "d")], answer(400, "text/plain", "no")),
            ("a redirect", &[("code", "d")], with(error(400, "invalid_grant"), "location", "/")),
        ] {
            assert!(judged(more, &wrong).is_err(), "{name} passes");
        }
    }
}
