//! Changes as requests of the API that the provisioner has, and that the hooks of another product take after.

use reqwest::Method;
use serde_json::{Value, json};

use super::Act;

/// A change as a request to the API: method, path below its root, body.
pub(super) fn request(act: Act) -> (Method, String, Option<Value>) {
    match act {
        Act::AddUser { name, email } => {
            (Method::POST, "users".into(), Some(json!({ "name": name, "email": email })))
        }
        Act::Account { id, verb } => (Method::POST, format!("users/{id}/{verb}"), None),
        Act::MspAdmin { id, admin } => {
            (Method::PUT, format!("users/{id}/msp-admin"), Some(json!({ "msp_admin": admin })))
        }
        Act::Assign { id, what, assigned } => {
            (Method::PUT, format!("users/{id}/{}", what.key()), Some(json!({ "assigned": assigned })))
        }
        Act::Set { toggle, on } => {
            (Method::PATCH, "single-sign-on".into(), Some(json!({ toggle.key(): on })))
        }
        Act::Exceptions(ids) => {
            (Method::PUT, "single-sign-on/exceptions".into(), Some(json!({ "account_ids": ids })))
        }
        Act::AddOrganization(name) => (Method::POST, "organizations".into(), Some(json!({ "name": name }))),
        Act::AddGroup(name) => (Method::POST, "groups".into(), Some(json!({ "name": name }))),
    }
}
