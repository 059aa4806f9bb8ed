//! What may be answered to an authorization request, found out from the fixtures and the request alone.

use std::collections::BTreeSet;

use fixtures::Client;
use serde_json::Value;

use crate::jwt::genuine_claims;
use crate::shot::{Shot, decoded, written};
use crate::sound::{ensure, is_describable};
use crate::wire::Answer;
use crate::world::{CALLBACK, CLIENT, Facts};

type Params = Vec<(String, String)>;

/// RFC 6749 4.1.2.1, OIDC Core 3.1.2.6, Unmet Authentication Requirements 2.
const ERRORS: [&str; 16] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "invalid_scope",
    "invalid_target",
    "login_required",
    "registration_not_supported",
    "request_not_supported",
    "request_uri_not_supported",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_response_type",
];

/// Longest body that is read, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

fn values<'a>(params: &'a Params, name: &str) -> Vec<&'a str> {
    params.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
}

/// The only value; an empty one counts as none (RFC 6749 3.1).
fn only<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    match values(params, name)[..] {
        [value] if !value.is_empty() => Some(value),
        _ => None,
    }
}

/// The client a request names, and only that one.
fn named<'a>(facts: &'a Facts, params: &Params) -> Option<&'a Client> {
    facts.client(only(params, "client_id")?)
}

/// What a request object says that the client of the request really signed.
fn inside(facts: &Facts, params: &Params) -> Option<Value> {
    let client = named(facts, params)?;
    let object = only(params, "request")?;
    genuine_claims(object, client, &facts.key).filter(Value::is_object)
}

/// Whether the request is one that the world pushed.
fn is_pushed(facts: &Facts, params: &Params) -> bool {
    let pushed = facts.given("pushed");
    pushed.is_some() && only(params, "request_uri") == pushed && only(params, "client_id") == Some(CLIENT)
}

/// Whether something else than the parameters may say where to go.
fn is_replaced(facts: &Facts, params: &Params) -> bool {
    ["request", "request_uri"].iter().any(|name| !values(params, name).is_empty()) || is_pushed(facts, params)
}

/// Where an answer may be sent: what is registered for the one client, of what the request names.
pub(crate) fn permitted(facts: &Facts, params: &Params) -> BTreeSet<String> {
    let mut targets = BTreeSet::new();
    let Some(client) = named(facts, params) else { return targets };
    let claims = inside(facts, params);
    let signed = claims.as_ref().and_then(|claims| claims.get("redirect_uri")).and_then(Value::as_str);
    let pushed = is_pushed(facts, params).then_some(CALLBACK);
    for uri in [only(params, "redirect_uri"), signed, pushed].into_iter().flatten() {
        if client.redirect_uris.iter().any(|registered| registered == uri) {
            targets.insert(uri.to_owned());
        }
    }
    targets
}

/// The parameters as the request object or the push has them.
fn merged(facts: &Facts, params: &Params) -> Params {
    if is_pushed(facts, params) {
        let pushed = [
            ("client_id", CLIENT),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
        ];
        let pushed = pushed.into_iter().chain([("state", "pushed")]);
        return pushed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    }
    let Some(Value::Object(claims)) = inside(facts, params) else { return params.clone() };
    let mut merged = params.clone();
    merged.retain(|(name, _)| name != "request");
    for (name, value) in claims {
        if matches!(name.as_str(), "iss" | "aud" | "exp" | "iat" | "nbf" | "jti" | "sub") {
            continue;
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        // What stood outside twice stays wrong.
        if values(&merged, &name).len() < 2 {
            merged.retain(|(other, _)| *other != name);
        }
        merged.push((name, text));
    }
    merged
}

/// Why a request must not succeed; nothing when it may.
pub(crate) fn hindrance(facts: &Facts, params: &Params) -> Option<String> {
    if !is_pushed(facts, params)
        && let Some(reason) = reference_hindrance(facts, params)
    {
        return Some(reason);
    }
    let merged = merged(facts, params);
    let Some(client) = named(facts, &merged) else { return Some("no client".to_owned()) };
    for (at, (name, value)) in merged.iter().enumerate() {
        let may_repeat = matches!(name.as_str(), "resource" | "audience");
        if !may_repeat && merged[..at].iter().any(|(earlier, _)| earlier == name) {
            return Some(format!("{name} twice"));
        }
        if value.len() > 4096 {
            return Some(format!("{name} is too long"));
        }
    }
    rule_hindrance(facts, client, &merged).map(str::to_owned)
}

/// What is wrong with a request that is elsewhere than in the parameters.
fn reference_hindrance(facts: &Facts, params: &Params) -> Option<String> {
    if values(params, "request_uri").iter().any(|reference| !reference.is_empty()) {
        return Some("a request_uri that is not registered".to_owned());
    }
    if values(params, "request").iter().all(|object| object.is_empty()) {
        return None;
    }
    match (inside(facts, params), named(facts, params)) {
        (Some(claims), Some(client)) => object_hindrance(&claims, client, &facts.issuer, params),
        _ => Some("a request object that the client did not sign".to_owned()),
    }
}

/// RFC 3986 4.3.
fn is_absolute(uri: &str) -> bool {
    let (scheme, rest) = uri.split_once(':').unwrap_or_default();
    let is_escape = |piece: &str| piece.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte))
        && rest.split('%').skip(1).all(is_escape)
}

/// RFC 8707 2: resources are absolute, and there are not too many of them.
pub(crate) fn targets_are_right(params: &Params) -> bool {
    let named = |wanted: &'static str| {
        params.iter().filter(move |(name, value)| name == wanted && !value.is_empty()).map(|(_, value)| value)
    };
    let all: BTreeSet<_> = named("resource").chain(named("audience")).collect();
    named("resource").all(|uri| is_absolute(uri)) && all.len() <= 16
}

/// OIDC Core 3.1.2.1, RFC 7636, and what the client registered.
fn rule_hindrance(facts: &Facts, client: &Client, params: &Params) -> Option<&'static str> {
    let words = |name: &str| only(params, name).unwrap_or_default().split(' ').collect::<BTreeSet<_>>();
    let asked = words("response_type");
    let is_asked =
        |known: &fixtures::ResponseType| known.as_str().split(' ').collect::<BTreeSet<_>>() == asked;
    let Some(response_type) = client.response_types.iter().find(|known| is_asked(known)) else {
        return Some("a response type that is not registered");
    };
    let prompt = only(params, "prompt").unwrap_or_default().split_ascii_whitespace().collect::<Vec<_>>();
    let challenge = only(params, "code_challenge");
    let s256 = challenge.is_some_and(is_challenge) && only(params, "code_challenge_method") == Some("S256");
    let checks = [
        ("no openid", !words("scope").contains("openid")),
        ("a target that is none", !targets_are_right(params)),
        ("a registration", !values(params, "registration").is_empty()),
        ("prompt", prompt.contains(&"none") && prompt.len() > 1),
        (
            "a prompt nobody knows",
            prompt.iter().any(|it| !["none", "login", "consent", "select_account"].contains(it)),
        ),
        (
            "max_age",
            only(params, "max_age")
                .is_some_and(|age| !age.bytes().all(|byte| byte.is_ascii_digit()) || age.len() > 10),
        ),
        ("no nonce", response_type.has_id_token() && only(params, "nonce").is_none()),
        (
            "a challenge that is none",
            (challenge.is_some() || only(params, "code_challenge_method").is_some()) && !s256,
        ),
        ("no challenge", client.is_public() && challenge.is_none()),
        (
            "claims",
            only(params, "claims")
                .is_some_and(|it| serde_json::from_str::<serde_json::Map<_, Value>>(it).is_err()),
        ),
        (
            "a hint of nobody's",
            only(params, "id_token_hint").is_some_and(|hint| Some(hint) != facts.given("id_token")),
        ),
        (
            "tokens in a query",
            *response_type != fixtures::ResponseType::Code && only(params, "response_mode") == Some("query"),
        ),
        (
            "a response mode",
            !["", "query", "fragment", "form_post"]
                .contains(&only(params, "response_mode").unwrap_or_default()),
        ),
    ];
    checks.into_iter().find(|(_, wrong)| *wrong).map(|(reason, _)| reason)
}

/// RFC 7636 4.2: 43 characters of base64url.
fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// OIDC Core 6.1, RFC 9101: what is wrong with an object that is genuine.
fn object_hindrance(claims: &Value, client: &Client, issuer: &str, params: &Params) -> Option<String> {
    let is = |name: &str, right: &str| claims.get(name).is_none_or(|value| value.as_str() == Some(right));
    let audience = match claims.get("aud") {
        None => true,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(issuer)),
        Some(one) => one.as_str() == Some(issuer),
    };
    let now = mock_idp::Clock::now(&mock_idp::SystemClock).as_second();
    #[expect(clippy::cast_precision_loss, reason = "a second more or less decides nothing here")]
    let now = now as f64;
    let second = |name: &str| claims.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
    let outside = only(params, "response_type");
    let checks = [
        ("iss", !is("iss", &client.id)),
        ("client_id", !is("client_id", &client.id)),
        ("aud", !audience),
        ("exp", second("exp").is_some_and(|exp| exp.is_nan() || exp < now - 62.0)),
        ("nbf", second("nbf").is_some_and(|at| at.is_nan() || at > now + 62.0)),
        ("one inside", claims.get("request").is_some() || claims.get("request_uri").is_some()),
        ("two types", outside.is_some_and(|outside| !is("response_type", outside))),
    ];
    checks.into_iter().find(|(_, wrong)| *wrong).map(|(reason, _)| format!("{reason} of the request object"))
}

/// Judges the answer to an authorization request.
pub(crate) fn judge(facts: &Facts, shot: &Shot, answer: &Answer) -> Result<(), String> {
    if shot.path != b"/connect/authorize" || !shot.is_plain() && matches!(answer.status, 400 | 414 | 431) {
        return Ok(());
    }
    let location = answer.header("location");
    match shot.method.as_str() {
        "GET" | "POST" => {}
        _ => {
            ensure!(answer.status == 405, "a {} to {}", answer.status, shot.method);
            return Ok(());
        }
    }
    if shot.body().len() > LONGEST_BODY {
        ensure!(answer.status == 413, "a {} to a huge body", answer.status);
        return Ok(());
    }
    let chosen = chosen(shot);
    let params = if chosen.is_some() { decoded(&written(&shot.query)) } else { shot.params() };
    let permitted = permitted(facts, &params);
    match (answer.status, location, answer.page().as_str()) {
        (400, None, "kaseyaone-error") => {
            let form = shot.form();
            let values = |name: &'static str| form.iter().filter(move |(other, _)| other == name);
            let several =
                ["sub", "username", "company", "claims"].into_iter().any(|name| values(name).count() > 1);
            // Nobody says claims of themselves unless that is switched on, and whoever is in no such company is not meant.
            let more =
                ["claims", "company"].into_iter().any(|name| values(name).any(|(_, it)| !it.is_empty()));
            let nobody = chosen.as_deref().is_some_and(|chosen| several || more || !may_sign_in(chosen));
            // Nobody is signed in by the page of another site.
            let foreign = chosen.is_some() && is_foreign(shot);
            let nowhere = permitted.is_empty() || is_replaced(facts, &params) || nobody || foreign;
            ensure!(nowhere, "a page, and not an error for the client");
            Ok(())
        }
        // What another site posts is opened again, and judged like any then.
        (303, Some(location), _)
            if shot.method == "POST"
                && chosen.is_none()
                && is_foreign(shot)
                && location.split('?').next() == Some("/connect/authorize") =>
        {
            Ok(())
        }
        (303, Some(location), _) if location.starts_with('/') => {
            let name = location.strip_prefix("/account/").and_then(|rest| rest.split_once("?interaction="));
            let ours = name.is_some_and(|(page, interaction)| {
                ["login", "people", "consent"].contains(&page)
                    && interaction
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            });
            ensure!(ours, "a redirect to {location}");
            ensure!(!permitted.is_empty(), "a person is asked on behalf of nobody");
            succeeds(facts, &params)
        }
        (303, Some(location), _) => {
            let split = permitted.iter().find_map(|uri| Some((uri, location.strip_prefix(uri.as_str())?)));
            let Some((uri, rest)) = split else { return Err(format!("a redirect to {location}")) };
            let lead = if uri.contains('?') { '&' } else { '?' };
            let more = rest.strip_prefix([lead, '#']);
            let more = more.ok_or_else(|| format!("a redirect to {location}"))?;
            judge_response(facts, &params, chosen.as_deref(), uri, &decoded(more.as_bytes()))
        }
        (200, None, "kaseyaone-continue") => {
            let page = answer.text();
            let attribute = |name: &str| {
                let lead = format!(" {name}=\"");
                let values =
                    page.split(&lead).skip(1).filter_map(|rest| rest.split('"').next()).map(unescaped);
                values.collect::<Vec<_>>()
            };
            let action = attribute("action").swap_remove(0);
            ensure!(permitted.contains(&action), "a form that goes to {action}");
            let names = attribute("name").into_iter().filter(|name| name != "viewport" && name != "robots");
            let response: Params = names.zip(attribute("value")).collect();
            judge_response(facts, &params, chosen.as_deref(), &action, &response)
        }
        (status, _, page) => Err(format!("a {status} with the page {page:?}")),
    }
}

/// Whether it says that a page of another site sent it.
fn is_foreign(shot: &Shot) -> bool {
    match shot.header("sec-fetch-site") {
        Some(site) => !matches!(site, b"same-origin" | b"none"),
        // No origin that is made up here is the provider's.
        None => shot.header("origin").is_some(),
    }
}

/// Who is to sign in without a page: said in the form of a request whose parameters are in the query.
fn chosen(shot: &Shot) -> Option<String> {
    let in_query = decoded(&written(&shot.query)).iter().any(|(name, _)| name == "client_id");
    let posted = (shot.method == "POST" && in_query).then(|| shot.form())?;
    let said = |wanted: &str| posted.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    said("sub").or_else(|| said("username")).map(|name| name.trim().to_owned())
}

fn may_sign_in(chosen: &str) -> bool {
    let lower = chosen.to_lowercase();
    fixtures::embedded().people.iter().any(|person| {
        let named = person.key == chosen
            || person.subject == chosen
            || person.username.to_lowercase() == lower
            || person.email.as_ref().is_some_and(|email| email.to_lowercase() == lower);
        let able = person.status == fixtures::Status::Active
            && person.second_factor == fixtures::SecondFactor::Enrolled;
        named && able
    })
}

fn unescaped(text: &str) -> String {
    let named =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\"")];
    let text = named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&#39;", "'").replace("&#x27;", "'").replace("&#38;", "&").replace("&amp;", "&")
}

fn succeeds(facts: &Facts, params: &Params) -> Result<(), String> {
    match hindrance(facts, params) {
        Some(reason) => Err(format!("a success in spite of: {reason}")),
        None => Ok(()),
    }
}

/// The parameters that are sent to the client, at this address.
fn judge_response(
    facts: &Facts,
    params: &Params,
    chosen: Option<&str>,
    uri: &str,
    response: &Params,
) -> Result<(), String> {
    for (at, (name, value)) in response.iter().enumerate() {
        ensure!(!response[..at].iter().any(|(earlier, _)| earlier == name), "{name} is answered twice");
        ensure!(!value.is_empty() || name == "state", "{name} is answered empty");
    }
    ensure!(only(response, "iss") == Some(&facts.issuer), "the issuer is {:?}", only(response, "iss"));
    let merged = merged(facts, params);
    let sent = [values(params, "state"), values(&merged, "state")];
    let state = values(response, "state").first().copied();
    let echoed = state.is_none_or(|state| sent.iter().any(|sent| *sent == [state]));
    ensure!(echoed, "the state {state:?} was not sent, or twice: {sent:?}");
    let Some(error) = only(response, "error") else {
        let known = ["code", "state", "iss", "access_token", "token_type", "expires_in", "scope", "id_token"];
        let unknown = response.iter().find(|(name, _)| !known.contains(&name.as_str()));
        ensure!(unknown.is_none(), "{unknown:?} is answered");
        let asked = only(&merged, "response_type").unwrap_or_default();
        let given = [("code", "code"), ("id_token", "id_token"), ("token", "access_token")];
        for (word, name) in given {
            let right = asked.split(' ').any(|asked| asked == word) == only(response, name).is_some();
            ensure!(right, "{name} of {asked:?}");
        }
        ensure!(
            only(&merged, "redirect_uri") == Some(uri),
            "a success at {uri}, and not where it was asked for"
        );
        // Whoever is to be asked is asked.
        let prompt = only(&merged, "prompt").unwrap_or_default();
        let asks = ["login", "consent", "select_account"].iter().any(|word| prompt.contains(word));
        ensure!(chosen.is_some() || !asks, "a success without asking: {prompt:?}");
        ensure!(chosen.is_none_or(may_sign_in), "a success of nobody: {chosen:?}");
        return succeeds(facts, params);
    };
    ensure!(ERRORS.contains(&error), "the error {error:?}");
    let known = ["error", "error_description", "state", "iss"];
    let unknown = response.iter().find(|(name, _)| !known.contains(&name.as_str()));
    ensure!(unknown.is_none(), "{unknown:?} beside an error");
    ensure!(only(response, "error_description").is_some_and(is_describable), "a description that is none");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::escape;
    use crate::sound::tests::{answer, shot, with};
    use crate::world::CHALLENGE;

    fn asked(more: &[(&str, &str)]) -> Shot {
        let mut query = vec![
            ("client_id", CLIENT),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "s"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        query.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        query.extend(more);
        let written = |(name, value): (&str, &str)| (escape(name.as_bytes()), escape(value.as_bytes()));
        Shot { query: query.into_iter().map(written).collect(), ..shot("/connect/authorize") }
    }

    fn judged(more: &[(&str, &str)], answer: &Answer) -> Result<(), String> {
        judge(&Facts::of("http://idp"), &asked(more), answer)
    }

    fn to(location: &str) -> Answer {
        with(answer(303, "text/plain", ""), "location", location)
    }

    #[test]
    fn what_is_right_passes() {
        let page = answer(400, "text/html", "<body data-page=\"kaseyaone-error\">");
        judged(&[("client_id", "nobody")], &page).unwrap();
        judged(&[], &to("/account/login?interaction=abc")).unwrap();
        judged(&[], &to(&format!("{CALLBACK}?code=c&state=s&iss=http://idp"))).unwrap();
        let error = "error=invalid_scope&error_description=x&state=s&iss=http://idp";
        judged(&[("scope", "email")], &to(&format!("{CALLBACK}?{error}"))).unwrap();
    }

    #[test]
    fn what_is_wrong_is_found() {
        let page = || answer(400, "text/html", "<body data-page=\"kaseyaone-error\">");
        let code = |uri: &str| to(&format!("{uri}code=c&state=s&iss=http://idp"));
        let error = |text: &str| to(&format!("{CALLBACK}?{text}"));
        let good = format!("{CALLBACK}?");
        let form = "<body data-page=\"kaseyaone-continue\"><form action=\"https://evil.example/\">";
        for (name, more, wrong) in [
            ("a page where the client waits", &[][..], page()),
            ("a redirect elsewhere", &[], code("https://evil.example/?")),
            (
                "a redirect to the registered address and more",
                &[],
                code(&format!("{CALLBACK}.evil.example/?")),
            ),
            (
                "a redirect with user information",
                &[],
                code("http://127.0.0.1:8400/sso/callback@evil.example/?"),
            ),
            ("a redirect to another's address", &[], code("http://127.0.0.1:8500/sso/callback?")),
            ("a redirect for an unknown client", &[("client_id", "nobody")], code(&good)),
            ("a redirect for two clients", &[("client_id", CLIENT), ("client_id", "spa")], code(&good)),
            (
                "a redirect for two addresses",
                &[("redirect_uri", CALLBACK), ("redirect_uri", "x")],
                code(&good),
            ),
            ("a login for nobody", &[("client_id", "nobody")], to("/account/login?interaction=a")),
            ("a page outside", &[], to("//evil.example/account/login?interaction=a")),
            ("a page that is not there", &[], to("/account/zq?interaction=a")),
            ("a form that goes elsewhere", &[], answer(200, "text/html", form)),
            ("a code without openid", &[("scope", "email")], code(&good)),
            ("a code by an unsigned request", &[("request", "eyJhbGciOiJub25lIn0.e30.")], code(&good)),
            ("a code for a challenge that is plain", &[("code_challenge_method", "plain")], code(&good)),
            ("a code where a login is asked for", &[("prompt", "login")], code(&good)),
            ("a token that nobody asked for", &[], error("code=c&access_token=t&state=s&iss=http://idp")),
            ("a state of somebody else", &[], error("code=c&state=t&iss=http://idp")),
            (
                "a state that was sent twice",
                &[("state", "s"), ("state", "t")],
                error("error=invalid_request&error_description=x&state=s&iss=http://idp"),
            ),
            ("another issuer", &[], error("code=c&state=s&iss=http://evil")),
            ("no issuer", &[], error("code=c&state=s")),
            ("an error of its own", &[], error("error=oops&error_description=x&state=s&iss=http://idp")),
            (
                "a description with a quote",
                &[],
                error("error=invalid_scope&error_description=%22&state=s&iss=http://idp"),
            ),
            (
                "an error and a code",
                &[],
                error("error=invalid_scope&error_description=x&code=c&iss=http://idp"),
            ),
            ("a parameter twice", &[], error("code=c&code=d&state=s&iss=http://idp")),
            ("neither", &[], answer(200, "text/plain", "ok")),
        ] {
            assert!(judged(more, &wrong).is_err(), "{name} passes");
        }
    }
}
