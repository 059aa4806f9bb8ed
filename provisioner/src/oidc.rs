//! The relying party: the only room that speaks OpenID Connect.
//!
//! `callback` reads the front channel, `exchange` trades the code, `verify` owns every check of an ID token, and
//! `logout` every check of a logout token.
//! What follows from a verified assertion is decided elsewhere; nothing here knows accounts or settings.

pub mod callback;
mod claims;
mod discovery;
mod exchange;
mod http;
mod jose;
mod keys;
mod logout;
mod provider;
mod request;
mod shared;
mod userinfo;
mod verify;

pub use discovery::{DiscoveryError, Metadata};
pub use exchange::{ExchangeError, Tokens};
pub(crate) use http::HttpClient;
pub use http::HttpError;
pub(crate) use logout::LoggedOut;
pub(crate) use provider::Authentication;
pub use provider::{AuthenticationError, ProviderStatus, RelyingParty};
pub use request::{Prompting, RequestSecrets};
pub use verify::{TokenCheck, VerifyError};
