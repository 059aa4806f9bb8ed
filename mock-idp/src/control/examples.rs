//! Examples in the document of the control interface. What is sent can be sent as it stands to a provider that was just
//! started; what comes back is told once for each schema.

mod refusals;

use serde_json::{Map, Value, json};

use crate::fault::catalogue;

/// What is sent: method, path, name, body.
type Sent = (&'static str, &'static str, &'static str, Value);
/// What comes back: schema, name, body.
type Told = (&'static str, &'static str, Value);

/// Puts the examples into the document of a realm at this address.
pub(super) fn add(document: &mut Value, address: &str) {
    let sent = [people(), surroundings(), faults_and_rules(), tokens()].concat();
    let answers = [answers(address), seen()].concat();
    for (path, operations) in members_of(document, "paths").into_iter().flatten() {
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            add_to(operation, (method, path), &sent, &answers);
        }
    }
}

/// Puts the examples into one operation, which goes by method and path.
fn add_to(operation: &mut Value, (method, path): (&str, &str), sent: &[Sent], answers: &[Told]) {
    let (mut names, mut takes) = (Vec::new(), Vec::new());
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let called = parameter["name"].as_str().unwrap_or_default().to_owned();
        if parameter["in"] == "path" { &mut names } else { &mut takes }.push(called);
        if let Some(name) = in_address(path, parameter) {
            parameter["example"] = name;
        }
    }
    let of_this = |sent: &&Sent| sent.0 == method && path.strip_prefix("/_control") == Some(sent.1);
    if let Some(body) = operation.get_mut("requestBody") {
        for (_, _, name, example) in sent.iter().filter(of_this) {
            for (_, content) in members_of(body, "content").into_iter().flatten() {
                content["examples"][*name] = json!({ "value": example });
            }
        }
    }
    let asked = refusals::Asked {
        method,
        path,
        name: names.first().map_or("", String::as_str),
        takes,
        has_body: operation.get("requestBody").is_some(),
    };
    for (status, response) in members_of(operation, "responses").into_iter().flatten() {
        for (_, content) in members_of(response, "content").into_iter().flatten() {
            let refused = || refusals::example(&asked, status);
            if let Some((name, body)) = answered(&content["schema"], answers).or_else(refused) {
                content["examples"][name] = json!({ "value": body });
            }
        }
    }
}

/// What may stand for a name in this address.
fn in_address(path: &str, parameter: &Value) -> Option<Value> {
    let name = parameter["name"].as_str().filter(|_| parameter["in"] == "path")?;
    let below = |list: &str| path.starts_with(&format!("/_control/{list}/"));
    Some(match name {
        "key" if below("companies") => json!("northwind"),
        "key" => json!("dana"),
        "id" if below("clients") => json!("kaseya-mdr"),
        "id" | "seq" => json!(1),
        "path" => json!("acme/eu"),
        "state" => json!("state-1"),
        "name" if below("barriers") => json!("race"),
        "name" => json!("before"),
        _ => return None,
    })
}

/// The example of an answer that has this schema, or is a list of such.
fn answered(schema: &Value, answers: &[Told]) -> Option<(&'static str, Value)> {
    let list = schema.get("items");
    // The only lists of texts are those of names.
    if list.is_some_and(|of| of["type"] == "string") {
        return Some(("names", json!(["before"])));
    }
    let name = list.unwrap_or(schema)["$ref"].as_str()?.rsplit('/').next()?;
    let (_, title, answer) = answers.iter().find(|(schema, ..)| *schema == name)?;
    Some((title, if list.is_some() { json!([answer]) } else { answer.clone() }))
}

fn people() -> Vec<Sent> {
    let alice = json!({"key": "alice", "company": "northwind", "email": "alice@northwind.example"});
    let with_claims = json!({"key": "bob", "company": "contoso", "claims": {"groups": ["staff"]}});
    let launch = json!({"client": "kaseya-mdr", "target_link_uri": "/home"});
    let fabrikam = json!({"key": "fabrikam", "name": "Fabrikam MSP", "roles": ["Dispatcher"]});
    vec![
        ("post", "/companies", "acme", json!({"key": "acme"})),
        ("post", "/companies", "roles-of-its-own", fabrikam),
        ("post", "/people", "alice", alice),
        ("post", "/people", "with-claims", with_claims),
        ("post", "/people/invent", "of-one-company", json!({"count": 5, "company": "northwind"})),
        ("patch", "/people/{key}", "another-address", json!({"email": "dana.new@northwind.example"})),
        ("patch", "/people/{key}", "without-address", json!({"email": null})),
        ("post", "/people/{key}/change-email", "address", json!({"email": "dana.new@northwind.example"})),
        ("post", "/people/{key}/rename", "username", json!({"username": "dana.reyes"})),
        ("post", "/people/{key}/move", "to-contoso", json!({"company": "contoso"})),
        ("post", "/people/{key}/launch", "home", launch),
        ("post", "/people/{key}/launch", "unsolicited", json!({"client": "kaseya-mdr", "unsolicited": true})),
    ]
}

fn surroundings() -> Vec<Sent> {
    let shop = json!({
        "id": "shop", "secret": "shop-secret", "redirect_uris": ["http://127.0.0.1:3000/callback"],
    });
    let spa = json!({"id": "tablet", "redirect_uris": ["http://127.0.0.1:3000/callback"]});
    let moved = json!({"redirect_uris": ["http://127.0.0.1:3000/callback"]});
    let small = json!({"path": "acme/eu", "companies": [{"key": "acme"}], "people": [{"key": "bob"}]});
    vec![
        ("post", "/clients", "with-secret", shop),
        ("post", "/clients", "public", spa),
        ("patch", "/clients/{id}", "another-redirect-uri", moved),
        ("post", "/clock", "two-hours-later", json!({"advance_seconds": 7200})),
        ("post", "/clock", "stopped", json!({"at": "2027-01-01T00:00:00Z", "frozen": true})),
        ("post", "/clock", "wrong", json!({"skew_seconds": -300})),
        ("post", "/realms", "as-this-one", json!({"path": "acme/eu", "seed": 7})),
        ("post", "/realms", "people-of-its-own", small),
    ]
}

fn faults_and_rules() -> Vec<Sent> {
    let second = json!({
        "when": {"operation": "token", "person": "dana", "nth": 2},
        "then": {"oauth_error": {"error": "invalid_grant"}},
        "times": 1,
    });
    let unavailable = json!({
        "when": {"operation": "jwks"}, "then": {"status": {"status": 503, "retry_after": 5}}, "after": 1,
    });
    let race = json!({"when": {"operation": "token"}, "then": {"hold": {"barrier": "race", "until": 3}}});
    vec![
        ("post", "/faults", "of-dana", json!({"fault": "sig-none-lower", "target": {"person": "dana"}})),
        ("post", "/faults", "of-whoever-is-next", json!({"fault": "idt-nonce-wrong"})),
        ("post", "/faults", "after-one", json!({"fault": "tok-503", "times": 2, "after": 1})),
        ("post", "/rules", "second-code-refused", second),
        ("post", "/rules", "keys-unavailable", unavailable),
        ("post", "/rules", "three-at-once", race),
    ]
}

fn tokens() -> Vec<Sent> {
    let dana = json!({"person": "dana", "client": "kaseya-mdr"});
    let old = json!({"person": "dana", "client": "kaseya-mdr", "nonce": "n-1", "issued_seconds_ago": 7200});
    let other = json!({
        "person": "dana", "client": "worker", "audience": ["https://api.test"],
        "claims": {"role": "Administrator", "groups": ["staff"]}, "lifetime_seconds": 60,
    });
    let request = json!({
        "client_id": "kaseya-mdr", "redirect_uri": "http://127.0.0.1:8400/sso/callback",
        "response_type": "code", "scope": "openid", "state": "state-1", "nonce": "n-1",
    });
    vec![
        ("post", "/tokens", "usual", dana.clone()),
        ("post", "/tokens", "expired", old),
        ("post", "/tokens", "other-claims", other),
        ("post", "/logout-tokens", "usual", dana.clone()),
        ("post", "/sessions", "of-dana", json!({"person": "dana"})),
        ("post", "/responses", "code", json!({"person": "dana", "request": request})),
        ("post", "/expire", "sessions", json!({"sessions": "dana"})),
        ("post", "/expire", "codes-and-tokens", json!({"grants": "dana"})),
        ("post", "/expire", "every-code", json!("all_codes")),
        ("post", "/replay/logout-token", "newest", dana),
    ]
}

/// What comes back from whatever changes something.
fn answers(address: &str) -> Vec<Told> {
    let there = fixtures::embedded();
    let armed = json!({
        "id": 1, "fault": "sig-none-lower", "target": {"person": "dana"},
        "after": 0, "spared": 0, "left": 1, "fired": 0, "armed": true,
    });
    let rule = json!({
        "id": 1, "when": {"operation": "token"}, "then": {"hold": {"barrier": "race", "until": 3}},
        "after": 0, "seen": 0, "fired": 0, "active": true,
    });
    let clock = json!({
        "now": "2027-01-01T00:00:00Z", "frozen": true, "advanced_seconds": 7200, "skew_seconds": 0,
    });
    let response = json!({
        "number": 1, "person": "dana", "client": "kaseya-mdr",
        "redirect_uri": "http://127.0.0.1:8400/sso/callback", "params": [["code", "Vi17GLnW"], ["state", "state-1"]],
        "location": "http://127.0.0.1:8400/sso/callback?code=Vi17GLnW&state=state-1",
    });
    let told = json!({
        "client": "kaseya-mdr", "uri": "http://127.0.0.1:8400/sso/backchannel-logout",
        "status": 200, "error": null, "body": null,
    });
    let issuer = format!("{address}/acme/eu");
    let control = format!("{issuer}/_control");
    let realm = json!({"path": "acme/eu", "issuer": issuer, "control": control});
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJrMSJ9.c2lnbmF0dXJl";
    vec![
        ("Company", "northwind", json!(there.companies.iter().find(|company| company.key == "northwind"))),
        ("Person", "dana", json!(there.person("dana"))),
        ("Client", "kaseya-mdr", json!(there.client("kaseya-mdr"))),
        ("RealmReading", "acme-eu", realm),
        ("ArmedRecord", "armed", armed),
        ("RuleRecord", "new", rule),
        ("BarrierReading", "two", json!({"waiting": 2})),
        ("ClockReading", "stopped", clock),
        ("Minted", "usual", json!({"id_token": token, "access_token": "EZFzqOFg", "refresh_token": null})),
        ("MintedLogoutToken", "usual", json!({"logout_token": token})),
        (
            "MintedSession",
            "usual",
            json!({"name": "mock_idp_bxsnif", "value": "32LmExvX", "sid": "mM3Z4gxs"}),
        ),
        ("SentResponse", "code", response),
        ("Expired", "one", json!({"expired": 1})),
        ("LogoutDelivery", "taken", told),
        ("Launchpad", "address", json!({"location": format!("{address}/portal/launch/O1lNY0js")})),
        ("Health", "up", json!({"status": "ok", "issuer": address})),
    ]
}

/// What there is to be seen.
fn seen() -> Vec<Told> {
    let near = json!({
        "seq": 4, "entry": "token POST /connect/token person dana client kaseya-mdr -> 200",
        "differs": ["person is \"dana\", not \"rui\""],
    });
    let entry = json!({
        "seq": 4, "at": "2027-01-01T00:00:00Z", "channel": "back", "operation": "token", "method": "POST",
        "path": "/connect/token", "query": [], "form": [["grant_type", "authorization_code"], ["code", "(secret)"]],
        "client_authentication": "client_secret_basic", "person": "dana", "client": "kaseya-mdr", "state": "state-1",
        "status": 400, "response": {"params": [], "body": {"error": "invalid_grant"}},
        "refusal": {"check": "code_expired", "reason": "the code has expired"}, "faults": [],
    });
    let story = json!({
        "id": "state-1", "began": "2027-01-01T00:00:00Z", "person": "dana", "client": "kaseya-mdr",
        "outcome": "code_not_redeemed", "sentence": "a code went back, and nobody redeemed it", "faults": [],
        "first_entry": 1,
    });
    let check = json!({
        "id": "state-present", "sentence": "every sign-in request has a state",
        "clause": "OIDC Core 3.1.2.1; RFC 9700 4.7.1", "outcome": "pass", "entries": [1],
    });
    let key = json!({"kty": "RSA", "n": "51PB2_pr", "e": "AQAB", "use": "sig", "alg": "RS256", "kid": "test-rs256-a-bxsnif"});
    let refresh =
        json!({"kind": "refresh_token", "person": "dana", "client": "kaseya-mdr", "token": "FCwYaiua"});
    let before = json!({
        "responses": [], "id_tokens": [], "access_tokens": [], "refresh_tokens": [refresh], "logout_tokens": [],
    });
    vec![
        ("CatalogueEntry", "unsigned", json!(catalogue::find("sig-none-lower").ok())),
        ("Count", "none", json!({"count": 0, "near_misses": [near]})),
        ("Entry", "expired-code", entry),
        ("StoryLine", "not-redeemed", story),
        (
            "Judgement",
            "one-check",
            json!({"clients": [{"client": "kaseya-mdr", "checks": [check]}], "forgotten": 0}),
        ),
        ("KeysNow", "one", json!({"signing": "test-rs256-a-bxsnif", "keys": [key]})),
        ("HandedOutBefore", "refresh-token", before),
    ]
}

/// The members of a member, to be changed. Indexing would make a member that is not there, of null.
pub(super) fn members_of<'a>(of: &'a mut Value, name: &str) -> Option<&'a mut Map<String, Value>> {
    of.get_mut(name)?.as_object_mut()
}
