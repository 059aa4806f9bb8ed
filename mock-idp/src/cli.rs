//! The commands, one file each. They read arguments and print; what they print about is the library's.

pub(crate) mod beside;
pub(crate) mod exec;
pub(crate) mod healthcheck;
pub(crate) mod import;
pub(crate) mod lists;
pub(crate) mod matrix;
pub(crate) mod options;
pub(crate) mod serve;
pub(crate) mod signals;
