//! The document of the control interface, completed with what holds for many operations at once.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::OPEN;
use super::examples::{self, members_of};

/// What is sent to make something, or to change it, has the members of what is there; (name, of what, needed).
const DRAFTS: [(&str, &str, &[&str]); 5] = [
    ("NewCompany", "Company", &["key"]),
    ("NewPerson", "Person", &["key"]),
    ("NewClient", "Client", &["id"]),
    ("PersonChange", "Person", &[]),
    ("ClientChange", "Client", &[]),
];

/// How a refusal is written.
const PROBLEM: &str = "#/components/schemas/Problem";

/// The document as the realm at this address serves it.
pub(super) fn of_realm(document: &Value, address: &str) -> Value {
    let mut document = document.clone();
    document["servers"] = json!([{ "url": address }]);
    examples::add(&mut document, address);
    document
}

/// The document of every realm.
pub(super) fn completed(document: OpenApi) -> Value {
    // It is made of names and texts.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let schemas = &mut document["components"]["schemas"];
    for (name, of, needed) in DRAFTS {
        debug_assert!(schemas.get(name).is_none(), "two schemas are called {name}");
        let mut draft = schemas[of].clone();
        draft["required"] = json!(needed);
        schemas[name] = draft;
    }
    for (list, draft) in [("companies", "NewCompany"), ("people", "NewPerson"), ("clients", "NewClient")] {
        let list = &mut schemas["NewRealm"]["properties"][list];
        list["items"] = json!({ "$ref": format!("#/components/schemas/{draft}") });
    }
    let others = schemas.clone();
    flatten(&mut schemas["RuleRecord"], &others);
    document["components"]["securitySchemes"] = json!({
        "key": {"type": "http", "scheme": "bearer", "description": "The control key, where there is one."},
        "password": {"type": "http", "scheme": "basic", "description": "The control key as the password of any user."},
    });
    let Some(Value::Object(paths)) = document.get_mut("paths").map(Value::take) else { return document };
    let mut finished = Map::new();
    for (path, mut operations) in paths {
        for (_, operation) in operations.as_object_mut().into_iter().flatten() {
            if !OPEN.contains(&path.as_str()) {
                guarded(operation);
            }
            described(operation);
        }
        // A segment that may have slashes.
        finished.insert(path.replace("{*", "{"), operations);
    }
    document["paths"] = Value::Object(finished);
    document
}

/// Adds the key, and the answers of whoever has none, comes from another page, names what is no name or sends too much.
fn guarded(operation: &mut Value) {
    let problem = |sentence: &str| {
        let schema = json!({"schema": {"$ref": PROBLEM}});
        json!({"description": sentence, "content": {"application/problem+json": schema}})
    };
    operation["security"] = json!([{}, {"key": []}, {"password": []}]);
    let has_body = operation.get("requestBody").is_some();
    let mut parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let has_name = parameters.any(|parameter| parameter["in"] == "path");
    let Some(responses) = members_of(operation, "responses") else { return };
    responses.insert("401".to_owned(), problem("The control key is missing or wrong."));
    responses.insert("403".to_owned(), problem("A page of another site asked."));
    if has_name {
        responses.insert("400".to_owned(), problem("A name in the address cannot be read."));
    }
    let heard = || problem("The address or a body says something that the operation does not take.");
    responses.entry("422").or_insert_with(heard);
    if has_body {
        responses.insert("413".to_owned(), problem("The body is too large."));
    }
}

/// Says of every answer what it is, and of a body that it has to be there.
fn described(operation: &mut Value) {
    if operation.get("requestBody").is_some() {
        operation["requestBody"]["required"] = json!(true);
    }
    for (status, response) in members_of(operation, "responses").into_iter().flatten() {
        let usual = match status.as_str() {
            "201" => "It is there now.",
            "204" => "It is done.",
            "400" => "The request cannot be read.",
            "404" => "There is none of this name.",
            "409" => "The name is taken.",
            "422" => "Something in it is wrong; the problem says what, and what to do.",
            _ => "What was asked for.",
        };
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = json!(usual);
        }
        // What is refused is told in the format of RFC 9457.
        if status.starts_with('4')
            && let Some(content) = members_of(response, "content")
            && content.get("application/json").is_some_and(|body| body["schema"]["$ref"] == PROBLEM)
            && let Some(body) = content.remove("application/json")
        {
            content.insert("application/problem+json".to_owned(), body);
        }
    }
}

/// A schema made of another one and more is written as one: the other would refuse what there is more.
fn flatten(schema: &mut Value, schemas: &Value) {
    let Some(parts) = schema.get_mut("allOf").map(Value::take) else { return };
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts.as_array().into_iter().flatten() {
        let name = part["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let part = name.map_or(part, |name| &schemas[name]);
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    if let Some(members) = schema.as_object_mut() {
        members.remove("allOf");
    }
    schema["type"] = json!("object");
    schema["properties"] = Value::Object(properties);
    schema["required"] = Value::Array(required);
}
