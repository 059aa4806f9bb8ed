//! Clients that nobody here wrote, each completing sign-in, refresh and logout at this provider, and each refusing what
//! the provider falsifies: what an own client takes for right may be the provider's own mistake.

mod openidconnect;
mod scenario;
#[expect(dead_code, reason = "shared with the other tests, which use all of it")]
#[path = "../it/support.rs"]
mod support;
