//! The pages and the API over HTTP, against the stand-in for KaseyaOne, on SQLite.
//!
//! What a browser and an API client see is asserted; what the use cases decide has its own tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod browser;
mod headers;
mod matrix;
mod records;
mod settings;
mod sign_in;
mod stage;
