//! The step vocabulary, by concept. A step does what a person or a client of the API can do, and looks where
//! they can look.

/// What a step of cucumber that failed panics with, in the modules below: its error with every cause. cucumber's own macros
/// write `panic!("{}", error)`, which tells of an error no more than what was said of it last.
macro_rules! panic {
    ("{}", $error:expr) => {
        std::panic!("{}", crate::causes::with_causes(&$error))
    };
    ($($other:tt)*) => {
        std::panic!($($other)*)
    };
}

mod access;
mod accounts;
mod audit;
mod errands;
mod faults;
mod history;
mod pages;
mod people;
mod portal;
mod record;
mod rows;
mod settings;
mod sign_in;
mod sign_out;
mod told;
mod tricks;
mod users_page;

use anyhow::{Result, bail};

pub(crate) use record::{ITEMS, NONE, in_words};

/// What the table of a step is about, and the names that its rows can have, where they are known beforehand.
pub(crate) fn rows_of(step: &str) -> Option<(&'static str, &'static [&'static str])> {
    match step {
        "the record of the sign-in says:" => Some(("a record", &record::NAMES)),
        "the account of {person} says:" => Some(("an account", &accounts::NAMES)),
        _ => None,
    }
}

/// Fails with what was expected and what was there.
fn expect(holds: bool, expected: impl std::fmt::Display, but: impl std::fmt::Display) -> Result<()> {
    if holds { Ok(()) } else { bail!("expected {expected}, but {but}") }
}
