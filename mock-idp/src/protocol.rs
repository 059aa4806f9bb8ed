//! OpenID Connect as rules over plain values: requests, checks, claims, discovery, PKCE, sessions, logout, errors.
//!
//! Pure. It must not know HTTP frameworks, files, clocks, randomness or signing keys: `now` is an argument, secrets
//! are compared here but made elsewhere.

pub(crate) mod assertion;
pub(crate) mod audience;
pub(crate) mod authorize;
pub(crate) mod base;
pub(crate) mod claims;
pub(crate) mod claims_parameter;
pub(crate) mod discovery;
pub(crate) mod dpop;
pub(crate) mod endpoints;
pub(crate) mod error;
pub(crate) mod launch;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod on_the_spot;
pub(crate) mod params;
pub(crate) mod path;
pub(crate) mod pkce;
pub(crate) mod registration;
pub(crate) mod request_object;
pub(crate) mod scope;
pub(crate) mod text;
pub(crate) mod token;
pub(crate) mod uri;
