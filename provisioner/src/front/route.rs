//! What is served, as a table that the router and the document of the API are made into.

/// The section of Settings > Users in which an MSP Admin turns logging in with KaseyaOne on.
pub(crate) const SINGLE_SIGN_ON_AT: &str = "/settings/users#single-sign-on";

/// One thing that is served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The path, with `{…}` for what varies.
    pub path: String,
    /// The HTTP method. What answers `GET` answers `HEAD` too.
    pub method: &'static str,
}
