//! What the other endpoints may answer: errors of their RFCs, and something worth having only to those who may have it.

use serde_json::Value;

use crate::shot::Shot;
use crate::sound::{ensure, is_describable};
use crate::token::authenticated;
use crate::wire::Answer;
use crate::world::{CALLBACK, CLIENT, Facts};

/// Longest body that is read, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// The error codes of an endpoint that servers call.
fn errors(path: &str) -> &'static [&'static str] {
    match path {
        // RFC 6750 3.1, RFC 9449 7.1
        "/connect/userinfo" => {
            &["insufficient_scope", "invalid_dpop_proof", "invalid_request", "invalid_token"]
        }
        // RFC 7009 2.2.1, RFC 7662 2.3
        "/connect/introspect" | "/connect/revocation" => {
            &["invalid_client", "invalid_grant", "invalid_request"]
        }
        // RFC 8628 3.2
        "/connect/deviceauthorization" => {
            &["invalid_client", "invalid_request", "invalid_scope", "invalid_target", "unauthorized_client"]
        }
        // RFC 7591 3.2.2, RFC 7592 2
        "/connect/register" => &["invalid_client_metadata", "invalid_redirect_uri", "invalid_token"],
        _ => &[],
    }
}

fn first<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
    params.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn bearer(shot: &Shot) -> Option<&str> {
    let (scheme, token) = std::str::from_utf8(shot.header("authorization")?).ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Judges the answer of an endpoint.
pub(super) fn judge(facts: &Facts, shot: &Shot, answer: &Answer) -> Result<(), String> {
    let unread = !shot.is_plain() && answer.body.is_empty() && matches!(answer.status, 400 | 414 | 431);
    let path = String::from_utf8_lossy(&shot.path).into_owned();
    if unread || shot.method == "HEAD" || shot.method == "OPTIONS" {
        return Ok(());
    }
    if matches!(answer.status, 405 | 413) {
        let huge = shot.body().len() > LONGEST_BODY;
        ensure!(
            huge == (answer.status == 413) || answer.status == 405,
            "a {} to a small body",
            answer.status
        );
        return Ok(());
    }
    if let Some(location) = answer.header("location") {
        judge_redirect(facts, shot, &path, location)?;
    }
    let endpoint = if path.starts_with("/connect/register") { "/connect/register" } else { &path };
    let errors = errors(endpoint);
    if errors.is_empty() {
        return judge_directory(shot, answer, &path);
    }
    if answer.status >= 400 {
        let body = answer.json().unwrap_or_default();
        let code = body["error"].as_str().unwrap_or_default();
        ensure!(errors.contains(&code), "the error {code:?}: {}", answer.text());
        ensure!(body["error_description"].as_str().is_some_and(is_describable), "the description of {body}");
        let challenged = matches!(answer.status, 401 | 403) || answer.header("www-authenticate").is_some();
        let unknown =
            matches!(code, "invalid_client" | "invalid_token" | "insufficient_scope" | "invalid_dpop_proof");
        ensure!(unknown == challenged || code == "invalid_request", "a {} for {code}", answer.status);
        return Ok(());
    }
    judge_success(facts, shot, answer, endpoint)
}

fn is_target(name: &str) -> bool {
    matches!(name, "resource" | "audience")
}

/// What is worth having goes to those who may have it.
fn judge_success(facts: &Facts, shot: &Shot, answer: &Answer, path: &str) -> Result<(), String> {
    let form = shot.form();
    let twice = form
        .iter()
        .enumerate()
        // Several targets may be asked for wherever tokens are (RFC 8707 2, RFC 8693 2.1).
        .filter(|(_, (name, _))| !(path == "/connect/deviceauthorization" && is_target(name)))
        .find(|(at, (name, _))| form[..*at].iter().any(|(earlier, _)| earlier == name));
    ensure!(
        twice.is_none() || matches!(path, "/connect/register" | "/connect/userinfo"),
        "a success with {twice:?} twice"
    );
    let body = answer.json().unwrap_or_default();
    let token = facts.given("access_token");
    let by_form = shot.method == "POST" && shot.header("authorization").is_none();
    match path {
        "/connect/userinfo" => {
            let forms = form.iter().filter(|(name, _)| name == "access_token").count();
            let forms = if shot.method == "POST" { forms } else { 0 };
            ensure!(forms == usize::from(by_form), "claims for tokens that came in several ways");
            let shown = if by_form { first(&form, "access_token") } else { bearer(shot) };
            ensure!(token.is_some() && shown == token, "claims for {shown:?}");
            ensure!(body["sub"] == "k1-northwind-dana", "claims about somebody else: {body}");
        }
        "/connect/introspect" => {
            ensure!(authenticated(facts, shot, &form).is_some(), "an introspection for nobody");
            let known = ["access_token", "refresh_token"].map(|name| facts.given(name));
            let living = known.iter().flatten().any(|given| first(&form, "token") == Some(*given));
            ensure!(
                body["active"] == false || living,
                "a token that lives without having been given: {body}"
            );
            let silent = body.as_object().is_some_and(|members| members.len() == 1);
            ensure!(body["active"] == true || silent, "more about a dead token than that it is dead: {body}");
        }
        "/connect/revocation" => {
            ensure!(authenticated(facts, shot, &form).is_some(), "a revocation for nobody");
        }
        "/connect/deviceauthorization" => {
            let client = authenticated(facts, shot, &form);
            ensure!(client.is_some_and(|client| client.id == "television"), "a code for no device");
        }
        _ => {
            ensure!(answer.status == 201, "a {} without a token", answer.status);
            let uris = ["redirect_uris", "post_logout_redirect_uris"].map(|name| body[name].as_array());
            let uris: Vec<_> = uris.into_iter().flatten().flatten().collect();
            let is_uri = |uri: &&Value| {
                let uri = uri.as_str().unwrap_or_default();
                let url = url::Url::parse(uri)
                    .ok()
                    .filter(|url| !url.cannot_be_a_base() && url.fragment().is_none());
                url.is_some_and(|url| url.scheme() != "javascript")
                    && uri.bytes().all(|byte| byte.is_ascii_graphic())
            };
            ensure!(uris.iter().all(is_uri), "a client with the addresses {uris:?}");
        }
    }
    Ok(())
}

/// An address in metadata is what RFC 3986 calls one, with nothing in it that ends a header, an attribute or a cookie.
pub(super) fn judge_address(address: &str) -> Result<(), String> {
    let in_address = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]%@!$&()*+,=".contains(&byte);
    let url = url::Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    ensure!(url.is_some() && address.bytes().all(in_address), "an address that is none: {address:?}");
    Ok(())
}

/// A directory is read by those who hold its token.
fn judge_directory(shot: &Shot, answer: &Answer, path: &str) -> Result<(), String> {
    if !path.starts_with("/scim/v2/Users") {
        return Ok(());
    }
    let tokens = fixtures::embedded().companies.into_iter().map(|company| company.directory_token);
    let mut tokens = tokens.filter(|token| bearer(shot) == Some(token));
    let known = tokens.next().is_some();
    ensure!(answer.status != 200 || known, "a directory for anybody");
    ensure!(answer.status != 401 || !known, "a directory for nobody");
    ensure!(answer.json().is_some(), "no JSON: {}", answer.text());
    Ok(())
}

/// Where browsers are sent: on, or back to the client that is waiting, or to where a client has people after logout.
fn judge_redirect(facts: &Facts, shot: &Shot, path: &str, location: &str) -> Result<(), String> {
    let params = shot.params();
    let opened_again =
        location.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('?'));
    if path == "/connect/endsession" && shot.method == "POST" && opened_again {
        // What another site posts; opened, it is judged like any.
        return Ok(());
    }
    if matches!(path, "/connect/endsession" | "/account/logout") {
        let hint = first(&params, "id_token_hint").filter(|hint| Some(*hint) == facts.given("id_token"));
        let named = first(&params, "client_id").filter(|id| !id.is_empty());
        let client = named.or(hint.map(|_| CLIENT)).and_then(|id| facts.client(id));
        let Some(client) = client else { return Err(format!("nobody's redirect to {location}")) };
        let bare = location.split_once("?state=").map_or(location, |(uri, _)| uri);
        let registered = client.post_logout_redirect_uris.iter().any(|uri| uri == bare);
        let asked = first(&params, "post_logout_redirect_uri") == Some(bare);
        ensure!(registered && asked, "a redirect of {} to {location}", client.id);
        return Ok(());
    }
    if path == "/portal" {
        let opened = first(&params, "client").and_then(|id| facts.client(id)?.initiate_login_uri.as_deref());
        let began = opened.is_some_and(|uri| location.starts_with(&format!("{uri}?iss=")));
        ensure!(location == "/portal" || began, "a redirect of the portal to {location}");
        return Ok(());
    }
    ensure!(path.starts_with("/account/"), "{path} redirects to {location}");
    let form = shot.form();
    let waiting = first(&form, "interaction").filter(|name| Some(*name) == facts.given("interaction"));
    let Some(interaction) = waiting else { return Err(format!("a redirect of no sign-in to {location}")) };
    let next =
        ["password", "code", "consent"].map(|page| format!("/account/{page}?interaction={interaction}"));
    let back = location.strip_prefix(CALLBACK).is_some_and(|rest| rest.starts_with('?'));
    ensure!(back || next.iter().any(|next| next == location), "a redirect to {location}");
    let person = first(&form, "person").is_some_and(|person| !person.is_empty());
    let chosen = path == "/account/people" && person;
    ensure!(!location.contains("?code=") || chosen, "a code for nobody: {location}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mutate::escape;
    use crate::shot::Body;
    use crate::sound::tests::{answer, shot, with};

    fn asked(path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Shot {
        let written = |(name, value): &(&str, &str)| (escape(name.as_bytes()), escape(value.as_bytes()));
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let headers = [kind]
            .into_iter()
            .chain(headers.iter().copied())
            .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        let body = Body::Form(form.iter().map(written).collect());
        Shot { method: "POST".to_owned(), headers: headers.collect(), body, ..shot(path) }
    }

    fn facts() -> Facts {
        let mut facts = Facts::of("http://idp");
        for name in ["access_token", "interaction", "id_token"] {
            facts.given.insert(name.to_owned(), format!("the-{name}"));
        }
        facts
    }

    fn json_of(status: u16, body: &Value) -> Answer {
        answer(status, "application/json", &body.to_string())
    }

    fn to(location: &str) -> Answer {
        with(answer(303, "text/plain", ""), "location", location)
    }

    const TV: [(&str, &str); 1] = [("client_id", "television")];
    const SIGN_IN: [(&str, &str); 2] = [("interaction", "the-interaction"), ("person", "dana")];
    const LOGOUT: [(&str, &str); 2] =
        [("client_id", CLIENT), ("post_logout_redirect_uri", "http://127.0.0.1:8400/sign-in")];

    #[test]
    fn what_is_right_passes() {
        let good = [("Authorization", "Bearer the-access_token")];
        let check = |shot: &Shot, answer: &Answer| judge(&facts(), shot, answer).unwrap();
        check(&asked("/connect/userinfo", &good, &[]), &json_of(200, &json!({"sub": "k1-northwind-dana"})));
        check(&asked("/connect/deviceauthorization", &[], &TV), &json_of(200, &json!({})));
        check(&asked("/account/people", &[], &SIGN_IN), &to(&format!("{CALLBACK}?code=c")));
        check(&asked("/connect/endsession", &[], &LOGOUT), &to("http://127.0.0.1:8400/sign-in?state=s"));
    }

    #[test]
    fn an_address_is_an_address() {
        judge_address("http://[::1]:9400/a/b%20c").unwrap();
        for wrong in [
            "",
            "http://",
            "javascript:x",
            "http://x/\"",
            "http://x/a b",
            "http://x/;y",
            "http://x/<",
            "http://x/é",
        ] {
            assert!(judge_address(wrong).is_err(), "{wrong} passes");
        }
    }

    #[test]
    fn what_is_wrong_is_found() {
        let error = |code: &str| json_of(400, &json!({"error": code, "error_description": "x"}));
        let stolen = [("Authorization", "Bearer x")];
        let dana = json!({"sub": "k1-northwind-dana"});
        for (name, shot, wrong) in [
            ("claims for a stranger", asked("/connect/userinfo", &stolen, &[]), json_of(200, &dana)),
            ("claims for nobody", asked("/connect/userinfo", &[], &[]), json_of(200, &dana)),
            (
                "a living token of nobody",
                asked("/connect/introspect", &[], &TV),
                json_of(200, &json!({"active": true})),
            ),
            (
                "a code for no device",
                asked("/connect/deviceauthorization", &[], &[]),
                json_of(200, &json!({})),
            ),
            ("an error of its own", asked("/connect/deviceauthorization", &[], &TV), error("oops")),
            ("no challenge", asked("/connect/userinfo", &[], &[]), error("invalid_token")),
            (
                "a client that is a script",
                asked("/connect/register", &[], &[]),
                json_of(201, &json!({"redirect_uris": ["javascript:x"]})),
            ),
            (
                "a client with a line break",
                asked("/connect/register", &[], &[]),
                json_of(201, &json!({"redirect_uris": ["http://x/\n"]})),
            ),
            ("a directory for anybody", asked("/scim/v2/Users", &stolen, &[]), json_of(200, &json!({}))),
            (
                "a redirect elsewhere",
                asked("/account/people", &[], &SIGN_IN),
                to("https://evil.example/?code=c"),
            ),
            (
                "a redirect of no sign-in",
                asked("/account/people", &[], &[]),
                to(&format!("{CALLBACK}?code=c")),
            ),
            (
                "a code without a person",
                asked("/account/login", &[], &SIGN_IN[..1]),
                to(&format!("{CALLBACK}?code=c")),
            ),
            (
                "an agreed logout elsewhere",
                asked("/account/logout", &[], &LOGOUT),
                to("https://evil.example/"),
            ),
            ("a logout elsewhere", asked("/connect/endsession", &[], &LOGOUT), to("https://evil.example/")),
            (
                "a logout for nobody",
                asked("/connect/endsession", &[], &LOGOUT[1..]),
                to("http://127.0.0.1:8400/sign-in"),
            ),
            ("a redirect of a page that has none", asked("/device", &[], &[]), to("/account/login")),
        ] {
            assert!(judge(&facts(), &shot, &wrong).is_err(), "{name} passes");
        }
    }
}
