//! The relying party: the only room that speaks OpenID Connect.
//!
//! `callback` reads the front channel, `exchange` trades the code, and `verify` owns every check of an ID token.
//! What follows from a verified assertion is decided elsewhere; nothing here knows accounts or settings.

pub mod callback;
mod claims;
mod discovery;
mod exchange;
mod http;
mod jose;
mod keys;
mod provider;
mod request;
mod shared;
mod userinfo;
mod verify;

pub use discovery::{DiscoveryError, Metadata};
pub use exchange::{ExchangeError, Tokens};
pub(crate) use http::HttpClient;
pub use http::HttpError;
pub(crate) use provider::Authentication;
pub use provider::{AuthenticationError, ProviderStatus, RelyingParty};
pub use request::{Prompting, RequestSecrets};
pub use verify::{TokenCheck, VerifyError};
