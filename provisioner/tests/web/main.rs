//! The pages and the API over HTTP, against the stand-in for KaseyaOne, on SQLite.
//!
//! What a browser and an API client see is asserted; what the use cases decide has its own tests.

mod browser;
mod headers;
mod matrix;
mod settings;
mod sign_in;
mod stage;
