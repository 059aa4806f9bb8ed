//! What pages and API have in common: who sends a request, the cookies, what guards them, how a refusal is told, what
//! is served.
//!
//! It renders nothing: a page and a problem say the same thing each in its own way.

pub(crate) mod cookies;
pub(crate) mod refusal;
pub(crate) mod route;
pub(crate) mod security;
pub(crate) mod visitor;

pub use route::Route;
