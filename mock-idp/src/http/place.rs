//! Which realm a request belongs to, under which addresses, and what is left of its path.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::protocol::base::Base;
use crate::realm::Realm;
use crate::realms::Realms;

/// The realm of a request.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) realm: Arc<Realm>,
    /// Its addresses, as the request sees them.
    pub(crate) base: Arc<Base>,
    /// All the realms.
    pub(crate) realms: Arc<Realms>,
    /// The path of the request, the realm's included.
    pub(crate) whole_path: Arc<str>,
    /// The path below the realm, as it was asked for.
    pub(crate) asked: Arc<str>,
}

impl Place {
    /// A noun of the realm: `place.handle(People)`.
    pub(crate) fn handle<T>(&self, of: impl FnOnce(Arc<Realm>) -> T) -> T {
        of(Arc::clone(&self.realm))
    }

    /// The addresses of another realm, for whoever sent this request.
    pub(crate) fn base_of(&self, realm: &Realm) -> Arc<Base> {
        if !self.realms.addressing.is_derived() {
            return Arc::clone(&realm.base);
        }
        // As this request was addressed, without the path of its own realm.
        let own = self.realm.path.as_str();
        let root = self.base.front.strip_suffix(own).unwrap_or(&self.base.front).trim_end_matches('/');
        Arc::new(self.realms.addressing.base(&realm.path, Some(root), &realm.base.endpoints))
    }
}

impl<S: Sync> FromRequestParts<S> for Place {
    type Rejection = Infallible;

    #[expect(clippy::panic, reason = "every route stands behind `dispatch`, which puts it there")]
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let place = parts.extensions.get().cloned();
        Ok(place.unwrap_or_else(|| panic!("a route without a realm")))
    }
}
