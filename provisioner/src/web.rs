//! The pages: HTML that works without scripts, with a keyboard, on a narrow screen.
//!
//! A handler decodes a request, calls one use case and fills a view. Nothing here decides who may do what.

pub(crate) mod assets;
pub(crate) mod cookies;
pub(crate) mod help;
pub(crate) mod page;
pub(crate) mod security;
pub(crate) mod views;
pub(crate) mod wording;
