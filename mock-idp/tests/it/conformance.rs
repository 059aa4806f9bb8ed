//! What the OpenID Foundation's tests of a provider demand, over HTTP as they ask it. `docs/conformance.md` says which test
//! here shows which of their modules; `document` holds it to that.

mod claims;
mod discovery;
mod document;
mod logout;
mod pages;
mod party;
mod prompts;
mod registration;
mod request_objects;
mod requests;
mod third_party;
mod tokens;
