//! Every operation of the OpenAPI document, tried by everybody who must not, and by an MSP Admin.
//!
//! The document is the list: an operation that is added is tried, one that disappears fails the count.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stage::Stage;

/// How many operations there were when this was last looked at; it may only grow.
const OPERATIONS: usize = 31;

/// Operations that need nobody signed in.
const OPEN: [&str; 4] = ["health", "get_session", "create_session", "delete_session"];
/// Operations for everybody who is signed in, each showing only what is visible to them.
const SIGNED_IN: [&str; 5] =
    ["list_organizations", "get_organization", "get_link", "confirm_link", "decline_link"];

struct Operation {
    id: String,
    method: Method,
    path: String,
    body: Option<Value>,
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let path =
                path.replace("{id}", "01930000-0000-7000-8000-000000000000").replace("{reference}", "222222");
            let method = method.to_uppercase().parse().unwrap();
            let body = operation.get("requestBody").map(|_| body(&id));
            operations.push(Operation { id, method, path, body });
        }
    }
    operations
}

/// A body that is acceptable, so that only the role decides.
fn body(id: &str) -> Value {
    match id {
        "create_session" => json!({ "email": "nobody@northwind.example", "password": "none" }),
        "add_user" => json!({ "email": "matrix@northwind.example", "name": "Matrix" }),
        "set_msp_admin" => json!({ "msp_admin": true }),
        "assign_capabilities" | "assign_groups" | "assign_organizations" => json!({ "assigned": [] }),
        "change_single_sign_on" => json!({ "create": false }),
        "set_exceptions" => json!({ "account_ids": [] }),
        "add_organization" | "add_group" => json!({ "name": "Matrix" }),
        other => panic!("{other} takes a body this test does not know"),
    }
}

async fn try_all(stage: &Stage, browser: &mut Browser) -> BTreeMap<String, (u16, String)> {
    let document = stage.read(browser, "/api/v1/openapi.json").await;
    let operations = operations(&document);
    assert!(operations.len() >= OPERATIONS, "coverage may not shrink: {}", operations.len());
    let mut answers = BTreeMap::new();
    for operation in operations.iter().filter(|operation| operation.id != "delete_session") {
        let url = stage.url(&operation.path);
        let answer = browser.json(operation.method.clone(), &url, operation.body.as_ref()).await;
        let code = serde_json::from_str::<Value>(&answer.body)
            .ok()
            .and_then(|body| body["code"].as_str().map(str::to_owned))
            .unwrap_or_default();
        answers.insert(operation.id.clone(), (answer.status.as_u16(), code));
    }
    answers
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_gets_past_any_operation() {
    let stage = Stage::start().await;
    for (id, (status, code)) in try_all(&stage, &mut Browser::new()).await {
        if id == "health" {
            assert_eq!(status, 200);
        } else if id == "create_session" {
            assert_eq!((status, code.as_str()), (403, "sign_in_refused"));
        } else {
            assert_eq!((status, code.as_str()), (401, "not_signed_in"), "{id}");
        }
    }
}

#[tokio::test]
async fn a_user_without_access_is_refused_at_every_operation() {
    let stage = Stage::start().await;
    let mut plain = stage.user_without_access().await;
    for (id, (status, code)) in try_all(&stage, &mut plain).await {
        if OPEN.contains(&id.as_str()) || id == "list_organizations" {
            assert!(status < 500, "{id}: {status}");
        } else if SIGNED_IN.contains(&id.as_str()) {
            assert_eq!((status, code.as_str()), (404, "not_found"), "{id}");
        } else {
            assert_eq!((status, code.as_str()), (403, "msp_admin_required"), "{id}");
        }
    }
    let visible = stage.read(&mut plain, "/api/v1/organizations").await;
    assert_eq!(visible["organizations"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn an_msp_admin_is_refused_nowhere_for_being_one() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    for (id, (status, code)) in try_all(&stage, &mut admin).await {
        let refused = ["not_signed_in", "msp_admin_required", "malformed_request", "invalid_input"];
        assert!(!refused.contains(&code.as_str()) && status < 500, "{id}: {status} {code}");
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_a_problem_to_clients_and_a_page_to_people() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    stage.server.app().store.close().await;
    let answer = admin.json(Method::GET, &stage.url("/api/v1/session"), None).await;
    assert_eq!(answer.status.as_u16(), 503);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{}", answer.body);
    assert_eq!(answer.json()["code"], "unavailable");
    let page = admin.open(stage.url("/settings/users")).await;
    assert_eq!((page.status.as_u16(), page.name().as_str()), (503, "error"));
}

#[tokio::test]
async fn what_the_table_of_routes_says_is_served() {
    let stage = Stage::open_to_everybody().await;
    let mut admin = stage.admin().await;
    let table = provisioner::routes();
    let mut unique = table.clone();
    unique.dedup();
    assert_eq!(unique, table, "each route once");
    for route in table.iter().filter(|route| route.method == "GET" && !route.path.contains('{')) {
        let answer = admin.json(Method::GET, &stage.url(&route.path), None).await;
        let has_nothing_to_show = ["/api/v1/session/kaseyaone-link", "/sign-in/kaseyaone-link"];
        assert!(
            answer.status.as_u16() != 404 || has_nothing_to_show.contains(&route.path.as_str()),
            "{route:?}: {}",
            answer.status
        );
        assert_ne!(answer.status.as_u16(), 405, "{route:?}");
    }
}

#[tokio::test]
async fn a_demoted_admin_is_refused_at_the_next_request() {
    let stage = Stage::start().await;
    let mut plain = stage.user_without_access().await;
    let mut mona = stage.admin().await;
    let id = stage.read(&mut plain, "/api/v1/session").await["user"]["id"].as_str().unwrap().to_owned();
    let url = stage.url(&format!("/api/v1/users/{id}/msp-admin"));
    let set = async |browser: &mut Browser, admin: bool| {
        browser.json(Method::PUT, &url, Some(&json!({ "msp_admin": admin }))).await.status.as_u16()
    };
    assert_eq!(set(&mut mona, true).await, 200);
    assert!(stage.read(&mut plain, "/api/v1/users").await["users"].is_array());
    assert_eq!(set(&mut mona, false).await, 200);
    assert_eq!(stage.read(&mut plain, "/api/v1/users").await["code"], "msp_admin_required");
}

#[tokio::test]
async fn turning_allow_on_over_the_api_says_where_to_authenticate() {
    let stage = Stage::start().await;
    let mut admin = stage.admin().await;
    let url = stage.url("/api/v1/single-sign-on");
    let answer = admin.json(Method::PATCH, &url, Some(&json!({ "allow": true }))).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].as_str()),
        (409, Some("kaseyaone_authentication_required"))
    );
    assert_eq!(answer.json()["authenticate_at"], stage.url("/settings/users#single-sign-on"));
    let answer = admin.json(Method::PATCH, &url, Some(&json!({ "create": true }))).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (409, Some("create_needs_allow")));
}
