//! The document of the control interface, completed with what holds for many operations at once.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::OPEN;

/// What is sent to make something, or to change it, has the members of what is there; (name, of what, needed).
const DRAFTS: [(&str, &str, &[&str]); 5] = [
    ("NewCompany", "Company", &["key"]),
    ("NewPerson", "Person", &["key"]),
    ("NewClient", "Client", &["id"]),
    ("PersonChange", "Person", &[]),
    ("ClientChange", "Client", &[]),
];

/// The document as it is served.
pub(super) fn completed(document: OpenApi) -> Value {
    // It is made of names and texts.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let schemas = &mut document["components"]["schemas"];
    for (name, of, needed) in DRAFTS {
        let mut draft = schemas[of].clone();
        draft["required"] = json!(needed);
        schemas[name] = draft;
    }
    for (list, draft) in [("companies", "NewCompany"), ("people", "NewPerson"), ("clients", "NewClient")] {
        let list = &mut schemas["NewRealm"]["properties"][list];
        list["items"] = json!({ "$ref": format!("#/components/schemas/{draft}") });
    }
    document["components"]["securitySchemes"] = json!({
        "key": {"type": "http", "scheme": "bearer", "description": "The control key, where there is one."},
        "password": {"type": "http", "scheme": "basic", "description": "The control key as the password of any user."},
    });
    let Some(Value::Object(paths)) = document.get_mut("paths").map(Value::take) else { return document };
    let mut finished = Map::new();
    for (path, mut operations) in paths {
        if !OPEN.contains(&path.as_str()) {
            operations.as_object_mut().into_iter().flatten().for_each(|(_, operation)| guarded(operation));
        }
        // A segment that may have slashes.
        finished.insert(path.replace("{*", "{"), operations);
    }
    document["paths"] = Value::Object(finished);
    document
}

/// Adds the key, and the answers of whoever has none, comes from another page or sends too much.
fn guarded(operation: &mut Value) {
    let problem = |sentence: &str| {
        let schema = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
        json!({"description": sentence, "content": {"application/problem+json": schema}})
    };
    operation["security"] = json!([{}, {"key": []}, {"password": []}]);
    let has_body = operation.get("requestBody").is_some();
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    responses.insert("401".to_owned(), problem("The control key is missing or wrong."));
    responses.insert("403".to_owned(), problem("A page of another site asked."));
    if has_body {
        responses.insert("413".to_owned(), problem("The body is too large."));
    }
    for (status, response) in responses {
        // What is refused is told in the format of RFC 9457.
        if status.starts_with('4')
            && let Some(content) = response["content"].as_object_mut()
            && let Some(body) = content.remove("application/json")
        {
            content.insert("application/problem+json".to_owned(), body);
        }
    }
}
