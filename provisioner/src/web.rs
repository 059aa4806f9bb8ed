//! The pages: HTML that works without scripts, with a keyboard, on a narrow screen.
//!
//! A handler decodes a request, calls one use case and fills a view. Nothing here decides who may do what.

pub(crate) mod assets;
pub(crate) mod views;
