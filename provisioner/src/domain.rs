//! The rules of automatic user creation, free of everything that happens outside memory.
//!
//! Nothing in this room reads a clock, draws a random number, or touches a database, a socket or a file:
//! `now`, ids and codes are arguments. [`decision::decide`] is the heart; the other modules are the words
//! it is written in.

pub mod access;
pub mod account;
pub mod audit;
pub mod cause;
pub mod checks;
pub mod decision;
pub mod email;
pub(crate) mod foreign;
pub mod freshness;
pub mod id;
pub mod identity;
pub mod organization;
pub mod record;
pub mod settings;
pub mod soc;
pub(crate) mod text;
