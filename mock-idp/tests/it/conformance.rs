//! What the OpenID Foundation's tests of a provider demand, over HTTP as they ask it.

mod claims;
mod discovery;
mod logout;
mod pages;
mod party;
mod prompts;
mod registration;
mod request_objects;
mod requests;
mod third_party;
mod tokens;
