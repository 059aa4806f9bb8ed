//! Who somebody is that nobody registered, by what they send, where such clients and people are taken (`any_client`,
//! `any_person`). It judges, and stores nothing.

pub(crate) mod client;
pub(crate) mod person;
