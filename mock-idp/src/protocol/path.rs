//! Paths of the endpoints, relative to the realm, unless they are elsewhere (`endpoints`).

pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";
/// The same document under its OAuth 2.0 name (RFC 8414 3).
pub(crate) const RFC_8414: &str = "/.well-known/oauth-authorization-server";
pub(crate) const JWKS: &str = "/.well-known/openid-configuration/jwks";
pub(crate) const AUTHORIZE: &str = "/connect/authorize";
pub(crate) const TOKEN: &str = "/connect/token";
pub(crate) const USERINFO: &str = "/connect/userinfo";
pub(crate) const END_SESSION: &str = "/connect/endsession";
pub(crate) const PUSH: &str = "/connect/par";
pub(crate) const INTROSPECT: &str = "/connect/introspect";
pub(crate) const REVOKE: &str = "/connect/revocation";
pub(crate) const DEVICE: &str = "/connect/deviceauthorization";
pub(crate) const REGISTER: &str = "/connect/register";
/// Where a person types the code that a device shows.
pub(crate) const DEVICE_PAGE: &str = "/device";
/// Where a person opens applications from.
pub(crate) const PORTAL: &str = "/portal";
