//! Clients that nobody here wrote, each completing sign-in, refresh and logout at this provider, and each refusing what
//! the provider falsifies: what an own client takes for right may be the provider's own mistake.
//!
//! `cargo xtask test` finds or installs what they need and names it in environment variables; a plain `cargo test` runs
//! what needs nothing and says what it did not run.

mod apache;
mod mod_auth_openidc;
mod openidconnect;
mod scenario;
mod script;
#[expect(dead_code, reason = "shared with the other tests, which use all of it")]
#[path = "../it/support.rs"]
mod support;

use std::io::Write as _;
use std::path::PathBuf;

/// The programs and folders in these environment variables, or nothing when the test cannot run.
///
/// # Panics
/// When foreign clients are required and one is not named.
fn tools<const N: usize>(client: &str, variables: [&str; N]) -> Option<[PathBuf; N]> {
    let named = variables.map(|variable| std::env::var_os(variable).map(PathBuf::from));
    if named.iter().all(Option::is_some) {
        return Some(named.map(Option::unwrap_or_default));
    }
    let variables = variables.join(" and ");
    assert!(
        std::env::var_os("REQUIRE_FOREIGN_CLIENTS").is_none(),
        "{client} is required and cannot be started for want of {variables}"
    );
    // Not by `eprintln!`: what a test that passes prints that way nobody sees.
    let text = format!(
        "\nNOT RUN: {client} was not started, for want of {variables}; \
         cargo xtask test finds or installs what it needs, and names it there\n"
    );
    std::io::stderr().write_all(text.as_bytes()).expect("standard error takes text");
    None
}
