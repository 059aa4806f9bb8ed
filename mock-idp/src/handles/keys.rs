//! Keys: which are published, and rotation on demand.

use std::sync::Arc;

use serde_json::Value;

use crate::realm::Realm;

/// The signing keys of a provider.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let idp = mock_idp::MockIdp::start().await;
/// let before = idp.keys().signing();
/// let after = idp.keys().rotate();
/// assert_ne!(before, after);
/// let published = idp.keys().published();
/// assert!(published.iter().any(|key| key["kid"] == before.as_str()), "the old key is kept");
/// # });
/// ```
#[derive(Clone)]
pub struct Keys(pub(crate) Arc<Realm>);

impl Keys {
    /// The published keys (RFC 7517), the signing one first.
    pub fn published(&self) -> Vec<Value> {
        let state = self.0.lock();
        state.ring.jwks(&state.algorithms()).into_iter().map(Value::Object).collect()
    }

    /// The `kid` that RS256 is signed under.
    pub fn signing(&self) -> String {
        self.0.lock().ring.signing().kid.clone()
    }

    /// Signs by another key from now on, under a `kid` that there never was; the old one stays published. Returns the new
    /// `kid`. Algorithms other than RS256 keep their keys.
    pub fn rotate(&self) -> String {
        let mut state = self.0.lock();
        Arc::make_mut(&mut state.ring).rotate();
        state.ring.signing().kid.clone()
    }
}
