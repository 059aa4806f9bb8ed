//! Creates MSP user accounts when people sign in through KaseyaOne, and never gives them access.

pub mod domain;
mod web;
