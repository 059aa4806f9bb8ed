//! What options take where clap would say it in the words of a programmer. Each refusal says what is taken instead.

use std::ffi::OsStr;
use std::ops::RangeInclusive;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// A switch: from the command line it is always on, from its variable it is what that says.
#[derive(Clone)]
pub(crate) struct Switch;

impl TypedValueParser for Switch {
    type Value = bool;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<bool, Error> {
        match value.to_str().map(str::to_ascii_lowercase).as_deref() {
            Some("1" | "true") => Ok(true),
            Some("0" | "false") => Ok(false),
            _ => {
                let value = value.to_string_lossy();
                let variable = argument.and_then(Arg::get_env).unwrap_or_default().to_string_lossy();
                let sentence = format!(
                    "{variable} is {value:?}, which is neither on nor off; write 1 or true, or 0 or false, or unset it\n"
                );
                Err(Error::raw(ErrorKind::InvalidValue, sentence).with_cmd(command))
            }
        }
    }
}

/// Whole numbers of a range.
pub(crate) fn whole(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<u64, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("write a whole number from {} to {}", range.start(), range.end()))
    }
}
