//! Keys over HTTP.

use axum::Json;
use serde::Serialize;
use serde_json::Value;

use crate::handles::Keys;
use crate::http::place::Place;

/// The keys as they are now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct KeysNow {
    /// The `kid` that RS256 is signed under.
    signing: String,
    /// The published keys (RFC 7517), the signing one first.
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Value>,
}

fn now(keys: &Keys) -> Json<KeysNow> {
    Json(KeysNow { signing: keys.signing(), keys: keys.published() })
}

/// The keys.
#[utoipa::path(get, path = "/_control/keys", tag = "keys", responses((status = OK, body = KeysNow)))]
pub(crate) async fn list_keys(Place { realm, .. }: Place) -> Json<KeysNow> {
    now(&Keys(realm))
}

/// Signs by another key from now on, under a `kid` that there never was; the old one stays published.
#[utoipa::path(post, path = "/_control/keys/rotate", tag = "keys", responses((status = OK, body = KeysNow)))]
pub(crate) async fn rotate_keys(Place { realm, .. }: Place) -> Json<KeysNow> {
    let keys = Keys(realm);
    keys.rotate();
    now(&keys)
}
