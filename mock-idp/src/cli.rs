//! The commands, one file each. They read arguments and print; what they print about is the library's.

use std::io::Write as _;

pub(crate) mod beside;
pub(crate) mod exec;
pub(crate) mod healthcheck;
pub(crate) mod import;
pub(crate) mod lists;
pub(crate) mod matrix;
pub(crate) mod options;
pub(crate) mod serve;
pub(crate) mod signals;
pub(crate) mod values;

/// Prints to standard output. Whoever reads may have read enough and closed the pipe; what runs goes on.
fn say(text: &str) {
    let mut output = std::io::stdout();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}
