//! The document of the control interface: its examples are what can be sent, and look like what comes back.

use mock_idp::MockIdp;
use serde_json::{Map, Value};

use crate::support::{Answer, Browser};

/// What has to be there first: the operation, and the one that makes it with its first example.
const FIRST: [(&str, &str); 1] = [("/_control/replay/logout-token", "/_control/logout-tokens")];

/// The examples of a body or an answer, by name.
fn examples_of(content: &Value) -> Map<String, Value> {
    let contents = content["content"].as_object().into_iter().flatten();
    let examples = contents.filter_map(|(_, content)| content.get("examples")?.as_object());
    examples.flatten().map(|(name, example)| (name.clone(), example["value"].clone())).collect()
}

/// The path with the names that the document gives as examples.
fn filled(path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.filter(|parameter| parameter["in"] == "path").fold(path.to_owned(), |path, parameter| {
        let name = parameter["name"].as_str().expect("a name");
        let example = parameter.get("example").unwrap_or_else(|| panic!("{path} has no example of {name}"));
        let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        path.replace(&format!("{{{name}}}"), &example)
    })
}

async fn send(idp: &MockIdp, method: &str, path: &str, operation: &Value, body: &Value) -> Answer {
    let method = method.to_uppercase().parse().expect("a method");
    let browser = Browser::new();
    let request = browser.http().request(method, idp.url(&filled(path, operation)));
    browser.send(request.body(body.to_string())).await
}

/// Every operation: path, method, what the document says of it.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, operations)| {
        let operations = operations.as_object().into_iter().flatten();
        operations.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

async fn document(idp: &MockIdp) -> Value {
    Browser::new().get(&idp.url("/_control/openapi.json")).await.json()
}

#[tokio::test]
async fn every_example_of_a_body_can_be_sent_as_it_stands() {
    let idp = MockIdp::start().await;
    let document = document(&idp).await;
    let mut sent = 0;
    for (path, method, operation) in operations(&document) {
        filled(path, operation);
        let Some(body) = operation.get("requestBody") else { continue };
        let examples = examples_of(body);
        assert!(!examples.is_empty(), "{method} {path} has no example of its body");
        for (name, example) in examples {
            let idp = MockIdp::start().await;
            if let Some((_, first)) = FIRST.iter().find(|(after, _)| *after == path) {
                let maker = &document["paths"][first]["post"];
                let (_, body) = examples_of(&maker["requestBody"]).into_iter().next().expect("an example");
                assert!(send(&idp, "post", first, maker, &body).await.status.is_success(), "{first}");
            }
            let answer = send(&idp, method, path, operation, &example).await;
            assert!(answer.status.is_success(), "{method} {path} {name}: {}", answer.body);
            let told = examples_of(&operation["responses"][answer.status.as_str()]);
            assert!(!told.is_empty(), "{method} {path} has no example of what it answers");
            let schema =
                &operation["responses"][answer.status.as_str()]["content"]["application/json"]["schema"];
            let fits = fits(&answer.json(), schema, &document["components"]["schemas"]);
            assert_eq!(fits, Ok(()), "{method} {path} {name}: {}", answer.body);
            sent += 1;
        }
    }
    assert!(sent > 25, "only {sent}");
}

/// Whether a value has what its schema demands, and no member that the schema does not know.
fn fits(value: &Value, schema: &Value, schemas: &Value) -> Result<(), String> {
    let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    let schema = name.map_or(schema, |name| &schemas[name]);
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        return values.iter().try_for_each(|value| fits(value, items, schemas));
    }
    let (Some(members), Some(properties)) = (value.as_object(), schema["properties"].as_object()) else {
        return Ok(());
    };
    for needed in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        members.get(needed).ok_or_else(|| format!("{needed} is missing"))?;
    }
    members.iter().try_for_each(|(name, value)| {
        let schema = properties.get(name).ok_or_else(|| format!("{name} is no member"))?;
        fits(value, schema, schemas)
    })
}

#[tokio::test]
async fn every_example_fits_to_its_schema() {
    let idp = MockIdp::start().await;
    let document = document(&idp).await;
    let mut seen = 0;
    for (path, method, operation) in operations(&document) {
        for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
            let schema = &answer["content"]["application/json"]["schema"];
            assert!(
                schema.is_null() || !examples_of(answer).is_empty(),
                "{method} {path} {status} has no example"
            );
        }
        let answers = operation["responses"].as_object().into_iter().flatten().map(|(_, answer)| answer);
        for told in operation.get("requestBody").into_iter().chain(answers) {
            for (_, content) in told["content"].as_object().into_iter().flatten() {
                for (name, example) in
                    content.get("examples").and_then(Value::as_object).into_iter().flatten()
                {
                    let fits =
                        fits(&example["value"], &content["schema"], &document["components"]["schemas"]);
                    assert_eq!(fits, Ok(()), "{method} {path} {name}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 150, "only {seen}");
}

/// Where a null stands that is no part of an example.
fn nulls(value: &Value, way: &str, found: &mut Vec<String>) {
    match value {
        Value::Null => found.push(way.to_owned()),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| nulls(value, &format!("{way}/{at}"), found));
        }
        Value::Object(members) => {
            let told = members.iter().filter(|(name, _)| !matches!(name.as_str(), "value" | "default"));
            told.for_each(|(name, value)| nulls(value, &format!("{way}/{name}"), found));
        }
        _ => {}
    }
}

#[tokio::test]
async fn what_an_operation_does_not_have_is_left_out() {
    let idp = MockIdp::start().await;
    let mut found = Vec::new();
    nulls(&document(&idp).await, "", &mut found);
    assert_eq!(found, Vec::<String>::new());
}

/// What is refused, under the status that it stands for, is what comes.
#[tokio::test]
async fn refusals_are_shown_as_they_come() {
    let idp = MockIdp::start().await;
    let locked = MockIdp::builder().control_key("key").start().await.expect("a free port");
    let (document, browser) = (document(&idp).await, Browser::new());
    let mut seen = 0;
    for (path, method, operation) in operations(&document) {
        for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
            let Some((_, example)) = examples_of(answer).into_iter().find(|_| status.starts_with('4')) else {
                continue;
            };
            if path == "/_control/verdict" && status == "409" {
                // No refusal: the verdict that was asked for, which is red.
                let red = browser.get(&idp.url("/_control/verdict?fail=true&format=json")).await;
                assert_eq!((red.status.as_u16(), red.json()["clients"].is_array()), (409, true));
                assert!(example["clients"].is_array(), "{example}");
                continue;
            }
            assert_eq!(example["status"].to_string(), *status, "{method} {path}");
            let verb: reqwest::Method = method.to_uppercase().parse().expect("a method");
            let at = |idp: &MockIdp| browser.http().request(verb.clone(), idp.url(&filled(path, operation)));
            let request = match status.as_str() {
                "401" => at(&locked),
                "403" => at(&idp).header("origin", "http://evil.example"),
                "422" if operation.get("requestBody").is_some() => at(&idp),
                "422" if example["detail"] == "there is no parameter \"limit\"; this takes none" => {
                    let address = format!("{}?limit=1", filled(path, operation));
                    browser.http().request(verb, idp.url(&address))
                }
                "400" => {
                    let (start, end) = (path.find('{').expect("a name"), path.find('}').expect("its end"));
                    let unreadable = format!("{}%FF{}", &path[..start], &path[end + 1..]);
                    browser.http().request(verb, idp.url(&unreadable))
                }
                _ => continue,
            };
            let told = browser.send(request).await;
            assert_eq!(told.json(), example, "{method} {path} {status}");
            seen += 1;
        }
    }
    assert!(seen > 150, "only {seen}");
}
