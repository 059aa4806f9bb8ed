//! The control interface: the nouns of the library over HTTP, for tests in any language. It adds no rule of its own.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::realm::Realm;

/// Routes under `/_control`.
pub(crate) fn router() -> Router<Arc<Realm>> {
    Router::new().route("/_control/health", get(health))
}

async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}
